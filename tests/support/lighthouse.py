"""How `/today` does on a phone: Lighthouse's mobile run, three times, and the worker's own speed.

Run by `make lighthouse`; needs Node with npm (which fetches Lighthouse) and Chromium. ARGS hands on
the number of runs.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.support.browser import PHONE, Demo, find_chromium, launch

LIGHTHOUSE = "lighthouse@12.8.2"
SCORES = ("performance", "accessibility", "best-practices")
FLAGS = "--headless=new --no-sandbox --disable-gpu --no-first-run"
OPENINGS = 9


def say(text: str) -> None:
    """A line for whoever sits there."""
    print(text)  # noqa: T201 - a program speaks on standard output


def sign_in(page: Page) -> None:
    """Come in as Pat."""
    page.goto("/sign-in")
    page.locator("form:has([value='pat@demo.example']) button").click()
    page.wait_for_url("**/today")


def run_once(address: str, cookie: str, chromium: str, folder: Path) -> dict[str, Any]:
    """One mobile run; gives its report."""
    out = folder / "report.json"
    headers = folder / "headers.json"
    headers.write_text(json.dumps({"Cookie": cookie}))
    subprocess.run(
        ["npx", "--yes", LIGHTHOUSE, f"{address}/today", "--quiet", "--output=json",
         f"--output-path={out}", f"--chrome-flags={FLAGS}", f"--extra-headers={headers}",
         f"--only-categories={','.join(SCORES)}"],
        check=True,
        env={**os.environ, "CHROME_PATH": chromium},
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    report: dict[str, Any] = json.loads(out.read_text())
    return report


def run(address: str, cookie: str, chromium: str, folder: Path, tries: int = 3) -> dict[str, Any]:
    """One report; Lighthouse now and then misses a page's beginning and asks to be run again."""
    try:
        return run_once(address, cookie, chromium, folder)
    except subprocess.CalledProcessError:
        if tries == 1:
            raise
        return run(address, cookie, chromium, folder, tries - 1)


def show(reports: list[dict[str, Any]]) -> None:
    """Print the medians, and what the last run complains about."""
    for name in SCORES:
        scores = [round(100 * report["categories"][name]["score"]) for report in reports]
        say(f"{name:16} {statistics.median(scores):5.0f}   of {scores}")
    for name in ("largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift"):
        values = [report["audits"][name]["numericValue"] for report in reports]
        unit = "" if name.startswith("cumulative") else " ms"
        say(f"{name:26} {statistics.median(values):8.3g}{unit}")
    last = reports[-1]
    wanted = {ref["id"] for name in SCORES for ref in last["categories"][name]["auditRefs"]
              if ref["weight"]}  # fmt: skip
    for name in sorted(wanted):
        audit = last["audits"][name]
        if audit["score"] is not None and audit["score"] < 0.9:
            say(f"  below 90: {name}: {audit.get('displayValue') or audit['title']}")


def open_from_worker(page: Page) -> list[float]:
    """Milliseconds until `/today` stands, opened over and over from what the worker keeps."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.locator("#day[data-ready]").wait_for()
    page.wait_for_timeout(3000)
    page.context.set_offline(True)
    times = []
    for _ in range(OPENINGS):
        page.goto("/stretches")
        page.goto("/today")
        page.locator("#day[data-ready]").wait_for()
        times.append(
            page.evaluate(
                "() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
            )
        )
    return times


def main() -> None:
    """Measure and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = Path(folder)
        with Demo(place) as demo:
            browser = launch(playwright)
            context = browser.new_context(base_url=demo.address, viewport=PHONE)  # type: ignore[arg-type]
            page = context.new_page()
            sign_in(page)
            cookie = "; ".join(f"{one['name']}={one['value']}" for one in context.cookies())
            times = open_from_worker(page)
            browser.close()
            chromium = find_chromium(playwright) or playwright.chromium.executable_path
            reports = [run(demo.address, cookie, chromium, place) for _ in range(runs)]
    show(reports)
    say(f"opened from the worker     {statistics.median(times):8.0f} ms (most {max(times):.0f})")


if __name__ == "__main__":
    main()
