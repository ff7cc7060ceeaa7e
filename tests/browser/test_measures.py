"""Measures and the question on a phone: kept at once without a network, sent when there is one."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.phones import rows
from tracker.store.schema import Activity, MeasureEntry, VisitQuestion

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def named(wims):
    """Wim has named two activities, which are to be rated today; the page of that is kept."""
    page = wims.page
    page.goto("/today")
    page.locator("#ask a").click()
    for place, words in enumerate(("Turning my head", "Carrying shopping")):
        page.locator("[name=names]").nth(place).fill(words)
    page.locator("main form button").click()
    page.wait_for_url("**/progress/measure?of=activities*")
    for path in ("/progress", "/today"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
    wims.settle()
    return wims


def rate(page, place, value):
    scale = page.locator("#ask .scale-field").nth(place)
    scale.locator(f"label:has([value='{value}'])").click()


def test_a_measure_is_kept_at_once_and_sent_when_there_is_a_network(named, quay):
    page = named.page
    named.offline()
    named.today()
    card = page.locator("#ask")
    card.locator("summary").click()
    card.locator("button.main").click()
    expect(page.locator("#notes")).to_contain_text("Nothing is chosen yet")
    rate(page, 0, 3)
    rate(page, 1, 6)
    card.locator("button.main").click()
    expect(page.locator("#notes")).to_contain_text("Saved on this phone.")
    expect(card).to_be_hidden()
    named.today()
    expect(page.locator("#ask")).to_be_hidden()
    page.goto("/unsent")
    expect(page.locator("#list")).to_contain_text("Once a week: your activities")
    assert rows(quay, MeasureEntry, "wim") == []
    named.online()
    expect(page.locator("#none")).to_be_visible()
    (entry,) = rows(quay, MeasureEntry, "wim")
    ids = {row.words: str(row.id) for row in rows(quay, Activity, "wim")}
    assert entry.answers == {ids["Turning my head"]: 3, ids["Carrying shopping"]: 6}
    named.today()
    assert page.locator("#ask").count() == 0
    named.watch.check()


def test_not_this_week_is_one_tap_without_a_network_too(named, quay):
    page = named.page
    named.offline()
    named.today()
    page.locator("#ask [name=skip]").click()
    expect(page.locator("#ask")).to_be_hidden()
    expect(page.locator("#unsent")).to_have_text("1")
    named.online()
    expect(page.locator("#unsent")).to_be_hidden()
    (entry,) = rows(quay, MeasureEntry, "wim")
    assert entry.answers == {}


def test_a_question_is_kept_changed_and_sent_as_one(named, quay):
    page = named.page
    named.offline()
    page.goto("/progress")
    field = page.locator("#question-text")
    for words in ("May I swim?", "May I swim or run?"):
        field.fill(words)
        page.locator("#question form button").click()
        expect(page.locator("#notes")).to_contain_text("Saved on this phone.")
        # The second looks like the first: only what waits tells when it is kept.
        named.waits("text", words)
        expect(page.locator("#unsent")).to_have_text("1")
    page.goto("/progress")
    expect(field).to_have_value("May I swim or run?")
    page.goto("/unsent")
    expect(page.locator("#list")).to_contain_text("Your question: May I swim or run?")
    named.online()
    expect(page.locator("#none")).to_be_visible()
    (question,) = rows(quay, VisitQuestion, "wim")
    assert (question.words, question.rev) == ("May I swim or run?", 1)
    page.goto("/progress")
    field.fill("")
    page.locator("#question form button").click()
    expect(page.locator("#notes")).to_contain_text("Saved and sent to your clinic.")
    (question,) = rows(quay, VisitQuestion, "wim")
    assert (question.words, question.rev) == ("", 2)
    named.watch.check()


def test_without_a_script_the_same_forms_do_the_same(chromium, quay):
    context = chromium.new_context(
        base_url=quay.server.address, java_script_enabled=False, timezone_id=quay.server.zone
    )
    page = context.new_page()
    page.goto(quay.links["wim"])
    page.locator("[name=name]").fill("Wim Lund")
    page.locator("[name=year_of_birth]").fill("1970")
    page.locator("[name=agrees]").check()
    page.locator("button.main").click()
    page.locator("#ask [name=skip]").click()
    expect(page.locator(".flash").first).to_have_text("Fine, not this time.")
    assert page.locator("#ask").count() == 0
    page.goto("/progress")
    page.locator("#question-text").fill("May I swim?")
    page.locator("#question form button").click()
    (question,) = rows(quay, VisitQuestion, "wim")
    assert question.words == "May I swim?"
    context.close()
