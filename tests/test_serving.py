"""The demo as people start it: a process that serves, works and takes its children with it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
WITHIN = 30

pytestmark = pytest.mark.slow


class Running:
    """`tracker demo` in a folder of its own, up to the line that names its address."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tracker.cli", "demo", "--port", "0", "--patients", "14"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(TOP)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""
        self.address = self._address()

    def _address(self) -> str:
        assert self.process.stdout is not None
        address = ""
        for line in self.process.stdout:
            self.said += line
            if found := re.search(r"ready: (http://127\.0\.0\.1:\d+)", line):
                address = found[1]
            if "Ctrl-C" in line:
                return address
        raise AssertionError(f"the demo ended:\n{self.said}")

    def get(self, path: str) -> int:
        try:
            with urllib.request.urlopen(self.address + path, timeout=WITHIN) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as answer:
            return answer.code

    def children(self) -> list[int]:
        pid = self.process.pid
        return [int(k) for k in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture
def running(tmp_path):
    demo = Running(tmp_path)
    yield demo
    children = demo.children() if demo.process.poll() is None else []
    demo.process.kill()
    demo.process.wait()
    if demo.process.stdout is not None:
        demo.process.stdout.close()
    for child in children:
        wait_until(lambda pid=child: not is_running(pid))


def is_running(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(condition):
    deadline = time.monotonic() + WITHIN
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("not within the time")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_demo_serves_works_and_ends_with_all_its_children(running, number):
    assert "Pat Okafor" in running.said
    assert running.get("/healthz") == 200
    wait_until(lambda: running.get("/readyz") == 200)
    children = running.children()
    assert len(children) == 3
    running.process.send_signal(number)
    said, _ = running.process.communicate(timeout=WITHIN)
    assert running.process.returncode == 0
    assert "Traceback" not in said
    assert not any(is_running(child) for child in children)


def test_a_worker_that_dies_is_started_again(running):
    wait_until(lambda: running.get("/readyz") == 200)
    before = running.children()
    os.kill(before[-1], signal.SIGKILL)
    wait_until(lambda: before[-1] not in running.children() and len(running.children()) == 3)
    assert running.get("/healthz") == 200


def test_nobody_stays_when_the_master_is_killed(running):
    wait_until(lambda: len(running.children()) == 3)
    children = running.children()
    running.process.kill()
    running.process.wait()
    for child in children:
        wait_until(lambda pid=child: not is_running(pid))
