"""The flare rule: what it finds, and that soreness after needling never is one."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.flare import (
    Sign,
    find_flare,
    find_possible,
    find_reassess,
    find_said,
    is_fresh,
)
from tracker.domain.response import spoilt_days

FIRST = date(2026, 3, 2)


def on(offset):
    return FIRST + timedelta(days=offset)


def at(offset, hour=10):
    return datetime.combine(on(offset), datetime.min.time()) + timedelta(hours=hour)


def rated(*pains):
    return {on(place): pain for place, pain in enumerate(pains) if pain is not None}


def found(*pains, sessions=()):
    result = find_flare(rated(*pains), list(sessions), on(len(pains) - 1))
    return result.sign if result else None


@pytest.mark.parametrize(
    "pains, sign",
    [
        ([3] * 10 + [5, 5], Sign.RISE),
        ([3] * 10 + [5], Sign.LIFT),
        ([3] * 10 + [4], None),
        ([1] * 10 + [3], None),  # mild: asked about, and told with a second such day alone
        ([1] * 10 + [3, 3], Sign.RISE),
        ([2] * 10 + [4], Sign.LIFT),
        ([3] * 10 + [4, 4], None),
        ([3] * 4 + [9], None),  # under five days there is no level
        ([3] * 5 + [9], Sign.LIFT),
        ([3, 7, 2, 6, 3, 7, 2, 6, 3, 7], None),  # their days scatter by themselves
        ([8, 7, 7, 6, 6, 5, 5, 4, 4, 3, 3, 6], Sign.LIFT),  # under two weeks' mean, yet a rise
        ([3] * 10 + [None] * 20 + [5, 5], Sign.RISE),
        # Two bad days weeks apart are judged each by itself.
        ([3] * 10 + [5] + [None] * 20 + [5], Sign.LIFT),
        ([5] * 12 + [3], None),
        ([10] * 12, None),
    ],
)
def test_a_flare_stands_out_from_the_own_course(pains, sign):
    assert found(*pains) == sign


def test_soreness_after_needling_is_no_flare():
    pains = [3] * 10 + [9, 9, 9]
    assert found(*pains) is not None
    assert found(*pains, sessions=[at(10)]) is None
    assert found(*pains, 9, sessions=[at(10)]) is Sign.LIFT  # the 72 h are over


def test_an_entry_of_long_ago_is_no_news():
    assert is_fresh(on(8), on(10))
    assert not is_fresh(on(7), on(10))


def test_a_steady_high_level_asks_for_a_second_thought():
    def sign(*pains, sessions=()):
        result = find_reassess(rated(*pains), list(sessions), on(len(pains) - 1))
        return result.sign if result else None

    assert sign(*[7] * 5, None, 7) is Sign.HIGH
    assert sign(7, None, 7, None, 7, None, 7) is None
    assert sign(*[6] * 7) is None
    visits = [at(7), at(14), at(21)]
    assert sign(*[6] * 30, sessions=visits) is Sign.NO_CHANGE
    assert sign(*[6] * 30, sessions=visits[:2]) is None
    assert sign(*[6] * 21, *[3] * 9, sessions=visits) is None


PAINS = st.lists(st.one_of(st.none(), st.integers(0, 10)), min_size=1, max_size=40)
VISITS = st.lists(st.integers(0, 39), max_size=6)


@given(PAINS, VISITS, st.integers(0, 10))
def test_what_is_rated_within_72_hours_changes_nothing(pains, visits, other):
    sessions, day = [at(visit) for visit in visits], on(len(pains) - 1)
    spoilt = spoilt_days(sessions)
    ratings = rated(*pains)
    changed = {one: other if one in spoilt else pain for one, pain in ratings.items()}
    for rule in (find_flare, find_possible):
        assert rule(ratings, sessions, day) == rule(changed, sessions, day)
        if day in spoilt:
            assert rule(ratings, sessions, day) is None


@given(PAINS, VISITS)
def test_each_flare_is_asked_about(pains, visits):
    sessions, day = [at(visit) for visit in visits], on(len(pains) - 1)
    if find_flare(rated(*pains), sessions, day):
        assert find_possible(rated(*pains), sessions, day)


def test_a_smaller_rise_is_asked_about_and_no_flare():
    pains = [3] * 10 + [4]
    assert find_possible(rated(*pains), [], on(10)) is not None
    assert found(*pains) is None


@given(PAINS, st.integers(0, 10))
def test_a_level_course_raises_nothing(pains, level):
    flat = [None if pain is None else level for pain in pains]
    assert found(*flat) is None


# The patient's own word.


def said(*pains, sessions=()):
    return find_said(rated(*pains), list(sessions), on(len(pains) - 1))


@pytest.mark.parametrize(
    "pains, numbers",
    [
        ([6], {"pain": 6}),
        ([3] * 4 + [6], {"pain": 6}),  # under five days there is no usual
        ([3] * 5 + [3], {"pain": 3, "usual": 3.0, "days": 5}),
        ([3] * 20 + [4], {"pain": 4, "usual": 3.0, "days": 14}),
        ([None] * 3 + [2], {"pain": 2}),
    ],
)
def test_a_patients_word_needs_no_rule_and_no_base(pains, numbers):
    result = said(*pains)
    assert (result.sign, result.numbers) == (Sign.SAID, numbers)


@pytest.mark.parametrize("pains", [[3] * 10 + [5, 5], [3] * 10 + [5], [3] * 5 + [9]])
def test_a_rule_that_finds_it_too_speaks_for_it(pains):
    assert said(*pains) == find_flare(rated(*pains), [], on(len(pains) - 1))


def test_soreness_after_needling_is_none_whatever_is_said():
    pains = [3] * 10 + [9, 9, 9]
    assert said(*pains, sessions=[at(10)]) is None
    assert said(*pains[:-2], sessions=[at(10)]) is None
    assert said(*pains, 9, sessions=[at(10)]) is not None


def test_a_day_that_was_not_rated_says_nothing():
    assert said(3, 3, None) is None
