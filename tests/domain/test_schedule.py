"""Mail periods: through a year of hourly runs each comes exactly once, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.days import local_time
from tracker.domain.schedule import daily_period, week_days, weekly_period

ZONES = ["Europe/London", "Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Kathmandu",
         "Australia/Lord_Howe", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Cairo",
         "America/Sao_Paulo", "Asia/Kolkata", "UTC"]  # fmt: skip
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def periods(rule, zone, minute=0, every=60, days=365):
    """The periods that hourly runs of a year would queue, in the order of their first coming."""
    steps = range(0, days * 24 * 60, every)
    found = (rule(BEGIN + timedelta(minutes=minute + step), zone) for step in steps)
    return list(dict.fromkeys(period for period in found if period))


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_has_one_daily_period_for_each_working_day(zone):
    found = [date.fromisoformat(period) for period in periods(daily_period, zone)]
    assert found == sorted(found)
    inner = found[1:-1]
    expected = [
        day
        for offset in range((found[-1] - found[0]).days)
        if (day := found[0] + timedelta(days=offset)).weekday() < 5 and day != found[0]
    ]
    assert inner == expected


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("every", [60, 180])
def test_a_year_has_one_weekly_period_for_each_week(zone, every):
    found = periods(weekly_period, zone, every=every)
    weeks = [week_days(period)[0] for period in found]
    assert all(later - earlier == timedelta(days=7) for earlier, later in pairwise(weeks))
    assert 51 <= len(weeks) <= 53


@settings(max_examples=50)
@given(st.sampled_from(ZONES), st.integers(0, 59))
def test_it_does_not_matter_at_which_minute_the_worker_runs(zone, minute):
    on_the_hour = set(periods(daily_period, zone, days=20))
    at_a_minute = set(periods(daily_period, zone, minute, days=20))
    assert len(on_the_hour ^ at_a_minute) <= 2, "one at each end of the span at most"


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), st.sampled_from(ZONES))
def test_mail_goes_out_by_day_and_for_the_week_just_lived(naive, zone):
    moment = naive.replace(tzinfo=UTC)
    local = local_time(moment, zone)
    daily, weekly = daily_period(moment, zone), weekly_period(moment, zone)
    if daily or weekly:
        assert 7 <= local.hour < 21
    if daily:
        assert daily == local.date().isoformat()
        assert local.weekday() < 5
    if weekly:
        first, last = week_days(weekly)
        assert (first.weekday(), last.weekday()) == (0, 6)
        assert 0 <= (local.date() - last).days <= 1


@pytest.mark.parametrize("period", ["", "2026", "2026-W99", "x-Wy"])
def test_what_is_no_week_is_refused(period):
    with pytest.raises(ValueError):
        week_days(period)
