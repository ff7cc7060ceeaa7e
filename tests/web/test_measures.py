"""Measures through the pages: asked quietly, answered without a script, seen by both sides."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from tests.support.cast import NOW, OPENED_ON, TODAY
from tests.support.databases import rows_of
from tests.support.pages import text_of
from tracker.domain.measures import Measure
from tracker.domain.needling import Facts
from tracker.services import patient_joining
from tracker.store.schema import Activity, Goal, MeasureEntry, MotionReading, VisitQuestion


@pytest.fixture
def bob(visit, cast):
    return visit(cast.bob)


@pytest.fixture
def desk(visit, cast):
    return visit(cast.pia)


def words(answer, status=200):
    assert answer.status_code == status
    return " ".join(text_of(answer.text).split())


def at(day):
    return datetime.combine(day, NOW.timetz())


def held_in(text, name):
    """The value of a hidden field."""
    match = re.search(f'name="{name}" value="([^"]*)"', text)
    assert match is not None, name
    return match[1]


def card(answer):
    """The form of the measure that `/today` asks for, as its fields."""
    found = re.search(r'<section class="sheet ask".*?</section>', answer.text, re.DOTALL)
    if found is None:
        return None
    names = ("measure", "episode_id", "entry_id", "base_rev", "back")
    return {name: held_in(found[0], name) for name in names}


def entries(database, who):
    return rows_of(database, MeasureEntry, MeasureEntry.patient_id == who.patient_id)


def under(who, path=""):
    return f"/patients/{who.patient_id}/{path}"


# Asked.


def test_one_card_stands_below_the_day_and_is_gone_once_it_is_answered(bob, cast, database):
    fields = card(bob.get("/today"))
    assert fields["measure"] == "activities", "who has named none is asked to"
    assert bob.post("/progress/measure", {**fields, "skip": "1"}).headers["Location"] == "/today"
    assert card(bob.get("/today")) is None, "nothing else is asked on the same day"
    (row,) = entries(database, cast.bob)
    assert (row.measure, row.answers, row.told_to) == ("activities", {}, None)


def test_the_weekly_three_are_answered_on_the_card(bob, cast, database, maker):
    yesterday = TODAY - timedelta(days=1)
    maker.answers(cast.bob, Measure.ACTIVITIES, {}, yesterday, at(yesterday))
    page = bob.get("/today")
    assert "Once a week: three short questions" in words(page)
    fields = card(page)
    given = {"answer-pain": "4", "answer-enjoyment": "0", "answer-activity": "2"}
    assert bob.post("/progress/measure", {**fields, **given}).status_code == 303
    row = entries(database, cast.bob)[-1]
    assert row.answers == {"pain": 4, "enjoyment": 0, "activity": 2}
    assert "Weekly three 2 · 11 Mar" in words(bob.get("/progress"))


def test_a_past_day_and_a_refused_form_ask_for_nothing(bob):
    assert card(bob.get(f"/today?date={TODAY - timedelta(days=2)}")) is None
    refused = bob.post("/today", {"local_date": TODAY.isoformat(), "zone": "Europe/London"})
    assert refused.status_code == 422
    assert card(refused) is None


def test_the_second_problems_turn_comes_on_another_day(bob, cast, maker):
    maker.episode(cast.pia, cast.bob, "Elbow")
    page = bob.get("/today")
    fields = card(page)
    assert "Neck pain" in words(page)
    bob.post("/progress/measure", {**fields, "skip": "1"})
    assert card(bob.get("/today")) is None


# Answered.


def test_nothing_chosen_is_told_and_nothing_is_kept(bob, cast, database):
    fields = {"measure": "weekly", "episode_id": str(cast.bob.episode_id), "entry_id": str(uuid4())}
    answer = bob.post("/progress/measure", fields)
    assert "Nothing is chosen yet" in words(answer, 422)
    answer = bob.post("/progress/measure", {**fields, "answer-pain": "6", "answer-enjoyment": "x"})
    assert "Choose a whole number from 0 to 10." in words(answer, 422)
    assert re.search(r'name="answer-pain" value="6" checked', answer.text), "what was typed stays"
    assert not entries(database, cast.bob)


@pytest.mark.parametrize("value, said", [("-3", "very much worse"), ("3", "very much better")])
def test_a_change_is_one_of_seven_answers(value, said, bob, cast, database):
    fields = {"measure": "change", "episode_id": str(cast.bob.episode_id), "entry_id": str(uuid4())}
    assert bob.post("/progress/measure", {**fields, "answer-change": "4"}).status_code == 422
    assert bob.post("/progress/measure", {**fields, "answer-change": value}).status_code == 303
    assert entries(database, cast.bob)[0].answers == {"change": int(value)}
    assert f"{said} · 11 Mar" in words(bob.get("/progress"))


def test_a_second_answer_of_the_day_mends_the_first_and_keeps_its_history(bob, cast, database):
    fields = {"measure": "change", "episode_id": str(cast.bob.episode_id)}
    rev: dict[str, str] = {}
    for value in ("1", "2"):
        data = {**fields, **rev, "entry_id": str(uuid4()), "answer-change": value}
        assert bob.post("/progress/measure", data).status_code == 303
        page = bob.get("/progress/measure?of=change").text
        assert f'value="{value}" checked' in page
        rev = {"base_rev": held_in(page, "base_rev")}
    (row,) = entries(database, cast.bob)
    assert (row.answers, row.rev) == ({"change": 2}, 2)
    held = bob.get("/me/export.json").json
    assert [one["before"] for one in held["revisions"]] == [{"answers": {"change": 1}}]


@pytest.mark.parametrize("measure", ["", "mood", "weekly\0"])
def test_a_measure_that_is_none_is_not_found(measure, bob, cast):
    data = {"measure": measure, "episode_id": str(cast.bob.episode_id), "entry_id": str(uuid4())}
    assert bob.post("/progress/measure", data).status_code == 404
    assert bob.get("/progress/measure", query_string={"of": measure}).status_code == 404


def test_what_was_sent_after_the_session_had_ended_is_saved_on_its_day(
    bob, cast, maker, database, clock
):
    page = bob.get("/today")
    fields = {**card(page), "asked_on": TODAY.isoformat()}
    fields["bound"] = held_in(page.text, "bound")
    bob.client.delete_cookie("aftercare")
    with bob.client.session_transaction() as session:
        session["csrf_token"] = "0" * 40
    asked = {name: fields[name] for name in ("bound", "episode_id", "asked_on")}
    for path, data in (
        ("/progress/measure", {**fields, "skip": "1"}),
        ("/progress/question", {**asked, "text": "May I swim?", "entry_id": str(uuid4())}),
    ):
        data["csrf_token"] = bob.csrf_token()
        answer = bob.client.post(path, data=data)
        assert answer.headers["Location"] == "/sign-in", path
    later = NOW + timedelta(days=2)
    clock.shift(timedelta(days=2))
    with maker.database.scope(maker.staff(cast.pia, later), writes=True) as scope:
        made = patient_joining.invite_patient(scope, maker.secrets, cast.bob.patient_id, later)
    said = {"name": cast.bob.name, "year_of_birth": str(cast.bob.year_of_birth)}
    assert bob.post(f"/join/{made.token}", said, follow=True).status_code == 200
    (question,) = rows_of(database, VisitQuestion)
    assert (question.words, question.local_date) == ("May I swim?", TODAY)
    assert [row.local_date for row in entries(database, cast.bob)] == [TODAY]


# Activities.


def test_activities_are_named_then_rated_and_told_with_what_the_change_means(
    bob, cast, database, maker
):
    asked = {"episode_id": str(cast.bob.episode_id)}
    assert "Name at least one" in words(bob.post("/progress/activities", asked), 422)
    many = {**asked, "names": [f"Thing {n}" for n in range(6)]}
    assert "Five activities are the most" in words(bob.post("/progress/activities", many), 422)
    answer = bob.post("/progress/activities", {**asked, "names": [" Turning  my head", "", "x"]})
    assert "of=activities" in answer.headers["Location"]
    first, second = rows_of(database, Activity, Activity.patient_id == cast.bob.patient_id)
    assert (first.words, second.words) == ("Turning my head", "x")
    week_ago = TODAY - timedelta(days=7)
    maker.answers(
        cast.bob, Measure.ACTIVITIES, {str(first.id): 3, str(second.id): 4}, week_ago, at(week_ago)
    )
    page = bob.get(answer.headers["Location"])
    given = {"measure": "activities", **asked, "entry_id": str(uuid4()),
             f"answer-{first.id}": "6", f"answer-{second.id}": "6"}  # fmt: skip
    assert "Turning my head" in words(page)
    assert bob.post("/progress/measure", given).status_code == 303
    told = words(bob.get("/progress"))
    assert "From 3.5 on 4 Mar to 6.0 on 11 Mar over 2 activities." in told
    assert "That is more than the usual ups and downs." in told


def test_an_activity_that_is_left_out_retires_and_comes_back_with_its_ratings(
    bob, cast, database, maker
):
    driving, _other = maker.names(cast.bob, "Driving", "Typing")
    maker.answers(cast.bob, Measure.ACTIVITIES, {str(driving): 3})
    asked = {"episode_id": str(cast.bob.episode_id)}
    bob.post("/progress/activities", {**asked, "names": ["Typing"]})
    assert "Driving" not in bob.get("/progress").text
    bob.post("/progress/activities", {**asked, "names": ["Typing", "driving "]})
    assert "Driving" in bob.get("/progress").text
    rows = rows_of(database, Activity, Activity.patient_id == cast.bob.patient_id)
    assert len(rows) == 2, "the same words are the same activity"
    assert all(row.retired_at is None for row in rows)


# The question.


def test_one_question_is_open_until_it_is_answered(bob, desk, cast, database):
    def ask(text):
        page = bob.get("/progress").text
        names = ("entry_id", "base_rev")
        form = page.partition('data-op="question"')[2]
        fields = {name: held_in(form, name) for name in names}
        data = {**fields, "episode_id": str(cast.bob.episode_id), "text": text}
        return bob.post("/progress/question", data)

    assert ask("When may I swim?").status_code == 303
    assert ask("When may I swim again?").status_code == 303
    (row,) = rows_of(database, VisitQuestion)
    assert (row.words, row.rev) == ("When may I swim again?", 2)
    told = words(desk.get(under(cast.bob, "brief")))
    assert told.index("Wants to ask When may I swim again?") < told.index("Last session")
    assert "When may I swim again?" in words(bob.get("/progress/brief"))
    said = {"answer": "From Monday on."}
    path = under(cast.bob, f"questions/{row.entry_id}")
    assert desk.post(path, said).status_code == 303
    assert "Wants to ask" not in words(desk.get(under(cast.bob, "brief")))
    assert "From Monday on." in words(bob.get("/progress"))
    assert ask("And run?").status_code == 303
    rows = rows_of(database, VisitQuestion)
    assert [row.words for row in rows] == ["When may I swim again?", "And run?"]
    assert "A newer question is open" in words(desk.post(path, {"undo": "1"}, follow=True))


def test_an_empty_question_takes_it_back_and_a_long_one_is_shown_again(bob, cast, desk, maker):
    key = maker.asks(cast.bob, "When?")
    fields = {"episode_id": str(cast.bob.episode_id), "entry_id": str(key), "base_rev": "1"}
    answer = bob.post("/progress/question", {**fields, "text": "x" * 501})
    assert "shorten it to 500" in words(answer, 422)
    assert "x" * 501 in answer.text
    assert bob.post("/progress/question", {**fields, "text": "  "}).status_code == 303
    assert "Wants to ask" not in words(desk.get(under(cast.bob, "brief")))
    path = under(cast.bob, f"questions/{key}")
    assert desk.post(path, {}).status_code == 404, "nothing is asked any more"


def test_hostile_words_stay_words(bob, desk, cast, maker):
    evil = "<script>alert(1)</script>"
    maker.asks(cast.bob, evil)
    (key,) = maker.names(cast.bob, evil)
    maker.answers(cast.bob, Measure.ACTIVITIES, {str(key): 3})
    maker.aims(cast.pia, cast.bob, evil)
    for browser, path in (
        (bob, "/progress"),
        (bob, "/progress/measure?of=activities"),
        (bob, "/progress/activities"),
        (desk, under(cast.bob)[:-1]),
        (desk, under(cast.bob, "measures")),
        (desk, under(cast.bob, "brief")),
    ):
        page = browser.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "alert(1)" in page.text


# The physio's side.


def test_what_a_patient_tells_is_kept_as_told_and_mends_what_was_logged(
    desk, cast, database, maker
):
    path = under(cast.bob, f"episodes/{cast.bob.episode_id}/")
    assert desk.post(f"{path}activities", {"names": ["Driving"]}).status_code == 303
    (activity,) = rows_of(database, Activity, Activity.patient_id == cast.bob.patient_id)
    assert activity.named_by == cast.pia.membership_id
    told = {"measure": "activities", f"answer-{activity.id}": "4", "entry_id": str(uuid4())}
    assert desk.post(f"{path}told", told).status_code == 303
    (row,) = entries(database, cast.bob)
    assert (row.answers, row.told_to) == ({str(activity.id): 4}, cast.pia.membership_id)
    assert "4 (as told)" in words(desk.get(under(cast.bob)[:-1]))
    again = {**told, f"answer-{activity.id}": "5", "base_rev": "1"}
    assert desk.post(f"{path}told", again).status_code == 303
    assert [row.answers for row in entries(database, cast.bob)] == [{str(activity.id): 5}]
    assert "Nothing is chosen" in words(desk.post(f"{path}told", {"measure": "weekly",
                                                   "entry_id": str(uuid4())}), 422)  # fmt: skip


def test_degrees_by_hand_stand_on_one_line_with_those_of_sessions(desk, cast, database, maker):
    path = under(cast.bob, f"episodes/{cast.bob.episode_id}/motions")
    form = {"movement": "neck_rotation", "side": "right", "degrees": "55",
            "measured_on": OPENED_ON.isoformat(), "form_id": str(uuid4())}  # fmt: skip
    for wrong, said in (
        ({"degrees": "170"}, "more than such a joint can show"),
        ({"degrees": ""}, "This is needed."),
        ({"movement": ""}, "Name the movement."),
        ({"measured_on": "2026-03-12"}, "This day has not come yet."),
        ({"side": "up"}, "Choose one from the list."),
    ):
        answer = desk.post(path, {**form, **wrong})
        assert said in words(answer, 422), wrong
    assert desk.post(path, form).status_code == 303
    assert desk.post(path, form).status_code == 303, "a double tap is one reading"
    (row,) = rows_of(database, MotionReading)
    assert "Neck rotation right 55° 19 Feb" in words(desk.get(under(cast.bob, "measures")))
    page = desk.get(under(cast.bob)[:-1] + "?range=12w")
    assert "55° · 19 Feb" in words(page)
    remove = under(cast.bob, f"motions/{row.id}/remove")
    assert desk.post(remove, {}).status_code == 303
    assert "55° · 19 Feb" not in words(desk.get(under(cast.bob)[:-1]))
    assert "removed: Neck rotation right 55°" in words(desk.get(under(cast.bob, "measures")))
    assert desk.post(remove, {"undo": "1"}).status_code == 303
    assert "Neck rotation right: 55° on 19 Feb" in words(desk.get(under(cast.bob, "brief")))


def test_goals_are_agreed_reached_and_taken_away(desk, bob, cast, database):
    path = under(cast.bob, f"episodes/{cast.bob.episode_id}/goals")
    assert "This is needed." in words(desk.post(path, {"words": " ", "form_id": str(uuid4())}), 422)
    form = {"words": "Sleep  through", "form_id": str(uuid4())}
    for _tap in range(2):
        assert desk.post(path, form).status_code == 303
    (row,) = rows_of(database, Goal)
    assert row.words == "Sleep through"
    assert "Sleep through" in words(bob.get("/progress"))
    change = under(cast.bob, f"goals/{row.id}")
    desk.post(change, {"what": "reached"})
    assert "Sleep through (reached 11 Mar)" in words(desk.get(under(cast.bob, "brief")))
    desk.post(change, {"what": "remove"})
    assert "Sleep through" not in words(desk.get(under(cast.bob, "brief")))
    desk.post(change, {"what": "back"})
    assert "Sleep through" in words(desk.get(under(cast.bob, "brief")))
    assert desk.post(change, {"what": "sold"}).status_code == 400


def test_five_open_goals_are_the_most(desk, cast):
    path = under(cast.bob, f"episodes/{cast.bob.episode_id}/goals")
    for place in range(5):
        form = {"words": f"Goal {place}", "form_id": str(uuid4())}
        assert desk.post(path, form).status_code == 303
    answer = desk.post(path, {"words": "One more", "form_id": str(uuid4())})
    assert "Five open goals are the most." in words(answer, 422)
    assert 'value="One more"' in answer.text


def test_the_brief_stays_on_one_page_with_everything_there_is(desk, cast, maker, database):
    names = [f"Something long that is hard to do, number {n}, with many words" for n in range(5)]
    keys = maker.names(cast.alice, *names)
    for days in (14, 0):
        day = TODAY - timedelta(days=days)
        maker.answers(cast.alice, Measure.ACTIVITIES, {str(k): 3 for k in keys}, day, at(day))
        for measure, answers in (
            (Measure.WEEKLY, {"pain": 3, "enjoyment": 4, "activity": 5}),
            (Measure.CHANGE, {"change": 2}),
        ):
            maker.answers(cast.alice, measure, answers, day, at(day))
    maker.asks(cast.alice, "Why " + "so " * 150 + "long?")
    for place in range(5):
        maker.aims(cast.pia, cast.alice, f"A goal of quite a few words, number {place}")
    maker.turned(cast.pia, cast.alice, 60)
    pdf = desk.get(under(cast.alice, "brief.pdf"))
    assert len(re.findall(rb"/Type /Page\b", pdf.data)) == 1
    told = words(desk.get(under(cast.alice, "brief")))
    for said in ("From 3.0 on 25 Feb to 3.0 on 11 Mar over 5 activities.",
                 "Not more than measuring alone can explain", "Weekly three: 4 on 25 Feb",
                 "Change since the start: much better on 11 Mar.",
                 "Neck rotation right: 60° on 11 Mar"):  # fmt: skip
        assert said in told, said


def test_pages_stay_light(desk, bob, cast, maker):
    keys = maker.names(cast.bob, *(f"Activity number {n}" for n in range(5)))
    for days in range(0, 20, 3):
        day = TODAY - timedelta(days=days)
        maker.answers(cast.bob, Measure.ACTIVITIES, {str(k): days % 10 for k in keys}, day, at(day))
    headers = {"Accept-Encoding": "gzip"}
    for browser, path in (
        (bob, "/today"),
        (bob, "/progress"),
        (desk, under(cast.bob)[:-1]),
        (desk, under(cast.bob, "measures")),
    ):
        answer = browser.client.get(path, headers=headers)
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.data) < 15_000, (path, len(answer.data))


def test_a_session_without_degrees_draws_no_line(cast, desk):
    assert Facts().motions == ()
    assert "°" not in words(desk.get(under(cast.alice)[:-1]))
