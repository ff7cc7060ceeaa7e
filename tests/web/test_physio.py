"""The physio's work: patients and problems, sessions, the programme in versions."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import get_flashed_messages, session

from tests.support.cast import NOW, OPENED_ON, TODAY
from tests.support.databases import contents, rows_of
from tests.support.pages import read_forms, text_of
from tracker.domain.needling import MuscleRow, Side, Technique
from tracker.domain.strip import Strip
from tracker.services import held, needling
from tracker.store.schema import (
    Episode,
    NeedledMuscle,
    NeedlingSession,
    Patient,
    Prescription,
)
from tracker.web.physio.waiting import resume_held_form

EPISODE = {"complaint": "Sore  knee", "region": "leg", "side": "left", "opened_on": str(TODAY)}
PATIENT = {"name": " Zoë  Zimmer ", "year_of_birth": "1988", "email": "Zoe@Home.example",
           "is_own": "y", **EPISODE}  # fmt: skip


@pytest.fixture
def desk(cast, visit):
    return visit(cast.pia)


# Patients.


def test_a_new_patient_comes_with_a_way_in(desk, database, client):
    page = desk.send(desk.form("/patients/new"), **PATIENT)
    assert page.status_code == 200
    assert "<svg" in page.text
    link = re.search(r"/join/[\w-]{20,}", page.text)
    assert link is not None
    assert "Join Harbour" in text_of(client.get(link[0]).text)
    (row,) = rows_of(database, Patient, Patient.name == "Zoë Zimmer")
    assert (row.email, row.year_of_birth, row.person_id) == ("zoe@home.example", 1988, None)
    assert "Sore knee" in desk.get("/patients").text


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "x" * 121}, {"year_of_birth": "88"}, {"year_of_birth": "2101"},
              {"email": "no address"}, {"complaint": ""}, {"complaint": "x" * 81},
              {"name": "\0"}, {"complaint": " \0 "}, {"year_of_birth": str(TODAY.year + 1)},
              {"side": "rechts"}, {"opened_on": str(TODAY - timedelta(days=3660))},
              {"region": "moon"}, {"opened_on": str(TODAY + timedelta(days=1))},
              {"opened_on": "11.3.2026"}, {"next_visit_on": "soon"}],
)  # fmt: skip
def test_a_record_that_can_not_be_is_refused_with_what_was_typed(wrong, desk, database):
    before = contents(database, "auth_session")
    answer = desk.post("/patients/new", {**PATIENT, "name": "Zed Zimmer", **wrong})
    assert answer.status_code == 422
    assert "fault" in answer.text
    if "complaint" not in wrong:
        assert "Sore  knee" in answer.text
    assert contents(database, "auth_session") == before


@pytest.mark.parametrize("word", ["zoë", "Zoë", "ZIMMER", "immer zo", "Øst", "øst"])
def test_a_patient_is_found_by_any_part_of_the_name(word, desk, maker, cast):
    maker.invited(cast.pia, "Zoë Øst Zimmer")
    maker.invited(cast.pia, "Ann Other")
    page = desk.get("/patients", query_string={"q": word}).text
    assert "Zoë Øst Zimmer" in page
    assert "Ann Other" not in page


@pytest.mark.parametrize("word", ["%", "_", "\\", "a%e", "\x00", "'", "x" * 500])
def test_a_search_takes_its_words_as_they_are(word, desk, cast):
    answer = desk.get("/patients", query_string={"q": word})
    assert answer.status_code == 200
    if word != "\x00":
        assert "Alice Archer" not in answer.text


def test_a_patient_is_taken_over_and_given_back(cast, visit, database):
    paul, page = visit(cast.paul), f"/patients/{cast.alice.patient_id}"
    assert "Alice Archer" not in paul.get("/patients").text
    paul.send(paul.form(page, f"{page}/own"))
    assert "Alice Archer" in paul.get("/patients").text
    assert "Alice Archer" not in visit(cast.pia).get("/patients").text
    paul.send(paul.form(page, f"{page}/own"))
    (row,) = rows_of(database, Patient, Patient.id == cast.alice.patient_id)
    assert row.physio_id is None


def test_a_second_problem_opens_beside_the_first(desk, cast):
    page = f"/patients/{cast.alice.patient_id}"
    answer = desk.send(desk.form(f"{page}/episodes/new"), follow=True, **EPISODE)
    assert "The problem is opened" in text_of(answer.text)
    shown = desk.get(page).text
    assert "Sore knee" in shown
    assert "Neck pain" in shown
    assert desk.post(f"{page}/episodes/new", {**EPISODE, "complaint": ""}).status_code == 422


def test_a_problem_is_closed_and_opened_again(desk, cast, database):
    page = f"/patients/{cast.alice.patient_id}"
    close = f"{page}/episodes/{cast.alice.episode_id}/close"
    assert "What was logged stays" in text_of(desk.send(desk.form(page, close), follow=True).text)
    (row,) = rows_of(database, Episode, Episode.id == cast.alice.episode_id)
    assert row.closed_on == TODAY
    assert "Alice Archer" not in desk.get("/patients").text
    again = f"{page}?episode={cast.alice.episode_id}"
    desk.send(desk.form(again, close))
    assert "Alice Archer" in desk.get("/patients").text


# Sessions.


def session_form(desk, cast, **changes):
    form = desk.form(f"/patients/{cast.bob.patient_id}/needling/new")
    said = {"muscle-0": "upper-trapezius", "insertions-0": "6", "consent_scope": "needling",
            "is_confirmed": "y", "needles_in": "1", "needles_out": "1"}  # fmt: skip
    return form, {**said, **changes}


def test_a_session_is_recorded(desk, cast, database, visit):
    form, said = session_form(desk, cast, **{"muscle-1": "Levator scapulae", "insertions-1": "3",
                                             "pain_during-1": "4", "note": "Twitchy"})  # fmt: skip
    assert desk.send(form, **said).status_code == 303
    (row,) = rows_of(database, NeedlingSession, NeedlingSession.patient_id == cast.bob.patient_id)
    assert (row.needled_at, row.note) == (NOW, "Twitchy")
    muscles = rows_of(
        database, NeedledMuscle, NeedledMuscle.needling_session_id == row.id,
        order=NeedledMuscle.place,
    )  # fmt: skip
    assert [(m.muscle, m.insertions, m.pain_during) for m in muscles] == [
        ("upper-trapezius", 6, None),
        ("levator-scapulae", 3, 4),
    ]
    assert "Soreness where the needles went" in visit(cast.bob).get("/today").text


def test_a_session_form_sent_twice_is_one_session(desk, cast, database):
    form, said = session_form(desk, cast)
    for _ in range(2):
        assert desk.send(form, **said).status_code == 303
    found = rows_of(database, NeedlingSession, NeedlingSession.patient_id == cast.bob.patient_id)
    assert len(found) == 1


@pytest.mark.parametrize(
    "wrong, words",
    [
        ({"needled_on": str(TODAY + timedelta(days=1))}, "has not happened yet"),
        ({"needled_time": "12:11"}, "has not happened yet"),
        ({"needled_on": str(OPENED_ON - timedelta(days=1))}, "before the treatment"),
        ({"needled_time": "25:00"}, "Write a time"),
        ({"needled_on": "yesterday"}, "Write a date"),
        ({"muscle-0": ""}, "at least one muscle"),
        ({"muscle-0": "heart"}, "Choose one from the list"),
        ({"insertions-0": "0"}, "from 1 to 60"),
        ({"insertions-0": "61"}, "from 1 to 60"),
        ({"pain_during-0": "11"}, "from 0 to 10"),
        ({"note": "x" * 2001}, "too long"),
        ({"insertions-0": ""}, "from 1 to 60"),
        ({"insertions-0": None}, "from 1 to 60"),
        ({"side-0": "rechts"}, "Choose one from the list"),
        ({"side-0": None}, "Choose one from the list"),
        ({"technique-0": "tief"}, "Choose one from the list"),
        ({"technique-0": None}, "Choose one from the list"),
        ({"twitch-0": "many"}, "Choose one from the list"),
        ({"needled_on": "1900-01-01"}, "more than ten years ago"),
    ],
)
def test_a_session_that_can_not_be_is_refused_with_what_was_typed(
    wrong, words, desk, cast, database
):
    before = contents(database, "auth_session")
    form, said = session_form(desk, cast, **{"muscle-1": "levator-scapulae", "insertions-1": "59"})
    if "muscle-0" in wrong and not wrong["muscle-0"]:
        said["muscle-1"] = ""
    answer = desk.send(form, **{**said, **wrong})
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    assert "59" in answer.text
    assert contents(database, "auth_session") == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"muscle-0": "heart"},
        {"technique-0": "tief"},
        {"twitch-0": "many"},
        {"pain_during-0": "11"},
        {"insertions-0": ""},
    ],
)
def test_a_word_that_is_not_understood_is_not_replaced_by_another(wrong, desk, cast):
    """Sent again as it stands, the page is refused again."""
    form, said = session_form(desk, cast)
    page = read_forms(desk.send(form, **{**said, **wrong}).text)[0]
    ((name, typed),) = wrong.items()
    assert page.one(name) == typed
    assert desk.send(page).status_code == 422


def test_an_unknown_side_leaves_no_side_chosen(desk, cast):
    form, said = session_form(desk, cast)
    page = read_forms(desk.send(form, **{**said, "side-0": "rechts"}).text)[0]
    assert "side-0" not in page.fields


@pytest.mark.parametrize("place", ["\u00b2", "9" * 5000, "-1", "", "1.5"])
def test_a_row_without_a_number_is_no_row(place, desk, cast, database):
    form, said = session_form(desk, cast)
    answer = desk.post(form.action, {**form.filled(said), f"muscle-{place}": "infraspinatus"})
    assert answer.status_code == 303
    ids = {
        row.id
        for row in rows_of(
            database, NeedlingSession, NeedlingSession.patient_id == cast.bob.patient_id
        )
    }
    found = rows_of(database, NeedledMuscle, NeedledMuscle.needling_session_id.in_(ids))
    assert [row.muscle for row in found] == ["upper-trapezius"]


def test_a_faulty_session_of_a_problem_closed_meanwhile_is_not_here(desk, cast):
    form, said = session_form(desk, cast, note="x" * 2001)
    desk.post(f"/patients/{cast.bob.patient_id}/episodes/{cast.bob.episode_id}/close")
    assert desk.send(form, **said).status_code == 404


def test_two_sessions_recorded_at_once_both_stand_in_the_summary(cast, database, maker):
    """The second waits for the first, then goes on from what it saved."""
    times = (NOW - timedelta(days=1), NOW - timedelta(days=4))

    def second() -> None:
        maker.needled(cast.pia, cast.bob, times[1])

    row = MuscleRow("upper-trapezius", Side.LEFT, 3, Technique.DEEP)
    given = needling.NewSession(cast.bob.episode_id, times[0], [row], "", uuid4())
    other = threading.Thread(target=second)
    with database.scope(maker.staff(cast.pia), writes=True) as scope:
        needling.record_session(scope, cast.bob.patient_id, given, NOW)
        other.start()
        # Long enough for the second to come to the lock, with what it read before.
        other.join(0.5)
    other.join(10)
    (episode,) = rows_of(database, Episode, Episode.id == cast.bob.episode_id)
    assert episode.last_session_at == times[0]
    strip = Strip(episode.session_end, episode.session_hours)
    days = {time.date() for time in times}
    assert {day for day in days if strip.value(day) is not None} == days


def test_a_treatment_of_years_ago_opens_a_page_of_a_year(desk, cast, maker, database):
    since = TODAY - timedelta(days=3600)
    episode_id = maker.episode(cast.pia, cast.bob, "Old knee", since)
    old = replace(cast.bob, episode_id=episode_id)
    maker.needled(cast.pia, old, NOW - timedelta(days=3599))
    page = desk.get(f"/patients/{old.patient_id}?episode={episode_id}&range=session").text
    assert page.count("<tr") < 380


def test_a_clock_ten_minutes_fast_is_forgiven(desk, cast):
    form, said = session_form(desk, cast, needled_time="12:10")
    assert desk.send(form, **said).status_code == 303


def test_an_hour_that_the_spring_night_skips_is_refused(cast, clock, visit):
    clock.move_to(datetime(2026, 3, 29, 12, tzinfo=UTC))
    desk = visit(cast.pia)
    form, said = session_form(desk, cast, needled_on="2026-03-29", needled_time="01:30")
    answer = desk.send(form, **said)
    assert answer.status_code == 422
    assert "clock skipped" in text_of(answer.text)


def test_the_next_session_begins_from_the_last(desk, cast):
    form = desk.form(f"/patients/{cast.alice.patient_id}/needling/new")
    assert (form.one("muscle-0"), form.one("insertions-0")) == ("upper-trapezius", "6")
    assert form.one("needled_on") == str(TODAY)


# The programme.


def programme(desk, cast, **changes):
    page = f"/patients/{cast.bob.patient_id}/programme"
    data = {"stretch": "side-neck", "side": "right", "sets": "2", "repetitions": "3",
            "hold_seconds": "30", "days": ["0", "2"], "note": "Slowly", **changes}  # fmt: skip
    return desk.post(page, data)


def lines(database, cast):
    return rows_of(
        database, Prescription, Prescription.patient_id == cast.bob.patient_id,
        order=Prescription.version,
    )  # fmt: skip


def test_a_stretch_is_prescribed_from_today(desk, cast, database, visit):
    assert programme(desk, cast).status_code == 303
    (row,) = lines(database, cast)
    assert (row.version, row.starts_on, row.ends_on, row.days) == (1, TODAY, None, 0b101)
    assert "Slowly" in visit(cast.bob).get("/today").text


def test_the_same_stretch_is_not_prescribed_twice(desk, cast, database):
    programme(desk, cast)
    answer = programme(desk, cast)
    assert answer.status_code == 422
    assert "in the programme already" in text_of(answer.text)
    assert programme(desk, cast, side="left").status_code == 303


@pytest.mark.parametrize(
    "wrong", [{"sets": "0"}, {"sets": "7"}, {"repetitions": "21"}, {"hold_seconds": "2"},
              {"hold_seconds": "121"}, {"days": []}, {"days": ["7"]}, {"side": "up"},
              {"stretch": "handstand"}, {"note": "x" * 301}, {"sets": "many"}],
)  # fmt: skip
def test_a_dose_out_of_range_is_refused(wrong, desk, cast, database):
    assert programme(desk, cast, **wrong).status_code == 422
    assert not lines(database, cast)


def test_a_change_is_a_new_version_and_the_old_one_stays(cast, database, clock, visit):
    programme(visit(cast.pia), cast)
    (first,) = lines(database, cast)
    clock.shift(timedelta(days=7))
    desk = visit(cast.pia)
    form = desk.form(
        f"/patients/{cast.bob.patient_id}/programme?change={first.id}",
        f"/patients/{cast.bob.patient_id}/programme",
    )
    assert desk.send(form, sets="3").status_code == 303
    old, new = lines(database, cast)
    assert (old.sets, old.ends_on) == (2, TODAY + timedelta(days=6))
    assert (new.sets, new.version, new.series_id) == (3, 2, old.series_id)
    assert (new.starts_on, new.ends_on) == (TODAY + timedelta(days=7), None)
    assert programme(desk, cast, change=str(old.id)).status_code == 404, (
        "an old one stays as it was"
    )


def test_a_change_waits_for_tomorrow_when_todays_is_logged(desk, cast, visit, database):
    programme(desk, cast)
    (row,) = lines(database, cast)
    phone = visit(cast.bob)
    phone.send(phone.form("/today"), all_done="1")
    programme(desk, cast, change=str(row.id), sets="3")
    old, new = lines(database, cast)
    assert (old.ends_on, new.starts_on) == (TODAY, TODAY + timedelta(days=1))
    assert phone.form("/today").fields["due"] == [str(old.id)]


def test_a_change_waits_for_tomorrow_when_todays_may_be_logged_unseen(desk, cast, visit, database):
    programme(desk, cast)
    (row,) = lines(database, cast)
    phone = visit(cast.bob)
    phone.send(phone.form("/today"), all_done="1")
    phone.post("/me/sharing", {"clinic_id": str(cast.harbour.id), "share": "off"})
    programme(desk, cast, change=str(row.id), sets="3")
    old, new = lines(database, cast)
    assert (old.ends_on, new.starts_on) == (TODAY, TODAY + timedelta(days=1))
    form = phone.form("/today")
    assert form.fields["due"] == [str(old.id)]
    assert phone.send(form, pain_average="3").status_code == 303


def test_two_changes_on_one_day_ask_for_one(desk, cast, visit, database):
    programme(desk, cast)
    for sets in ("3", "4"):
        programme(desk, cast, change=str(lines(database, cast)[-1].id), sets=sets)
    assert [row.sets for row in lines(database, cast)] == [2, 3, 4]
    assert visit(cast.bob).form("/today").fields["due"] == [str(lines(database, cast)[-1].id)]


def test_an_ended_stretch_is_no_longer_due_and_its_history_stays(desk, cast, visit, database):
    page = f"/patients/{cast.alice.patient_id}/programme"
    form = desk.form(page, f"{page}/{cast.alice.prescription_id}/end")
    assert desk.send(form).status_code == 303
    assert "Stretches today" not in text_of(visit(cast.alice).get("/today").text)
    assert desk.post(f"{page}/{cast.alice.prescription_id}/end").status_code == 404
    (row,) = rows_of(database, Prescription, Prescription.id == cast.alice.prescription_id)
    assert row.ends_on == TODAY - timedelta(days=1)


def test_a_programme_that_nobody_does_is_warned_about(desk, cast):
    page = f"/patients/{cast.bob.patient_id}/programme"
    programme(desk, cast, sets="6", repetitions="10", hold_seconds="60")
    assert "hardly anybody does that" in text_of(desk.get(page).text)


# The time line.


def test_the_time_line_tells_each_day_also_to_those_who_do_not_see_the_drawing(desk, cast):
    page = desk.get(f"/patients/{cast.alice.patient_id}?range=2w")
    assert page.text.count("<table") >= 1
    shown = text_of(page.text)
    assert "Private words of Alice Archer" in shown
    assert "1 of 14 days logged" in shown


@pytest.mark.parametrize("choice", ["2w", "6w", "12w", "session", "nonsense"])
def test_every_range_opens(choice, desk, cast, visit):
    assert desk.get(f"/patients/{cast.alice.patient_id}?range={choice}").status_code == 200
    assert visit(cast.alice).get(f"/progress?range={choice}").status_code == 200


def test_what_is_not_shared_is_not_told_as_zero(desk, cast, visit, database):
    page = f"/patients/{cast.alice.patient_id}"
    with database.door(writes=True) as door:
        door.session.get_one(
            Episode, (cast.harbour.id, cast.alice.patient_id, cast.alice.episode_id)
        ).recalled_pain = 7
    shown = text_of(desk.get(page).text)
    assert "recalled at joining: 7" in shown
    assert re.search(r"\b0 of 1\b", shown)
    visit(cast.alice).post("/me/sharing", {"clinic_id": str(cast.harbour.id), "share": "off"})
    shown = text_of(desk.get(page).text)
    assert "does not share" in shown
    assert "recalled at joining" not in shown
    assert not re.search(r"\b[0-9.]+ of [1-9]\b", shown)


# Forms whose session had ended.

HELD_FORMS: dict[str, dict[str, Any]] = {
    "/patients/new": {"name": "Zoë Zimmer", "year_of_birth": "188", "complaint": "Sore knee"},
    "/patients/ID/episodes/new": {"complaint": "Sore knee", "region": "leg"},
    "/patients/ID/needling/new": {"muscle-1": "infraspinatus", "insertions-1": "17", "note": "Hm"},
    "/patients/ID/programme": {"stretch": "chin-tuck-nod", "sets": "4", "days": ["5"]},
}


@pytest.fixture
def held_form(app, cast, secrets, database):
    """Send a form after its session ended; gives what is held of it for Pia."""

    def send(desk, form, **said):
        desk.client.delete_cookie("aftercare")
        assert desk.send(form, **said).status_code == 303
        token = desk.cookie("held").split(".")[-1]
        with database.door(writes=True) as door:
            return held.look(door, secrets, token, cast.pia.person_id, NOW)

    return send


@pytest.fixture
def reopen(app, maker):
    """Open a held form as somebody who just signed in; gives (status, what is said)."""

    def open_form(who, waiting):
        token = maker.open(who, NOW).token
        with app.test_request_context("/sign-in", method="POST"):
            session["_user_id"] = token
            answer = resume_held_form(waiting)
            said = (
                answer.get_data(as_text=True)
                if answer
                else "".join(map(str, get_flashed_messages()))
            )
            return answer and answer.status_code, said

    return open_form


@pytest.mark.parametrize("path", HELD_FORMS)
def test_a_form_outlives_its_session(path, desk, cast, held_form, reopen, database):
    form = desk.form(path.replace("ID", str(cast.alice.patient_id)))
    waiting = held_form(desk, form, **HELD_FORMS[path])
    before = contents(database, "auth_session")
    status, text = reopen(cast.pia, waiting)
    assert status == 200
    assert "Check it and save" in text_of(text)
    (page,) = [one for one in read_forms(text) if one.action.startswith(form.action)]
    for name, typed in HELD_FORMS[path].items():
        assert page.fields[name] == (typed if isinstance(typed, list) else [typed])
    assert contents(database, "auth_session") == before, "nothing is saved unseen"


def test_a_held_form_that_no_longer_fits_says_so(desk, cast, held_form, reopen, visit):
    form = desk.form(f"/patients/{cast.bob.patient_id}/needling/new")
    waiting = held_form(desk, form)
    close = f"/patients/{cast.bob.patient_id}/episodes/{cast.bob.episode_id}/close"
    visit(cast.lea).post(close)
    status, text = reopen(cast.pia, waiting)
    assert status is None
    assert "no longer fits" in text


def test_a_held_form_waits_for_its_own_clinic(desk, cast, held_form, reopen):
    waiting = held_form(desk, desk.form("/patients/new"), name="Zed")
    status, text = reopen(cast.otto, waiting)
    assert status is None
    assert "in another clinic" in text
    assert reopen(cast.bob, waiting) == (None, "")


def test_a_form_of_another_page_is_not_opened(cast, reopen):
    for path in ("/today", "/patients", "/no/such/page", "//", "/clinic"):
        assert reopen(cast.pia, held.Held("token", path, [], NOW)) == (None, "")
