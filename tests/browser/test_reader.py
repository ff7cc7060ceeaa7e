"""A chart's reader: a finger, the pointer or the keyboard chooses a day, its entry stands in words."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_look import sign_in
from tests.support.browser import DESK, PHONE, opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def pat(chromium, demo):
    """Pat's phone, with a finger; in whatever language Pat reads by now."""
    with opened(
        chromium,
        base_url=demo.address,
        viewport=PHONE,
        has_touch=True,
        timezone_id="Europe/London",
    ) as page:
        sign_in(page, "pat")
        yield page


def told(page: Page) -> str:
    """What the reader says, as it is read out."""
    slider = page.locator(".reader input").first
    expect(slider).to_be_enabled()
    return slider.get_attribute("aria-valuetext") or ""


def row(page: Page, back: int) -> str:
    """A day's row of the table, by days before the newest, without the blanks between its cells."""
    found = page.locator("[data-entries] tr").nth(back)
    return "".join((found.text_content() or "").split())


def test_it_opens_on_the_newest_day_and_moves_by_keys(pat):
    pat.goto("/progress?range=2w")
    newest = told(pat)
    assert row(pat, 0).startswith(newest.split(",")[0].replace(" ", ""))
    slider = pat.locator("#day-at")
    slider.press("ArrowLeft")
    before = told(pat)
    assert before != newest
    assert row(pat, 1).startswith(before.split(",")[0].replace(" ", ""))
    slider.press("Home")
    assert told(pat).split(",")[0].replace(" ", "") in row(pat, 13)
    expect(pat.locator(".read .chart-narrow .cursor")).to_have_count(1)


def test_a_touched_day_says_its_entry_and_can_be_opened(pat):
    pat.goto("/progress?range=2w")
    told(pat)
    box = pat.locator(".read .chart-narrow").bounding_box()
    assert box
    # The third day from the left of 14: the plot stands between 26 and 356 of 360 units.
    across = (26 + 2.5 * (356 - 26) / 14) / 360 * box["width"]
    pat.touchscreen.tap(box["x"] + across, box["y"] + 120)
    expect(pat.locator("#day-at")).to_have_value("2")
    day = pat.locator("[data-entries] tr").nth(11).get_attribute("data-day")
    pain = pat.locator("[data-entries] tr").nth(11).locator("td").first.text_content() or ""
    expect(pat.locator(".entry").first).to_contain_text(pain.strip())
    pat.locator(".entry a").first.click()
    pat.wait_for_url(f"**/today?date={day}")


def test_the_thumb_stands_under_its_day(pat):
    pat.goto("/progress?range=6w")
    told(pat)
    pat.locator("#day-at").press("Home")
    shown = pat.evaluate(
        """() => [document.querySelector(".read .chart-narrow .cursor").getBoundingClientRect().x,
                  document.querySelector(".reader input").getBoundingClientRect().x + 14]"""
    )
    assert abs(shown[0] - shown[1]) < 2


def test_ratings_after_needling_are_read_too(chromium, demo):
    with opened(chromium, base_url=demo.address, viewport=DESK) as page:
        sign_in(page, "pia")
        page.goto("/patients?all=1&q=Pat")
        page.locator(".case .who").first.click()
        last = page.locator("[data-entries] span").last.text_content()
        expect(page.locator("#soreness .entry")).to_contain_text(str(last))
        expect(page.locator(".entry").first.get_by_role("link")).to_have_count(0)


CURSORS = """() => [...document.querySelectorAll("[data-days] .cursor")]
  .map((one) => one.getBoundingClientRect()).filter((one) => one.height).map((one) => one.x + one.width / 2)"""
"""Where each drawing that is shown has its cursor, in pixels from the left."""


WEEKLY = re.compile("Weekly three|Drei Wochenfragen")
"""A measure with several values, in either language."""


def weekly(page: Page) -> tuple[Locator, Locator, str]:
    """The small line of the weekly questions, its rows in the table, the newest first, its name."""
    line = page.locator(".small-line").filter(has=page.locator("strong", has_text=WEEKLY))
    rows = page.locator("#measures tbody").filter(has_text=WEEKLY).locator("tr[data-at]")
    return line, rows, line.locator("strong").text_content() or ""


@pytest.mark.parametrize("size, drawn", [(PHONE, ".chart-narrow"), (DESK, ".chart-wide")])
def test_small_lines_stand_below_the_time_line_day_by_day(chromium, demo, size, drawn):
    with opened(chromium, base_url=demo.address, viewport=size) as page:
        sign_in(page, "pia")
        page.goto("/patients?all=1&q=Pat")
        page.locator(".case .who").first.click()
        told(page)
        expect(page.locator(f".read {drawn}").first).to_be_visible()
        page.locator(".small-lines summary").click()
        for _ in range(8):
            across = page.evaluate(CURSORS)
            assert len(across) > 4, "the time line and the small lines"
            assert max(across) - min(across) < 1
            page.locator("#day-at").press("PageDown")
        assert page.locator(".small-line").count() == page.locator(".small-line svg").count()


def test_small_lines_say_their_values_as_the_day_moves(pat):
    pat.goto("/progress?range=6w")
    told(pat)
    line, rows, name = weekly(pat)
    newest, second = rows.nth(0), rows.nth(1)

    def said(row) -> str:
        return " · ".join(one.strip() for one in row.locator("td, th").all_text_contents()[::-1])

    shown = line.locator(".now > span")
    expect(shown).to_have_text(said(newest))
    # The day before the newest value still has the one before it.
    pat.locator("#day-at").fill(str(int(newest.get_attribute("data-at") or 0) - 1))
    expect(shown).to_have_text(said(second))
    assert name not in told(pat)
    # On its own day the time line's reader says it too, and so do the keys.
    pat.locator("#day-at").press("ArrowRight")
    expect(shown).to_have_text(said(newest))
    assert f"{name} {newest.locator('td').text_content()}" in told(pat)


def test_a_touch_on_a_small_line_chooses_its_nearest_value(pat):
    pat.goto("/progress?range=6w")
    told(pat)
    line, rows, _name = weekly(pat)
    line.scroll_into_view_if_needed()
    row = rows.nth(1)
    at = int(row.get_attribute("data-at") or 0)
    box = line.locator("svg").bounding_box()
    assert box
    # A day and a half beside it: no finger meets a day of six weeks.
    pat.touchscreen.tap(box["x"] + box["width"] * (at + 2) / 42, box["y"] + box["height"] / 2)
    expect(pat.locator("#day-at")).to_have_value(str(at))
    expect(line.locator(".now > span")).to_contain_text(row.locator("td").text_content() or "")


def test_without_scripts_the_table_serves(chromium, demo):
    with opened(chromium, base_url=demo.address, viewport=PHONE, java_script_enabled=False) as page:
        sign_in(page, "pat")
        page.goto("/progress?range=2w")
        expect(page.locator(".reader")).to_be_hidden()
        expect(page.locator("[data-entries] tr")).to_have_count(14)
