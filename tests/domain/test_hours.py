"""Opening hours: what can be typed, and when a clinic is open."""

from __future__ import annotations

from datetime import datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.errors import Invalid
from tracker.domain.hours import is_open, make_week, plain_week, read_week

EMPTY = [("", "")]
WEEK = make_week([[("08:00", "12:30"), ("14:00", "18:00")], *([EMPTY] * 5), [("9:00", "10:00")]])


@pytest.mark.parametrize(
    "local, is_so",
    [
        ("2026-03-09 07:59", False), ("2026-03-09 08:00", True), ("2026-03-09 12:29", True),
        ("2026-03-09 12:30", False), ("2026-03-09 14:00", True), ("2026-03-09 18:00", False),
        ("2026-03-10 10:00", False), ("2026-03-15 09:30", True), ("2026-03-15 10:00", False),
    ],
)  # fmt: skip
def test_a_clinic_is_open_from_the_first_minute_to_before_the_last(local, is_so):
    assert is_open(WEEK, datetime.fromisoformat(local)) is is_so


def test_without_hours_nobody_can_say():
    assert is_open(read_week(None), datetime(2026, 3, 9, 10)) is None
    assert plain_week(make_week([EMPTY] * 7)) is None


@pytest.mark.parametrize(
    "spans, code",
    [
        ([("08:00", "")], "span_half"), ([("", "08:00")], "span_half"),
        ([("25:00", "26:00")], "span_half"), ([("eight", "nine")], "span_half"),
        ([("08:00", "08:00")], "span_order"), ([("18:00", "08:00")], "span_order"),
        ([("08:00", "13:00"), ("12:00", "18:00")], "spans_overlap"),
        ([("14:00", "18:00"), ("08:00", "14:01")], "spans_overlap"),
    ],
)  # fmt: skip
def test_spans_that_can_not_be_are_refused(spans, code):
    with pytest.raises(Invalid) as refusal:
        make_week([spans])
    assert refusal.value.errors == {"open_spans": [code]}


minutes = st.lists(st.integers(0, 1439), min_size=2, max_size=4, unique=True).map(sorted)


@given(st.lists(minutes, min_size=7, max_size=7))
def test_a_week_comes_back_as_it_was_kept(days):
    def text(minute):
        return f"{time(minute // 60, minute % 60):%H:%M}"

    typed = [
        [(text(a), text(b)) for a, b in zip(day[::2], day[1::2], strict=False)] for day in days
    ]
    week = make_week(typed)
    assert read_week(plain_week(week)) == week
