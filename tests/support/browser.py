"""A real Chromium and real servers, for the tests that look and click."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Self
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment
from zoneinfo import ZoneInfo

import axe_playwright_python
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Response
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app

from tracker import serving
from tracker.app import create_app
from tracker.config import Settings
from tracker.services.hub import Hub
from tracker.store import migrate

TOP = Path(__file__).parents[2]
INSTALL_HINT = (
    "no Chromium was found on PATH nor among playwright's own browsers; install one, on Debian"
    " with: apt-get install chromium, elsewhere with: playwright install chromium"
)
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}

WITHIN = 60
"""Seconds that a server has to start or to stop."""

SECRET = "a throw-away secret of forty characters.."

AXE_SOURCE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


# Chromium.


def find_chromium(playwright: Playwright) -> str | None:
    """The system's Chromium, None where playwright's own is there; else RuntimeError."""
    for name in ("chromium", "chromium-browser", "google-chrome", "/usr/bin/chromium"):
        if found := shutil.which(name):
            return found
    if Path(playwright.chromium.executable_path).exists():
        return None
    raise RuntimeError(INSTALL_HINT)


def launch(playwright: Playwright, *, is_whole: bool = False, **options: Any) -> Browser:
    """A headless Chromium; RuntimeError says what to install.

    Its own headless program, where there is one, opens a page in a third of the time. The whole one
    has what only a browser with a profile has, as the background sync of a page that is closed.
    """
    shell = None if is_whole else shutil.which("chromium-headless-shell")
    return playwright.chromium.launch(
        executable_path=shell or find_chromium(playwright), args=ARGS, **options
    )


def launch_persistent(playwright: Playwright, folder: Path, **options: Any) -> BrowserContext:
    """A Chromium with a profile of its own: only there may an app be installed."""
    return playwright.chromium.launch_persistent_context(
        folder, executable_path=find_chromium(playwright), args=ARGS, **options
    )


@dataclass
class Watch:
    """Everything that a page complains about while it is watched."""

    page: Page
    faults: list[str] = field(default_factory=list)
    allowed: set[int] = field(default_factory=set)
    """Answers that a test provokes; Chromium writes them to the console as errors."""

    def __post_init__(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda fault: self.faults.append(f"script: {fault}"))
        self.page.on("response", self._answer)

    def _console(self, message: Any) -> None:
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.faults.append(f"{message.type}: {message.text}")

    def _answer(self, answer: Response) -> None:
        if answer.status >= 400 and answer.status not in self.allowed:
            self.faults.append(f"{answer.status}: {answer.url}")

    def check(self) -> None:
        """Raise AssertionError with what was complained about since the last look."""
        faults, self.faults = self.faults, []
        assert not faults, "\n".join(faults)


@contextmanager
def opened(browser: Browser, *, allowed: set[int] | None = None, **options: Any) -> Iterator[Page]:
    """A watched page in a context of its own, both closed at the end.

    `allowed` are answers that the test provokes; it may add to the set while it runs.
    """
    context = browser.new_context(**options)
    try:
        page = context.new_page()
        watch = Watch(page, allowed=set() if allowed is None else allowed)
        yield page
        watch.check()
    finally:
        context.close()


def violations(page: Page, *rules: str) -> list[str]:
    """What axe-core finds wrong on a page by these rules, else by all: one line a rule."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SOURCE + ";undefined")
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    found = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: "
        + "; ".join(f"{node['html'][:160]} [{_why(node)}]" for node in rule["nodes"][:4])
        for rule in found["violations"]
    ]


def _why(node: dict[str, Any]) -> str:
    return " ".join(check["message"] for check in [*node["any"], *node["all"], *node["none"]])[:200]


# Where it is midday.

_ZONES = ("Pacific/Auckland", "Asia/Tokyo", "Africa/Lagos", "America/Bogota", "Pacific/Honolulu")


@cache
def midday_zone() -> str:
    """A zone whose clock is far from midnight now, so that no test sees the day change."""
    now = datetime.now(UTC)
    return min(_ZONES, key=lambda name: abs(now.astimezone(ZoneInfo(name)).hour - 13))


# Servers.


class Demo:
    """`tracker demo` as people start it, in a folder and on a port of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.log = folder / "demo.log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*_dying_with_parent(), *_program("demo", "--port", "0"), *options],
                cwd=folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self.address = self._wait()
        except BaseException:
            self.stop()
            raise

    def _wait(self) -> str:
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline and self._process.poll() is None:
            said = self.log.read_text(errors="replace")
            found = re.search(r"ready: (http://127\.0\.0\.1:\d+)", said)
            if found and "Ctrl-C" in said:
                return found[1]
            time.sleep(0.05)
        raise RuntimeError(f"the demo did not start:\n{self.log.read_text(errors='replace')}")

    def stop(self) -> None:
        """End it with all its children."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.stop()


class _Handler(WSGIRequestHandler):
    """One request a connection: a kept one would outlive the server."""

    protocol_version = "HTTP/1.0"

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: the browser's watch tells what went wrong."""


def read_whole(app: WSGIApplication) -> WSGIApplication:
    """The app with answers that are read whole before they are sent.

    werkzeug's server leaves an answer's file open where the browser goes away in the middle.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body, status, headers = run_wsgi_app(app, environ, buffered=True)
        start_response(status, headers.to_wsgi_list())
        return body

    return answer


@cache
def make_clinic(zone: str) -> tuple[Path, str]:
    """The database that `tracker clinic create` makes, and the way in that it prints, as a path.

    Made once: each server takes a copy, and its own address before the path.
    """
    folder = Path(tempfile.mkdtemp(prefix="aftercare-clinic-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    answers = {
        "--name": "Bridge Physio",
        "--zone": zone,
        "--language": "en",
        "--lead-email": "lena@bridge.example",
        "--lead-name": "Lena Vogt",
        "--emergency-number": "112",
        "--clinic-number": "01632 960 200",
    }
    words = [word for pair in answers.items() for word in pair]
    base = "http://127.0.0.1:1"
    done = subprocess.run(
        _program("clinic", "create", *words),
        env=_environment(
            TRACKER_DATABASE_URL=f"sqlite:///{folder / 'clinic.db'}",
            TRACKER_SECRET_KEY=SECRET,
            TRACKER_BASE_URL=base,
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "clinic.db", done.stdout.splitlines()[-1].strip().removeprefix(base)


class ClinicServer:
    """A new clinic without patients, served from this process; `link` lets its lead in."""

    def __init__(self, folder: Path, *, zone: str | None = None) -> None:
        listener = serving.bind("127.0.0.1", 0)
        self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.zone = zone or midday_zone()
        made, way_in = make_clinic(self.zone)
        shutil.copyfile(made, folder / "clinic.db")
        self.link = self.address + way_in
        self.settings = Settings(
            database_url=f"sqlite:///{folder / 'clinic.db'}",
            secret_key=SECRET,
            base_url=self.address,
            argon2_time_cost=1,
            argon2_memory_kib=32,
        )
        self.app = create_app(self.settings)
        self._serve(listener)

    @property
    def hub(self) -> Hub:
        """The application's database and secrets."""
        found: Hub = self.app.extensions["aftercare"]
        return found

    def _serve(self, listener: socket.socket) -> None:
        migrate.upgrade(self.hub.database.engine)
        with listener:
            self._server = make_server(
                "127.0.0.1",
                0,
                read_whole(self.app),
                threaded=True,
                request_handler=_Handler,
                fd=listener.fileno(),
            )
        # Threads that are joined: no request is still at work when the database is let go.
        self._server.daemon_threads = False  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, name="clinic-server")
        self._thread.start()

    def stop(self) -> None:
        """Answer nobody any more and close everything."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.hub.database.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.stop()


def _program(*words: str) -> list[str]:
    return [sys.executable, "-m", "tracker.cli", *words]


def _environment(**settings: str) -> dict[str, str]:
    """This process's environment with no settings of the app's but these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    return {**kept, "PYTHONPATH": str(TOP), **settings}


def _dying_with_parent() -> list[str]:
    """Linux's setpriv lets the server go down even when pytest itself is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
