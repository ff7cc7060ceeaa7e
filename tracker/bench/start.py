"""How long a cold start takes and what a served clinic holds in memory."""

from __future__ import annotations

import argparse
import os
import re
import secrets
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tracker.bench.measure import Printer

_READ = "from tracker.app import create_app; from tracker.config import Settings; import os;"
_MAKE = "create_app(Settings.from_environ(os.environ))"
RUNS = 5


def bench(folder: Path, printer: Printer, _given: argparse.Namespace) -> None:
    """Import and assembly in a new interpreter; then a server with two workers."""
    environ = {
        **os.environ,
        "TRACKER_DATABASE_URL": f"sqlite:///{folder / 'start.db'}",
        "TRACKER_SECRET_KEY": secrets.token_urlsafe(48),
    }
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    seconds = []
    for _run in range(RUNS + 1):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", _READ + _MAKE], env=environ, check=True)
        seconds.append(time.perf_counter() - began)
    printer.row("cold start: a new interpreter to an application", _span(seconds[1:]))
    server = subprocess.Popen(
        [sys.executable, "-m", "tracker.cli", "serve", "--port", "0"],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        began = time.perf_counter()
        address = _address(server)
        printer.row(
            "tracker serve, new database, to listening", f"{time.perf_counter() - began:.2f} s"
        )
        for _visit in range(20):
            urllib.request.urlopen(f"{address}/sign-in", timeout=10).read()  # noqa: S310 - loopback
        pids = _family(server.pid)
        total = sum(_pss(pid) for pid in pids)
        printer.row(f"memory (PSS) of {len(pids)} processes", f"{total / 1024:.0f} MB")
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)
        if server.stdout:
            server.stdout.close()


def _span(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} s (of {min(seconds):.2f} to {max(seconds):.2f})"


def _address(server: subprocess.Popen[str]) -> str:
    for line in server.stdout or ():
        found = re.search(r" on (127\.0\.0\.1:\d+)", line)
        if found:
            return f"http://{found.group(1)}"
    raise RuntimeError("the server said no address")


def _family(pid: int) -> list[int]:
    """A process and those that it forked (Linux)."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return [pid, *(int(child) for child in children.read_text().split())]


def _pss(pid: int) -> int:
    """Proportional set size in kB (Linux)."""
    found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(found.group(1)) if found else 0
