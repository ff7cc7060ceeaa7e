"""What somebody logs on a phone is not lost to haste, to a second tab or to a bad answer."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import select

from tests.support.browser import PHONE
from tests.support.killable import until
from tests.support.killing import OUTBOX
from tests.support.phone_server import Nora, PhoneServer
from tracker.domain.errors import Invalid
from tracker.services import sync
from tracker.store.schema import Checkin, DiaryDay, SorenessEntry

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOTE = "#notes [data-note={}]"
SAVED, FAULT = NOTE.format("saved"), NOTE.format("fault")
SESSION, SYNC, DAYS = "**/api/v1/session", "**/api/v1/sync", "**/api/v1/days"


@pytest.fixture
def server(tmp_path):
    """A clinic's server that can be stopped and started on its port."""
    with PhoneServer(tmp_path) as running:
        yield running


@pytest.fixture
def nora(server):
    """A patient with two complaints."""
    return Nora(server)


@pytest.fixture
def phone(chromium, server, nora):
    """Her phone, signed in."""
    made = chromium.new_context(base_url=server.address, viewport=PHONE, timezone_id=server.zone)
    made.set_default_timeout(10_000)
    # No worker comes between a page and the answers that a test gives it.
    made.add_init_script("delete Navigator.prototype.serviceWorker;")
    cookie = {"name": "aftercare", "value": nora.cookie, "url": server.address}
    made.add_cookies([cookie])
    yield made
    made.close()


@pytest.fixture
def tab(phone):
    """The first tab."""
    return phone.new_page()


def open_day(page, path="/today"):
    page.goto(path)
    page.wait_for_selector("form#day[data-ready]", state="attached")
    # The first fetch of the days shows them once more.
    page.wait_for_timeout(300)


def rate(page, value, name="pain_average"):
    page.locator(f"label:has([name={name}][value='{value}'])").first.click()


def write_note(page, text):
    page.locator(".more summary").first.click()
    page.locator("[name=note], [name^=note-]").first.fill(text)


def save(page):
    page.locator("#save").click()


def one_of(server, column):
    with server.hub.database.door() as door:
        return door.session.scalars(select(column)).all()


def sent(page):
    expect(page.locator(SAVED)).to_have_text("Saved and sent to your clinic.")


def drained(page):
    assert until(page, f"async () => !(await ({OUTBOX})()).length")


# Haste.


def test_what_is_saved_while_the_last_entry_is_being_sent_is_kept_too(tab, server):
    open_day(tab)
    tab.route(SESSION, lambda route: None)  # no answer for a long time
    rate(tab, 3)
    save(tab)
    expect(tab.locator(SAVED)).to_contain_text("Saved on this phone")
    rate(tab, 5)
    save(tab)
    tab.wait_for_timeout(500)
    tab.unroute(SESSION)
    open_day(tab)
    drained(tab)
    assert one_of(server, Checkin.pain_average) == [5]


def test_a_tap_stands_while_the_page_looks_something_up(tab):
    open_day(tab)
    tab.evaluate("""() => {
      document.dispatchEvent(new Event("aftercare:days"));
      document.querySelector("[name=pain_average][value='7']").click();
    }""")
    tab.wait_for_timeout(500)
    assert tab.locator("[name=pain_average][value='7']").first.is_checked()


@pytest.mark.parametrize("name", ["pain_average", "soreness"])
def test_what_is_tapped_before_the_script_has_loaded_is_not_taken_for_the_servers(
    tab, server, name
):
    open_day(tab)
    rate(tab, 3)
    save(tab)
    sent(tab)
    tab.evaluate("() => new Promise((done) => {"
                  " indexedDB.deleteDatabase('aftercare').onsuccess = done; })")  # fmt: skip
    held: list[Route] = []
    tab.route("**/js/today.js", lambda route: held.append(route))  # noqa: PLW0108 - playwright binds no builtin
    tab.goto("/today", wait_until="commit")
    rate(tab, 8, name)
    tab.wait_for_timeout(200)
    for route in held:
        route.continue_()
    tab.wait_for_selector("form#day[data-ready]", state="attached")
    tab.wait_for_timeout(500)
    save(tab)
    sent(tab)
    column = Checkin.pain_average if name == "pain_average" else SorenessEntry.soreness
    assert one_of(server, column) == [8]


# A page as the server made it.


def test_what_a_page_holds_in_reserve_for_other_days_is_not_shown(tab, server):
    asked = tab.request.get(f"{server.address}/today").text()
    shown = re.sub(r"<template>.*?</template>", "", asked, flags=re.DOTALL).count("data-session=")
    assert asked.count("data-session=") > shown
    open_day(tab)
    assert tab.locator("#day [data-session]:visible").count() == shown


# Two tabs.


@pytest.mark.parametrize("is_up", [True, False], ids=["with-network", "without-network"])
def test_a_tab_does_not_wipe_what_another_one_has_written(tab, phone, server, is_up):
    open_day(tab)
    other = phone.new_page()
    open_day(other)
    if not is_up:
        server.halt()
    rate(other, 4)
    write_note(other, "Stairs were hard.")
    save(other)
    expect(other.locator(SAVED)).to_contain_text("sent" if is_up else "Saved on this phone")
    rate(tab, 6)
    save(tab)
    expect(tab.locator(SAVED)).to_contain_text("sent" if is_up else "Saved on this phone")
    if not is_up:
        server.resume()
    open_day(tab)
    drained(tab)
    assert one_of(server, Checkin.pain_average) == [6]
    assert one_of(server, DiaryDay.note) == ["Stairs were hard."]


# Bad answers.


def test_what_the_server_refused_is_not_called_sent(tab, monkeypatch):
    def refuse(*_given):
        raise Invalid({"pain_average": ["scale"]})

    monkeypatch.setattr(sync, "apply", refuse)
    open_day(tab)
    rate(tab, 4)
    save(tab)
    expect(tab.locator(NOTE.format("count"))).to_contain_text("needs a look")
    expect(tab.locator(SAVED).filter(has_text="sent")).to_have_count(0)


@pytest.mark.parametrize("path", [SESSION, SYNC])
def test_a_page_in_the_place_of_an_answer_is_no_answer(tab, server, path):
    open_day(tab)
    tab.route(path, lambda route: route.fulfill(body="<h1>Hotel</h1>", content_type="text/html"))
    rate(tab, 4)
    save(tab)
    tab.wait_for_timeout(700)
    expect(tab.locator(SAVED)).to_contain_text("Saved on this phone")
    expect(tab.locator(FAULT)).to_have_count(0)
    tab.unroute(path)
    open_day(tab)
    drained(tab)
    assert one_of(server, Checkin.pain_average) == [4]


def test_an_old_answer_about_the_days_does_not_bury_what_was_sent_since(tab, server):
    open_day(tab)
    rate(tab, 4)
    save(tab)
    sent(tab)
    tab.wait_for_timeout(500)
    old = tab.request.get(f"{server.address}/api/v1/days").text()
    held: list[Route] = []
    tab.evaluate("""async () => {
      const src = document.querySelector("script[src$='/js/patient.js']").src;
      const store = await import(src.replace(/patient.js$/, "store.js"));
      await store.writeMeta("fetched", null);
    }""")

    def give(route):
        if held:
            route.continue_()
        else:
            held.append(route)

    tab.route(DAYS, give)
    tab.goto("/today")
    tab.wait_for_selector("form#day[data-ready]", state="attached")
    tab.wait_for_timeout(300)
    assert len(held) == 1
    rate(tab, 9)
    save(tab)
    sent(tab)
    tab.wait_for_timeout(500)
    held[0].fulfill(body=old, content_type="application/json")
    tab.wait_for_timeout(700)
    assert json.loads(old)["checkins"][0]["pain_average"] == 4
    assert tab.locator("[name=pain_average][value='9']").first.is_checked()


# A phone that can't keep anything.


def test_where_the_phone_keeps_nothing_saving_says_so_or_goes_straight_to_the_server(tab, server):
    tab.add_init_script(
        "IDBFactory.prototype.open = () => { throw new DOMException('', 'UnknownError'); };"
    )
    tab.goto("/today")
    tab.wait_for_timeout(700)
    rate(tab, 4)
    save(tab)
    tab.wait_for_timeout(1500)
    is_told = tab.locator(FAULT).count() or tab.locator(".flash.saved").count()
    assert is_told or one_of(server, Checkin.pain_average) == [4]


def test_where_no_worker_can_be_installed_an_entry_is_sent_and_called_so(tab, server):
    tab.add_init_script("""
      Object.defineProperty(Navigator.prototype, "serviceWorker", { configurable: true, value: {
        ready: new Promise(() => {}), controller: null, addEventListener() {},
        register: () => Promise.reject(new Error()), getRegistration: () => Promise.resolve(),
      }});
    """)
    open_day(tab)
    rate(tab, 4)
    save(tab)
    sent(tab)
    rate(tab, 5)
    save(tab)
    expect(tab.locator("#save")).to_be_visible()
    tab.wait_for_timeout(500)
    assert one_of(server, Checkin.pain_average) == [5]


def test_an_entry_for_a_past_day_without_a_network_is_sent_once(tab, server, nora):
    day = nora.today - timedelta(days=3)
    open_day(tab, f"/today?date={day}")
    server.halt()
    rate(tab, 4)
    save(tab)
    expect(tab.locator(SAVED)).to_contain_text("Saved on this phone")
    server.resume()
    open_day(tab, f"/today?date={day}")
    drained(tab)
    assert one_of(server, Checkin.local_date) == [day]
