"""Is this a bad spell? Asked right after saving, answered with or without a network."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.phones import Phone, rows
from tracker.store.schema import Flag, FlareQuestion

pytestmark = [pytest.mark.browser, pytest.mark.slow]

USUAL_DAYS = 7


@pytest.fixture
def usual(wims: Phone, today: date) -> Phone:
    """Wim's phone, with a week of 3s behind him."""
    for back in range(USUAL_DAYS, 0, -1):
        wims.today(f"/today?date={today - timedelta(days=back)}")
        wims.rate("pain_average", 3)
        wims.page.locator("#save").click()
        expect(wims.page.locator(".flash.saved")).to_contain_text("sent")
    wims.today()
    return wims


def test_it_is_asked_right_after_saving_and_answered_once(usual, quay):
    page = usual.page
    usual.rate("pain_average", 7)
    usual.save("Sent")
    question = page.locator("form.spell")
    expect(question).to_contain_text("Is this a bad spell?")
    question.get_by_role("button", name="Yes, a bad spell").click()
    expect(question).to_have_count(0)
    expect(page.locator("#notes")).to_contain_text("Noted as a bad spell.")
    usual.empty()
    assert [row.answer for row in rows(quay, FlareQuestion, "wim")] == ["yes"]
    assert [row.numbers["said"] for row in rows(quay, Flag, "wim")] == ["yes"]
    page.reload()
    expect(question).to_have_count(0)
    usual.watch.check()


def test_an_answer_waits_for_a_network(usual, quay):
    page = usual.page
    usual.rate("pain_average", 7)
    usual.save("Sent")
    question = page.locator("form.spell")
    expect(question).to_be_visible()
    usual.offline()
    question.get_by_role("button", name="No, just a bad day").click()
    expect(question).to_have_count(0)
    expect(page.locator("#unsent")).to_have_text("1")
    page.goto("/unsent")
    expect(page.locator("#list")).to_contain_text("A bad spell: no, just a bad day")
    page.goto("/today")
    page.locator("#spell[data-ready]").wait_for(state="attached")
    expect(question).to_have_count(0)
    usual.online()
    page.reload()
    usual.empty()
    assert [row.answer for row in rows(quay, FlareQuestion, "wim")] == ["no"]
    assert [row.closed_at is None for row in rows(quay, Flag, "wim")] == [False]


def test_it_works_without_scripts(usual, chromium, quay):
    page = usual.page
    usual.rate("pain_average", 7)
    usual.save("Sent")
    where = {"base_url": quay.server.address, "timezone_id": quay.server.zone}
    plain = chromium.new_context(java_script_enabled=False, **where)
    plain.add_cookies(page.context.cookies())
    bare = plain.new_page()
    bare.goto("/today")
    bare.get_by_role("button", name="Yes, a bad spell").click()
    expect(bare.locator("main")).to_contain_text("Noted as a bad spell. Your clinic sees it.")
    assert [row.answer for row in rows(quay, FlareQuestion, "wim")] == ["yes"]
    plain.close()
