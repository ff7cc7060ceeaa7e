"""The caseload by keyboard, and on a narrow phone: rows gone through, never a key stolen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import DESK, Demo, opened

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def own_demo(tmp_path_factory):
    """A demo clinic that these tests may write into."""
    with Demo(tmp_path_factory.mktemp("caseload")) as server:
        yield server


@pytest.fixture(params=[DESK, {"width": 320, "height": 640}], ids=["desk", "narrow"])
def page(request, chromium, own_demo):
    with opened(chromium, base_url=own_demo.address, viewport=request.param) as page:
        page.goto("/sign-in")
        page.locator("form:has([value='pia@demo.example']) button").click()
        page.wait_for_url("**/patients")
        yield page


def focused(page: Page) -> str:
    """The name in the row that has the focus, "" where none has."""
    name = "() => document.activeElement.closest('.who')?.querySelector('strong').textContent"
    return str(page.evaluate(name) or "")


def test_j_and_k_go_through_the_rows_and_enter_opens(page):
    names = page.locator("[data-cases] > .cases .who strong").all_text_contents()
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert focused(page) == names[1]
    page.keyboard.press("ArrowDown")
    assert focused(page) == names[2]
    page.keyboard.press("k")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("k")
    assert focused(page) == names[0], "the first row is the end"
    page.keyboard.press("Enter")
    page.wait_for_url("**/patients/*-*")
    expect(page.locator("h1")).to_have_text(names[0])


def test_rows_in_a_closed_fold_are_passed_over_until_it_is_open(page):
    folded = page.locator(".quiet-ones .who strong").all_text_contents()
    assert folded
    page.keyboard.press("k")
    assert focused(page) not in folded
    page.locator(".quiet-ones summary").click()
    page.locator("h1").click()
    page.keyboard.press("k")
    assert focused(page) == folded[-1]


def test_a_slash_searches_and_no_key_is_taken_from_a_field(page):
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jk?/j")
    expect(page.locator("#q")).to_have_value("jk?/j")
    expect(page.locator("dialog.keys")).not_to_be_visible()


def test_a_question_mark_shows_the_keys_and_escape_puts_them_away(page):
    page.keyboard.press("?")
    dialog = page.locator("dialog.keys")
    expect(dialog).to_be_visible()
    page.keyboard.press("j")
    expect(dialog).to_be_visible()
    assert focused(page) == ""
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()


def test_the_arrows_scroll_until_a_row_is_chosen(page):
    page.locator("h1").click()
    page.keyboard.press("ArrowDown")
    assert focused(page) == ""


def test_the_marks_of_the_last_session_stand_one_above_the_other(page):
    places = page.evaluate(
        """() => [...document.querySelectorAll("[data-cases] > .cases .spark")]
          .map((line) => [...line.querySelectorAll("use")].pop())
          .filter((use) => use && use.getAttribute("x") === "84")
          .map((use) => Math.round(use.getBoundingClientRect().left))"""
    )
    assert len(places) > 5
    assert len(set(places)) == 1
