"""How long soreness is asked about, and which days may be logged."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.checkin import LoggableDays
from tracker.domain.needling import is_soreness_asked
from tracker.domain.session import LIFETIMES, SessionKind, is_alive

NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)
RATING = st.one_of(st.none(), st.integers(0, 10))


@pytest.mark.parametrize(
    "hours, last, asked",
    [(-0.01, None, False), (0, None, True), (72, 0, True), (72.01, 0, False), (72.01, 1, True),
     (72.01, None, True), (168, 1, True), (168, None, True), (168.01, 10, False)],
)  # fmt: skip
def test_the_window_at_its_edges(hours, last, asked):
    assert is_soreness_asked(NOW, NOW + timedelta(hours=hours), last) is asked


@given(st.floats(0, 72), RATING)
def test_to_72_hours_it_is_always_asked(hours, last):
    assert is_soreness_asked(NOW, NOW + timedelta(hours=hours), last)


@given(st.floats(72.01, 2000), RATING)
def test_after_that_it_ends_with_zero_and_at_last_in_any_case(hours, last):
    asked = is_soreness_asked(NOW, NOW + timedelta(hours=hours), last)
    assert asked is (hours <= 168 and last != 0)


@given(st.integers(-400, 400), st.integers(0, 300))
def test_a_day_is_loggable_from_the_opening_to_today(offset, length):
    today = date(2026, 3, 11)
    days = LoggableDays(today - timedelta(days=length), today)
    day = today + timedelta(days=offset)
    expected = "future_day" if offset > 0 else "before_episode" if offset < -length else None
    assert days.refuses(day) == expected
    assert days.is_backfilled(day) is (offset < 0)


@pytest.mark.parametrize("kind", SessionKind)
def test_a_session_lives_within_both_limits(kind):
    limits, moment = LIFETIMES[kind], timedelta(seconds=1)
    assert is_alive(kind, NOW, NOW, NOW + limits.idle - moment)
    assert not is_alive(kind, NOW, NOW, NOW + limits.idle)
    end = NOW + limits.absolute
    assert is_alive(kind, NOW, end - 2 * moment, end - moment)
    assert not is_alive(kind, NOW, end - moment, end)
