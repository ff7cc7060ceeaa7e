"""Measures: one quiet question a day at most, missing is never 0, and no change out of scatter."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.measures import (
    ACTIVITIES_MOST,
    CHANGE_SCALE,
    MDC90_ITEM,
    MDC90_MEAN,
    MOVEMENTS,
    WEEKLY_ITEMS,
    Measure,
    Past,
    activities_score,
    answered,
    degrees_fault,
    next_due,
    scale_of,
    shift_of,
    tidy_names,
    value_faults,
    weekly_score,
)

START = date(2026, 3, 2)


def days(count):
    return timedelta(days=count)


# What is asked when.


def test_the_first_day_asks_nothing_and_the_next_for_activities():
    past = Past(START)
    assert next_due(past, START) is None
    assert next_due(past, START + days(1)) is Measure.ACTIVITIES


def test_after_activities_come_the_weekly_three_and_not_on_the_same_day():
    past = Past(START, {Measure.ACTIVITIES: START + days(1)}, activity_count=3)
    assert next_due(past, START + days(1)) is None
    assert next_due(past, START + days(2)) is Measure.WEEKLY


@pytest.mark.parametrize("gap, is_asked", [(1, False), (6, False), (7, True), (20, True)])
def test_the_weekly_three_come_once_in_seven_days(gap, is_asked):
    last = START + days(10)
    asked = {Measure.WEEKLY: last, Measure.ACTIVITIES: last + days(gap - 1), Measure.CHANGE: last}
    past = Past(START, asked, None, 2)
    assert (next_due(past, last + days(gap)) is Measure.WEEKLY) == is_asked


@pytest.mark.parametrize("day, is_asked", [(1, False), (27, False), (28, True), (29, True)])
def test_change_is_asked_once_four_weeks_have_passed(day, is_asked):
    assert (next_due(Past(START), START + days(day)) is Measure.CHANGE) == is_asked


def test_a_session_brings_the_activities_forward_but_not_two_days_running():
    last = START + days(10)
    asked = {Measure.ACTIVITIES: last, Measure.WEEKLY: last}

    def due(day, session):
        return next_due(Past(START, asked, session, 2), day)

    assert due(last + days(2), last + days(2)) is None
    assert due(last + days(3), last + days(3)) is Measure.ACTIVITIES
    assert due(last + days(3), last) is None, "a session before the last rating asks for nothing"
    assert due(last + days(3), last + days(5)) is None, "nor does one that is still to come"


def test_who_names_no_activities_is_left_alone_for_four_weeks():
    last = START + days(1)
    asked = {Measure.ACTIVITIES: last, Measure.WEEKLY: last + days(26), Measure.CHANGE: last}
    assert next_due(Past(START, asked), last + days(27)) is None
    asked = {Measure.ACTIVITIES: last, Measure.CHANGE: last + days(26)}
    asked[Measure.WEEKLY] = last + days(27)
    assert next_due(Past(START, asked), last + days(28)) is Measure.ACTIVITIES


@given(
    skips=st.lists(st.booleans(), min_size=120, max_size=120),
    sessions=st.sets(st.integers(0, 120), max_size=20),
    names_any=st.booleans(),
)
def test_nobody_is_asked_twice_a_day_or_for_one_thing_too_soon(skips, sessions, names_any):
    """Whoever looks in every day, answering or looking away."""
    asked: dict[Measure, date] = {}
    told: list[tuple[date, Measure]] = []
    for offset, looks_away in enumerate(skips):
        day = START + days(offset)
        last = max((START + days(one) for one in sessions if one <= offset), default=None)
        count = 2 if names_any and Measure.ACTIVITIES in asked else 0
        measure = next_due(Past(START, asked, last, count), day)
        if measure is not None and not looks_away:
            asked = {**asked, measure: day}
            told.append((day, measure))
    assert len({day for day, _measure in told}) == len(told)
    least = {Measure.WEEKLY: 7, Measure.CHANGE: 28, Measure.ACTIVITIES: 3 if names_any else 28}
    for measure in Measure:
        own = [day for day, one in told if one is measure]
        gaps = [(later - earlier).days for earlier, later in pairwise(own)]
        assert all(gap >= least[measure] for gap in gaps)


# What can be answered.


@pytest.mark.parametrize("measure", Measure)
@given(value=st.integers(-20, 20))
def test_a_number_outside_of_the_scale_is_refused(measure, value):
    items = {Measure.WEEKLY: "pain", Measure.CHANGE: "change", Measure.ACTIVITIES: "a"}
    faults = value_faults(measure, {items[measure]: value}, {"a"})
    assert bool(faults) == (value not in scale_of(measure))


def test_an_item_of_another_measure_is_refused_and_silence_is_not():
    assert value_faults(Measure.WEEKLY, {"change": 1}, ()) == {"change": ["unknown"]}
    assert value_faults(Measure.ACTIVITIES, {"b": 1}, {"a"}) == {"b": ["unknown"]}
    for measure in Measure:
        assert value_faults(measure, {}, ()) == {}
    assert value_faults(Measure.WEEKLY, {"pain": None}, ()) == {}


numbers = st.one_of(st.none(), st.integers(0, 10))


@given(st.dictionaries(st.sampled_from(WEEKLY_ITEMS), numbers))
def test_a_weekly_score_needs_all_three_and_never_counts_a_missing_one_as_0(values):
    score = weekly_score(values)
    given_now = [value for value in values.values() if value is not None]
    assert (score.n, score.of) == (len(given_now), 3)
    if len(given_now) < 3:
        assert score.value is None
    else:
        assert score.value == pytest.approx(sum(given_now) / 3)


@given(st.dictionaries(st.sampled_from("abcdefg"), numbers), st.sets(st.sampled_from("abcde")))
def test_a_mean_of_activities_is_over_those_that_were_rated(values, activities):
    score = activities_score(values, activities)
    rated = [values[one] for one in activities if values.get(one) is not None]
    assert (score.n, score.of) == (len(rated), len(activities))
    assert (score.value is None) == (not rated)
    if rated:
        assert min(rated) <= score.value <= max(rated)
    assert answered(values).keys() == {item for item in values if values[item] is not None}


# What it means.


def test_one_activity_has_to_move_by_three_and_a_mean_by_two():
    def shift(first, now):
        return shift_of([(START, first), (START + days(20), now)], [*first])

    one = shift({"a": 4}, {"a": 6})
    assert (one.n, one.change, one.is_beyond) == (1, 2, False)
    assert shift({"a": 4}, {"a": 7}).is_beyond
    both = shift({"a": 4, "b": 5}, {"a": 6, "b": 7})
    assert (both.n, both.first, both.now, both.is_beyond) == (2, 4.5, 6.5, True)
    assert not shift({"a": 4, "b": 5}, {"a": 6, "b": 6}).is_beyond
    assert shift({"a": 7}, {"a": 4}).is_beyond, "worse counts as well"
    assert (both.first_on, both.now_on) == (START, START + days(20))


def test_only_what_was_rated_twice_is_compared():
    entries = [(START, {"a": 2, "old": 9}), (START + days(7), {"a": 4, "b": 9})]
    entries.append((START + days(14), {"a": 6}))
    shift = shift_of(entries, ["a", "b"])
    assert shift is not None
    assert (shift.n, shift.first, shift.now) == (1, 2, 6)
    assert shift_of(entries[:1], ["a", "b"]) is None
    assert shift_of([], ["a"]) is None
    assert shift_of(entries, []) is None


entries = st.lists(st.dictionaries(st.sampled_from("abcde"), numbers), max_size=6)


@given(entries, st.sets(st.sampled_from("abcde")))
def test_a_shift_stays_within_the_scale_and_says_on_what_it_rests(values, activities):
    told = [(START + days(7 * place), one) for place, one in enumerate(values)]
    shift = shift_of(told, activities)
    twice = [one for one in activities if sum(v.get(one) is not None for v in values) > 1]
    if not twice:
        assert shift is None
        return
    assert shift is not None
    assert shift.n == len(twice)
    assert 0 <= shift.first <= 10
    assert 0 <= shift.now <= 10
    assert shift.first_on <= shift.now_on
    limit = MDC90_ITEM if shift.n == 1 else MDC90_MEAN
    assert shift.is_beyond == (abs(round(shift.change * shift.n)) >= limit * shift.n)


# Degrees and names.


@pytest.mark.parametrize(
    "movement, degrees, faults",
    [
        ("neck_rotation", 70, set()),
        ("neck_rotation", 150, {"degrees"}),
        ("neck_rotation", -5, {"degrees"}),
        ("knee_extension", -10, set()),
        ("my own", 200, set()),
        ("my own", 400, {"degrees"}),
        ("  ", 20, {"movement"}),
        ("x" * 61, 20, {"movement"}),
    ],
)
def test_degrees_that_no_such_joint_shows_are_refused(movement, degrees, faults):
    assert set(degrees_fault(movement, "left", degrees)) == faults


def test_a_side_is_left_right_or_none():
    assert degrees_fault("neck_rotation", "up", 20) == {"side": ["unknown"]}
    assert all(0 in degrees for degrees in MOVEMENTS.values())


@given(st.lists(st.text(max_size=12), max_size=8))
def test_names_are_kept_once_and_in_their_order(names):
    kept = tidy_names(names)
    assert tidy_names(kept) == kept
    assert all(name and name == " ".join(name.split()) for name in kept)
    assert {name.casefold() for name in kept} == {
        " ".join(name.split()).casefold() for name in names if name.strip()
    }


def test_the_limits_are_those_of_the_published_scale():
    assert (ACTIVITIES_MOST, MDC90_MEAN, MDC90_ITEM) == (5, 2, 3)
    assert list(CHANGE_SCALE) == [-3, -2, -1, 0, 1, 2, 3]
