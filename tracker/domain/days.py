"""Days and zones: which local day a moment belongs to, and when a local day begins and ends."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

FARTHEST_AHEAD = timedelta(hours=14)
"""The zone furthest ahead of UTC (Line Islands): no local day anywhere is later than this one."""


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=4096)
def is_zone(name: str) -> bool:
    """Whether `name` is an IANA zone that this machine knows. Never raises."""
    return name in _names()


def local_time(at: datetime, zone: str) -> datetime:
    """The wall clock in `zone` at an aware moment; raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its offset")
    return at.astimezone(ZoneInfo(zone))


def local_day(at: datetime, zone: str) -> date:
    """The local day in `zone` that an aware moment falls on."""
    return local_time(at, zone).date()


def latest_day_anywhere(now: datetime) -> date:
    """The latest date on any calendar on earth at `now` (UTC+14)."""
    return (now.astimezone(UTC) + FARTHEST_AHEAD).date()


def to_utc(wall: datetime, zone: str) -> datetime:
    """The UTC moment of a naive wall time in `zone`.

    A time that a spring night skips is read with the offset before the change, so it lands just
    after it; one that an autumn night repeats means its first occurrence (PEP 495, fold=0).
    """
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """UTC start (inclusive) and end (exclusive) of a local day: 23, 24 or 25 hours, as it is."""
    start = to_utc(datetime.combine(day, time.min), zone)
    end = to_utc(datetime.combine(day + timedelta(days=1), time.min), zone)
    return start, end


def hours_between(earlier: datetime, later: datetime) -> float:
    """Elapsed hours between two aware moments, daylight saving notwithstanding."""
    return (later.astimezone(UTC) - earlier.astimezone(UTC)).total_seconds() / 3600


def days_back(today: date, count: int) -> list[date]:
    """The `count` days that end with `today`, oldest first."""
    return [today - timedelta(days=offset) for offset in range(count - 1, -1, -1)]


def iso_week(day: date) -> str:
    """The ISO week of a day, as 2026-W47."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
