"""A page in one state, and the ways to get to one that every role shares."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.world import World

Way = Callable[[Page, World], object]


@dataclass(frozen=True, slots=True)
class Place:
    """A page in one state; `endpoint` is what answers with it."""

    name: str
    who: str
    endpoint: str
    go: str | Way
    status: int = 200

    def visit(self, page: Page, world: World) -> None:
        """Go there."""
        if isinstance(self.go, str):
            page.goto(self.go)
        else:
            self.go(page, world)


def send_empty(path: str, button: str = "main form button.main") -> Way:
    """Open a form, empty what the page filled in and send it."""

    def go(page: Page, world: World) -> None:
        page.goto(path)
        send(page, button)

    return go


def send(page: Page, button: str) -> None:
    """Empty the form around a button and send it; the answer is the form again."""
    found = page.locator(button).first
    found.evaluate(
        "button => { for (const field of button.form.querySelectorAll('input:not([type=hidden],"
        " [type=radio], [type=checkbox], [readonly])')) field.value = '' }"
    )
    with page.expect_navigation():
        found.click()


def open_all(page: Page) -> None:
    """Unfold whatever is folded."""
    page.locator("main details").evaluate_all("all => all.forEach(one => { one.open = true })")


def see_unfolded(path: str) -> Way:
    """A page with everything on it unfolded."""

    def go(page: Page, world: World) -> None:
        page.goto(path)
        open_all(page)

    return go
