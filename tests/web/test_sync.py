"""`/api/v1/sync`: each operation counts once, wholly or not at all, and merges field by field."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from tests.support.cast import NEEDLED_AT, NOW, OPENED_ON, TODAY
from tests.support.databases import contents, rows_of
from tests.support.phone import LONDON, ApiPhone, again, checkin, soreness, stretch
from tests.support.phone import operation as make
from tracker.store.schema import (
    Checkin,
    DiaryDay,
    EpisodeSummary,
    Operation,
    Revision,
    SafetyReport,
    SorenessEntry,
    StretchEntry,
)


@pytest.fixture
def phone(cast, visit):
    return ApiPhone(visit(cast.alice))


@pytest.fixture
def other(cast, visit):
    """A second phone of the same person."""
    return ApiPhone(visit(cast.alice))


def row_of(database, model, cast, day=TODAY):
    (row,) = rows_of(
        database, model, model.patient_id == cast.alice.patient_id, model.local_date == day
    )
    return row


def rating(database, operation):
    (row,) = [row for row in rows_of(database, SorenessEntry)
              if str(row.entry_id) == operation["entry_id"]]  # fmt: skip
    return row


# Once.


def test_a_check_in_arrives_whole(phone, cast, database):
    said = checkin(cast, {"pain_average": 3, "pain_worst": 6, "stiffness": 2, "sleep": 1,
                          "stress": 0, "note": "Long day",
                          "regions": [{"region": "neck", "side": "left", "pain": 5}]})  # fmt: skip
    result = phone.say_one(said)
    assert (result["status"], result["rev"], result["errors"]) == ("applied", 1, {})
    row, day = row_of(database, Checkin, cast), row_of(database, DiaryDay, cast)
    assert (row.pain_average, row.pain_worst, row.stiffness) == (3, 6, 2)
    assert row.regions == [{"region": "neck", "side": "left", "pain": 5}]
    assert (day.sleep, day.stress, day.note) == (1, 0, "Long day")
    assert (str(row.entry_id), row.is_backfilled, row.zone) == (said["entry_id"], False, LONDON)
    (summary,) = rows_of(
        database, EpisodeSummary, EpisodeSummary.episode_id == cast.alice.episode_id
    )
    assert summary.last_logged_on == TODAY


def test_an_operation_that_is_said_again_counts_once(phone, other, cast, database):
    said = [checkin(cast), soreness(cast, 5), stretch(cast)]
    assert [r["status"] for r in phone.say(*said)] == ["applied"] * 3
    before = contents(database)
    for device in (phone, other):
        assert [(r["status"], r["rev"]) for r in device.say(*said)] == [("duplicate", 1)] * 3
    assert contents(database) == before


def test_twice_in_one_request_counts_once(phone, cast, database):
    said = soreness(cast, 5)
    assert [r["status"] for r in phone.say(said, said)] == ["applied", "duplicate"]


def test_the_same_id_with_other_content_is_refused_and_changes_nothing(phone, cast, database):
    said = checkin(cast)
    phone.say_one(said)
    before = contents(database)
    result = phone.say_one({**said, "data": {**said["data"], "pain_average": 9}})
    assert result["status"] == "invalid"
    assert result["errors"]["op_id"]
    assert contents(database) == before


def test_an_invalid_operation_is_not_remembered_so_that_it_can_be_mended(phone, cast):
    said = checkin(cast, {"pain_average": 11})
    assert phone.say_one(said)["status"] == "invalid"
    mended = {**said, "data": {**said["data"], "pain_average": 10}}
    assert phone.say_one(mended)["status"] == "applied"


def test_one_bad_operation_stops_none_of_the_others(phone, cast, database):
    said = [
        checkin(cast, {"pain_average": 12}),
        "no operation at all",
        soreness(cast, 4, entry_id="not an id"),
        checkin(cast, {"episode_id": str(uuid4())}),
        soreness(cast, 4),
    ]
    answer = phone.post({"device": phone.device, "operations": said})
    statuses = [result["status"] for result in answer.get_json()["results"]]
    assert statuses == ["invalid", "invalid", "invalid", "not_found", "applied"]
    assert row_of(database, SorenessEntry, cast).soreness == 4


def test_an_operation_is_applied_wholly_or_not_at_all(phone, cast, database):
    before = contents(database)
    result = phone.say_one(checkin(cast, {"note": "kept?", "pain_worst": 11}))
    assert (result["status"], list(result["errors"])) == ("invalid", ["pain_worst"])
    # Refused late, after the day's own half was looked at.
    result = phone.say_one(checkin(cast, {"note": "kept?", "regions": [
        {"region": "moon", "side": "left", "pain": 1}]}))  # fmt: skip
    assert (result["status"], list(result["errors"])) == ("invalid", ["regions"])
    assert contents(database) == before


# Amending.


def test_a_second_check_in_of_a_day_is_an_amendment(phone, other, cast, database):
    phone.say_one(checkin(cast, {"stiffness": 1}))
    result = other.say_one(checkin(cast, {"pain_average": 6}))
    assert (result["status"], result["rev"]) == ("merged", 2)
    row = row_of(database, Checkin, cast)
    assert (row.pain_average, row.stiffness) == (6, 1)
    (revision,) = rows_of(database, Revision, Revision.entry == "checkin")
    assert revision.before == {"pain_average": 4}


def test_two_phones_edit_different_fields_and_both_stand(phone, other, cast, database):
    first = checkin(cast, {"sleep": 3, "note": "old"})
    assert phone.say_one(first)["rev"] == 1
    result = phone.say_one(again(first, base_rev=1, data={"note": "new"}))
    assert (result["status"], result["rev"]) == ("applied", 2)
    result = other.say_one(again(first, base_rev=1, data={"pain_average": 7, "sleep": 5}))
    assert (result["status"], result["rev"]) == ("merged", 3)
    row, day = row_of(database, Checkin, cast), row_of(database, DiaryDay, cast)
    assert (row.pain_average, day.sleep, day.note) == (7, 5, "new")


@pytest.mark.parametrize(
    "field, values", [("pain_average", (5, 9)), ("note", ("mine", "yours")), ("stress", (2, 8))]
)
def test_of_two_edits_of_one_field_the_later_stands_and_the_loser_is_kept(
    field, values, phone, other, cast, database
):
    first = checkin(cast, {"note": "first", "stress": 0})
    phone.say_one(first)
    phone.say_one(again(first, base_rev=1, data={field: values[0]}))
    result = other.say_one(again(first, base_rev=1, data={field: values[1]}))
    assert result["status"] == "merged"
    row, day = row_of(database, Checkin, cast), row_of(database, DiaryDay, cast)
    assert (getattr(day, field) if field in {"note", "stress"} else getattr(row, field)) == values[
        1
    ]
    history = [revision.before.get(field) for revision in rows_of(database, Revision)]
    assert values[0] in history


def test_a_field_that_is_left_out_stays_and_null_clears(phone, cast, database):
    first = checkin(cast, {"stiffness": 4, "sleep": 3, "note": "here"})
    phone.say_one(first)
    bare = {"pain_average": 4, "episode_id": first["data"]["episode_id"]}
    phone.say_one({**again(first, base_rev=1), "data": bare})
    assert row_of(database, Checkin, cast).stiffness == 4
    assert row_of(database, DiaryDay, cast).note == "here"
    cleared = {**bare, "stiffness": None, "note": None, "sleep": None}
    phone.say_one({**again(first, base_rev=1), "data": cleared})
    assert row_of(database, Checkin, cast).stiffness is None
    day = row_of(database, DiaryDay, cast)
    assert (day.note, day.sleep) == ("", None)


def test_an_amendment_need_not_say_the_pain_again(phone, other, cast, database):
    first = checkin(cast)
    assert phone.say_one(first)["status"] == "applied"
    other.say_one(again(first, base_rev=1, data={"pain_average": 9}))
    bare = {"episode_id": first["data"]["episode_id"], "note": "only this"}
    assert phone.say_one({**again(first, base_rev=1), "data": bare})["status"] == "merged"
    assert row_of(database, Checkin, cast).pain_average == 9
    assert row_of(database, DiaryDay, cast).note == "only this"
    fresh = {**checkin(cast, day=TODAY - timedelta(days=4)), "data": bare}
    assert list(phone.say_one(fresh)["errors"]) == ["pain_average"]


def test_the_form_and_the_phone_edit_one_entry(phone, cast, visit, database):
    first = checkin(cast, {"sleep": 3, "note": "on the phone"})
    phone.say_one(first)
    desk = visit(cast.alice)
    desk.send(desk.form("/today"), follow=True, stress="9")
    result = phone.say_one(again(first, base_rev=1, data={"sleep": 6}))
    assert (result["status"], result["rev"]) == ("merged", 3)
    day = row_of(database, DiaryDay, cast)
    assert (day.sleep, day.stress, day.note) == (6, 9, "on the phone")
    assert desk.form("/today").one("base_rev") == "3"


def test_an_amendment_that_says_nothing_new_makes_no_revision(phone, cast, database):
    first = checkin(cast)
    phone.say_one(first)
    assert phone.say_one(again(first, base_rev=1))["rev"] == 1
    assert rows_of(database, Revision) == []


def test_what_was_said_and_not_answered_yet_can_be_cleared(phone, cast, database):
    first = checkin(cast, {"stiffness": 4, "sleep": 3, "note": "too much"})
    sore = soreness(cast, 5, data={"side": "left"})
    phone.say(first, sore)  # and the answer is lost: the phone knows of no revision
    phone.say(
        again(first, data={"stiffness": None, "sleep": None, "note": ""}),
        again(sore, data={"side": None}),
    )
    assert row_of(database, Checkin, cast).stiffness is None
    day = row_of(database, DiaryDay, cast)
    assert (day.sleep, day.note) == (None, "")
    assert rating(database, sore).side is None
    befores = [revision.before for revision in rows_of(database, Revision)]
    assert any(before.get("note") == "too much" for before in befores)


def test_what_another_phone_left_empty_clears_nothing(phone, other, cast, database):
    phone.say_one(checkin(cast, {"stiffness": 4, "sleep": 3, "note": "kept"}))
    other.say_one(checkin(cast, {"stiffness": None, "sleep": None, "note": ""}))
    assert row_of(database, Checkin, cast).stiffness == 4
    day = row_of(database, DiaryDay, cast)
    assert (day.sleep, day.note) == (3, "kept")


def test_revision_nought_is_none(phone, other, cast, database):
    first = checkin(cast, {"pain_average": 4})
    phone.say_one(first)
    phone.say_one(again(first, base_rev=1, data={"pain_average": 7}))
    assert other.say_one(checkin(cast, {"pain_average": 4}, base_rev=0))["status"] == "merged"
    assert row_of(database, Checkin, cast).pain_average == 4


def test_an_outcome_that_was_left_as_it_was_seen_brings_no_sets(phone, other, cast, database):
    first = stretch(cast, "done")
    phone.say_one(first)
    phone.say_one(again(first, base_rev=1, data={"outcome": "could_not", "sets_done": 0}))
    late = {**first["data"], "pain_during": 6}
    del late["sets_done"]
    other.say_one({**again(first, base_rev=1), "data": late})
    row = row_of(database, StretchEntry, cast)
    assert (row.outcome, row.sets_done, row.pain_during) == ("could_not", 0, 6)


def test_a_stretch_and_a_soreness_are_amended_too(phone, cast, database):
    sore, line = soreness(cast, 5), stretch(cast)
    phone.say(sore, line)
    results = phone.say(
        again(sore, base_rev=1, data={"soreness": 2, "side_effects": ["bruise"]}),
        again(line, base_rev=1, data={"outcome": "partly", "reason": "no_time", "sets_done": 1}),
    )
    assert [(r["status"], r["rev"]) for r in results] == [("applied", 2)] * 2
    row = row_of(database, SorenessEntry, cast)
    assert (row.soreness, row.side_effects) == (2, ["bruise"])
    row = row_of(database, StretchEntry, cast)
    assert (row.outcome, row.reason, row.sets_done) == ("partly", "no_time", 1)
    assert len(rows_of(database, Revision)) == 2


def test_two_ratings_with_two_ids_are_two(phone, cast, database):
    phone.say(soreness(cast, 5), soreness(cast, 3, at=NOW + timedelta(minutes=1)))
    assert len(rows_of(database, SorenessEntry, SorenessEntry.local_date == TODAY)) == 2


@pytest.mark.parametrize("days", [0, 1])
def test_of_ratings_of_one_moment_the_newest_is_told_alike_by_all(days, phone, cast, database):
    """A wrong clock and the evening of a past day put two ratings at the same moment."""
    day, at = TODAY - timedelta(days=days), NOW + timedelta(days=3650)
    first, second = (soreness(cast, value, day=day, at=at) for value in (5, 3))
    phone.say(first, second, again(first, base_rev=1, data={"soreness": 6}))
    assert rating(database, first).felt_at < rating(database, second).felt_at
    (summary,) = rows_of(
        database, EpisodeSummary, EpisodeSummary.episode_id == cast.alice.episode_id
    )
    assert summary.last_soreness == 3


@pytest.mark.parametrize("kind", ["checkin", "soreness", "stretch"])
def test_an_id_that_stands_for_an_entry_stands_for_no_other(kind, phone, cast, database):
    yesterday = TODAY - timedelta(days=1)
    first = {"checkin": checkin(cast), "soreness": soreness(cast, 3), "stretch": stretch(cast)}[
        kind
    ]
    phone.say_one(first)
    if kind == "soreness":
        # A rating knows its session: the id is found again there.
        moved = again(first, local_date=yesterday.isoformat())
        assert phone.say_one(moved)["status"] == "merged"
        assert rating(database, first).local_date == TODAY
        return
    result = phone.say_one(again(first, local_date=yesterday.isoformat()))
    assert (result["status"], list(result["errors"])) == ("invalid", ["entry_id"])


# Days and clocks.


def test_a_day_that_waited_for_a_network_is_not_added_later(phone, cast, database):
    day = TODAY - timedelta(days=3)
    at = datetime.combine(day, NOW.timetz())
    phone.say(checkin(cast, day=day, at=at), stretch(cast, day=day, at=at))
    assert not row_of(database, Checkin, cast, day).is_backfilled
    assert row_of(database, StretchEntry, cast, day).provenance == "ticked"


def test_a_day_that_is_added_later_says_so(phone, cast, database):
    day = TODAY - timedelta(days=3)
    said = stretch(cast, day=day, data={"provenance": "timer"})
    phone.say(checkin(cast, day=day), said)
    assert row_of(database, Checkin, cast, day).is_backfilled
    assert row_of(database, StretchEntry, cast, day).provenance == "backfilled"


def test_a_soreness_is_felt_when_it_was_entered(phone, cast, database):
    at = NOW - timedelta(hours=5)
    phone.say_one(soreness(cast, 6, at=at))
    assert row_of(database, SorenessEntry, cast).felt_at == at


@pytest.mark.parametrize("years", [-10, 10])
def test_a_wrong_clock_rejects_nothing(years, phone, cast, database):
    at = NOW + timedelta(days=365 * years)
    results = phone.say(checkin(cast, at=at), soreness(cast, 6, at=at), stretch(cast, at=at))
    assert [result["status"] for result in results] == ["applied"] * 3
    row, sore = row_of(database, Checkin, cast), row_of(database, SorenessEntry, cast)
    assert not row.is_backfilled
    assert NEEDLED_AT < sore.felt_at <= NOW
    assert sore.felt_at.date() == TODAY


def test_a_clock_that_is_behind_still_follows_the_needles(phone, cast, database):
    at = NOW + timedelta(days=-3650)
    said = soreness(cast, 7, day=NEEDLED_AT.date(), at=at)
    assert phone.say_one(said)["status"] == "applied"
    assert rating(database, said).felt_at >= NEEDLED_AT


@pytest.mark.parametrize(
    "day, status",
    [
        (TODAY + timedelta(days=1), "applied"),  # it is tomorrow already on the Line Islands
        (TODAY + timedelta(days=2), "invalid"),
        (OPENED_ON, "applied"),
        (OPENED_ON - timedelta(days=1), "invalid"),
        (date(1, 1, 1), "invalid"),
        (date(9999, 12, 31), "invalid"),
    ],
)
def test_which_days_can_be_logged(day, status, phone, cast):
    assert phone.say_one(checkin(cast, day=day))["status"] == status
    for said in (stretch(cast, day=day), soreness(cast, 1, day=day)):
        result = phone.say_one(said)
        assert status == "applied" or result["status"] == "invalid"


def test_a_time_may_be_written_small(phone, cast, database):
    said = checkin(cast, recorded_at="2026-03-11t11:30:00z")
    assert phone.say_one(said)["status"] == "applied"
    assert row_of(database, Checkin, cast).recorded_at == NOW - timedelta(minutes=30)


# Whose.


def test_what_is_not_the_patients_is_as_what_never_was(phone, cast, database):
    before = contents(database)
    for mine, theirs in (
        (checkin(cast), {"episode_id": cast.bob.episode_id}),
        (checkin(cast), {"episode_id": cast.dora.episode_id}),
        (soreness(cast, 3), {"needling_session_id": cast.dora.needling_id}),
        (stretch(cast), {"prescription_id": cast.emil.prescription_id}),
        (make("safety", {"signs": ["fever"]}, at=NOW, day=TODAY, zone=LONDON),
         {"episode_id": cast.bob.episode_id}),
    ):  # fmt: skip
        results = []
        for one in (theirs, dict.fromkeys(theirs, uuid4())):
            said = again(mine, data={name: str(value) for name, value in one.items()})
            results.append(phone.say_one(said))
        assert [result["status"] for result in results] == ["not_found"] * 2
        assert results[0]["errors"] == results[1]["errors"]
    assert contents(database) == before


def test_another_persons_ids_look_unused(phone, cast, visit, database):
    said = soreness(cast, 3)
    phone.say_one(said)
    dora = ApiPhone(visit(cast.dora))
    theirs = {**said, "data": {**said["data"], "needling_session_id": str(cast.dora.needling_id)}}
    assert dora.say_one(theirs)["status"] == "applied"
    assert len(rows_of(database, Operation)) == 2


def test_a_session_that_was_let_into_one_clinic_writes_into_that_one(cast, visit, database):
    emil = ApiPhone(visit(cast.emil))
    there = make("checkin", {"episode_id": cast.emil_there.episode_id, "pain_average": 3},
                 at=NOW, day=TODAY, zone=LONDON)  # fmt: skip
    assert emil.say_one(there)["status"] == "not_found"
    both = ApiPhone(visit(cast.emil, cast.lighthouse))
    assert both.say_one(there)["status"] == "applied"
    bare = make("checkin", {"pain_average": 3}, at=NOW, day=TODAY, zone=LONDON)
    assert list(both.say_one(bare)["errors"]) == ["episode_id"]


def test_with_one_open_problem_it_need_not_be_named(phone, cast, database):
    said = make("checkin", {"pain_average": 5}, at=NOW, day=TODAY, zone=LONDON)
    assert phone.say_one(said)["status"] == "applied"
    assert row_of(database, Checkin, cast).episode_id == cast.alice.episode_id


@pytest.mark.parametrize("role", ["pia", "lea"])
def test_staff_have_no_phone(role, cast, visit):
    desk = visit(getattr(cast, role))
    assert desk.get("/api/v1/session").get_json()["who"]["role"] in {"physio", "lead"}
    assert desk.get("/api/v1/days").status_code == 404
    answer = ApiPhone(desk).post({"device": str(uuid4()), "operations": []})
    assert answer.status_code == 404
    assert answer.is_json


# Safety.


def test_a_safety_report_is_never_refused_for_its_date(phone, cast, database):
    for day in (date(1, 1, 1), TODAY, date(9999, 12, 31)):
        said = make("safety", {"signs": ["fever", "chest_pain"]}, at=NOW, day=day, zone=LONDON)
        assert phone.say_one(said)["status"] == "applied"
        assert phone.say_one(said)["status"] == "duplicate"
    reports = rows_of(database, SafetyReport)
    assert [report.tier for report in reports] == ["red"] * 3
    assert {report.clinic_id for report in reports} == {cast.harbour.id}


def test_a_report_that_names_no_problem_reaches_every_clinic(cast, visit, database):
    emil = ApiPhone(visit(cast.emil, cast.lighthouse))
    said = make("safety", {"signs": ["pus"]}, at=NOW, day=TODAY, zone=LONDON)
    assert emil.say_one(said)["status"] == "applied"
    reached = {report.clinic_id for report in rows_of(database, SafetyReport)}
    assert reached == {cast.harbour.id, cast.lighthouse.id}
    said = again(said, entry_id=str(uuid4()), data={"episode_id": str(cast.emil.episode_id)})
    emil.say_one(said)
    assert len(rows_of(database, SafetyReport)) == 3


def test_a_report_is_never_amended_in_silence(phone, cast, database):
    said = make("safety", {"signs": ["fever"]}, at=NOW, day=TODAY, zone=LONDON)
    phone.say_one(said)
    assert phone.say_one(again(said))["status"] == "merged"
    result = phone.say_one(again(said, data={"signs": ["chest_pain"]}))
    assert (result["status"], list(result["errors"])) == ("invalid", ["entry_id"])
    assert [report.signs for report in rows_of(database, SafetyReport)] == [["fever"]]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_report_keeps_a_time_that_every_zone_can_show(at, phone, cast, database):
    said = make("safety", {"signs": ["fever"]}, at=NOW, day=TODAY, zone=LONDON, recorded_at=at)
    assert phone.say_one(said)["status"] == "applied"
    (report,) = rows_of(database, SafetyReport)
    assert 1900 <= report.recorded_at.year <= 2200


@pytest.mark.parametrize("signs", [[], ["no_such_sign"], "fever", None, [1]])
def test_a_sign_is_one_of_the_list(signs, phone, cast):
    said = make("safety", {"signs": signs}, at=NOW, day=TODAY, zone=LONDON)
    assert list(phone.say_one(said)["errors"]) == ["signs"]
