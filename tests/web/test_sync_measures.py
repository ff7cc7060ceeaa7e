"""Measures and questions from phones: each counts once, in any order, and nothing said is lost."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.cast import NOW, OPENED_ON, TODAY
from tests.support.databases import rows_of
from tests.support.phone import LONDON, ApiPhone, again
from tests.support.phone import operation as make
from tracker.domain.measures import Measure
from tracker.store.schema import MeasureEntry, Revision, VisitQuestion


@pytest.fixture
def phone(cast, visit):
    return ApiPhone(visit(cast.alice))


def weekly(cast, day=TODAY, at=NOW, measure="weekly", answers=None, **more):
    data = {"measure": measure, "episode_id": cast.alice.episode_id,
            "answers": {"pain": 4} if answers is None else answers}  # fmt: skip
    return make("measure", data, at=at, day=day, zone=LONDON, **more)


def question(cast, text="May I swim?", **more):
    data = {"text": text, "episode_id": cast.alice.episode_id}
    return make("question", data, at=NOW, day=TODAY, zone=LONDON, **more)


def own(database, model, cast):
    return rows_of(database, model, model.patient_id == cast.alice.patient_id)


def test_a_measure_arrives_and_the_same_operation_counts_once(phone, cast, database):
    said = weekly(cast, answers={"pain": 4, "enjoyment": 0, "activity": None})
    assert [phone.say_one(said)["status"] for _ in range(2)] == ["applied", "duplicate"]
    (row,) = own(database, MeasureEntry, cast)
    assert (row.answers, row.rev, row.local_date) == ({"pain": 4, "enjoyment": 0}, 1, TODAY)
    assert str(row.entry_id) == said["entry_id"]


def test_a_measure_without_answers_was_skipped(phone, cast, database):
    assert phone.say_one(weekly(cast, answers={}))["status"] == "applied"
    assert [row.answers for row in own(database, MeasureEntry, cast)] == [{}]


def test_an_amendment_keeps_what_it_replaced(phone, cast, database):
    said = weekly(cast)
    phone.say_one(said)
    result = phone.say_one(again(said, base_rev=1, data={"answers": {"pain": 6}}))
    assert (result["status"], result["rev"]) == ("applied", 2)
    (row,) = own(database, MeasureEntry, cast)
    assert row.answers == {"pain": 6}
    before = [one.before for one in own(database, Revision, cast) if one.entry == "measure"]
    assert before == [{"answers": {"pain": 4}}]


def test_two_phones_on_one_day_make_one_entry(phone, cast, visit, database):
    other = ApiPhone(visit(cast.alice))
    phone.say_one(weekly(cast))
    result = other.say_one(weekly(cast, answers={"pain": 7}))
    assert (result["status"], result["rev"]) == ("merged", 2)
    assert [row.answers for row in own(database, MeasureEntry, cast)] == [{"pain": 7}]


def test_a_measure_can_be_told_of_an_earlier_day_but_not_of_one_before_the_treatment(phone, cast):
    earlier = weekly(cast, day=TODAY - timedelta(days=3))
    before = weekly(cast, day=OPENED_ON - timedelta(days=1))
    future = weekly(cast, day=TODAY + timedelta(days=3))
    assert [one["status"] for one in phone.say(earlier, before, future)] == [
        "applied",
        "invalid",
        "invalid",
    ]


@pytest.mark.parametrize(
    "data",
    [
        {"answers": {"pain": 11}},
        {"answers": {"pain": -1}},
        {"answers": {"change": 1}},
        {"answers": {"pain": "4"}},
        {"answers": {"pain": True}},
        {"answers": [4]},
        {"answers": None},
        {"measure": "mood"},
        {"measure": "change", "answers": {"change": 4}},
        {"more": 1},
    ],
)
def test_what_is_no_answer_is_invalid_and_stops_no_other(data, phone, cast, database):
    wrong = weekly(cast)
    wrong["data"] |= data
    results = phone.say(wrong, weekly(cast))
    assert [one["status"] for one in results] == ["invalid", "applied"]
    assert results[0]["errors"]
    assert len(own(database, MeasureEntry, cast)) == 1


def test_an_id_of_another_day_stands_for_that_day(phone, cast):
    said = weekly(cast)
    phone.say_one(said)
    result = phone.say_one(again(said, local_date=(TODAY - timedelta(days=1)).isoformat()))
    assert result["status"] == "invalid"
    assert "entry_id" in result["errors"]


def test_somebody_elses_episode_and_activity_are_not_found(phone, cast, maker):
    (foreign,) = maker.names(cast.dora, "Driving")
    for data in (
        {"episode_id": str(cast.dora.episode_id)},
        {"episode_id": str(uuid4())},
        {"measure": "activities", "answers": {str(foreign): 3}},
        {"measure": "activities", "answers": {str(uuid4()): 3}},
    ):
        assert phone.say_one(again(weekly(cast), data=data))["status"] == "not_found", data
    asked = again(question(cast), data={"episode_id": str(cast.dora.episode_id)})
    assert phone.say_one(asked)["status"] == "not_found"


def test_a_phone_that_was_away_may_rate_an_activity_that_retired(phone, cast, maker, database):
    (driving,) = maker.names(cast.alice, "Driving")
    maker.names(cast.alice, "Typing")
    said = weekly(cast, measure="activities", answers={str(driving): 3})
    assert phone.say_one(said)["status"] == "applied"
    assert own(database, MeasureEntry, cast)[0].answers == {str(driving): 3}


def test_questions_of_two_phones_are_one_and_both_can_be_read(phone, cast, visit, database):
    other = ApiPhone(visit(cast.alice))
    assert phone.say_one(question(cast))["status"] == "applied"
    assert other.say_one(question(cast, "And run?"))["status"] == "merged"
    (row,) = own(database, VisitQuestion, cast)
    assert (row.words, row.rev) == ("And run?", 2)
    before = [one.before for one in own(database, Revision, cast) if one.entry == "question"]
    assert before == [{"words": "May I swim?"}]


def test_what_is_asked_after_the_answer_is_a_new_question(phone, cast, desk_answers, database):
    said = question(cast)
    phone.say_one(said)
    desk_answers(said["entry_id"])
    # The phone has not heard of the answer and edits what it knows.
    result = phone.say_one(again(said, base_rev=1, data={"text": "And run?"}))
    assert (result["status"], result["rev"]) == ("applied", 1)
    result = phone.say_one(again(said, base_rev=1, data={"text": "And jump?"}))
    assert (result["status"], result["rev"]) == ("applied", 2)
    rows = own(database, VisitQuestion, cast)
    assert {row.words for row in rows} == {"May I swim?", "And jump?"}


def test_an_empty_question_of_who_saw_none_takes_no_other_back(phone, cast, visit, database):
    other = ApiPhone(visit(cast.alice))
    phone.say_one(question(cast))
    assert other.say_one(question(cast, ""))["rev"] == 1
    assert [row.words for row in own(database, VisitQuestion, cast)] == ["May I swim?"]


def test_taking_back_what_was_answered_leaves_a_newer_question(
    phone, cast, visit, desk_answers, database
):
    said, other = question(cast), ApiPhone(visit(cast.alice))
    phone.say_one(said)
    desk_answers(said["entry_id"])
    assert other.say_one(question(cast, "And run?"))["status"] == "applied"
    # The phone has heard neither of the answer nor of the newer question.
    result = phone.say_one(again(said, base_rev=1, data={"text": ""}))
    assert (result["status"], result["rev"]) == ("merged", 1)
    rows = own(database, VisitQuestion, cast)
    assert {row.words for row in rows} == {"May I swim?", "And run?"}


def test_what_was_asked_after_an_answer_can_be_taken_back_by_the_same_phone(
    phone, cast, desk_answers, database
):
    said = question(cast)
    phone.say_one(said)
    desk_answers(said["entry_id"])
    phone.say_one(again(said, base_rev=1, data={"text": "And run?"}))
    result = phone.say_one(again(said, base_rev=1, data={"text": ""}))
    assert (result["status"], result["rev"]) == ("applied", 2)
    assert {row.words for row in own(database, VisitQuestion, cast)} == {"May I swim?", ""}


@pytest.fixture
def desk_answers(visit, cast):
    desk = visit(cast.pia)

    def answer(question_id):
        path = f"/patients/{cast.alice.patient_id}/questions/{question_id}"
        assert desk.post(path, {"answer": "Yes."}).status_code == 303

    return answer


@pytest.mark.parametrize("text", ["x" * 501, "a\0b", 5, None])
def test_what_is_no_question_is_invalid(text, phone, cast):
    said = question(cast)
    said["data"]["text"] = text
    assert phone.say_one(said)["status"] == "invalid"


numbers = st.dictionaries(
    st.sampled_from(("pain", "enjoyment", "activity")), st.integers(0, 10), max_size=3
)
SAID = st.tuples(st.integers(0, 1), st.integers(0, 3), numbers, st.booleans())


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(told=st.lists(SAID, min_size=1, max_size=10), repeats=st.lists(st.integers(0, 9)))
def test_phones_in_any_order_leave_one_entry_a_day_that_holds_the_last_word(
    told, repeats, phone, cast, database
):
    """Two phones that never hear of each other, with operations that come twice."""
    patient = cast.alice.patient_id
    with database.door(writes=True) as door:
        for model in (Revision, MeasureEntry):
            door.session.query(model).filter_by(patient_id=patient).delete()
    entries: dict[tuple[int, int], str] = {}
    known: dict[tuple[int, int], int | None] = {}
    sent = []
    for place, back, answers, is_edit in told:
        key = (place, back)
        entry_id = entries.setdefault(key, str(uuid4()))
        base = known.get(key) if is_edit else None
        said = weekly(cast, TODAY - timedelta(days=back), answers=answers,
                      entry_id=entry_id, base_rev=base)  # fmt: skip
        result = phone.say_one(said)
        assert result["status"] in {"applied", "merged"}
        known[key] = result["rev"]
        sent.append(said)
    for one in repeats:
        if one < len(sent):
            assert phone.say_one(sent[one])["status"] == "duplicate"
    rows = {row.local_date: row for row in own(database, MeasureEntry, cast)}
    assert len(rows) == len({back for _place, back, _answers, _edit in told})
    history = [row for row in own(database, Revision, cast) if row.entry == "measure"]
    for place, back, answers, _edit in told:
        row = rows[TODAY - timedelta(days=back)]
        states = [row.answers, *(one.before["answers"] for one in history
                                 if one.entry_key == str(row.entry_id))]  # fmt: skip
        assert answers in states, (place, back)
        assert row.measure == Measure.WEEKLY
