"""Recording three needled muscles with the thumb: how many taps, how long, and what stands then."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import PHONE, Demo, opened

pytestmark = pytest.mark.browser

MOST_TAPS = 20
MOST_SECONDS = 60
"""For three muscles, a first record, consent and needles counted."""


class Hand:
    """Taps, each counted; letters typed into a field that has the focus are none."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0
        self.began = time.monotonic()

    def tap(self, where: str, **more: object) -> None:
        self.page.locator(where).first.click(**more)  # type: ignore[arg-type]
        self.taps += 1


@pytest.fixture(scope="module")
def own_demo(tmp_path_factory):
    """A demo clinic that these tests may write into."""
    with Demo(tmp_path_factory.mktemp("needling")) as server:
        yield server


@pytest.fixture
def record(chromium, own_demo):
    """Bram's record, who was never needled, on a phone's screen."""
    with opened(chromium, base_url=own_demo.address, viewport=PHONE) as page:
        page.goto("/sign-in")
        page.locator("form:has([value='pia@demo.example']) button").click()
        page.goto("/patients?all=1&q=Bram")
        page.locator(".case .who").first.click()
        page.locator("a[href*='/needling/new']").first.click()
        page.goto(f"{page.url}&empty=1")
        page.locator("#find").wait_for()
        yield page


def test_three_muscles_take_few_taps_and_little_time(record):
    hand = Hand(record)
    hand.tap("label:has([name=consent_scope][value=needling])")
    hand.tap("label:has([name=is_confirmed])")
    hand.tap("#find")
    record.keyboard.type("upper")
    record.keyboard.press("Enter")
    record.locator("#find").focus()
    record.keyboard.type("infra")
    record.keyboard.press("Enter")
    # The third one by the map: the back of the right calf.
    back = record.locator(".body-map[data-view=back]")
    box = back.bounding_box()
    hand.tap(
        ".body-map[data-view=back]", position={"x": box["width"] * 0.62, "y": box["height"] * 0.82}
    )
    hand.tap("#near button >> text=Gastrocnemius")
    for place in range(3):
        hand.tap(f"label:has([name=twitch-{place}][value='1-3'])")
    hand.tap("#all-out")
    expect(record.locator("[name=needles_out]")).to_have_value("3")
    hand.tap(".save-bar button")
    record.wait_for_url("**/programme?*")
    seconds = time.monotonic() - hand.began
    print(f"\nthree muscles: {hand.taps} taps, {seconds:.0f} s by machine")  # noqa: T201 - a measure
    assert hand.taps <= MOST_TAPS
    assert seconds < MOST_SECONDS
    record.goto(record.url.partition("/programme")[0])
    shown = record.locator(".sessions").inner_text()
    for words in ("Upper trapezius", "Infraspinatus", "Gastrocnemius, right", "twitches 1-3"):
        assert words in shown


def test_a_muscle_that_was_taken_out_comes_back(record):
    record.locator("#find").fill("upper trapezius")
    expect(record.locator("[name=needles_in]")).to_have_value("1")
    spot = record.locator(
        ".body-map [data-place='upper-trapezius left'], .body-map [data-place='upper-trapezius right']"
    )
    lit = record.locator(".body-map .on")
    expect(lit).not_to_have_count(0)
    record.locator(".muscle-row:visible .remove").click()
    expect(lit).to_have_count(0)
    expect(record.locator("[name=needles_in]")).to_have_value("")
    record.locator(".removed button").click()
    expect(lit).not_to_have_count(0)
    assert spot.count() == 2


def test_muscles_over_the_lung_are_marked(record):
    record.locator("#find").fill("rhomboids")
    expect(record.locator(".lung-note:visible")).to_have_count(1)
    record.locator("#find").fill("soleus")
    expect(record.locator(".lung-note:visible")).to_have_count(1)
