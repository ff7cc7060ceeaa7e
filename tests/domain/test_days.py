"""Days and zones: what a local day is, through daylight saving, travel and leap days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import days

ZONES = sorted(zone for zone in available_timezones() if not zone.startswith(("posix", "right")))
moments = st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC)
)
zones = st.sampled_from(ZONES)


@given(moments, zones)
def test_a_moment_lies_within_the_bounds_of_its_own_day(moment, zone):
    start, end = days.day_bounds(days.local_day(moment, zone), zone)
    assert start <= moment < end


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), zones)
def test_days_follow_each_other_without_a_gap(day, zone):
    _, end = days.day_bounds(day, zone)
    start, _ = days.day_bounds(day + timedelta(days=1), zone)
    assert end == start


@given(moments, zones)
def test_no_day_on_earth_is_later_than_the_latest_one(moment, zone):
    assert days.local_day(moment, zone) <= days.latest_day_anywhere(moment)


@given(moments, zones)
def test_a_wall_time_comes_back_from_utc_unless_the_night_skipped_it(moment, zone):
    wall = days.local_time(moment, zone).replace(tzinfo=None)
    back = days.local_time(days.to_utc(wall, zone), zone).replace(tzinfo=None)
    assert back == wall


@pytest.mark.parametrize(
    "day,hours",
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 22), 24)],
)
def test_the_nights_of_daylight_saving_are_as_long_as_they_are(day, hours):
    start, end = days.day_bounds(day, "Europe/Berlin")
    assert end - start == timedelta(hours=hours)


def test_hours_are_elapsed_hours_through_a_changed_clock():
    before = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    after = datetime(2026, 10, 25, 2, 30, tzinfo=UTC)
    assert days.hours_between(before, after) == 2
    local = days.local_time(after, "Europe/Berlin")
    assert days.hours_between(days.local_time(before, "Europe/Berlin"), local) == 2


def test_a_traveller_is_on_the_day_of_the_place():
    moment = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    assert days.local_day(moment, "Pacific/Kiritimati") == date(2026, 11, 23)
    assert days.local_day(moment, "Pacific/Pago_Pago") == date(2026, 11, 22)
    assert days.local_day(moment - timedelta(hours=2), "Pacific/Pago_Pago") == date(2026, 11, 21)


def test_a_moment_without_its_offset_is_refused():
    with pytest.raises(ValueError):
        days.local_day(datetime(2026, 1, 1), "UTC")


@pytest.mark.parametrize("name", ["", "Europe", "Europe/Nowhere", "../../etc/passwd", "UTC+2"])
def test_only_zones_that_exist_are_zones(name):
    assert not days.is_zone(name)


def test_the_days_back_end_with_today():
    assert days.days_back(date(2026, 3, 1), 2) == [date(2026, 2, 28), date(2026, 3, 1)]
