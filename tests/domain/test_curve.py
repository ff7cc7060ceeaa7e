"""Soreness by hours since needling, how long relief lasts, and what a dose brings."""

# mypy: disable-error-code="union-attr"

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.curve import (
    Needled,
    Sore,
    Visit,
    align,
    clock_of,
    curve_of,
    dose_of,
    level_at,
    line_through,
    muscle_clocks,
    sore_free,
)
from tracker.domain.response import spoilt_days

DAY = date(2026, 3, 2)
TRAPEZIUS = Needled("upper-trapezius", "right", 6, 5, 4)
NECK = Needled("levator-scapulae", "right", 4, None, 6)


def visit(*ratings, day=0, muscles=(TRAPEZIUS,), before=None):
    at = datetime.combine(DAY + timedelta(days=day), datetime.min.time()) + timedelta(hours=10)
    rows = tuple(Sore(*rating) for rating in ratings)
    return Visit(f"visit-{day}", at, tuple(muscles), rows, before)


def rated(*pains, start=1):
    return {
        DAY + timedelta(days=start + place): pain
        for place, pain in enumerate(pains)
        if pain is not None
    }


def clock(session, ratings, following=None, today=60):
    spoilt = spoilt_days([session.needled_at])
    return clock_of(session, ratings, spoilt, following, DAY + timedelta(days=today))


@pytest.mark.parametrize(
    "ratings, hours, is_censored",
    [
        ([(1, 5), (24, 2), (48, 0), (72, 0)], 48, False),
        ([(1, 5), (24, 0), (48, 1), (73, 0)], 73, False),
        ([(1, 5), (24, 2), (48, 1)], 48, True),
        ([(1, 0)], 1, False),
        ([(48, 0), (1, 5)], 48, False),
    ],
)
def test_soreness_is_gone_when_it_stays_gone(ratings, hours, is_censored):
    found = sore_free(visit(*ratings))
    assert (found.time, found.is_censored) == (hours, is_censored)


def test_without_a_rating_nothing_is_known():
    assert sore_free(visit()) is None
    assert align([visit()]) is None
    assert clock(visit(), {}).relief is None


def test_a_rating_of_one_muscle_speaks_for_that_one():
    both = visit(
        (1, 5, "upper-trapezius"), (1, 2, "levator-scapulae"), (24, 0, "levator-scapulae"), (30, 1),
        muscles=(TRAPEZIUS, NECK),
    )  # fmt: skip
    assert curve_of(both).points[0] == (1, 5)
    assert curve_of(both, "levator-scapulae").points == ((1, 2), (24, 0), (30, 1))
    assert curve_of(both, "upper-trapezius").points == ((1, 5), (30, 1))
    assert curve_of(both, "soleus").points == ()
    assert [one.muscle for one in muscle_clocks([both])] == ["upper-trapezius", "levator-scapulae"]


def test_the_band_needs_three_earlier_sessions_and_bridges_no_long_gap():
    earlier = [visit((0, value), (24, value), (72, 0), day=7 * place) for place, value in
               enumerate((2, 4, 6))]  # fmt: skip
    newest = visit((1, 9), day=30)
    assert align([*earlier[:2], newest]).band == ()
    band = align([newest, *earlier]).band
    assert [(one.low, one.middle, one.high) for one in band if one.hours == 12] == [(2, 4, 6)]
    assert {one.hours for one in band if one.hours > 24} == {72}
    assert align([newest, *earlier]).newest.id == "visit-30"


def test_relief_begins_and_ends_where_the_next_day_confirms_it():
    before = {DAY - timedelta(days=back): 6 for back in range(1, 6)}
    found = clock(visit(), {**before, **rated(6, 4, 6, 4, 3, 3, None, 6, 3, 5, 6)})
    assert found.before == 6
    assert (found.relief.time, found.relief.is_censored) == (4, False)
    assert (found.pain_back.time, found.pain_back.is_censored) == (10, False)


def test_relief_that_was_not_seen_is_censored():
    before = {DAY - timedelta(days=back): 6 for back in range(1, 6)}
    none = clock(visit(), {**before, **rated(6, 5, 6)})
    assert (none.relief.time, none.relief.is_censored) == (3, True)
    assert none.pain_back is None
    lasting = clock(visit(), {**before, **rated(4, 4, 3, 3)})
    assert (lasting.pain_back.time, lasting.pain_back.is_censored) == (4, True)


def test_the_next_session_ends_a_clock():
    before = {DAY - timedelta(days=back): 6 for back in range(1, 6)}
    ratings = {**before, **rated(4, 4, 3, 3, 6, 6)}
    following = visit(day=5).needled_at
    assert clock(visit(), ratings, following).pain_back.is_censored
    assert not clock(visit(), ratings).pain_back.is_censored


def test_without_a_week_before_the_sessions_own_rating_counts():
    assert clock(visit(before=7), rated(5, 5)).before == 7
    assert clock(visit(), rated(5, 5)).before is None


def test_a_dose_is_summed_and_its_relief_leaves_the_72_hours_out():
    before = {DAY - timedelta(days=back): 6 for back in range(1, 6)}
    session = visit((1, 5), (2, 7), muscles=(TRAPEZIUS, NECK))
    ratings = {**before, **rated(9, 9, 4, 4, 4)}
    spoilt = spoilt_days([session.needled_at])
    found = dose_of(clock(session, ratings), ratings, spoilt, None)
    assert (found.insertions, found.twitches, found.pain_during) == (10, 5, 6)
    assert (found.soreness, found.relief) == (7, 2)


def test_no_line_through_fewer_than_five_points():
    points = [(x, 2 * x) for x in range(5)]
    assert line_through(points[:4]) is None
    assert line_through(points).slope == 2
    assert line_through([(1, y) for y in range(9)]) is None


RATINGS = st.lists(st.tuples(st.integers(0, 170), st.integers(0, 10)), max_size=12)


@given(RATINGS, st.integers(0, 170))
def test_a_level_lies_between_what_was_rated(ratings, hours):
    curve = curve_of(visit(*ratings))
    level = level_at(curve, hours)
    if level is not None:
        values = [value for _, value in curve.points]
        assert min(values) <= level <= max(values)


@given(RATINGS, st.randoms())
def test_the_order_in_which_ratings_arrive_does_not_matter(ratings, random):
    mixed = list(ratings)
    random.shuffle(mixed)
    assert curve_of(visit(*ratings)) == curve_of(visit(*mixed))
    assert sore_free(visit(*ratings)) == sore_free(visit(*mixed))
