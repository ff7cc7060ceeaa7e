"""The response view's rules: what is left out, what is pooled, and what may be said of it."""

# mypy: disable-error-code="union-attr"

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.response import Mark, Missing, Split, Verdict, judge, spoilt_days

FIRST = date(2026, 3, 2)


def on(offset):
    return FIRST + timedelta(days=offset)


def at(offset, hour=10):
    return datetime.combine(on(offset), datetime.min.time()) + timedelta(hours=hour)


def rated(*pains, start=0):
    """Ratings day by day; None leaves a day out."""
    return {on(start + place): pain for place, pain in enumerate(pains) if pain is not None}


@pytest.mark.parametrize(
    "hour, out", [(0, 3), (9, 3), (20, 3), (21, 4), (23, 4)],
)  # fmt: skip
def test_a_session_spoils_its_day_and_those_rated_within_72_hours(hour, out):
    assert spoilt_days([at(0, hour)]) == {on(offset) for offset in range(out)}


def test_weekly_visits_leave_four_eligible_days_between_them():
    ratings = rated(*[5] * 21)
    found = judge(ratings, [at(0), at(7), at(14)], [], FIRST, on(20))
    assert [(len(phase.ratings), phase.expected, phase.left_out) for phase in found.phases] == [
        (4, 4, 3)
    ] * 3


def test_four_weekly_days_are_pooled_across_intervals():
    ratings = rated(*[7] * 14, *[3] * 14)
    found = judge(ratings, [at(0), at(7), at(14), at(21)], [], FIRST, on(27))
    assert (len(found.before.ratings), len(found.after.ratings)) == (8, 8)
    assert (found.before.mean.value, found.after.mean.value) == (7, 3)
    assert found.verdict is Verdict.FELL_MUCH
    assert (found.logged, found.expected) == (16, 16)


def test_pain_before_the_first_session_stands_against_the_days_since_the_last():
    ratings = rated(6, 6, 7, 6, 6, 6, 9, 9, 9, 4, 4, 3, 4, 4, None)
    found = judge(ratings, [at(6)], [], FIRST, on(14))
    assert found.before.mean.n == 6
    assert (found.after.mean.n, found.after.expected) == (5, 5)
    assert found.verdict is Verdict.FELL_ENOUGH
    assert found.days == 8
    assert found.overlap.nap == 1


@pytest.mark.parametrize(
    "after, verdict",
    [
        ([2] * 6, Verdict.FELL_MUCH),
        ([4] * 6, Verdict.FELL_ENOUGH),
        ([6] * 6, Verdict.SAME),
        ([8] * 6, Verdict.ROSE),
        ([5, 4, 4, 4, 4, 4], Verdict.FELL),
    ],
)
def test_verdicts(after, verdict):
    before = [6, 6, 6, 6, 6, 6] if verdict is not Verdict.FELL else [6] * 6
    found = judge(rated(*before, *after), [], [Mark(on(6), "new stretches")], FIRST, on(11))
    assert found.split is Split.MARKS
    assert found.phases[1].words == "new stretches"
    assert found.verdict is verdict


def test_what_is_missing_is_said():
    none = judge(rated(5, 5, 5), [], [], FIRST, on(2))
    assert none.missing == {Missing.NO_SPLIT: 0}
    few = judge(rated(5, 5, 5, None, None, 9, 9, 9, 4), [at(5)], [], FIRST, on(8))
    assert few.verdict is Verdict.NOT_ENOUGH
    assert few.missing == {Missing.BEFORE: 2, Missing.AFTER: 4}
    assert (few.before.mean.n, few.before.expected) == (3, 5)
    one = judge(rated(*[5] * 9), [at(0)], [], FIRST, on(8))
    assert one.missing == {Missing.APART: 0}


def test_a_fall_that_had_begun_before_is_seen():
    ratings = rated(9, 8, 8, 7, 6, 6, 5, *[2] * 8)
    found = judge(ratings, [at(7)], [], FIRST, on(14))
    assert found.fell_before
    assert not judge(rated(*[6, 7] * 3, *[2] * 9), [at(6)], [], FIRST, on(14)).fell_before


def test_a_fall_that_would_have_left_the_scale_says_nothing_of_what_came_after():
    steep = judge(rated(9, 8, 8, 7, 6, 6, 5, *[2] * 16), [at(7)], [], FIRST, on(22))
    assert steep.fell_before
    assert steep.fell_off_scale
    slow = judge(rated(9, 9, 9, 8, 8, 8, 8, *[2] * 8), [at(7)], [], FIRST, on(14))
    assert slow.fell_before
    assert not slow.fell_off_scale


def test_several_marks_judge_the_newest():
    marks = [Mark(on(6), "first"), Mark(on(12), "second"), Mark(on(40), "not yet")]
    found = judge(rated(*[9] * 6, *[8] * 6, *[3] * 6), [], marks, FIRST, on(17))
    assert [phase.words for phase in found.phases] == ["", "first", "second"]
    assert (found.before.mean.value, found.after.mean.value) == (8, 3)


PAINS = st.lists(st.one_of(st.none(), st.integers(0, 10)), min_size=1, max_size=40)
VISITS = st.lists(st.integers(0, 39), max_size=6)


@given(PAINS, VISITS)
def test_every_day_stands_in_one_phase_and_none_is_invented(pains, visits):
    ratings, sessions = rated(*pains), [at(visit) for visit in visits if visit < len(pains)]
    last = on(len(pains) - 1)
    found = judge(ratings, sessions, [], FIRST, last)
    spoilt = spoilt_days(sessions)
    told = [day for phase in found.phases for day, _pain in phase.ratings]
    assert told == [day for day in sorted(ratings) if day not in spoilt]
    assert all(phase.mean.n <= phase.expected for phase in found.phases)
    days = sum((phase.end - phase.start).days + 1 for phase in found.phases)
    assert days == len(pains)


@given(PAINS, VISITS, st.integers(0, 10))
def test_what_is_logged_within_72_hours_changes_nothing(pains, visits, other):
    ratings, sessions = rated(*pains), [at(visit) for visit in visits if visit < len(pains)]
    last = on(len(pains) - 1)
    spoilt = spoilt_days(sessions)
    changed = {day: other if day in spoilt else pain for day, pain in ratings.items()}
    one = judge(ratings, sessions, [], FIRST, last)
    assert one == judge(changed, sessions, [], FIRST, last)
    if one.before and one.after and one.verdict is not Verdict.NOT_ENOUGH:
        assert one.before.end < one.after.start


@given(PAINS, VISITS)
def test_a_side_without_five_days_is_never_judged(pains, visits):
    sessions = [at(visit) for visit in visits if visit < len(pains)]
    found = judge(rated(*pains), sessions, [], FIRST, on(len(pains) - 1))
    enough = found.before and min(len(found.before.ratings), len(found.after.ratings)) >= 5
    assert (found.verdict is Verdict.NOT_ENOUGH) == bool(found.missing)
    if not enough:
        assert found.verdict is Verdict.NOT_ENOUGH
        assert found.overlap is None
