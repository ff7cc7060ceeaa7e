"""Modules without DOM or database, tested in JavaScript: by Node where there is one, and in Chromium.

A test is a file `NAME.test.js` in this folder; dropping it here is enough.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route, sync_playwright

from tests.support.browser import TOP, launch

HERE = Path(__file__).parent
FILES = sorted(path.name for path in HERE.glob("*.test.js"))
ZONES = ("UTC", "America/St_Johns", "Pacific/Kiritimati")
"""Where the phone is: nothing here may depend on it."""

RUN = """async (files) => {
  const told = { ran: 0, faults: [] };
  for (const file of files) {
    const tests = [];
    const { default: tell } = await import(`/tests/js/${file}`);
    tell((name, run) => tests.push([name, run]));
    for (const [name, run] of tests) {
      told.ran += 1;
      try {
        await run();
      } catch (fault) {
        told.faults.push(`${file}: ${name}: ${fault}`);
      }
    }
  }
  return told;
}"""


def able_node() -> str | None:
    """A Node that takes a `.js` file for the module that it is: 20.19, 22.12 or newer."""
    node = shutil.which("node")
    if node is None:
        return None
    said = subprocess.run(
        [node, "-p", "process.features.require_module"], capture_output=True, text=True, check=False
    )
    return node if said.stdout.strip() == "true" else None


@pytest.mark.parametrize("zone", ZONES)
def test_in_node(zone):
    node = able_node()
    if node is None:
        pytest.skip("there is no Node that is new enough; Chromium runs the same files")
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", "tests/js/run.mjs"],
        cwd=TOP,
        env={"TZ": zone},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(re.findall(r"^ok \d+ - (\S+)$", done.stdout, re.MULTILINE)) == set(FILES)
    assert count(done.stdout, "pass") >= len(FILES)
    assert count(done.stdout, "skipped") == count(done.stdout, "todo") == 0


def count(tap: str, what: str) -> int:
    found = re.search(rf"^# {what} (\d+)$", tap, re.MULTILINE)
    assert found, tap
    return int(found[1])


@pytest.mark.browser
def test_in_chromium():
    # A thread of its own: playwright runs once a thread, and other tests have it in this one.
    with ThreadPoolExecutor(1) as thread:
        for zone, told in thread.submit(run_in_chromium).result().items():
            assert not told["faults"], f"{zone}\n" + "\n".join(told["faults"])
            assert told["ran"] >= len(FILES)


def run_in_chromium() -> dict[str, Any]:
    told = {}
    with sync_playwright() as playwright, launch(playwright) as browser:
        for zone in ZONES:
            page = browser.new_page(timezone_id=zone)
            page.route("**", serve)
            page.goto("http://127.0.0.1/")
            told[zone] = page.evaluate(RUN, FILES)
            page.close()
    return told


def serve(route: Route) -> None:
    """This checkout's own files, without a server."""
    path = TOP / urlsplit(route.request.url).path.lstrip("/")
    if path.is_file():
        route.fulfill(body=path.read_bytes(), content_type="text/javascript")
    else:
        route.fulfill(body="<!doctype html>", content_type="text/html")
