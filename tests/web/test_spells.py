"""Asking a patient whether it is a bad spell: when, what the answer does, and whose it is."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.support.cast import NOW, TODAY
from tests.support.databases import rows_of
from tests.support.pages import text_of
from tests.support.phone import ApiPhone
from tracker.services.daybook import CheckinInput, DayEntries
from tracker.store.schema import FlareQuestion

QUESTION = "Is this a bad spell?"
SMALL, LARGE = 4, 7
"""On top of a usual 3: one that is asked about only, and one that somebody is told of too."""


@pytest.fixture
def zita(maker, cast):
    """Somebody whose usual is 3."""
    return maker.usual(cast.pia, "Zita Zell", 8)


def asked_of(database, who):
    return [row for row in rows_of(database, FlareQuestion) if row.patient_id == who.patient_id]


def answer(browser, word):
    form = browser.form("/today", "/today/spell")
    return browser.client.post(
        form.action, data={**form.filled({}), "answer": word}, follow_redirects=True
    )


def test_a_small_rise_is_asked_about_and_told_nobody(maker, zita, database, visit):
    maker.rates(zita, SMALL)
    assert len(asked_of(database, zita)) == 1
    assert maker.flags_of(zita) == []
    assert QUESTION in text_of(visit(zita).get("/today").text)


def test_a_usual_day_is_not_asked_about(maker, zita, database, visit):
    maker.rates(zita, 3)
    assert asked_of(database, zita) == []
    assert QUESTION not in visit(zita).get("/today").text


def test_yes_tells_the_clinic_at_once(cast, maker, zita, visit):
    maker.rates(zita, SMALL)
    said = answer(visit(zita), "yes")
    assert "Noted as a bad spell. Your clinic sees it." in text_of(said.text)
    assert QUESTION not in said.text
    (flag,) = maker.flags_of(zita)
    assert (flag.kind, flag.tier, flag.numbers["said"]) == ("flare", "amber", "yes")
    told = text_of(visit(cast.pia).get("/flags").text)
    assert "The patient says: a bad spell." in told


def test_yes_strengthens_the_flag_that_stands(cast, maker, zita, visit):
    maker.rates(zita, LARGE)
    answer(visit(zita), "yes")
    (flag,) = maker.flags_of(zita)
    assert flag.numbers["said"] == "yes"
    assert flag.closed_at is None


def test_no_closes_the_flag_quietly_and_keeps_it(cast, maker, zita, visit):
    maker.rates(zita, LARGE)
    desk = visit(cast.pia)
    assert "Zita Zell" in desk.get("/flags").text
    said = answer(visit(zita), "no")
    assert "Noted: just a bad day." in text_of(said.text)
    (flag,) = maker.flags_of(zita)
    assert flag.closed_at == NOW
    page = text_of(desk.get("/flags").text)
    assert "No flags wait" in page
    assert "The patient says: just a bad day." in page


def test_no_to_a_small_rise_tells_nobody(maker, zita, visit):
    maker.rates(zita, SMALL)
    answer(visit(zita), "no")
    assert maker.flags_of(zita) == []


def test_what_somebody_took_on_stays_taken_on(cast, maker, zita, visit):
    maker.rates(zita, LARGE)
    (flag,) = maker.flags_of(zita)
    visit(cast.pia).post(f"/flags/{flag.id}/acknowledge", {"note": "Called."})
    answer(visit(zita), "no")
    (flag,) = maker.flags_of(zita)
    assert flag.acknowledged_at is not None
    assert flag.closed_at is None


def test_a_second_bad_day_after_no_is_told(maker, zita, visit, clock):
    maker.rates(zita, LARGE)
    answer(visit(zita), "no")
    later = NOW + timedelta(days=1)
    maker.rates(zita, LARGE, TODAY + timedelta(days=1), later)
    assert [flag.closed_at is None for flag in maker.flags_of(zita)] == [False, True]


def test_no_second_question_within_48_hours(maker, zita, database):
    for on in range(3):
        maker.rates(zita, LARGE + on, TODAY + timedelta(days=on), NOW + timedelta(days=on))
    days = [row.local_date for row in asked_of(database, zita)]
    assert days == [TODAY, TODAY + timedelta(days=2)]


def mend(maker, who):
    given = CheckinInput(who.episode_id, {"pain_average": 3}, base_rev=1)
    maker.logs(who, DayEntries(checkins=[given]), TODAY, NOW)


def test_a_slip_that_is_mended_takes_the_question_back(maker, zita, visit):
    maker.rates(zita, SMALL)
    phone = visit(zita)
    assert QUESTION in phone.get("/today").text
    mend(maker, zita)
    assert QUESTION not in phone.get("/today").text


@pytest.mark.parametrize("said", ["yes", "no"])
def test_an_answer_that_was_on_its_way_is_taken_all_the_same(said, maker, zita, visit, database):
    maker.rates(zita, SMALL)
    (asked,) = asked_of(database, zita)
    mend(maker, zita)
    visit(zita).post("/today/spell", {"asked_id": str(asked.id), "answer": said})
    assert [row.answer for row in asked_of(database, zita)] == [said]
    told = [(flag.reason, flag.numbers["pain"]) for flag in maker.flags_of(zita)]
    assert told == ([("flare_said", 3)] if said == "yes" else [])


def test_a_question_taken_back_is_asked_again_when_the_rise_is_back(maker, zita, visit):
    maker.rates(zita, SMALL)
    mend(maker, zita)
    given = CheckinInput(zita.episode_id, {"pain_average": SMALL}, base_rev=2)
    maker.logs(zita, DayEntries(checkins=[given]), TODAY, NOW)
    assert QUESTION in visit(zita).get("/today").text


def test_a_question_taken_back_holds_none_of_the_next_day_back(maker, zita, visit, clock):
    maker.rates(zita, SMALL)
    mend(maker, zita)
    later = NOW + timedelta(days=1)
    maker.rates(zita, SMALL, TODAY + timedelta(days=1), later)
    clock.move_to(later)
    assert QUESTION in visit(zita).get("/today").text


@pytest.mark.parametrize("days, is_asked", [(0, True), (2, True), (3, False)])
def test_a_question_is_asked_for_two_days(days, is_asked, maker, zita, visit, clock):
    maker.rates(zita, SMALL)
    clock.move_to(NOW + timedelta(days=days))
    assert (QUESTION in visit(zita).get("/today").text) is is_asked


def test_soreness_after_needling_is_never_asked_about(cast, maker, zita, database):
    maker.needled(cast.pia, zita, NOW - timedelta(hours=20))
    maker.rates(zita, 9)
    assert asked_of(database, zita) == []


def test_an_answer_that_is_none_loses_nothing(maker, zita, visit, database):
    maker.rates(zita, SMALL)
    assert "Choose Yes or No." in answer(visit(zita), "maybe").text
    assert [row.answer for row in asked_of(database, zita)] == [None]


def test_who_shares_nothing_is_told_that_nobody_sees_it(maker, zita, visit):
    maker.rates(zita, SMALL)
    phone = visit(zita)
    phone.send(phone.form("/me", "/me/sharing"))
    assert "Your clinic does not see it" in text_of(answer(phone, "yes").text)


# By a phone.


def reply(asked_id, word, **more):
    return {
        "op_id": str(uuid4()), "kind": "flare_reply", "entry_id": str(uuid4()), "base_rev": None,
        "recorded_at": NOW.isoformat(), "local_date": TODAY.isoformat(), "zone": "Europe/London",
        "data": {"asked_id": str(asked_id), "answer": word}, **more,
    }  # fmt: skip


def test_a_phone_answers_once_however_often_it_says_so(maker, zita, visit, database):
    maker.rates(zita, SMALL)
    phone = ApiPhone(visit(zita))
    (asked,) = phone.browser.get("/api/v1/days").get_json()["asked"]
    said = reply(asked["id"], "yes")
    assert [phone.say_one(said)["status"] for _ in range(2)] == ["applied", "duplicate"]
    assert len(maker.flags_of(zita)) == 1
    assert phone.browser.get("/api/v1/days").get_json()["asked"] == []
    assert phone.say_one(reply(asked["id"], "no"))["status"] == "merged"
    assert [row.answer for row in asked_of(database, zita)] == ["no"]
    assert [flag.closed_at for flag in maker.flags_of(zita)] == [NOW]
    phone.say_one(reply(asked["id"], "yes"))
    assert [flag.closed_at for flag in maker.flags_of(zita)] == [None]


@pytest.mark.parametrize(
    "data", [{"answer": "perhaps"}, {"answer": None}, {"asked_id": "5"}, {"mood": "low"}]
)
def test_a_wrong_reply_is_told_beside_its_field(data, maker, zita, visit):
    said = reply(uuid4(), "yes")
    result = ApiPhone(visit(zita)).say_one({**said, "data": {**said["data"], **data}})
    assert (result["status"], list(result["errors"])) == ("invalid", list(data))


def test_another_patients_question_is_not_there(cast, maker, zita, visit, database):
    maker.rates(zita, SMALL)
    (asked,) = asked_of(database, zita)
    for who in (cast.alice, cast.dora):
        phone = ApiPhone(visit(who))
        results = [phone.say_one(reply(key, "yes")) for key in (asked.id, uuid4())]
        assert [result["status"] for result in results] == ["not_found"] * 2
        answers = [
            phone.browser.post("/today/spell", {"asked_id": str(key), "answer": "yes"})
            for key in (asked.id, uuid4())
        ]
        assert [one.status_code for one in answers] == [404, 404]
    with database.door() as door:
        assert door.session.scalars(select(FlareQuestion.answer)).all() == [None]


def test_a_late_yes_is_noted_and_raises_nothing(maker, zita, visit, clock, database):
    maker.rates(zita, SMALL)
    (asked,) = asked_of(database, zita)
    clock.move_to(NOW + timedelta(days=9))
    assert ApiPhone(visit(zita)).say_one(reply(asked.id, "yes"))["status"] == "applied"
    assert maker.flags_of(zita) == []
    assert [row.answer for row in asked_of(database, zita)] == ["yes"]
