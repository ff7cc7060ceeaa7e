"""What a phone keeps of somebody, behind which lock, and how it lets go of it."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from tests.browser.phones import Phone, forget_workers, rows
from tests.support.browser import launch
from tracker.store.schema import (
    AuthSession,
    Checkin,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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


def test_what_the_phone_keeps_is_sealed(petras):
    petras.offline()
    petras.today()
    petras.rate("pain_average", 7)
    petras.page.locator(".more summary").first.click()
    petras.page.locator("[name=note]").fill("Nobody's business.")
    petras.save("Saved on this phone")
    kept = petras.store(SPY)
    assert "/today" in kept
    for told in ("Nobody's business", "Petra", "Left shoulder", '"pain_average":'):
        assert told not in kept
    keys = petras.store(
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
    expect(page.locator(".rung.red").first).to_be_visible()
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


def test_the_background_sync_sends_with_no_page_open(driver, quay):
    with closing(launch(driver, is_whole=True)) as browser:
        wims = Phone(browser, quay)
        wims.join("wim", 1970)
        wims.settle()
        wims.offline()
        wims.today()
        wims.rate("pain_average", 9)
        wims.save("Saved on this phone")
        wims.page.goto("about:blank")
        wims.online()
        for _ in range(150):
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


def test_a_form_that_needs_the_server_says_so(petras):
    petras.offline()
    petras.page.goto("/me")
    petras.page.locator("form:has(#email) button").click()
    expect(petras.page.locator("#notes")).to_contain_text("This needs a network")
    expect(petras.page).to_have_url(re.compile(r"/me$"))


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
