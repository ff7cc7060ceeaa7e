"""A phone as a process of its own, which can be killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright
from playwright.sync_api import Error as BrowserFault

from tests.support.browser import ARGS, WITHIN, find_chromium


def until(page: Page, code: str, within: float = 15) -> bool:
    """Ask until the answer is true; False when the time is over.

    Playwright's own wait takes a promise for the answer.
    """
    deadline = time.monotonic() + within
    while not page.evaluate(code):
        if time.monotonic() > deadline:
            return False
        page.wait_for_timeout(50)
    return True


# The phone.


class Phone:
    """A Chromium of our own on a profile that outlives it."""

    def __init__(self, playwright: Playwright, profile: Path, zone: str) -> None:
        program = find_chromium(playwright) or playwright.chromium.executable_path
        for left in (profile / "DevToolsActivePort", *profile.glob("Singleton*")):
            left.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [
                program,
                *ARGS,
                "--headless=new",
                "--remote-debugging-port=0",
                "--password-store=basic",
                "--disable-breakpad",
                "--hide-crash-restore-bubble",
                "--window-size=390,844",
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            env={**os.environ, "TZ": zone},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            port = self._wait(profile / "DevToolsActivePort")
            self.browser: Browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        except BaseException:
            self.kill()
            raise
        self.context = self.browser.contexts[0]
        self.page: Page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self.page.set_default_timeout(15_000)

    def _wait(self, told: Path) -> int:
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(OSError, ValueError, IndexError):
                return int(told.read_text().split()[0])
            time.sleep(0.02)
        raise RuntimeError("Chromium did not start")

    def carry(self, cookie: str, address: str) -> None:
        """Sign in with a session's cookie."""
        self.context.add_cookies(
            [
                {
                    "name": "aftercare",
                    "value": cookie,
                    "url": address,
                    "httpOnly": True,
                    "sameSite": "Lax",
                    "expires": time.time() + 30 * 86_400,
                }
            ]
        )

    def kill(self) -> None:
        """SIGKILL, the browser first and then each of its children, by their ids."""
        doomed = [self._process.pid, *_offspring(self._process.pid)]
        for pid in doomed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait(WITHIN)
        with suppress(BrowserFault, AttributeError):
            self.browser.close()
        deadline = time.monotonic() + WITHIN
        while time.monotonic() < deadline and any(_is_alive(pid) for pid in doomed[1:]):
            time.sleep(0.01)


def _offspring(pid: int) -> list[int]:
    """The ids of a process's children and theirs."""
    children = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = stat.read_text().rpartition(")")[2].split()[1]
            children[int(parent)].append(int(stat.parent.name))
    found = list(children[pid])
    for child in found:
        found.extend(children[child])
    return found


def _is_alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
