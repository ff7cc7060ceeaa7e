"""The programme: days due, minutes, and the day a change begins to count."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.prescription import (
    EVERY_DAY,
    FIVE_DAYS,
    Dose,
    Outcome,
    Prescription,
    changeover,
    days_mask,
    is_too_much,
    weekdays_of,
)

DAY = date(2026, 3, 11)
WEEKDAYS = st.sets(st.integers(0, 6))


@given(WEEKDAYS)
def test_weekdays_lead_through_the_mask_and_back(weekdays):
    assert set(weekdays_of(days_mask(weekdays))) == weekdays


@pytest.mark.parametrize("weekday", [-1, 7])
def test_a_week_has_seven_days(weekday):
    with pytest.raises(ValueError, match="weekdays"):
        days_mask([weekday])


def test_the_usual_masks():
    assert weekdays_of(EVERY_DAY) == tuple(range(7))
    assert weekdays_of(FIVE_DAYS) == (0, 1, 2, 3, 4)


@given(
    WEEKDAYS, st.integers(0, 30), st.one_of(st.none(), st.integers(-2, 30)), st.integers(-10, 60)
)
def test_a_version_is_due_on_its_weekdays_while_it_is_in_force(weekdays, start, length, offset):
    starts_on = DAY + timedelta(days=start)
    ends_on = None if length is None else starts_on + timedelta(days=length)
    line = Prescription(
        UUID(int=1), "x", "both", Dose(1, 1, 30, days_mask(weekdays)), starts_on, ends_on
    )
    day = DAY + timedelta(days=offset)
    in_force = day >= starts_on and (ends_on is None or day <= ends_on)
    assert line.is_due(day) is (in_force and day.weekday() in weekdays)


@given(st.booleans(), st.integers(-30, 30))
def test_a_change_asks_for_no_day_twice_and_skips_none(is_logged, offset):
    today = DAY + timedelta(days=offset)
    last, first = changeover(today, is_logged_today=is_logged)
    assert first - last == timedelta(days=1)
    assert first == (today + timedelta(days=1) if is_logged else today)


@pytest.mark.parametrize(
    "dose, sides, minutes",
    [(Dose(1, 3, 30), 1, 1.75), (Dose(1, 3, 30), 2, 3.5), (Dose(2, 1, 55), 1, 2)],
)
def test_minutes_hold_the_changes_between_holds(dose, sides, minutes):
    assert dose.minutes(sides=sides) == minutes


@pytest.mark.parametrize("count, minutes, much", [(4, 10, False), (5, 1, True), (1, 10.1, True)])
def test_too_much_is_said(count, minutes, much):
    assert is_too_much(count, minutes) is much


def test_partly_counts_half():
    assert [outcome.share for outcome in Outcome] == [1.0, 0.5, 0.0, 0.0]
