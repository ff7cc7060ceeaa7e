"""The guided session on a phone: the timer's own count, with a network and without, and stopping."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.phones import Phone, rows
from tests.browser.world import Quay
from tracker.domain.prescription import EVERY_DAY, Dose
from tracker.store.schema import StretchEntry

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TWICE = Dose(2, 2, 10, EVERY_DAY)
ONCE = Dose(1, 1, 10, EVERY_DAY)


def open_guide(phone: Phone, path: str = "/stretches/start") -> None:
    phone.page.goto(path)
    phone.page.locator("#guide[data-ready]").wait_for(state="attached")


def start(phone: Phone) -> None:
    phone.page.locator("#guide-start").click()
    phone.page.locator("#guide-run").wait_for()


def holds(phone: Phone, quay, *expected: tuple[object, ...]) -> None:
    """Wait until the clinic holds these: (outcome, sets done, provenance, pain, reason)."""
    found: set[tuple[object, ...]] = set()
    for _ in range(50):
        found = {
            (row.outcome, row.sets_done, row.provenance, row.pain_during, row.reason)
            for row in rows(quay, StretchEntry, "wim")
        }
        if found == set(expected):
            return
        phone.page.wait_for_timeout(100)
    assert found == set(expected)


def prescribe(phone: Phone, quay: Quay) -> None:
    """Two stretches, one on both sides twice a day, one once; the phone keeps their pages."""
    quay.prescribe("wim", "side-neck", "both", TWICE)
    quay.prescribe("wim", "chin-tuck-nod", "both", ONCE)
    for path in ("/stretches", "/stretches/start", "/stretches/side-neck"):
        phone.page.goto(path)
    kept = "return (await store.listPages(who)).map((page) => page.path)"
    for _ in range(50):
        if {"/stretches/start", "/stretches/side-neck"} <= set(phone.store(kept)):
            return
        phone.page.wait_for_timeout(100)
    raise AssertionError("the pages were not kept")


@pytest.fixture
def prescribed(wims, quay):
    """Wim's phone with two stretches."""
    prescribe(wims, quay)
    return wims


def test_a_stretch_is_led_through_side_by_side_and_counted(prescribed, quay):
    page = prescribed.page
    page.clock.install()
    open_guide(prescribed)
    expect(page.locator("#guide-start")).to_have_text("Start")
    start(prescribed)
    expect(page.locator("#guide-say")).to_have_text("Get ready: left side")
    page.clock.run_for(5100)
    expect(page.locator("#guide-say")).to_have_text("Hold, left side. 1 of 2")
    page.clock.run_for(10_000)
    expect(page.locator("#guide-say")).to_have_text("Change to the right side")
    page.clock.run_for(15_000)
    expect(page.locator("#guide-say")).to_have_text("Let go and rest. Left side next")
    # A tab that slept through the rest is right on its return.
    page.clock.fast_forward(30_000)
    expect(page.locator("#guide-done")).to_have_text("Well done. It is in your log.")
    holds(prescribed, quay, ("partly", 1, "timer", None, None))

    prescribed.rate("pain_during", 2, "#guide-rate")
    page.locator("#guide-again").click()
    page.locator("#guide-run").wait_for()
    page.clock.fast_forward(61_000)
    page.locator("#guide-rate").wait_for()
    expect(page.locator("#guide-again")).to_be_hidden()
    prescribed.rate("pain_during", 2, "#guide-rate")
    page.locator("#guide-next").click()
    expect(page.locator("#guide-name")).to_contain_text("hin")
    page.clock.fast_forward(16_000)
    page.locator("#guide-next").click()
    expect(page.locator("#guide-sum")).to_have_text("2 of 2")
    holds(prescribed, quay, ("done", 2, "timer", 2, None), ("done", 1, "timer", None, None))
    open_guide(prescribed)
    expect(page.locator("#guide-all")).to_be_visible()
    prescribed.watch.check()


def test_without_a_network_nothing_is_lost_and_it_goes_on_where_it_stopped(prescribed, quay):
    page = prescribed.page
    prescribed.offline()
    page.clock.install()
    open_guide(prescribed)
    start(prescribed)
    page.clock.fast_forward(61_000)
    page.locator("#guide-next").click()
    page.clock.run_for(6000)
    expect(page.locator("#guide-say")).to_have_text("Hold. 1 of 1")
    # The phone rang, the page was thrown away.
    open_guide(prescribed)
    expect(page.locator("#guide-start")).to_have_text("Go on where you stopped")
    start(prescribed)
    expect(page.locator("#guide-name")).to_contain_text("hin")
    expect(page.locator("#guide-say")).to_have_text("Get ready")
    page.clock.fast_forward(16_000)
    page.locator("#guide-next").click()
    expect(page.locator("#unsent")).to_have_text("2")
    assert rows(quay, StretchEntry, "wim") == []
    prescribed.online()
    holds(prescribed, quay, ("partly", 1, "timer", None, None), ("done", 1, "timer", None, None))


def test_with_the_server_stopped_it_runs_from_the_phone_alone(chromium, versioned):
    quay = Quay(versioned)
    phone = Phone(chromium, quay)
    phone.join("wim", 1970)
    phone.settle()
    prescribe(phone, quay)
    versioned.halt()
    phone.page.clock.install()
    open_guide(phone)
    start(phone)
    phone.page.clock.fast_forward(61_000)
    phone.page.locator("#guide-next").click()
    phone.page.goto("/stretches/side-neck")
    expect(phone.page.locator("h1").first).to_have_text("Ear to shoulder")
    expect(phone.page.locator("#unsent")).to_have_text("1")
    versioned.resume()
    phone.page.goto("/today")
    holds(phone, quay, ("partly", 1, "timer", None, None))
    phone.context.close()


def test_a_skipped_stretch_tells_why(prescribed, quay):
    page = prescribed.page
    open_guide(prescribed, "/stretches/side-neck")
    start(prescribed)
    page.locator("#guide-skip").click()
    expect(page.locator("#guide-why button")).to_have_count(7)
    page.locator("#guide-stay").click()
    page.keyboard.press("ArrowRight")
    page.locator("#guide-why [value=no_time]").click()
    page.locator("#guide-end").wait_for()
    holds(prescribed, quay, ("could_not", 0, "timer", None, "no_time"))


@pytest.mark.parametrize("when", ["during", "after"])
def test_too_much_pain_stops_kindly_and_is_in_the_log(when, prescribed, quay):
    page = prescribed.page
    page.clock.install()
    open_guide(prescribed)
    start(prescribed)
    if when == "during":
        page.locator("#guide-hurts").click()
        prescribed.rate("pain_during", 6, "#guide-ache")
        page.locator("#guide-ache .main").click()
    else:
        page.clock.fast_forward(61_000)
        prescribed.rate("pain_during", 8, "#guide-rate")
        page.locator("#guide-next").click()
    expect(page.locator("#guide-stop h2")).to_have_text("Stop here for today")
    expect(page.locator("#guide-stop a[href='/safety']")).to_be_visible()
    sets, pain = (0, 6) if when == "during" else (1, 8)
    holds(prescribed, quay, ("too_hard", sets, "timer", pain, "more_pain"))


def test_the_keys_pause_and_go_back(prescribed):
    page = prescribed.page
    page.clock.install()
    open_guide(prescribed)
    start(prescribed)
    page.clock.run_for(20_000)
    expect(page.locator("#guide-say")).to_have_text("Hold, right side. 1 of 2")
    page.keyboard.press("Space")
    expect(page.locator("#guide-say")).to_have_text("Paused. Nothing runs on.")
    page.clock.run_for(60_000)
    expect(page.locator("#guide-left")).to_have_text("10")
    page.keyboard.press("Space")
    page.clock.run_for(3000)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#guide-say")).to_have_text("Change to the right side")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#guide-say")).to_have_text("Get ready: left side")
    page.locator("#guide-sound").click()
    open_guide(prescribed)
    start(prescribed)
    expect(page.locator("#guide-sound")).to_have_text("Sound is off")
    prescribed.watch.check()
