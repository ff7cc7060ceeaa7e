"""Takes the README's two pictures anew: `python -m tests.support.screenshot`.

They stand in `static/img`, since the app's manifest shows the same ones.
"""

from __future__ import annotations

import io
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from tests.support.browser import DESK, PHONE, Demo, launch
from tracker.paths import STATIC

MOST_BYTES = 120_000
COLOURS = 128
"""More than a page of two or three inks with its smoothed letters needs."""

PICTURES = {
    "screenshot-today.png": ("pat", PHONE, 2),
    "screenshot-patients.png": ("pia", DESK, 1),
}
"""File: whose page at home, the window, pixels a CSS pixel."""


def main() -> int:
    """Start a demo, take both pictures, say where they are."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Demo(Path(folder)) as demo,
        sync_playwright() as driver,
        closing(launch(driver)) as browser,
    ):
        for name in PICTURES:
            packed = pack(take(browser, demo.address, name))
            if len(packed) > MOST_BYTES:
                return say(1, f"{name} would have {len(packed):,} bytes, over {MOST_BYTES:,}")
            path = STATIC / "img" / name
            path.write_bytes(packed)
            say(0, f"{path}: {len(packed):,} bytes")
    return 0


def say(code: int, text: str) -> int:
    """A line for whoever sits there; gives the code back."""
    print(text)  # noqa: T201 - a program speaks on standard output
    return code


def take(browser: Browser, address: str, name: str) -> bytes:
    """One picture, as the browser gives it."""
    who, size, scale = PICTURES[name]
    with closing(
        browser.new_context(
            base_url=address,
            viewport=size,  # type: ignore[arg-type]
            device_scale_factor=scale,
            locale="en-GB",
            timezone_id="Europe/London",
            color_scheme="light",
            reduced_motion="reduce",
        )
    ) as context:
        page = context.new_page()
        page.goto("/sign-in")
        page.locator(f"form:has([value='{who}@demo.example']) button").click()
        page.wait_for_url("**/today" if who == "pat" else "**/patients")
        page.evaluate("() => document.fonts.ready.then(() => true)")
        return page.screenshot()


def pack(picture: bytes) -> bytes:
    """The same with few colours, as small as a PNG gets."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as image:
        few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
