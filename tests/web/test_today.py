"""`/today`: a day is saved whole or not at all, mended with its history, and never clobbered."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.support.cast import NEEDLED_AT, NOW, OPENED_ON, TODAY
from tests.support.databases import contents, rows_of
from tests.support.pages import read_forms, text_of
from tracker.bench.measure import count_queries
from tracker.store.schema import (
    Checkin,
    DiaryDay,
    EpisodeSummary,
    Person,
    Revision,
    SorenessEntry,
    StretchEntry,
)

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def phone(cast, visit):
    return visit(cast.alice)


def checkins(database, cast, day=TODAY):
    return rows_of(
        database, Checkin, Checkin.patient_id == cast.alice.patient_id, Checkin.local_date == day
    )


def stretches(database, cast, day=TODAY):
    return rows_of(
        database,
        StretchEntry,
        StretchEntry.patient_id == cast.alice.patient_id,
        StretchEntry.local_date == day,
    )


def day_of(database, cast, day=TODAY):
    return rows_of(
        database, DiaryDay, DiaryDay.patient_id == cast.alice.patient_id, DiaryDay.local_date == day
    )


def sore(database, cast):
    return rows_of(
        database,
        SorenessEntry,
        SorenessEntry.patient_id == cast.alice.patient_id,
        order=SorenessEntry.felt_at,
    )


# Saving.


def test_a_day_is_saved_as_it_was_typed(phone, cast, database):
    line = cast.alice.prescription_id
    answer = phone.send(
        phone.form("/today"),
        follow=True,
        **{"pain_average": "3", "pain_worst": "6", "stiffness": "2", "sleep": "1", "stress": "0",
           "note": "Long day\nat the desk", "soreness": "4", f"outcome-{line}": "too_hard",
           f"reason-{line}": "more_pain"},
    )  # fmt: skip
    assert "Saved" in text_of(answer.text)
    (row,) = checkins(database, cast)
    assert (row.pain_average, row.pain_worst, row.stiffness) == (3, 6, 2)
    assert (row.rev, row.is_backfilled, row.zone) == (1, False, "Europe/London")
    (day,) = day_of(database, cast)
    assert (day.sleep, day.stress) == (1, 0)
    assert day.note.split() == ["Long", "day", "at", "the", "desk"]
    (stretch,) = stretches(database, cast)
    assert (stretch.outcome, stretch.reason, stretch.provenance) == (
        "too_hard", "more_pain", "ticked",
    )  # fmt: skip
    last = sore(database, cast)[-1]
    assert (last.soreness, last.felt_at) == (4, NOW)


def test_what_was_saved_stands_on_the_page_again(phone):
    phone.send(phone.form("/today"), pain_average="3", note="<b>words</b>")
    form = phone.form("/today")
    assert form.one("pain_average") == "3"
    assert form.one("note") == "<b>words</b>"
    assert "<b>words</b>" not in phone.page.text


def test_zero_is_an_answer_and_silence_is_none(phone, cast, database):
    phone.send(phone.form("/today"), pain_average="0")
    (row,) = checkins(database, cast)
    assert (row.pain_average, row.pain_worst) == (0, None)
    assert not day_of(database, cast)


def test_the_summary_follows_each_write(phone, cast, database):
    phone.send(phone.form("/today"), pain_average="9", soreness="1", all_done="1")
    (row,) = rows_of(database, EpisodeSummary, EpisodeSummary.patient_id == cast.alice.patient_id)
    assert (row.last_logged_on, row.pain_end, row.pain[-2:]) == (TODAY, TODAY, "49")
    assert (row.last_soreness, row.last_soreness_at) == (1, NOW)
    assert row.done_halves[-2:] == "12"


def test_an_amendment_keeps_its_history(phone, cast, database):
    phone.send(phone.form("/today"), pain_average="3", note="first")
    phone.send(phone.form("/today"), pain_average="5")
    phone.send(phone.form("/today"), pain_average="6", note="second")
    (row,) = checkins(database, cast)
    assert (row.pain_average, row.rev) == (6, 3)
    kept = rows_of(database, Revision, Revision.entry == "checkin", order=Revision.rev)
    assert [(one.rev, one.before) for one in kept] == [
        (2, {"pain_average": 3}),
        (3, {"pain_average": 5, "day_rev": 1}),
    ]
    assert {one.changed_by for one in kept} == {cast.alice.person_id}
    (day,) = rows_of(database, Revision, Revision.entry == "day")
    assert day.before == {"note": "first"}


def test_saving_again_without_a_change_writes_nothing_new(phone, database):
    phone.send(phone.form("/today"), pain_average="3")
    before = contents(database, "auth_session")
    assert phone.send(phone.form("/today")).status_code == 303
    assert contents(database, "auth_session") == before


def test_a_form_sent_twice_is_one_entry(phone, cast, database):
    form = phone.form("/today")
    for _ in range(2):
        answer = phone.send(form, pain_average="3", note="n", soreness="4", all_done="1")
        assert answer.status_code == 303
    assert len(checkins(database, cast)) == len(day_of(database, cast)) == 1
    assert len(stretches(database, cast)) == 1
    assert len(sore(database, cast)) == 2
    assert not rows_of(database, Revision)


def test_two_tabs_change_two_fields_and_both_stand(phone, cast, visit, database):
    phone.send(phone.form("/today"), pain_average="3", note="morning", sleep="2")
    stale = phone.form("/today")
    other = visit(cast.alice)
    other.send(other.form("/today"), note="evening")
    phone.send(stale, pain_average="6")
    assert checkins(database, cast)[0].pain_average == 6
    (day,) = day_of(database, cast)
    assert (day.note, day.sleep) == ("evening", 2)


def test_two_tabs_of_an_empty_day_keep_each_others_answers(phone, cast, visit, database):
    """Both were opened before anything was logged; what one left empty it does not delete."""
    stale = phone.form("/today")
    other = visit(cast.alice)
    other.send(other.form("/today"), pain_average="3", pain_worst="8", note="words", sleep="2")
    phone.send(stale, pain_average="4", stress="5")
    (row,) = checkins(database, cast)
    assert (row.pain_average, row.pain_worst) == (4, 8)
    (day,) = day_of(database, cast)
    assert (day.note, day.sleep, day.stress) == ("words", 2, 5)


def test_two_tabs_that_change_the_same_field_keep_the_loser_in_the_history(
    phone, cast, visit, database
):
    phone.send(phone.form("/today"), pain_average="3")
    stale = phone.form("/today")
    other = visit(cast.alice)
    other.send(other.form("/today"), pain_average="5")
    answer = phone.send(stale, follow=True, pain_average="6")
    assert "also changed elsewhere" in text_of(answer.text)
    assert checkins(database, cast)[0].pain_average == 6
    kept = rows_of(database, Revision, Revision.entry == "checkin", order=Revision.rev)
    assert [one.before for one in kept] == [{"pain_average": 3}, {"pain_average": 5}]


def test_an_emptied_note_is_emptied(phone, cast, database):
    phone.send(phone.form("/today"), pain_average="3", note="words")
    phone.send(phone.form("/today"), note="")
    assert day_of(database, cast)[0].note == ""


def test_a_bare_form_without_ids_means_the_first_problem(phone, cast, database):
    assert phone.post("/today", {"pain_average": "3", "note": "words"}).status_code == 303
    (row,) = checkins(database, cast)
    assert row.episode_id == cast.alice.episode_id
    assert day_of(database, cast)[0].note == "words"


def test_a_bare_form_leaves_what_it_does_not_hold(phone, cast, database):
    phone.send(phone.form("/today"), pain_average="3", note="words", sleep="4")
    assert phone.post("/today", {"pain_average": "5"}).status_code == 303
    assert checkins(database, cast)[0].pain_average == 5
    (day,) = day_of(database, cast)
    assert (day.note, day.sleep) == ("words", 4)


# What can't be taken.


@pytest.mark.parametrize(
    "field, value",
    [("pain_average", "11"), ("pain_average", "-1"), ("pain_average", "2.5"),
     ("pain_average", "many"), ("pain_average", "٣"), ("pain_worst", "1e1"), ("stiffness", "999"),
     ("sleep", "12"), ("stress", "x"), ("soreness", "11")],
)  # fmt: skip
def test_a_rating_off_the_scale_is_refused_and_everything_typed_stays(
    field, value, phone, database, cast
):
    before = contents(database, "auth_session")
    data = {"note": "kept words", "stress": "7", **({} if field == "pain_average" else {"pain_average": "3"}),
            field: value}  # fmt: skip
    answer = phone.send(phone.form("/today"), **data)
    assert answer.status_code == 422
    assert "Choose a whole number from 0 to 10." in text_of(answer.text)
    assert "Not saved yet" in text_of(answer.text)
    form = next(form for form in read_forms(answer.text) if form.action == "/today")
    assert form.one("note") == "kept words"
    if field != "stress":
        assert form.one("stress") == "7"
    assert contents(database, "auth_session") == before


def test_a_note_too_long_is_refused_and_kept(phone, cast, database):
    words = "w" * 2001
    answer = phone.send(phone.form("/today"), pain_average="3", note=words)
    assert answer.status_code == 422
    assert words in answer.text
    assert "shorten it" in text_of(answer.text)
    assert not checkins(database, cast)
    assert phone.send(phone.form("/today"), pain_average="3", note=words[1:]).status_code == 303


@pytest.mark.parametrize(
    "day, words",
    [(TODAY + timedelta(days=1), "has not come yet"), (TODAY + timedelta(days=400), "has not come"),
     (OPENED_ON - timedelta(days=1), "before the treatment"), ("0001-01-01", "before the treatment"),
     ("1900-01-01", "before the treatment"), ("9999-12-31", "has not come yet")],
)  # fmt: skip
def test_a_day_that_can_not_be_logged_is_refused_with_what_was_typed(
    day, words, phone, cast, database
):
    before = contents(database, "auth_session")
    form = phone.form("/today")
    sent = {"pain_average": "3", "note": "kept", "local_date": str(day), "was_today": None}
    answer = phone.send(form, **sent)
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    assert "kept" in answer.text
    assert contents(database, "auth_session") == before


@pytest.mark.parametrize("ahead", [1, -21, -3000])
@pytest.mark.parametrize("field", ["note", "sleep", "soreness"])
def test_a_day_that_can_not_be_logged_takes_nothing_at_all(ahead, field, phone, database):
    before = contents(database, "auth_session")
    day = str(TODAY + timedelta(days=ahead))
    answer = phone.send(phone.form("/today"), **{field: "3", "local_date": day, "was_today": None})
    assert answer.status_code == 422
    assert contents(database, "auth_session") == before


def test_nothing_chosen_says_so(phone):
    answer = phone.send(phone.form("/today"))
    assert answer.status_code == 422
    assert "Nothing is chosen yet" in text_of(answer.text)


def test_a_worst_pain_without_an_average_asks_for_the_average(phone, cast, database):
    answer = phone.send(phone.form("/today"), pain_worst="7")
    assert answer.status_code == 422
    assert "Choose a number for your pain" in text_of(answer.text)
    assert not checkins(database, cast)


def test_one_fault_keeps_the_whole_day_out(phone, cast, database):
    answer = phone.send(phone.form("/today"), pain_average="3", soreness="11", all_done="1")
    assert answer.status_code == 422
    assert not checkins(database, cast)
    assert not stretches(database, cast)


@pytest.mark.parametrize(
    "note", ["a\x00b", "\ud83d\ude00", "\u202eabc", "<script>alert(1)</script>"]
)
def test_a_note_of_any_characters_is_taken_or_refused_kindly(note, phone, cast):
    data = {"pain_average": "3", "note": note.encode("utf-8", "surrogatepass")}
    answer = phone.send(phone.form("/today"), **data)
    assert answer.status_code in {303, 422}
    page = phone.get("/today")
    assert page.status_code == 200
    assert "<script>alert" not in page.text


@pytest.mark.parametrize("day", ["0001-01-01", "1900-01-01", "2026-02-30", "x", "9999-12-31", ""])
def test_a_page_of_any_day_opens(day, phone):
    assert phone.get(f"/today?date={day}").status_code == 200


# Later, and elsewhere.


def test_the_page_reads_nothing_twice(phone, cast, maker, database):
    maker.asked(cast.alice)
    maker.names(cast.alice, "Driving")
    with count_queries(database.engine) as sent:
        assert "Neck" in phone.get("/today").text
    read = Counter(re.findall(r"FROM (\w+)", statement)[0] for statement in sent)
    assert {table: count for table, count in read.items() if count > 1} == {}
    assert {"episode", "prescription", "clinic", "checkin", "flare_question"} <= set(read)


def test_a_day_that_is_filled_in_later_is_marked(phone, cast, database):
    day = TODAY - timedelta(days=3)
    answer = phone.send(phone.form(f"/today?date={day}"), follow=True, pain_average="6",
                        all_done="1")  # fmt: skip
    assert "Saved for Sunday 8 March" in text_of(answer.text)
    assert "added later" in text_of(answer.text)
    assert checkins(database, cast, day)[0].is_backfilled
    assert stretches(database, cast, day)[0].provenance == "backfilled"
    assert "added later" in text_of(phone.get("/progress").text)


def test_the_last_days_are_offered_to_fill_in(phone):
    page = phone.get("/today").text
    for ago in range(1, 7):
        assert f"date={TODAY - timedelta(days=ago)}" in page


def test_a_problem_is_asked_about_only_from_its_first_day(phone, cast, maker):
    maker.episode(cast.pia, cast.alice, "Shoulder pain", TODAY)
    assert "Shoulder pain" in phone.get("/today").text
    assert "Shoulder pain" not in phone.get(f"/today?date={YESTERDAY}").text


def test_the_phones_zone_decides_the_day(phone, cast, database):
    """At noon in London it is past midnight on the Line Islands."""
    form = phone.form("/today")
    answer = phone.send(form, pain_average="3", zone="Pacific/Kiritimati",
                        local_date=str(TODAY + timedelta(days=1)))  # fmt: skip
    assert answer.status_code == 303
    (row,) = checkins(database, cast, TODAY + timedelta(days=1))
    assert (row.zone, row.is_backfilled) == ("Pacific/Kiritimati", False)
    (person,) = rows_of(database, Person, Person.id == cast.alice.person_id)
    assert person.zone == "Pacific/Kiritimati"
    assert phone.form("/today").one("local_date") == str(TODAY + timedelta(days=1))


def test_an_unknown_zone_is_not_believed(phone, cast, database):
    phone.send(phone.form("/today"), pain_average="3", zone="Mars/Olympus")
    assert checkins(database, cast)[0].zone == "Europe/London"


@pytest.mark.parametrize(
    "moment, zone, day",
    [
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "Europe/London", "2026-03-29"),
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), "Europe/London", "2026-03-28"),
        (datetime(2026, 3, 29, 22, 30, tzinfo=UTC), "Europe/London", "2026-03-29"),
        (datetime(2026, 3, 29, 23, 30, tzinfo=UTC), "Europe/London", "2026-03-30"),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), "Europe/London", "2026-10-25"),
        (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), "Europe/London", "2026-10-25"),
        (datetime(2026, 3, 29, 5, 0, tzinfo=UTC), "America/New_York", "2026-03-29"),
        (datetime(2026, 3, 29, 3, 0, tzinfo=UTC), "America/New_York", "2026-03-28"),
    ],
)
def test_the_local_day_holds_when_the_clock_changes(
    moment, zone, day, cast, visit, clock, database
):
    clock.move_to(moment)
    phone = visit(cast.bob)
    form = phone.form("/today")
    phone.send(form, pain_average="1", zone=zone, local_date=day)
    (row,) = rows_of(database, Checkin, Checkin.patient_id == cast.bob.patient_id)
    assert (str(row.local_date), row.is_backfilled, row.updated_at) == (day, False, moment)


# Stretches.


def test_all_done_fills_in_what_was_not_answered(phone, cast, maker, database):
    other = maker.prescribed(cast.pia, cast.alice, stretch="chin-tuck-nod")
    line = cast.alice.prescription_id
    phone.send(phone.form("/today"), all_done="1", **{f"outcome-{other}": "could_not",
                                                      f"reason-{other}": "ill"})  # fmt: skip
    found = {row.prescription_id: row for row in stretches(database, cast)}
    assert (found[line].outcome, found[line].sets_done) == ("done", 1)
    assert (found[other].outcome, found[other].reason, found[other].sets_done) == (
        "could_not", "ill", 0,
    )  # fmt: skip


@pytest.mark.parametrize("outcome", ["done", "partly", "too_hard", "could_not"])
def test_each_outcome_is_kept_with_its_reason(outcome, phone, cast, database):
    line = cast.alice.prescription_id
    phone.send(phone.form("/today"), **{f"outcome-{line}": outcome, f"reason-{line}": "forgot"})
    (row,) = stretches(database, cast)
    assert (row.outcome, row.reason) == (outcome, None if outcome == "done" else "forgot")


def test_an_unknown_reason_is_refused(phone, cast, database):
    line = cast.alice.prescription_id
    data = {f"outcome-{line}": "partly", f"reason-{line}": "aliens"}
    assert phone.send(phone.form("/today"), **data).status_code == 422
    assert not stretches(database, cast)


def test_a_stretch_is_not_logged_before_it_was_prescribed(phone, cast, maker, database):
    line = maker.prescribed(cast.pia, cast.alice, stretch="chin-tuck-nod", now=NOW)
    answer = phone.post("/today", {"local_date": str(YESTERDAY), f"outcome-{line}": "done"})
    assert answer.status_code == 422
    assert not [row for row in stretches(database, cast, YESTERDAY) if row.prescription_id == line]


def test_a_mended_outcome_keeps_its_history(phone, cast, database):
    line = cast.alice.prescription_id
    phone.send(phone.form("/today"), **{f"outcome-{line}": "could_not", f"reason-{line}": "ill"})
    phone.send(phone.form("/today"), **{f"outcome-{line}": "done"})
    (row,) = stretches(database, cast)
    assert (row.outcome, row.reason, row.sets_done, row.rev) == ("done", None, 1, 2)
    (kept,) = rows_of(database, Revision, Revision.entry == "stretch")
    assert kept.before == {"outcome": "could_not", "reason": "ill", "sets_done": 0}


def test_a_day_of_rest_asks_for_no_stretch(cast, visit, maker):
    weekend = 0b1100000
    maker.prescribed(cast.pia, cast.bob, days=weekend)
    assert "Stretches today" not in text_of(visit(cast.bob).get("/today").text)


# Soreness.


@pytest.mark.parametrize(
    "hours, last, asked",
    [(0.1, None, True), (71.9, 0, True), (73, 0, False), (73, 3, True), (73, None, True),
     (167.9, 3, True), (169, 3, False)],
)  # fmt: skip
def test_soreness_is_asked_about_while_it_may_be_felt(
    hours, last, asked, cast, visit, maker, clock
):
    maker.needled(cast.pia, cast.bob, NOW - timedelta(minutes=5))
    phone = visit(cast.bob)
    if last is not None:
        clock.move_to(NOW + timedelta(hours=2))
        phone.send(phone.form("/today"), soreness=str(last))
    clock.move_to(NOW - timedelta(minutes=5) + timedelta(hours=hours))
    page = text_of(phone.get("/today").text)
    assert ("Soreness where the needles went" in page) is asked


def test_a_rating_is_mended_for_two_hours_and_then_a_new_one(phone, cast, database, clock):
    phone.send(phone.form("/today"), soreness="6")
    clock.shift(timedelta(minutes=90))
    phone.send(phone.form("/today"), soreness="5")
    assert [row.soreness for row in sore(database, cast)] == [5, 5]
    clock.shift(timedelta(minutes=45))
    phone.send(phone.form("/today"), soreness="3")
    found = sore(database, cast)
    assert [row.soreness for row in found] == [5, 5, 3]
    (kept,) = rows_of(database, Revision, Revision.entry == "soreness")
    assert kept.before == {"soreness": 6}


def test_soreness_of_a_past_day_stands_on_its_evening(cast, visit, maker, database, clock):
    maker.needled(cast.pia, cast.bob, NEEDLED_AT)
    phone = visit(cast.bob)
    phone.send(phone.form(f"/today?date={YESTERDAY}"), soreness="6")
    (row,) = rows_of(database, SorenessEntry, SorenessEntry.patient_id == cast.bob.patient_id)
    assert (row.felt_at, row.is_backfilled) == (datetime(2026, 3, 10, 20, tzinfo=UTC), True)
    phone.send(phone.form(f"/today?date={YESTERDAY}"), soreness="4")
    assert (
        len(rows_of(database, SorenessEntry, SorenessEntry.patient_id == cast.bob.patient_id)) == 1
    )


def test_soreness_before_the_needles_is_refused(cast, visit, maker, database):
    needling_id = maker.needled(cast.pia, cast.bob, NEEDLED_AT)
    data = {"local_date": str(TODAY - timedelta(days=3)), "soreness": "3",
            "needling_session_id": str(needling_id), "entry_id": str(uuid4())}  # fmt: skip
    assert visit(cast.bob).post("/today", data).status_code == 422
    assert not rows_of(database, SorenessEntry, SorenessEntry.patient_id == cast.bob.patient_id)


# Several problems.


def test_two_problems_in_one_clinic_take_one_more_tap(phone, cast, maker, database):
    second = maker.episode(cast.pia, cast.alice, "Shoulder pain", TODAY - timedelta(days=2))
    form = phone.form("/today")
    assert form.one(f"episode_id-{second}") == str(second)
    assert f"note-{second}" not in form.names
    phone.send(form, **{"pain_average": "3", f"pain_average-{second}": "7", "note": "one note"})
    found = {row.episode_id: row.pain_average for row in checkins(database, cast)}
    assert found == {cast.alice.episode_id: 3, second: 7}
    assert len(day_of(database, cast)) == 1


def test_one_of_two_problems_may_be_logged_alone(phone, cast, maker, database):
    second = maker.episode(cast.pia, cast.alice, "Shoulder pain")
    phone.send(phone.form("/today"), **{f"pain_average-{second}": "7"})
    assert [row.episode_id for row in checkins(database, cast)] == [second]


def test_a_fault_in_the_second_problem_stands_beside_it(phone, cast, maker):
    second = maker.episode(cast.pia, cast.alice, "Shoulder pain")
    answer = phone.send(
        phone.form("/today"), **{"pain_average": "3", f"pain_average-{second}": "70"}
    )
    assert answer.status_code == 422
    assert f'id="pain_average-{second}-fault"' in answer.text
    form = next(form for form in read_forms(answer.text) if form.action == "/today")
    assert form.one("pain_average") == "3"


def test_two_clinics_each_get_their_own_day(cast, visit, database):
    phone = visit(cast.emil, cast.lighthouse)
    form = phone.form("/today")
    suffixes = {name.partition("-")[2] for name in form.names if name.startswith("pain_average")}
    assert len(suffixes) == 2
    (second,) = suffixes - {""}
    phone.send(form, **{"pain_average": "2", "note": "for the first", f"pain_average-{second}": "8",
                        f"note-{second}": "for the second"})  # fmt: skip
    notes = {
        row.clinic_id: row.note for row in rows_of(database, DiaryDay, DiaryDay.local_date == TODAY)
    }
    by_episode = {
        row.episode_id: (row.clinic_id, row.pain_average)
        for row in rows_of(database, Checkin, Checkin.local_date == TODAY)
    }
    there = cast.lighthouse.id if second == str(cast.emil_there.episode_id) else cast.harbour.id
    assert notes[there] == "for the second"
    assert len(notes) == len(by_episode) == 2
    assert sorted(pain for _, pain in by_episode.values()) == [2, 8]


def test_a_closed_problem_is_no_longer_asked_about(phone, cast, visit):
    desk = visit(cast.pia)
    desk.post(f"/patients/{cast.alice.patient_id}/episodes/{cast.alice.episode_id}/close")
    assert "Nothing to log right now" in phone.get("/today").text
    assert "Private words" in phone.get("/progress").text
