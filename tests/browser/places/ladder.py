"""The safety page, which is everybody's: ticked, answered, and sent empty."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.places.place import Way
from tests.browser.world import World


def tick(*signs: str) -> Way:
    """Tick signs on the safety page; without the wait that makes a report of it."""

    def go(page: Page, world: World) -> None:
        page.goto("/safety")
        page.locator("#ladder[data-ready]").wait_for()
        for sign in signs:
            page.locator(f"[value={sign}]").check()
        page.locator(".advice:visible").wait_for()

    return go


def answer(*signs: str) -> Way:
    """The safety page's answer to its form, as without a script."""

    def go(page: Page, world: World) -> None:
        tick(*signs)(page, world)
        with page.expect_navigation():
            page.locator("#ladder").evaluate("form => form.submit()")

    return go


def answer_nothing(page: Page, world: World) -> None:
    page.goto("/safety")
    with page.expect_navigation():
        page.locator("#ladder").evaluate("form => form.submit()")
