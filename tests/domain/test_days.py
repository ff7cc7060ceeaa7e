"""Days and zones: over every zone of the world, and the nights that lack or repeat an hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import days

ZONES = sorted(available_timezones())
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1)).map(
    lambda naive: naive.replace(tzinfo=UTC)
)
DATES = st.dates(date(1990, 1, 1), date(2060, 1, 1))
ANY_ZONE = st.sampled_from(ZONES)


@pytest.mark.parametrize(
    "moment, zone, day",
    [
        ("2026-03-11T23:59:59+00:00", "Europe/London", "2026-03-11"),
        ("2026-03-12T00:00:00+00:00", "Europe/London", "2026-03-12"),
        ("2026-07-11T23:00:00+00:00", "Europe/London", "2026-07-12"),
        ("2026-03-11T10:00:00+00:00", "Pacific/Kiritimati", "2026-03-12"),
        ("2026-03-11T10:59:00+00:00", "Pacific/Pago_Pago", "2026-03-10"),
        ("2026-03-11T20:00:00-05:00", "Europe/Berlin", "2026-03-12"),
        ("2026-03-11T18:20:00+00:00", "Asia/Kathmandu", "2026-03-12"),
    ],
)
def test_a_moment_falls_on_the_day_of_its_zone(moment, zone, day):
    assert days.local_day(datetime.fromisoformat(moment), zone).isoformat() == day


@given(MOMENTS, ANY_ZONE)
def test_a_moment_lies_within_its_own_day(moment, zone):
    start, end = days.day_bounds(days.local_day(moment, zone), zone)
    assert start <= moment < end


@given(DATES, ANY_ZONE)
def test_days_follow_each_other_without_gap_or_overlap(day, zone):
    start, end = days.day_bounds(day, zone)
    assert start <= end
    assert end == days.day_bounds(day + timedelta(days=1), zone)[0]
    assert end - start <= timedelta(hours=27)


@given(MOMENTS, ANY_ZONE)
def test_no_day_is_later_than_the_latest_anywhere(moment, zone):
    assert days.local_day(moment, zone) <= days.latest_day_anywhere(moment)


@pytest.mark.parametrize(
    "zone, day, hours",
    [("Europe/London", date(2026, 3, 29), 23), ("Europe/London", date(2026, 10, 25), 25),
     ("Europe/London", date(2026, 3, 11), 24), ("America/New_York", date(2026, 3, 8), 23),
     ("Australia/Lord_Howe", date(2026, 4, 5), 24.5), ("America/Sao_Paulo", date(2018, 11, 4), 23),
     ("Africa/Cairo", date(2026, 4, 24), 23)],
)  # fmt: skip
def test_a_day_is_as_long_as_it_is(zone, day, hours):
    start, end = days.day_bounds(day, zone)
    assert days.hours_between(start, end) == hours


@pytest.mark.parametrize(
    "wall, utc",
    [("2026-03-29T00:59", "2026-03-29T00:59"), ("2026-03-29T01:30", "2026-03-29T01:30"),
     ("2026-03-29T02:00", "2026-03-29T01:00"), ("2026-10-25T01:30", "2026-10-25T00:30"),
     ("2026-10-25T02:00", "2026-10-25T02:00")],
)  # fmt: skip
def test_skipped_and_repeated_times_have_one_moment(wall, utc):
    moment = days.to_utc(datetime.fromisoformat(wall), "Europe/London")
    assert moment == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@given(MOMENTS, ANY_ZONE)
def test_a_wall_time_that_was_told_once_leads_back(moment, zone):
    wall = days.local_time(moment, zone)
    back = days.to_utc(wall.replace(tzinfo=None, fold=0), zone)
    assert back == moment or (wall.fold == 1 and back < moment)


def test_a_moment_without_its_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        days.local_day(datetime(2026, 3, 11), "UTC")


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime", "europe", "\0"]
)
def test_what_is_no_zone_is_none(name):
    assert not days.is_zone(name)


@given(DATES, st.integers(1, 100))
def test_days_back_end_today_and_ascend(today, count):
    found = days.days_back(today, count)
    assert found[-1] == today
    assert len(found) == count
    assert found == [today - timedelta(days=count - 1 - index) for index in range(count)]


@given(MOMENTS, MOMENTS, ANY_ZONE)
def test_elapsed_hours_heed_no_clock(one, other, zone):
    there = other.astimezone(ZoneInfo(zone))
    assert days.hours_between(one, there) == pytest.approx((other - one) / timedelta(hours=1))


@pytest.mark.parametrize(
    "day, week", [(date(2026, 1, 1), "2026-W01"), (date(2027, 1, 3), "2026-W53"),
                  (date(2024, 12, 30), "2025-W01")],
)  # fmt: skip
def test_weeks_are_iso_weeks(day, week):
    assert days.iso_week(day) == week


def test_midnight_belongs_to_the_day_that_begins():
    start, _ = days.day_bounds(date(2026, 3, 11), "Europe/Berlin")
    assert days.local_time(start, "Europe/Berlin").time() == time(0)
