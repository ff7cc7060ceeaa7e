"""Without a network: every page of a patient opens, the day can be logged, nothing is lost or told."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from tests.browser.test_pwa import wait_for_worker
from tests.browser.world import Quay
from tests.support.browser import PHONE, Watch
from tests.support.killing import Nora, PhoneServer
from tracker.domain.days import local_day
from tracker.store.schema import (
    AuthSession,
    Checkin,
    DiaryDay,
    SorenessEntry,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Phone:
    """Petra's or Wim's phone at a clinic of the test's own."""

    def __init__(self, browser, quay: Quay | None = None, **where) -> None:
        self.links = quay.links if quay else {}
        if quay:
            where = {"base_url": quay.server.address, "timezone_id": quay.server.zone}
        self.context = browser.new_context(viewport=PHONE, has_touch=True, locale="en-GB", **where)
        self.page: Page = self.context.new_page()
        self.watch = Watch(self.page)

    def join(self, name: str, year: int) -> None:
        """Come in by the clinic's link."""
        self.page.goto(self.links[name])
        self.page.locator("[name=name]").fill(f"{name.title()} Lund")
        self.page.locator("[name=year_of_birth]").fill(str(year))
        self.page.locator("[name=agrees]").check()
        self.page.locator("button.main").click()
        self.page.wait_for_url("**/today")

    def settle(self) -> None:
        """Until the worker has kept every page."""
        wait_for_worker(self.page)
        kept: list[str] = []
        for _ in range(100):
            kept = self.store("return (await store.listPages(who)).map((page) => page.path)")
            if {"/today", "/progress", "/stretches", "/me", "/unsent"} <= set(kept):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"the worker kept {kept} alone")

    def offline(self) -> None:
        """No network at all; the browser's own words about it are no faults of ours."""
        self.context.set_offline(True)
        self.watch.faults.clear()

    def online(self) -> None:
        """The network is back."""
        self.watch.faults.clear()
        self.context.set_offline(False)

    def today(self, address: str = "/today") -> None:
        """Open the day's page and wait for its script."""
        self.page.goto(address)
        self.page.locator("#day[data-ready]").wait_for()

    def rate(self, name: str, value: int, within: str = "") -> None:
        """Tap a number."""
        self.page.locator(f"{within} label:has([name^={name}][value='{value}'])").first.click()

    def save(self, state: str) -> None:
        """Save, and read what the page's corner says."""
        self.page.locator("#save").click()
        expect(self.page.locator("#state")).to_have_text(state)

    def store(self, body: str):
        """Run something with the phone's own store; `who` is the person."""
        return self.page.evaluate(
            f"""async () => {{
              const url = document.querySelector("script[src*='js/']").src;
              const at = (name) => import(url.replace(/[^/]+$/, name));
              const [store, queue] = [await at("store.js"), await at("queue.js")];
              const who = await store.readMeta("who");
              {body}
            }}"""
        )


@pytest.fixture
def quay(clinic_server):
    return Quay(clinic_server)


@pytest.fixture
def phone(chromium, quay):
    """Petra's phone: two complaints, both needled today; everything kept."""
    phone = Phone(chromium, quay)
    phone.join("petra", 1985)
    phone.settle()
    yield phone
    phone.context.close()


@pytest.fixture
def wims(chromium, quay):
    """Wim's phone: one complaint for twenty days, no needles."""
    phone = Phone(chromium, quay)
    phone.join("wim", 1970)
    phone.settle()
    yield phone
    phone.context.close()


@pytest.fixture
def today(clinic_server) -> date:
    return local_day(datetime.now(UTC), clinic_server.zone)


def rows(quay: Quay, model, name: str) -> list[Any]:
    """What the clinic holds of somebody."""
    with quay.server.hub.database.door() as door:
        found = door.session.scalars(select(model).where(model.patient_id == quay.ids[name])).all()
        door.session.expunge_all()
        return list(found)


def test_every_page_opens_at_its_last_state(phone):
    phone.offline()
    for path, words in (
        ("/today", "How is it today?"),
        ("/progress", "Progress"),
        ("/stretches", "Your stretches"),
        ("/me", "Petra Lund"),
        ("/unsent", "What waits on this phone"),
        ("/safety", "Does something feel wrong?"),
        ("/progress?range=12w", "Progress"),
    ):
        phone.page.goto(path)
        expect(phone.page.locator("h1"), path).to_have_text(words)
        assert phone.page.evaluate("() => document.styleSheets[0].cssRules.length > 100")
    phone.page.goto("/nowhere")
    expect(phone.page.locator("h1")).to_have_text("No network")


def test_a_day_is_saved_at_once_and_sent_when_there_is_a_network(phone, quay):
    phone.offline()
    phone.today()
    phone.rate("pain_average", 7)
    phone.rate("soreness", 3, "#sore section:nth-of-type(1)")
    phone.save("Saved on this phone")
    expect(phone.page.locator("#unsent")).to_have_text("2")
    phone.page.reload()
    expect(phone.page.locator("[name=pain_average][value='7']")).to_be_checked()
    expect(phone.page.locator("#state")).to_have_text("Saved on this phone")
    assert rows(quay, Checkin, "petra") == []

    phone.online()
    expect(phone.page.locator("#unsent")).to_be_hidden()
    (checkin,) = rows(quay, Checkin, "petra")
    (soreness,) = rows(quay, SorenessEntry, "petra")
    assert (checkin.pain_average, soreness.soreness) == (7, 3)
    assert not checkin.is_backfilled
    phone.today()
    expect(phone.page.locator("[name=pain_average][value='7']")).to_be_checked()


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


def test_a_page_that_is_days_old_is_about_today(phone, quay, today):
    phone.offline()
    later = datetime.now(UTC) + timedelta(days=3, hours=2)
    phone.page.clock.install(time=later)
    phone.today()
    day = local_day(later, quay.server.zone)
    expect(phone.page.locator("[name=local_date]")).to_have_value(day.isoformat())
    expect(phone.page.locator("#date")).to_contain_text(str(day.day))
    expect(phone.page.locator("h1")).to_have_text("How is it today?")
    expect(phone.page.locator("[name^=pain_average]:checked")).to_have_count(0)
    told = phone.page.locator(".since-needling").first
    expect(told).to_have_text("3 days ago")
    assert phone.page.locator("#week li").count() <= 7
    expect(phone.page.locator("#week li:last-child a")).to_have_attribute("data-day", str(day))


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


# What a phone keeps.

SPY = """
  const texts = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys())
      if (!request.url.includes("/static/"))
        texts.push(await (await caches.match(request)).text());
  const base = await store.openStore();
  for (const name of base.objectStoreNames) {
    const rows = await new Promise((done) => {
      const asked = base.transaction(name).objectStore(name).getAll();
      asked.onsuccess = () => done(asked.result);
    });
    for (const row of rows) {
      texts.push(JSON.stringify(row));
      for (const box of [row?.box, row?.errors])
        if (box) texts.push(new TextDecoder().decode(box.data));
    }
  }
  return texts.join(" ");
"""


def test_what_the_phone_keeps_is_sealed(phone):
    phone.offline()
    phone.today()
    phone.rate("pain_average", 7)
    phone.page.locator(".more summary").first.click()
    phone.page.locator("[name=note]").fill("Nobody's business.")
    phone.save("Saved on this phone")
    kept = phone.store(SPY)
    assert "/today" in kept
    for told in ("Nobody's business", "Petra", "Left shoulder", '"pain_average":'):
        assert told not in kept
    keys = phone.store(
        "return [(await store.readKeys(who)).device].map((key) => [key.type, key.extractable])"
    )
    assert keys == [["secret", False]]


def test_a_phone_keeps_no_more_than_fourteen_days(wims, today):
    wims.today()
    wims.store(
        """for (let n = 0; n < 40; n += 1) {
          const day = new Date(Date.now() - n * 86400000).toISOString().slice(0, 10);
          await queue.learn(who, day, { checkins: {}, days: {}, soreness: {}, stretches: {} });
        }"""
    )
    wims.page.reload()
    wims.page.wait_for_load_state("networkidle")
    days = wims.store("return (await store.readDays(who, '0000', '9999')).map((row) => row.day)")
    assert today.isoformat() in days
    assert min(days) >= (today - timedelta(days=13)).isoformat()


def test_a_pin_locks_pages_and_never_safety_or_what_waits(wims, quay):
    page = wims.page
    page.goto("/me")
    page.locator("#pin-box summary").click()
    page.locator("#pin").fill("4711")
    page.locator("#pin-again").fill("4712")
    page.locator("#pin-on button").click()
    expect(page.locator("#pin-on .fault")).to_have_text("The two PINs are not the same.")
    page.locator("#pin-again").fill("4711")
    page.locator("#pin-on button").click()
    expect(page.locator("#notes")).to_contain_text("The PIN is set")
    wims.today()
    wims.settle()
    wims.offline()
    wims.today()
    wims.rate("pain_average", 4)
    wims.save("Saved on this phone")

    # The worker forgets the key as soon as it ends, and with it everybody.
    forget_workers(wims)
    page.goto("/today")
    expect(page.locator("h1")).to_have_text("Your PIN for this phone")
    assert "Left shoulder" not in page.content()
    page.goto("/safety")
    expect(page.locator(".rung.red")).to_be_visible()
    page.goto("/today")
    page.locator("#pin").fill("0000")
    page.locator("#unlock .main").click()
    expect(page.locator("#wrong")).to_be_visible()
    expect(page.locator("#pin")).to_be_enabled()
    page.locator("#pin").fill("4711")
    page.locator("#unlock .main").click()
    expect(page.locator("#day[data-ready] [name=pain_average][value='4']")).to_be_checked()
    page.goto("/progress")
    expect(page.locator("h1")).to_have_text("Progress")

    forget_workers(wims)
    wims.online()
    page.goto("/today")
    expect(page.locator("h1")).to_have_text("Your PIN for this phone")
    page.locator("#pin").fill("4711")
    page.locator("#unlock .main").click()
    expect(page.locator("#day[data-ready]")).to_be_visible()
    expect(page.locator("#unsent")).to_be_hidden()
    assert [row.pain_average for row in rows(quay, Checkin, "wim")] == [4]


def forget_workers(phone: Phone) -> None:
    """The worker knows no key any more, as after the browser ended it because nobody needed it."""
    # From a page that knows no key: one that does hands it on when it is left.
    phone.page.goto("/offline")
    phone.page.evaluate(
        "() => navigator.serviceWorker.controller.postMessage({kind: 'unlock', who: null, key: null})"
    )


def test_signing_out_warns_of_what_would_be_lost(wims, quay):
    wims.today()
    wims.rate("pain_average", 5)
    wims.page.locator(".more summary").click()
    wims.page.locator("[name=note]").fill("x" * 2001)
    wims.page.locator("#save").click()
    expect(wims.page.locator("#notes")).to_contain_text("1 entry needs a look")
    wims.page.goto("/me")
    wims.page.locator("#sign-out button").click()
    box = wims.page.locator("#leaving")
    expect(box.locator("h2")).to_have_text("1 entry has not been sent. It would be lost.")
    box.get_by_role("button", name="Stay signed in").click()
    expect(box).to_be_hidden()
    assert wims.store("return store.countOutbox(who)") == 1
    wims.page.locator("#sign-out button").click()
    box.get_by_role("button", name="Delete them and sign out").click()
    wims.page.wait_for_url("**/sign-in")
    assert rows(quay, Checkin, "wim") == []


def test_signing_out_sends_first_and_then_forgets(wims, quay):
    wims.offline()
    wims.today()
    wims.rate("pain_average", 5)
    wims.save("Saved on this phone")
    wims.page.goto("/me")
    # Back so late that only signing out itself can send it.
    wims.page.evaluate(
        "() => window.addEventListener('online', (e) => e.stopImmediatePropagation(), true)"
    )
    wims.online()
    wims.page.locator("#sign-out button").click()
    wims.page.wait_for_url("**/sign-in")
    assert [row.pain_average for row in rows(quay, Checkin, "wim")] == [5]
    wims.page.wait_for_load_state("networkidle")
    kept = wims.page.evaluate(
        """async () => {
          const url = document.querySelector("script[src*='js/']").src;
          const store = await import(url.replace(/[^/]+$/, "store.js"));
          const base = await store.openStore();
          const left = [];
          for (const name of ["keys", "outbox", "days", "pages"]) {
            left.push(await new Promise((done) => {
              const asked = base.transaction(name).objectStore(name).count();
              asked.onsuccess = () => done(asked.result);
            }));
          }
          return left;
        }"""
    )
    assert kept == [0, 0, 0, 0]


def test_the_background_sync_sends_with_no_page_open(wims, quay):
    wims.offline()
    wims.today()
    wims.rate("pain_average", 9)
    wims.save("Saved on this phone")
    wims.page.goto("about:blank")
    wims.online()
    for _ in range(50):
        if rows(quay, Checkin, "wim"):
            break
        wims.page.wait_for_timeout(100)
    assert [row.pain_average for row in rows(quay, Checkin, "wim")] == [9]


def test_two_tabs_say_the_same(wims, quay):
    wims.offline()
    wims.today()
    other = wims.context.new_page()
    other.goto("/today")
    other.locator("#day[data-ready]").wait_for()
    wims.rate("pain_average", 3)
    wims.save("Saved on this phone")
    expect(other.locator("#unsent")).to_have_text("1")
    wims.online()
    expect(other.locator("#unsent")).to_be_hidden()
    assert [row.pain_average for row in rows(quay, Checkin, "wim")] == [3]
    other.close()


def test_a_form_that_needs_the_server_says_so(phone):
    phone.offline()
    phone.page.goto("/me")
    phone.page.locator("form:has(#email) button").click()
    expect(phone.page.locator("#notes")).to_contain_text("This needs a network")
    expect(phone.page).to_have_url(re.compile(r"/me$"))


def test_a_full_phone_says_that_nothing_was_saved(wims):
    wims.today()
    wims.page.evaluate(
        """() => {
          IDBObjectStore.prototype.add = () => {
            throw new DOMException("no room", "QuotaExceededError");
          };
        }"""
    )
    wims.rate("pain_average", 5)
    wims.page.locator("#save").click()
    expect(wims.page.locator("#notes")).to_contain_text("This phone's storage is full.")
    expect(wims.page.locator("#state")).not_to_contain_text("Saved")
    expect(wims.page.locator("[name=pain_average][value='5']")).to_be_checked()
    wims.watch.faults.clear()


# A new version of the app.


@pytest.fixture
def versioned(tmp_path):
    """A clinic whose app can be replaced by a newer one."""
    with PhoneServer(tmp_path) as running:
        yield running


def kept_versions(page: Page) -> set[str]:
    names = page.evaluate("async () => await caches.keys()")
    return {name.removeprefix("kept-") for name in names if name.startswith("kept-")}


def sheet_of(page: Page) -> str:
    return page.locator("link[rel=stylesheet]").first.get_attribute("href") or ""


def test_a_new_version_waits_for_a_tap_and_the_old_one_goes_on_working(chromium, versioned):
    phone = Phone(chromium, base_url=versioned.address, timezone_id=versioned.zone)
    nora = Nora(versioned)
    phone.context.add_cookies(
        [{"name": "aftercare", "value": nora.cookie, "url": versioned.address}]
    )
    page = phone.page
    phone.today()
    phone.settle()
    old = versioned.version
    versioned.upgrade()
    page.evaluate("async () => (await navigator.serviceWorker.ready).update()")
    update = page.get_by_role("button", name="Use it now")
    expect(update).to_be_visible()
    assert kept_versions(page) == {old, versioned.version}
    # Until then this page goes on with the files that it began with, without a network too.
    phone.offline()
    page.reload()
    page.locator("#day[data-ready]").wait_for()
    assert old in sheet_of(page)
    phone.online()
    page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(update).to_be_visible()
    with page.expect_event("load"):
        update.click()
    page.locator("#day[data-ready]").wait_for()
    assert versioned.version in sheet_of(page)
    phone.context.close()


# Small promises of the phone.


def set_pin(phone: Phone, pin: str) -> None:
    phone.page.goto("/me")
    phone.page.locator("#pin-box summary").click()
    phone.page.locator("#pin").fill(pin)
    phone.page.locator("#pin-again").fill(pin)
    phone.page.locator("#pin-on button").click()
    expect(phone.page.locator("#notes")).to_contain_text("The PIN is set")


def test_a_pin_that_is_set_without_a_network_keeps_the_pages(wims):
    wims.offline()
    set_pin(wims, "4711")
    wims.today()
    expect(wims.page.locator("h1")).to_contain_text("Left shoulder")
    wims.page.goto("/progress")
    expect(wims.page.locator("h1")).to_have_text("Progress")


def test_a_forgotten_pin_shuts_nobody_out_and_loses_nothing(wims, quay):
    set_pin(wims, "4711")
    wims.offline()
    wims.today()
    wims.rate("pain_average", 6)
    wims.save("Saved on this phone")
    forget_workers(wims)
    wims.page.goto("/today")
    wims.page.locator("summary").click()
    wims.page.locator("#forgot").click()
    expect(wims.page.locator("#offline")).to_be_visible()
    with quay.server.hub.database.door(writes=True) as door:
        door.run(update(AuthSession).values(ended_at=datetime.now(UTC)))
    wims.online()
    wims.watch.allowed.add(401)
    wims.page.locator("#forgot").click()
    wims.page.wait_for_url("**/sign-in")
    with quay.server.hub.database.door(writes=True) as door:
        door.run(update(AuthSession).values(ended_at=None))
    wims.today()
    expect(wims.page.locator("#unsent")).to_be_hidden()
    assert [row.pain_average for row in rows(quay, Checkin, "wim")] == [6]


INSTALLING = """() => {
  window.told = { badges: [], persisted: 0, prompted: 0 };
  navigator.setAppBadge = async (count) => told.badges.push(count);
  navigator.clearAppBadge = async () => told.badges.push(0);
  navigator.storage.persist = async () => (told.persisted += 1);
  const offer = new Event("beforeinstallprompt", { cancelable: true });
  offer.prompt = async () => (told.prompted += 1);
  dispatchEvent(offer);
}"""


def test_installing_is_offered_after_the_second_day_and_not_again(wims):
    wims.today()
    wims.page.evaluate(INSTALLING)
    hint = wims.page.locator("[data-note=install]")
    wims.rate("pain_average", 3)
    wims.save("Sent")
    expect(wims.page.locator("[data-note=saved]")).to_contain_text("sent to your clinic")
    expect(hint).to_have_count(0)
    wims.rate("pain_average", 4)
    wims.page.locator("#save").click()
    hint.get_by_role("button", name="Put it there").click()
    expect(hint).to_have_count(0)
    assert wims.page.evaluate("() => told.prompted") == 1
    wims.rate("pain_average", 5)
    wims.page.locator("#save").click()
    expect(wims.page.locator("[data-note=saved]")).to_contain_text("sent to your clinic")
    expect(hint).to_have_count(0)
    # The phone was asked to keep what it holds, and its icon told the count.
    assert wims.page.evaluate("() => told.persisted") == 3
    assert wims.page.evaluate("() => told.badges.includes(1) && told.badges.at(-1) === 0")


def test_an_iphone_is_told_of_the_share_sheet(wims):
    wims.page.add_init_script("Object.defineProperty(navigator, 'standalone', { value: false })")
    wims.today()
    for pain in (3, 4):
        wims.rate("pain_average", pain)
        wims.page.locator("#save").click()
        expect(wims.page.locator("[data-note=saved]")).to_contain_text("sent to your clinic")
    hint = wims.page.locator("[data-note=install]")
    expect(hint).to_contain_text("share sign")
    hint.get_by_role("button", name="Not now").click()
    expect(hint).to_have_count(0)


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
        time.sleep(6)
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
