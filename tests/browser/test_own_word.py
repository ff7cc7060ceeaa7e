"""A patient says unasked that it is a bad spell: shown where it can be one, kept without a network."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.phones import rows
from tests.support.browser import violations
from tracker.store.schema import Checkin, Flag

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TARGET = 44

BOX = "[type=checkbox][name=is_flare]"


def test_it_is_shown_from_a_pain_of_four_on(wims):
    wims.today()
    box = wims.page.locator(BOX)
    expect(box).to_be_hidden()
    wims.rate("pain_average", 3)
    expect(box).to_be_hidden()
    wims.rate("pain_average", 4)
    expect(box).to_be_visible()
    wims.page.get_by_label("This is a bad spell").check()
    # What is ticked can be unticked, whatever the number is by now.
    wims.rate("pain_average", 3)
    expect(box).to_be_visible()
    wims.page.locator(".more > summary").first.click()
    box.uncheck()
    expect(box).to_be_hidden()
    wims.rate("pain_worst", 9)
    expect(box).to_be_hidden()


def test_a_tick_is_kept_without_a_network_and_sent(wims, quay):
    page = wims.page
    wims.today()
    wims.offline()
    wims.rate("pain_average", 6)
    page.locator(BOX).check()
    wims.save("Saved on this phone")
    page.goto("/unsent")
    expect(page.locator("#list")).to_contain_text("Pain 6, a bad spell")
    wims.today()
    expect(page.locator(BOX)).to_be_checked()
    wims.online()
    page.reload()
    page.wait_for_function("() => document.getElementById('unsent').hidden")
    assert [row.is_flare for row in rows(quay, Checkin, "wim")] == [True]
    assert [row.reason for row in rows(quay, Flag, "wim")] == ["flare_said"]
    # Taken back without a network.
    wims.today()
    wims.offline()
    page.locator(BOX).uncheck()
    wims.save("Saved on this phone")
    page.goto("/unsent")
    expect(page.locator("#list")).to_contain_text("no bad spell")
    wims.online()
    page.goto("/today")
    page.wait_for_function("() => document.getElementById('unsent').hidden")
    assert [(row.is_flare, row.pain_average) for row in rows(quay, Checkin, "wim")] == [(False, 6)]
    assert [row.closed_at is None for row in rows(quay, Flag, "wim")] == [False]


def test_an_edit_of_something_else_leaves_it(wims, quay):
    wims.today()
    wims.rate("pain_average", 6)
    wims.page.locator(BOX).check()
    wims.save("Sent")
    wims.today()
    wims.rate("pain_average", 7)
    wims.page.locator("#save").click()
    expect(wims.page.locator(".flash.saved")).to_contain_text("Saved and sent to your clinic.")
    (row,) = rows(quay, Checkin, "wim")
    assert (row.pain_average, row.is_flare) == (7, True)


@pytest.mark.parametrize("language, words", [("en", "This is a bad spell"), ("de", "Schub")])
def test_it_reads_well_light_and_dark(language, words, wims):
    page = wims.page
    # A colour that is still on its way has the wrong contrast.
    page.emulate_media(reduced_motion="reduce")
    page.goto("/me")
    page.locator(f"main .languages button[value={language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    wims.today()
    wims.rate("pain_average", 6)
    expect(page.locator(".spell-tick")).to_contain_text(words)
    assert page.locator(".spell-tick label").bounding_box()["height"] >= TARGET
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
