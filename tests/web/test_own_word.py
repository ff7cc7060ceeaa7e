"""A patient says unasked that it is a bad spell: the form, a phone, and what it does to flags."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.cast import NOW, TODAY
from tests.support.databases import rows_of
from tests.support.pages import text_of
from tests.support.phone import ApiPhone, checkin
from tracker.services.daybook import CheckinInput, DayEntries
from tracker.store.schema import Checkin, FlareQuestion, Revision

WORD = "This is a bad spell"
SMALL, LARGE = 4, 7
"""On top of a usual 3: one that is asked about only, and one that a rule finds too."""


@pytest.fixture
def nina(maker, cast):
    """Somebody who joined lately: two days are logged."""
    return maker.usual(cast.pia, "Nina Noll", 2)


@pytest.fixture
def zita(maker, cast):
    """Somebody whose usual is 3."""
    return maker.usual(cast.pia, "Zita Zell", 8)


@pytest.fixture
def says(maker, database):
    """Log a day, or amend it as it stands, with the word or without."""

    def say(who, pain, word, day=TODAY, now=NOW):
        known = [row for row in days_of(database, who) if row.local_date == day]
        said = {"pain_average": pain, "is_flare": word}
        given = CheckinInput(who.episode_id, said, known[0].rev if known else None)
        maker.logs(who, DayEntries(checkins=[given]), day, now)

    return say


def days_of(database, who):
    return [row for row in rows_of(database, Checkin) if row.patient_id == who.patient_id]


def day_of(database, who, day=TODAY):
    (row,) = [row for row in days_of(database, who) if row.local_date == day]
    return row


def answers_of(database, who):
    found = [row for row in rows_of(database, FlareQuestion) if row.patient_id == who.patient_id]
    return [row.answer for row in found]


# What it raises.


def test_it_tells_the_clinic_at_once_with_few_days_logged(cast, maker, nina, says, visit):
    says(nina, 6, True)
    (flag,) = maker.flags_of(nina)
    assert (flag.kind, flag.tier, flag.reason) == ("flare", "amber", "flare_said")
    assert (flag.numbers["pain"], flag.numbers["said"]) == (6, "yes")
    page = text_of(visit(cast.pia).get("/flags").text)
    assert "The patient says that this is a bad spell: pain 6." in page


def test_the_usual_level_is_told_where_it_is_known(cast, maker, zita, says, visit):
    says(zita, SMALL, True)
    page = text_of(visit(cast.pia).get("/flags").text)
    assert "The patient says that this is a bad spell: pain 4, usual 3." in page


def test_a_rule_that_finds_it_too_speaks_for_it(cast, maker, zita, says, visit):
    says(zita, LARGE, True)
    (flag,) = maker.flags_of(zita)
    assert (flag.reason, flag.numbers["said"]) == ("flare_lift", "yes")
    assert "The patient says: a bad spell." in text_of(visit(cast.pia).get("/flags").text)


def test_an_ordinary_day_raises_nothing(maker, nina, says):
    says(nina, 6, False)
    assert maker.flags_of(nina) == []


def test_it_can_be_said_later_of_a_day_that_stands(maker, nina, says):
    says(nina, 6, False)
    says(nina, 6, True)
    assert [flag.reason for flag in maker.flags_of(nina)] == ["flare_said"]


def test_said_within_72_hours_of_needling_it_is_kept_and_raises_nothing(
    cast, maker, zita, says, database
):
    maker.needled(cast.pia, zita, NOW - timedelta(hours=20))
    says(zita, 9, True)
    assert day_of(database, zita).is_flare
    assert maker.flags_of(zita) == []


@pytest.mark.parametrize("back, count", [(2, 1), (3, 0)])
def test_said_of_a_day_long_past_it_is_no_news(back, count, maker, nina, says, database):
    says(nina, 6, True, TODAY - timedelta(days=back), NOW)
    assert day_of(database, nina, TODAY - timedelta(days=back)).is_flare
    assert len(maker.flags_of(nina)) == count


def test_it_confirms_the_flag_that_waits(maker, zita, says):
    says(zita, LARGE, False)
    later = NOW + timedelta(days=1)
    says(zita, LARGE, True, TODAY + timedelta(days=1), later)
    (flag,) = maker.flags_of(zita)
    assert flag.numbers["said"] == "yes"


def test_said_on_two_days_it_is_one_flag(maker, nina, says):
    says(nina, 6, True)
    says(nina, 7, True, TODAY + timedelta(days=1), NOW + timedelta(days=1))
    assert len(maker.flags_of(nina)) == 1
    says(nina, 7, True, TODAY + timedelta(days=3), NOW + timedelta(days=3))
    assert len(maker.flags_of(nina)) == 2


def test_an_amendment_of_something_else_says_nothing_again(maker, nina, says, visit, cast):
    says(nina, 6, True)
    (flag,) = maker.flags_of(nina)
    visit(cast.pia).post(f"/flags/{flag.id}/close", {"seen": "0"})
    says(nina, 7, True)
    (flag,) = maker.flags_of(nina)
    assert flag.closed_at is not None


# The question.


def test_a_day_that_says_so_is_not_asked_about(zita, says, database):
    says(zita, SMALL, True)
    assert answers_of(database, zita) == []


def test_it_answers_the_open_question_of_its_day(maker, zita, says, database, visit):
    says(zita, SMALL, False)
    assert answers_of(database, zita) == [None]
    says(zita, SMALL, True)
    assert answers_of(database, zita) == ["yes"]
    assert "Is this a bad spell?" not in visit(zita).get("/today").text
    says(zita, SMALL, False)
    assert answers_of(database, zita) == [None]


def test_an_answer_of_the_patients_own_stands_when_the_tick_goes(zita, says, database, visit):
    says(zita, SMALL, False)
    phone = visit(zita)
    form = phone.form("/today", "/today/spell")
    says(zita, SMALL, True)
    phone.client.post(form.action, data={**form.filled({}), "answer": "yes"})
    says(zita, SMALL, False)
    assert answers_of(database, zita) == ["yes"]


# Taking it back.


def test_taken_back_a_flag_by_the_word_alone_closes_and_stays_readable(
    cast, maker, nina, says, visit
):
    says(nina, 6, True)
    says(nina, 6, False)
    (flag,) = maker.flags_of(nina)
    assert flag.closed_at == NOW
    page = text_of(visit(cast.pia).get("/flags").text)
    assert "No flags wait" in page
    assert "had called this a bad spell and took it back: pain 6." in page
    says(nina, 6, True)
    (flag,) = maker.flags_of(nina)
    assert (flag.closed_at, flag.numbers["said"]) == (None, "yes")


def test_taken_back_a_flag_by_the_rule_stays_and_says_so_no_longer(maker, zita, says):
    says(zita, LARGE, True)
    says(zita, LARGE, False)
    (flag,) = maker.flags_of(zita)
    assert flag.closed_at is None
    assert "said" not in flag.numbers


def test_what_somebody_took_on_stays_taken_on(cast, maker, nina, says, visit):
    says(nina, 6, True)
    (flag,) = maker.flags_of(nina)
    visit(cast.pia).post(f"/flags/{flag.id}/acknowledge", {"note": "Called."})
    says(nina, 6, False)
    (flag,) = maker.flags_of(nina)
    assert flag.acknowledged_at is not None
    assert flag.closed_at is None


def test_a_flag_taken_back_holds_up_no_other(maker, zita, says):
    says(zita, SMALL, True)
    says(zita, SMALL, False)
    later = NOW + timedelta(days=1)
    says(zita, 9, False, TODAY + timedelta(days=1), later)
    assert [flag.closed_at is None for flag in maker.flags_of(zita)] == [False, True]


def test_a_rule_that_found_the_day_meanwhile_keeps_its_flag_open(maker, zita, says):
    says(zita, SMALL, True)
    says(zita, 9, True)
    says(zita, 9, False)
    (flag,) = maker.flags_of(zita)
    assert (flag.reason, flag.numbers["pain"], flag.closed_at) == ("flare_lift", 9, None)


def test_another_day_that_says_so_holds_the_flag(maker, nina, says):
    tomorrow, later = TODAY + timedelta(days=1), NOW + timedelta(days=1)
    says(nina, 6, True)
    says(nina, 6, True, tomorrow, later)
    says(nina, 6, False, TODAY, later)
    assert [flag.closed_at for flag in maker.flags_of(nina)] == [None]
    says(nina, 6, False, tomorrow, later)
    assert [flag.closed_at for flag in maker.flags_of(nina)] == [later]


# The plain form.


def test_ticked_and_unticked_in_the_form(nina, visit, database):
    phone = visit(nina)
    phone.send(phone.form("/today"), pain_average="6", is_flare="1")
    assert day_of(database, nina).is_flare
    page = phone.get("/today").text
    assert 'name="is_flare" value="1" checked' in page
    phone.send(phone.form("/today"), is_flare="")
    assert not day_of(database, nina).is_flare
    befores = [row.before for row in rows_of(database, Revision)]
    assert {"is_flare": True} in befores


def test_a_form_without_the_box_changes_nothing(nina, visit, database):
    phone = visit(nina)
    phone.send(phone.form("/today"), pain_average="6", is_flare="1")
    form = phone.form("/today")
    data = {k: v for k, v in form.filled({"pain_average": "7"}).items() if k != "is_flare"}
    phone.client.post("/today", data=data)
    row = day_of(database, nina)
    assert (row.pain_average, row.is_flare) == (7, True)


def test_a_stale_tab_does_not_untick_it(nina, visit, database):
    phone = visit(nina)
    phone.send(phone.form("/today"), pain_average="6")
    stale = phone.form("/today")
    phone.send(phone.form("/today"), is_flare="1")
    phone.send(stale, note="from the other tab")
    assert day_of(database, nina).is_flare


def test_it_needs_a_rating_and_is_still_ticked_then(nina, visit, database):
    phone = visit(nina)
    answer = phone.send(phone.form("/today"), is_flare="1")
    assert answer.status_code == 422
    assert 'name="is_flare" value="1" checked' in answer.text
    assert all(row.local_date != TODAY for row in days_of(database, nina))


def test_a_value_that_is_no_tick_is_refused(nina, visit, database):
    phone = visit(nina)
    answer = phone.send(phone.form("/today"), pain_average="6", is_flare="perhaps")
    assert answer.status_code == 422
    assert all(row.local_date != TODAY for row in days_of(database, nina))


def test_it_is_not_offered_within_72_hours_of_needling(cast, maker, nina, says, visit):
    page = visit(nina).get("/today").text
    assert '<div class="tick spell-tick">' in page
    maker.needled(cast.pia, nina, NOW - timedelta(hours=20))
    page = visit(nina).get("/today").text
    assert '<div class="tick spell-tick" hidden>' in page
    says(nina, 6, True)
    assert '<div class="tick spell-tick">' in visit(nina).get("/today").text


# Where it is read.


def test_both_read_it_in_the_days_and_the_patient_in_the_export(cast, nina, says, visit):
    says(nina, 6, True)
    for who, path in ((nina, "/progress"), (cast.pia, f"/patients/{nina.patient_id}")):
        assert visit(who).get(path).text.count('<span class="pill">bad spell</span>') == 1
    held = visit(nina).get("/me/export.json").get_json()
    said = {row["local_date"] for row in held["checkins"] if row["is_flare"]}
    assert said == {TODAY.isoformat()}


def test_nobody_else_reads_it(cast, nina, says, visit):
    says(nina, 6, True)
    for who in (cast.otto, cast.lina):
        assert "Nina" not in visit(who).get("/flags").text
        assert visit(who).get(f"/patients/{nina.patient_id}").status_code == 404
    assert visit(cast.bob).get("/api/v1/days").get_json()["checkins"] == []


# By a phone.


def said_by(cast, who, data, **more):
    return checkin(cast, {"episode_id": str(who.episode_id), **data}, **more)


def test_a_phone_says_it_once_however_often_it_is_sent(cast, maker, nina, visit, database):
    phone = ApiPhone(visit(nina))
    said = said_by(cast, nina, {"pain_average": 6, "is_flare": True})
    assert [phone.say_one(said)["status"] for _ in range(2)] == ["applied", "duplicate"]
    assert len(maker.flags_of(nina)) == 1
    kept = phone.browser.get("/api/v1/days").get_json()["checkins"]
    assert [row["is_flare"] for row in kept] == [False, False, True]


@pytest.mark.parametrize(
    "change, stands",
    [({"note": "x"}, True), ({"is_flare": False}, False), ({"is_flare": None}, False)],
)
def test_an_amendment_says_what_it_changes(change, stands, cast, nina, visit, database):
    phone = ApiPhone(visit(nina))
    said = said_by(cast, nina, {"pain_average": 6, "is_flare": True})
    phone.say_one(said)
    more = said_by(cast, nina, change)
    phone.say_one({**more, "entry_id": said["entry_id"], "base_rev": 1})
    assert day_of(database, nina).is_flare is stands


def test_two_phones_merge_it_with_what_the_other_said(cast, nina, visit, database):
    phone = ApiPhone(visit(nina))
    said = said_by(cast, nina, {"pain_average": 6})
    phone.say_one(said)
    about = {"entry_id": said["entry_id"], "base_rev": 1}
    phone.say_one({**said_by(cast, nina, {"pain_worst": 9}), **about})
    result = phone.say_one({**said_by(cast, nina, {"is_flare": True}), **about})
    row = day_of(database, nina)
    assert (result["status"], row.pain_worst, row.is_flare) == ("merged", 9, True)


@pytest.mark.parametrize("value", [1, 0, "true", "", [], {}])
def test_what_is_no_yes_or_no_is_told_beside_its_field(value, cast, nina, visit):
    said = said_by(cast, nina, {"pain_average": 6, "is_flare": value})
    result = ApiPhone(visit(nina)).say_one(said)
    assert (result["status"], list(result["errors"])) == ("invalid", ["is_flare"])
