"""Phones of patients at a clinic of the test's own, with a network or without."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.world import Quay
from tests.support.browser import PHONE, Watch


def wait_for_worker(page: Page) -> None:
    """Until a service worker has cached what it keeps and answers for this page."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    # A page that was still loading when the worker began is its own only from the next load on.
    page.reload()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


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

    def empty(self) -> None:
        """Wait until nothing is left to send."""
        for _ in range(150):
            if not self.store("return (await store.listOutbox(who)).length"):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError("something waits to be sent")

    def waits(self, name: str, value: str) -> None:
        """Until what waits to be sent says so."""
        kept: list[str] = []
        for _ in range(150):
            kept = self.store(
                "return (await queue.items(who)).map(({ operation }) =>"
                f" operation.data[{name!r}])"
            )
            if kept == [value]:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{kept} waits to be sent")

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


def rows(quay: Quay, model, name: str) -> list[Any]:
    """What the clinic holds of somebody."""
    with quay.server.hub.database.door() as door:
        found = door.session.scalars(select(model).where(model.patient_id == quay.ids[name])).all()
        door.session.expunge_all()
        return list(found)


def forget_workers(phone: Phone) -> None:
    """The worker knows no key any more, as after the browser ended it because nobody needed it."""
    # From a page that knows no key: one that does hands it on when it is left.
    phone.page.goto("/offline")
    phone.page.evaluate(
        "() => navigator.serviceWorker.controller.postMessage({kind: 'unlock', who: null, key: null})"
    )
