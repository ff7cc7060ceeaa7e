"""Without a network: every page of a patient opens, the day can be logged, nothing is lost."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from tests.browser.phones import Phone, rows
from tests.support.phone_server import Nora
from tracker.domain.days import local_day
from tracker.store.schema import (
    AuthSession,
    Checkin,
    DiaryDay,
    SorenessEntry,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_every_page_opens_at_its_last_state(petras):
    petras.offline()
    for path, words in (
        ("/today", "How is it today?"),
        ("/progress", "Progress"),
        ("/stretches", "Your stretches"),
        ("/me", "Petra Lund"),
        ("/unsent", "What waits on this phone"),
        ("/safety", "Does something feel wrong?"),
        ("/progress?range=12w", "Progress"),
    ):
        petras.page.goto(path)
        expect(petras.page.locator("h1"), path).to_have_text(words)
        assert petras.page.evaluate("() => document.styleSheets[0].cssRules.length > 100")
    petras.page.goto("/nowhere")
    expect(petras.page.locator("h1")).to_have_text("No network")


def test_the_drawing_of_a_stretch_is_there_without_a_network(chromium, demo):
    phone = Phone(chromium, base_url=demo.address, timezone_id="Europe/London")
    page = phone.page
    page.goto("/sign-in")
    page.locator("form:has([value='pat@demo.example']) button").click()
    page.wait_for_url("**/today")
    phone.settle()
    page.goto("/stretches")
    page.locator(".cards a").first.click()
    page.wait_for_url("**/stretches/*")
    # The timer keeps a copy of its own out of sight.
    box = page.locator(".figure-box:visible")
    drawing, still = box.locator("img.moving"), box.locator("img.still")
    expect(drawing).to_be_visible()
    wait_until_kept(phone)
    phone.offline()
    page.reload()
    assert drawing.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    box.locator(".motion input").check()
    expect(still).to_be_visible()
    assert still.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    page.emulate_media(reduced_motion="reduce")
    box.locator(".motion input").uncheck()
    expect(still).to_be_visible()
    expect(drawing).to_be_hidden()
    phone.context.close()


KEPT = """async () => {
  const shown = [...document.querySelectorAll("img.figure")].map((one) => one.src);
  const kept = await Promise.all(shown.map((src) => caches.match(src)));
  return kept.every(Boolean);
}"""


def wait_until_kept(phone: Phone) -> None:
    """The worker keeps a page's drawings after the page."""
    for _ in range(100):
        if phone.page.evaluate(KEPT):
            return
        time.sleep(0.1)
    raise AssertionError("the drawings were not kept")


def test_a_day_is_saved_at_once_and_sent_when_there_is_a_network(petras, quay):
    petras.offline()
    petras.today()
    petras.rate("pain_average", 7)
    petras.rate("soreness", 3, "#sore section:nth-of-type(1)")
    petras.save("Saved on this phone")
    expect(petras.page.locator("#unsent")).to_have_text("2")
    petras.page.reload()
    expect(petras.page.locator("[name=pain_average][value='7']")).to_be_checked()
    expect(petras.page.locator("#state")).to_have_text("Saved on this phone")
    assert rows(quay, Checkin, "petra") == []

    petras.online()
    expect(petras.page.locator("#unsent")).to_be_hidden()
    (checkin,) = rows(quay, Checkin, "petra")
    (soreness,) = rows(quay, SorenessEntry, "petra")
    assert (checkin.pain_average, soreness.soreness) == (7, 3)
    assert not checkin.is_backfilled
    petras.today()
    expect(petras.page.locator("[name=pain_average][value='7']")).to_be_checked()


def test_offline_amendments_become_one_entry(wims, quay):
    wims.offline()
    wims.today()
    wims.rate("pain_average", 7)
    wims.save("Saved on this phone")
    wims.rate("pain_average", 2)
    wims.page.locator(".more summary").click()
    wims.page.locator("[name=note]").fill("Better by evening.")
    wims.page.locator("#save").click()
    expect(wims.page.locator("#save")).not_to_have_attribute("aria-busy", "true")
    wims.page.reload()
    expect(wims.page.locator("[name=note]")).to_have_value("Better by evening.")
    expect(wims.page.locator("#unsent")).to_have_text("1")
    wims.online()
    expect(wims.page.locator("#unsent")).to_be_hidden()
    (checkin,) = rows(quay, Checkin, "wim")
    (day,) = rows(quay, DiaryDay, "wim")
    assert (checkin.pain_average, checkin.rev, day.note) == (2, 1, "Better by evening.")


def test_where_it_hurts_is_tapped_on_the_body_without_a_network(petras, quay):
    petras.offline()
    petras.today()
    page = petras.page
    petras.rate("pain_average", 4)
    petras.rate("soreness", 3)
    page.locator("details.more:has([data-places]) summary").first.click()
    chest = page.locator(".places .body-map [data-place='chest left']").first
    # The patient's left lies on the right of the picture.
    chest.click()
    expect(chest).to_have_class("region on")
    row = page.locator(".place-row").first
    expect(row.locator("select").first).to_have_value("chest left")
    row.locator("select").last.select_option("7")
    page.locator("details.sites summary").first.click()
    site = page.locator(".sites .body-map [data-place]").first
    place = site.get_attribute("data-place")
    site.click(force=True)
    expect(page.locator(f".sites input[value='{place}']").first).to_be_checked()
    petras.save("Saved on this phone")
    page.reload()
    page.locator("#day[data-ready]").wait_for()
    expect(page.locator(".place-row select").first).to_have_value("chest left")
    expect(page.locator(f".sites input[value='{place}']").first).to_be_checked()
    petras.online()
    expect(page.locator("#unsent")).to_be_hidden()
    found = [row for row in rows(quay, Checkin, "petra") if row.regions]
    assert [row.regions for row in found] == [[{"region": "chest", "side": "left", "pain": 7}]]
    (soreness,) = rows(quay, SorenessEntry, "petra")
    assert f"{soreness.muscle} {soreness.side}" == place


def test_a_missed_day_is_filled_in_without_a_network(wims, quay, today):
    wims.offline()
    wims.today()
    missed = today - timedelta(days=2)
    wims.page.locator(f"#week a[data-day='{missed}']").click()
    wims.page.locator("#day[data-ready]").wait_for()
    expect(wims.page.locator("h1")).to_have_text("How was this day?")
    expect(wims.page.locator("#state")).to_have_text("you add this later")
    wims.rate("pain_average", 5)
    wims.save("Saved on this phone")
    wims.today()
    expect(wims.page.locator("[name=pain_average]:checked")).to_have_count(0)
    expect(wims.page.locator(f"#week a[data-day='{missed}'].logged")).to_have_count(1)
    wims.online()
    expect(wims.page.locator("#unsent")).to_be_hidden()
    (checkin,) = rows(quay, Checkin, "wim")
    assert (checkin.local_date, checkin.pain_average, checkin.is_backfilled) == (missed, 5, True)


def test_a_page_that_is_days_old_is_about_today(petras, quay, today):
    petras.offline()
    later = datetime.now(UTC) + timedelta(days=3, hours=2)
    petras.page.clock.install(time=later)
    petras.today()
    day = local_day(later, quay.server.zone)
    expect(petras.page.locator("[name=local_date]")).to_have_value(day.isoformat())
    expect(petras.page.locator("#date")).to_contain_text(str(day.day))
    expect(petras.page.locator("h1")).to_have_text("How is it today?")
    expect(petras.page.locator("[name^=pain_average]:checked")).to_have_count(0)
    told = petras.page.locator(".since-needling").first
    expect(told).to_have_text("3 days ago")
    assert petras.page.locator("#week li").count() <= 7
    expect(petras.page.locator("#week li:last-child a")).to_have_attribute("data-day", str(day))


def test_a_page_that_stayed_open_overnight_asks_which_day(wims, quay, today):
    wims.offline()
    wims.page.clock.install(time=datetime.now(UTC))
    wims.today()
    wims.rate("pain_average", 6)
    wims.page.clock.fast_forward(timedelta(days=1).total_seconds() * 1000)
    wims.page.locator("#save").click()
    ask = wims.page.locator(".which-day button")
    expect(ask).to_have_count(2)
    ask.first.click()
    expect(wims.page.locator("#unsent")).to_have_text("1")
    (said,) = wims.store("return (await queue.items(who)).map((item) => item.operation)")
    assert (said["local_date"], said["data"]["pain_average"]) == (today.isoformat(), 6)


def test_stretches_of_the_day_are_logged_too(chromium, demo):
    phone = Phone(chromium, base_url=demo.address, timezone_id="Europe/London")
    page, context = phone.page, phone.context
    page.goto("/sign-in")
    page.locator("form:has([value='pat@demo.example']) button").click()
    page.wait_for_url("**/today")
    phone.settle()
    phone.offline()
    page.locator("#day[data-ready]").wait_for()
    weekend = page.evaluate("() => [0, 6].includes(new Date().getDay())")
    if not weekend:
        page.locator("label.all-done").click()
    page.locator("label:has([name=pain_average][value='3'])").click()
    page.locator("#save").click()
    expect(page.locator("#state")).to_have_text("Saved on this phone")
    page.goto("/unsent")
    if not weekend:
        expect(page.locator("#list")).to_contain_text("done")
    expect(page.locator("#list")).to_contain_text("Pain 3")
    # The demo is everybody's: nothing of this is sent.
    context.close()


def test_what_is_not_taken_can_be_mended(wims, quay, today):
    wims.offline()
    wims.today()
    wims.rate("pain_average", 6)
    wims.page.locator(".more summary").click()
    wims.page.locator("[name=note]").fill("x" * 2001)
    wims.save("Saved on this phone")
    wims.online()
    notes = wims.page.locator("#notes")
    expect(notes).to_contain_text("1 entry needs a look")
    notes.get_by_role("link", name="Look").click()
    line = wims.page.locator("#list li")
    expect(line).to_contain_text("not taken")
    expect(line).to_contain_text("2,000 characters")
    line.get_by_role("link", name="Mend").click()
    wims.page.locator("#day[data-ready]").wait_for()
    wims.page.locator(".more summary").click()
    expect(wims.page.locator("[name=note]")).to_have_value("x" * 2001)
    wims.page.locator("[name=note]").fill("short")
    wims.save("Sent")
    expect(wims.page.locator("#unsent")).to_be_hidden()
    (day,) = rows(quay, DiaryDay, "wim")
    assert day.note == "short"


def test_what_waits_can_be_kept_as_a_file_or_let_go_and_taken_back(wims, quay):
    wims.offline()
    wims.today()
    wims.rate("pain_average", 6)
    wims.save("Saved on this phone")
    wims.page.goto("/unsent")
    expect(wims.page.locator("#list li")).to_contain_text("Left shoulder: Pain 6")
    with wims.page.expect_download() as started:
        wims.page.locator("#file").click()
    kept = json.loads(started.value.path().read_text())
    assert [one["data"]["pain_average"] for one in kept["operations"]] == [6]
    wims.page.locator("#retry").click()
    expect(wims.page.locator("#notes")).to_contain_text("Still no network")
    wims.page.get_by_role("button", name="Delete").click()
    expect(wims.page.locator("#none")).to_be_visible()
    wims.page.get_by_role("button", name="Undo").click()
    expect(wims.page.locator("#list li")).to_have_count(1)
    wims.online()
    expect(wims.page.locator("#none")).to_be_visible()
    assert [row.pain_average for row in rows(quay, Checkin, "wim")] == [6]


def test_the_page_at_rest_sends_by_itself_after_the_session_is_back(wims, quay):
    wims.today()
    with quay.server.hub.database.door(writes=True) as door:
        door.run(update(AuthSession).values(ended_at=datetime.now(UTC)))
    wims.watch.allowed.add(401)
    wims.rate("pain_average", 8)
    wims.save("Saved on this phone")
    expect(wims.page.locator("#notes")).to_contain_text("Sign in again to send them")
    assert rows(quay, Checkin, "wim") == []
    with quay.server.hub.database.door(writes=True) as door:
        door.run(update(AuthSession).values(ended_at=None))
    wims.page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(wims.page.locator("#state")).to_have_text("Sent")
    assert [row.pain_average for row in rows(quay, Checkin, "wim")] == [8]
    expect(wims.page.locator("#notes")).not_to_contain_text("Sign in")


# Which copy is shown.


def test_a_page_is_kept_under_its_final_address(wims):
    wims.page.goto("/")
    wims.page.wait_for_url("**/today")
    wims.page.goto("/progress?range=12w")
    wims.page.goto("/today?date=2000-01-01")
    wims.page.wait_for_load_state("networkidle")
    kept = set(wims.store("return (await store.listPages(who)).map((page) => page.path)"))
    assert {"/today", "/progress"} <= kept
    assert not {"/", "/sign-in"} & kept
    wims.offline()
    wims.today()
    expect(wims.page.locator("h1")).to_have_text("Left shoulder: how is it today?")
    wims.page.goto("/progress")
    expect(wims.page.locator(".ranges [aria-current]")).to_have_attribute("href", re.compile("2w"))


def test_a_slow_network_is_none_where_a_page_is_kept(chromium, versioned):
    phone = Phone(chromium, base_url=versioned.address, timezone_id=versioned.zone)
    phone.context.add_cookies(
        [{"name": "aftercare", "value": Nora(versioned).cookie, "url": versioned.address}]
    )
    phone.today()
    phone.settle()
    quick: Any = versioned.app

    def slow(environ, start_response):
        time.sleep(9)
        return quick(environ, start_response)

    versioned.app = slow
    begun = time.monotonic()
    phone.today()
    waited = time.monotonic() - begun
    expect(phone.page.locator("html[data-kept]")).to_have_count(1)
    assert 2.5 < waited < 6
    versioned.app = quick
    phone.today()
    expect(phone.page.locator("html[data-kept]")).to_have_count(0)
    phone.context.close()
