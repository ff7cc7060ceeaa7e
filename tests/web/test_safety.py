"""The safety page without script: the advice first, whatever becomes of the report."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.support.cast import NOW
from tests.support.databases import contents, rows_of
from tests.support.pages import text_of
from tracker.domain import catalog
from tracker.domain.safety import Extra, Group, Tier
from tracker.services import safety, sharing
from tracker.store.schema import Clinic, SafetyReport
from tracker.web import ladder_words
from tracker.web.language import LANGUAGES

PATIENT_PAGES = ("/today", "/progress", "/stretches", "/stretches/side-neck", "/me", "/unsent")

HOURS = [[["08:00", "18:00"]]] * 5 + [[], []]
"""Open on weekdays; NOW is a Wednesday noon."""


def tick(browser, *signs):
    return browser.send(browser.form("/safety"), signs=list(signs))


def answer_of(page) -> str:
    """The advice at the top of an answer."""
    found = re.search(r'<section class="sheet answer.*?</section>', page.text, re.DOTALL)
    return text_of(found[0]) if found else ""


@pytest.mark.parametrize("path", [*PATIENT_PAGES, "/no/such/page", "/offline", "/locked"])
def test_safety_is_one_tap_from_each_patient_page(path, cast, visit):
    assert re.search(r'<a[^>]* href="/safety"', visit(cast.alice).get(path).text)


# What it says.

TITLES = {Tier.RED: "Call 999 now", Tier.URGENT: "Call today", Tier.AMBER: "Your clinic should know",
          Tier.EXPECTED: "This is common, and passes"}  # fmt: skip


@pytest.mark.parametrize("sign", [*catalog.signs()])
def test_each_sign_shows_the_advice_of_its_tier(sign, cast, visit):
    page = tick(visit(cast.alice), sign)
    assert page.status_code == 200
    advice = answer_of(page)
    assert advice.startswith(TITLES[Tier(catalog.signs()[sign].tier)])
    assert catalog.signs()[sign].plain in advice
    assert "Your clinic has it too" in advice


@pytest.mark.parametrize("language", [*LANGUAGES])
@pytest.mark.parametrize("tier", [*Tier])
def test_every_tier_has_words_in_each_language(tier, language, app):
    with app.test_request_context(headers={"Accept-Language": language}):
        said = [ladder_words.advice_title(tier), ladder_words.advice_text(tier),
                ladder_words.tier_word(tier)]  # fmt: skip
        said += [ladder_words.group_word(group) for group in Group]
        said += [ladder_words.extra_word(extra) for extra in Extra]
        signs = {sign: ladder_words.sign_word(sign) for sign in catalog.signs()}
    assert all(said)
    if language != "en":
        assert [sign for sign, word in signs.items() if word == catalog.signs()[sign].plain] == []


def test_the_emergency_number_is_there_before_anything_is_tapped(cast, visit):
    page = visit(cast.alice).get("/safety").text
    assert page.index('href="tel:999"') < page.index('name="signs"')


def test_the_highest_tier_wins_and_the_numbers_are_the_clinics(cast, visit):
    advice = answer_of(tick(visit(cast.dora), "tired", "fever", "trouble_breathing"))
    assert advice.startswith("Call 112 now")
    assert "Do not drive yourself" in advice
    assert "drowsy" in advice
    assert "Harbour" not in answer_of(tick(visit(cast.dora), "fever"))


def test_needles_are_spoken_of_for_a_week_and_never_to_who_had_none(cast, visit, clock):
    alice, bob = visit(cast.alice), visit(cast.bob)
    assert "air escape around the lung" in answer_of(tick(alice, "chest_pain"))
    advice = answer_of(tick(alice, "foot_drop"))
    assert "Say when and where you had needles" in advice
    assert "lung" not in advice
    clock.shift(timedelta(days=7))
    assert "needle" not in answer_of(tick(alice, "chest_pain"))
    assert "neck" in text_of(alice.get("/safety").text).lower()
    assert "needle" not in text_of(bob.get("/safety").text).lower()
    assert "needle" not in answer_of(tick(bob, "chest_pain")).lower()


@pytest.mark.parametrize("hours, first", [(0, "desk"), (8, "out of hours"), (-8, "out of hours")])
def test_outside_opening_hours_the_other_number_comes_first(hours, first, cast, visit, clock,
                                                            database):  # fmt: skip
    with database.door(writes=True) as door:
        door.run(update(Clinic).values(open_spans=HOURS, out_of_hours_number="116117"))
    clock.shift(timedelta(hours=hours))
    page = tick(visit(cast.alice), "fever").text
    assert f'data-open="{"yes" if first == "desk" else "no"}"' in page
    assert "116117" in page
    assert "Mon–Fri 08:00–18:00" in text_of(page)


def test_a_patient_of_two_clinics_sees_both_numbers(cast, visit):
    page = visit(cast.emil, cast.lighthouse).get("/safety").text
    assert {"999", "112"} <= set(re.findall(r'href="tel:(\d+)"', page))
    assert "Harbour desk" in page
    assert "Lighthouse desk" in page


# Keeping it.


def test_a_report_is_kept_once_however_often_its_form_is_sent(cast, visit, database):
    phone = visit(cast.alice)
    form = phone.form("/safety")
    for _ in range(2):
        assert "Your clinic has it too" in phone.send(form, signs=["fever", "pus"]).text
    (report,) = rows_of(database, SafetyReport)
    assert (report.signs, report.tier) == (["fever", "pus"], "urgent")
    phone.send(form, signs=["collapse"])
    assert len(rows_of(database, SafetyReport)) == 2


def test_nobody_and_staff_get_the_advice_and_nothing_is_kept(cast, visit, database):
    before = contents(database, "auth_session")
    advice = answer_of(tick(visit(), "chest_pain"))
    assert advice.startswith("Call the emergency number now")
    assert "112" in advice
    assert "your clinic is not told" in advice
    assert answer_of(tick(visit(cast.pia), "chest_pain")).startswith("Call 999 now")
    assert contents(database, "auth_session") == before


def test_who_shares_nothing_is_told_so_and_nobody_is_alarmed(cast, visit, maker, database):
    with database.scope(maker.patient(cast.alice), writes=True) as scope:
        sharing.withdraw(scope, cast.harbour.id, NOW)
    advice = answer_of(tick(visit(cast.alice), "chest_pain"))
    assert "You do not share your log: your clinic is not told." in advice
    assert visit(cast.pia).get("/flags").text.count("flag-card") == 0
    assert contents(database)["outbox"] == []


def test_nothing_ticked_asks_to_tick(cast, visit):
    assert "Tick what is true" in text_of(tick(visit(cast.alice)).text)
    page = visit(cast.alice).post("/safety", {"signs": ["no_such_sign"]})
    assert "Tick what is true" in text_of(page.text)


@pytest.mark.parametrize("fault", [RuntimeError("a bug"), OSError("the disk")])
def test_the_advice_stands_when_nothing_can_be_kept(fault, cast, visit, monkeypatch, database):
    phone = visit(cast.alice)
    form = phone.form("/safety")

    def fail(*_given):
        raise fault

    monkeypatch.setattr(safety, "report", fail)
    page = phone.send(form, signs=["chest_pain"])
    assert page.status_code == 200
    assert answer_of(page).startswith("Call 999 now")
    assert "We could not keep this report: call." in answer_of(page)
    assert rows_of(database, SafetyReport) == []


def test_the_advice_stands_when_the_database_is_away(cast, visit, hub, monkeypatch):
    from sqlalchemy.exc import OperationalError

    phone = visit(cast.alice)
    form = phone.form("/safety")

    def away(*_given, **_more):
        raise OperationalError("SELECT", {}, Exception("away"))

    for way in ("door", "scope"):
        monkeypatch.setattr(type(hub.database), way, away)
    page = phone.send(form, signs=["chest_pain"])
    assert page.status_code == 200
    assert answer_of(page).startswith("Call the emergency number now")
    assert phone.get("/safety").status_code == 200


def test_the_advice_stands_without_the_forms_proof(cast, visit, database):
    page = visit(cast.alice).post("/safety", {"signs": ["chest_pain"]}, csrf=False)
    assert answer_of(page).startswith("Call 999 now")
    assert "We could not keep this report" in answer_of(page)
    assert rows_of(database, SafetyReport) == []


def test_a_page_that_somebody_else_left_open_reports_nothing_of_me(cast, visit, database):
    form = visit(cast.alice).form("/safety")
    page = visit(cast.bob).post("/safety", {**form.filled({}), "signs": ["fever"]})
    assert "We could not keep this report" in answer_of(page)
    assert rows_of(database, SafetyReport) == []


# Below the day's soreness.


def test_abnormal_soreness_asks_for_more_at_once(cast, visit, clock):
    clock.shift(timedelta(hours=48))  # 74 h after the needles
    phone = visit(cast.alice)
    assert 'id="also" hidden' in _also(phone.get("/today").text)
    phone.send(phone.form("/today"), soreness="5")
    page = phone.get("/today").text
    assert 'id="also">' in _also(page)
    shown = re.findall(r'value="(\w+)" data-tier', page)
    assert shown == ["spreading_redness", "heat", "fever", "fast_growing_swelling", "weak_limb"]
    page = phone.send(phone.form("/today", "/safety"))
    assert "Tick what is true" in page.text


def _also(page: str) -> str:
    found = re.search(r'<section class="sheet ladder also"[^>]*>', page)
    assert found
    return re.sub(r" data-\w+(='[^']*')?", "", found[0])


def test_normal_soreness_asks_nothing(cast, visit):
    phone = visit(cast.alice)
    phone.send(phone.form("/today"), soreness="7")
    assert 'id="also" hidden' in _also(phone.get("/today").text)
