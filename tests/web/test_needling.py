"""The needling record: needles, consent, screening, motion; amendments keep what was said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.cast import NOW, TODAY
from tests.support.databases import contents, rows_of
from tests.support.pages import text_of
from tracker.domain.strip import Strip
from tracker.store.schema import Episode, NeedledMuscle, NeedlingSession, SessionRevision


@pytest.fixture
def desk(visit, cast):
    return visit(cast.pia)


SAID: dict[str, Any] = {
    "muscle-0": "upper-trapezius", "side-0": "right", "insertions-0": "6", "technique-0": "deep",
    "consent_scope": ["needling", "chest_wall"], "screening": ["falls"], "is_confirmed": "y",
    "needles_in": "1", "needles_out": "1",
}  # fmt: skip


def record(desk, cast, who=None, **changes):
    page = f"/patients/{(who or cast.bob).patient_id}/needling/new"
    return desk.send(desk.form(page), **{**SAID, **changes})


def sessions(database, who):
    return rows_of(
        database, NeedlingSession, NeedlingSession.patient_id == who.patient_id,
        order=NeedlingSession.needled_at,
    )  # fmt: skip


def muscles(database, session):
    return rows_of(
        database, NeedledMuscle, NeedledMuscle.needling_session_id == session.id,
        order=NeedledMuscle.place,
    )  # fmt: skip


def test_everything_that_was_done_is_kept(desk, cast, database):
    answer = record(
        desk, cast,
        **{"gauge-0": "0,30", "length-0": "40", "depth-0": "25", "dwell-0": "5", "lot-0": "L-77",
           "technique-0": "electrical", "hertz-0": "2", "milliamps-0": "1.5", "twitch-0": "4-6",
           "referred_pain-0": "y", "bleeding-0": "y", "movement-0": "Neck rotation left",
           "degrees_before-0": "45", "degrees_after-0": "60", "pain_before": "6", "pain_after": "4",
           "consent_scope": ["needling", "electrical"], "co_treatments": ["heat", "manual"],
           "is_aftercare_given": "y", "minutes": "40", "needles_in": "3", "needles_out": "2",
           "needles_reason": "one bent, thrown away"},
    )  # fmt: skip
    assert answer.status_code == 303
    (row,) = sessions(database, cast.bob)
    assert (row.minutes, row.needles_in, row.needles_out, row.needles_reason) == (
        40, 3, 2, "one bent, thrown away",
    )  # fmt: skip
    assert (row.pain_before, row.pain_after) == (6, 4)
    assert row.motions == [{"movement": "Neck rotation left", "before": 45, "after": 60}]
    assert row.co_treatments == ["heat", "manual"]
    assert row.is_aftercare_given
    (muscle,) = muscles(database, row)
    assert (muscle.gauge, muscle.length, muscle.depth, muscle.dwell, muscle.lot) == (
        30, 40, 25, 5, "L-77",
    )  # fmt: skip
    assert (muscle.hertz, muscle.milliamps) == (2, 1.5)
    assert (muscle.referred_pain, muscle.bleeding, muscle.bruising) == (True, True, False)
    page = text_of(desk.get(f"/patients/{cast.bob.patient_id}/needling/{row.id}").text)
    for words in ("0.30 × 40 mm", "25 mm deep", "5 min in place", "2 Hz", "1.5 mA", "lot L-77",
                  "3 in, 2 out (one bent, thrown away)", "6 before, 4 after", "falls",
                  "Neck rotation left: 45° before, 60° after", "Copy as text"):  # fmt: skip
        assert words in page


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"depth-0": "41", "length-0": "40"}, "no deeper than it is long"),
        ({"dwell-0": "31"}, "no longer than the session"),
        ({"dwell-0": "20", "minutes": "10"}, "no longer than the session"),
        ({"hertz-0": "2"}, "belongs to electrical needling"),
        ({"milliamps-0": "2"}, "belongs to electrical needling"),
        ({"technique-0": "electrical"}, "needs a consent that names it"),
        ({"needles_out": "0"}, "Not as many out as in"),
        ({"needles_out": "2"}, "Not as many out as in"),
        ({"needles_out": ""}, "Count the needles"),
        ({"needles_in": "0"}, "whole number of needles"),
        ({"is_confirmed": None}, "Ask again about consent"),
        ({"screening": ["dragons"]}, "Choose one from the list"),
        ({"consent_scope": ["surgery"]}, "Choose one from the list"),
        ({"co_treatments": ["magic"]}, "Choose one from the list"),
        ({"gauge-0": "3"}, "in the usual range"),
        ({"gauge-0": "0.3 mm"}, "in the usual range"),
        ({"length-0": "999"}, "From 5 to 150 mm"),
        ({"minutes": "0"}, "From 1 to 180 minutes"),
        ({"degrees_after-0": "60"}, "Name the movement"),
        ({"movement-0": "Neck", "degrees_before-0": "1e2"}, "whole degrees"),
        ({"pain_before": "11"}, "from 0 to 10"),
        ({"lot-0": "x" * 41}, "too long"),
    ],
)
def test_what_can_not_be_is_said_beside_its_field(wrong, words, desk, cast, database):
    before = contents(database, "auth_session")
    answer = record(desk, cast, note="kept words", **wrong)
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    assert "kept words" in answer.text
    assert contents(database, "auth_session") == before


def test_a_needle_that_was_missed_needs_its_reason_only(desk, cast, database):
    assert (
        record(desk, cast, needles_out="0", needles_reason="tip stayed, sent to A&E").status_code
        == 303
    )
    (row,) = sessions(database, cast.bob)
    assert row.needles_reason == "tip stayed, sent to A&E"


def test_consent_and_screening_are_carried_to_the_next_session(desk, cast, database):
    record(desk, cast)
    page = desk.form(f"/patients/{cast.bob.patient_id}/needling/new")
    assert page.fields["consent_scope"] == ["needling", "chest_wall"]
    assert page.fields["screening"] == ["falls"]
    assert "is_confirmed" not in page.fields, "it is asked again each time"
    (row,) = rows_of(database, Episode, Episode.id == cast.bob.episode_id)
    assert (row.screening, row.screened_at) == (["falls"], NOW)
    (session,) = sessions(database, cast.bob)
    assert session.screening == ["falls"]
    assert session.consent_version


def test_the_next_record_repeats_the_needle_and_asks_what_was_felt_anew(desk, cast):
    record(desk, cast, **{"gauge-0": "0.25", "depth-0": "12", "length-0": "30", "twitch-0": "1-3",
                          "pain_during-0": "5", "bleeding-0": "y"})  # fmt: skip
    page = desk.form(f"/patients/{cast.bob.patient_id}/needling/new")
    assert [page.one(f"{name}-0") for name in ("gauge", "depth", "length")] == ["0.25", "12", "30"]
    assert (page.one("twitch-0"), page.one("pain_during-0")) == ("", "")
    assert "bleeding-0" not in page.fields
    assert page.one("needles_out") == ""
    empty = desk.form(f"/patients/{cast.bob.patient_id}/needling/new?empty=1")
    assert empty.one("muscle-0") == ""


def amendment(desk, database, who):
    (row,) = sessions(database, who)
    return row, desk.form(f"/patients/{who.patient_id}/needling/{row.id}/amend")


def test_an_amendment_keeps_what_was_said_before(desk, cast, database):
    record(desk, cast, note="First words")
    row, form = amendment(desk, database, cast.bob)
    answer = desk.send(form, **{"note": "Second words", "muscle-1": "levator-scapulae",
                                "side-1": "left", "insertions-1": "2"})  # fmt: skip
    assert answer.status_code == 303
    (now_,) = sessions(database, cast.bob)
    assert (now_.rev, now_.note, now_.id) == (2, "Second words", row.id)
    assert [one.muscle for one in muscles(database, now_)] == [
        "upper-trapezius",
        "levator-scapulae",
    ]
    (old,) = rows_of(database, SessionRevision, SessionRevision.needling_session_id == row.id)
    assert (old.rev, old.before["note"], len(old.before["muscles"])) == (1, "First words", 1)
    page = text_of(desk.get(answer.location).text)
    assert "What it said before" in page
    assert "First words" in page
    assert "changed by Pia" in page


def test_an_amendment_that_changes_nothing_leaves_no_trace(desk, cast, database):
    record(desk, cast)
    row, form = amendment(desk, database, cast.bob)
    assert desk.send(form).status_code == 303
    assert sessions(database, cast.bob)[0].rev == 1
    assert not rows_of(database, SessionRevision, SessionRevision.needling_session_id == row.id)


def test_two_colleagues_amending_at_once_lose_nothing(desk, cast, database, visit):
    record(desk, cast)
    _row, form = amendment(desk, database, cast.bob)
    lead = visit(cast.lea)
    _same, other = amendment(lead, database, cast.bob)
    assert lead.send(other, note="Lea was here").status_code == 303
    answer = desk.send(form, note="Pia was here")
    assert answer.status_code == 422
    page = text_of(answer.text)
    assert "A colleague changed this record" in page
    assert "Pia was here" in answer.text
    assert sessions(database, cast.bob)[0].note == "Lea was here"


def test_moving_a_session_moves_its_mark_on_the_caseload(desk, cast, database):
    record(desk, cast)
    _row, form = amendment(desk, database, cast.bob)
    moved = TODAY - timedelta(days=1)
    assert desk.send(form, needled_on=str(moved)).status_code == 303
    (episode,) = rows_of(database, Episode, Episode.id == cast.bob.episode_id)
    strip = Strip(episode.session_end, episode.session_hours)
    assert strip.value(moved) is not None
    assert strip.value(TODAY) is None
    assert episode.last_session_at == NOW - timedelta(days=1)


def test_an_amended_record_is_still_checked(desk, cast, database):
    record(desk, cast)
    _row, form = amendment(desk, database, cast.bob)
    answer = desk.send(form, needles_out="0")
    assert answer.status_code == 422
    assert sessions(database, cast.bob)[0].rev == 1


def test_names_and_notes_are_never_markup(desk, cast, database):
    evil = "<img src=x onerror=alert(1)>"
    record(
        desk, cast, note=evil, **{"lot-0": "<b>7</b>", "movement-0": evil, "degrees_after-0": "5"}
    )
    (row,) = sessions(database, cast.bob)
    page = desk.get(f"/patients/{cast.bob.patient_id}/needling/{row.id}").text
    assert "<img src=x" not in page
    assert "<b>7" not in page
    assert "&lt;img src=x" in page


def test_a_row_far_from_the_lung_is_not_marked(desk, cast, database):
    record(desk, cast, **{"muscle-0": "gastrocnemius"})
    (row,) = sessions(database, cast.bob)
    assert ">lung<" not in desk.get(f"/patients/{cast.bob.patient_id}/needling/{row.id}").text
