"""One page in Chromium, WebKit or Firefox, driven by the same few words."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Browser
from playwright.sync_api import Error as PageFault
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from tests.support.browser import PHONE, WITHIN

WEBKIT_HINT = (
    "no WebKitGTK with its driver was found, or no Xvfb; install them, on Debian with:"
    " apt-get install webkit2gtk-driver xvfb"
)
FIREFOX_HINT = (
    "no Firefox was found on PATH; install one, on Debian with: apt-get install firefox-esr"
)

QUIET = {"LIBGL_ALWAYS_SOFTWARE": "1", "NO_AT_BRIDGE": "1", "GSETTINGS_BACKEND": "memory"}


class Engine(ABC):
    """A browser with one page."""

    @abstractmethod
    def open(self, address: str) -> None:
        """Go to an address and wait until its page has loaded."""

    @abstractmethod
    def ask(self, code: str, *given: Any) -> Any:
        """Run the body of an async function in the page; `given` are its `given[0]` and so on."""

    @abstractmethod
    def close(self) -> None:
        """End the browser."""

    def wait(self, code: str, *given: Any, within: float = 20) -> bool:
        """Ask until the answer is true; False when the time is over."""
        deadline = time.monotonic() + within
        while True:
            # Between two pages there is nobody to ask.
            with suppress(EngineError):
                if self.ask(code, *given):
                    return True
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.close()


class EngineError(Exception):
    """What a driver said of a script or an address."""


class Chromium(Engine):
    """A new context of a running Chromium."""

    def __init__(self, browser: Browser, zone: str) -> None:
        self._context = browser.new_context(viewport=PHONE, timezone_id=zone)  # type: ignore[arg-type]
        self._page = self._context.new_page()

    def open(self, address: str) -> None:
        self._page.goto(address)

    def ask(self, code: str, *given: Any) -> Any:
        try:
            return self._page.evaluate(f"async (given) => {{ {code} }}", list(given))
        except PageFault as fault:
            raise EngineError(fault.message) from fault

    def close(self) -> None:
        self._context.close()


class WebKit(Engine):
    """WebKitGTK's small browser on a screen of its own."""

    def __init__(self, zone: str) -> None:
        programs = webkit_programs()
        if programs is None:
            raise RuntimeError(WEBKIT_HINT)
        driver, browser, xvfb = programs
        with ExitStack() as stack:
            screen = stack.enter_context(
                subprocess.Popen(
                    [xvfb, "-displayfd", "1", "-screen", "0", "800x900x24", "-nolisten", "tcp"],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                )
            )
            stack.callback(screen.terminate)
            assert screen.stdout
            display = f":{screen.stdout.readline().strip()}"
            options = Options()
            options.binary_location = browser
            options.add_argument("--automation")
            env = {**os.environ, **QUIET, "DISPLAY": display, "TZ": zone}
            self._driver = webdriver.WebKitGTK(options=options, service=Service(driver, env=env))
            stack.callback(self._driver.quit)
            self._driver.set_script_timeout(15)
            self._ends = stack.pop_all()

    def open(self, address: str) -> None:
        self._driver.get(address)

    def ask(self, code: str, *given: Any) -> Any:
        try:
            told = self._driver.execute_async_script(_ASYNC % code, list(given))
        except WebDriverException as fault:
            raise EngineError(fault.msg) from fault
        return _answer(told)

    def close(self) -> None:
        self._ends.close()


def webkit_programs() -> tuple[str, str, str] | None:
    """Driver, browser and screen; None where one is missing."""
    driver, xvfb = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    browsers = sorted(Path("/usr").glob("lib*/**/webkit2gtk-4.[01]/MiniBrowser"))
    return (driver, str(browsers[-1]), xvfb) if driver and xvfb and browsers else None


FIREFOX_PREFS = {
    "marionette.port": 0,
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "http://127.0.0.1:9/",
    "browser.safebrowsing.downloads.remote.enabled": False,
    "extensions.update.enabled": False,
    "toolkit.telemetry.server": "http://127.0.0.1:9/",
    "toolkit.startup.max_resumed_crashes": -1,
}
"""Any port, and nobody is called."""


class Firefox(Engine):
    """A headless Firefox, spoken to in its own protocol: no driver program is needed."""

    def __init__(self, zone: str, profile: Path) -> None:
        program = find_firefox()
        if program is None:
            raise RuntimeError(FIREFOX_HINT)
        profile.mkdir(exist_ok=True)
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in FIREFOX_PREFS.items()]
        (profile / "user.js").write_text("\n".join(lines))
        self._count = 0
        with ExitStack() as stack:
            self._process = stack.enter_context(
                subprocess.Popen(
                    [program, "--headless", "--marionette", "--no-remote", "--profile", profile],
                    env={**os.environ, "TZ": zone, "MOZ_CRASHREPORTER_DISABLE": "1"},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
            stack.callback(self._process.terminate)
            port = self._wait(profile / "MarionetteActivePort")
            self._socket = stack.enter_context(
                socket.create_connection(("127.0.0.1", port), WITHIN)
            )
            self._stream = stack.enter_context(self._socket.makefile("rb"))
            self._read()  # It says who it is.
            self._tell("WebDriver:NewSession", {})
            self._tell("WebDriver:SetTimeouts", {"script": 15_000, "pageLoad": 30_000})
            self._ends = stack.pop_all()

    def _wait(self, told: Path) -> int:
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(OSError, ValueError):
                return int(told.read_text())
            time.sleep(0.05)
        raise RuntimeError("Firefox did not start")

    def _read(self) -> Any:
        """One message: its length in bytes, a colon, JSON."""
        length = b""
        while not length.endswith(b":"):
            byte = self._stream.read(1)
            if not byte:
                raise EngineError("Firefox has gone")
            length += byte
        return json.loads(self._stream.read(int(length[:-1])))

    def _tell(self, command: str, given: dict[str, Any]) -> Any:
        self._count += 1
        message = json.dumps([0, self._count, command, given]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _kind, number, fault, answer = self._read()
        assert number == self._count
        if fault:
            raise EngineError(f"{fault['error']}: {fault['message']}")
        return answer

    def open(self, address: str) -> None:
        self._tell("WebDriver:Navigate", {"url": address})

    def ask(self, code: str, *given: Any) -> Any:
        script = {"script": _ASYNC % code, "args": [list(given)], "newSandbox": False}
        return _answer(self._tell("WebDriver:ExecuteAsyncScript", script)["value"])

    def close(self) -> None:
        with suppress(EngineError, OSError):
            self._tell("Marionette:Quit", {"flags": ["eForceQuit"]})
        self._ends.close()


def find_firefox() -> str | None:
    """Firefox where it usually is."""
    on_mac = "/Applications/Firefox.app/Contents/MacOS/firefox"
    names = ("firefox-esr", "firefox", on_mac)
    return next((found for name in names if (found := shutil.which(name))), None)


_ASYNC = """
const given = arguments[0], done = arguments[arguments.length - 1];
(async () => { %s })().then((value) => done({ value }), (fault) => done({ fault: String(fault) }));
"""


def _answer(told: Any) -> Any:
    if told is None:
        raise EngineError("the page went away before it answered")
    if told.get("fault"):
        raise EngineError(told["fault"])
    return told.get("value")


def missing(find: Callable[[], Any], what: str) -> str:
    """Why an engine can't be had on this platform; empty where it can, or has to be installed."""
    return "" if find() or sys.platform == "linux" else f"there is no {what} for {sys.platform}"
