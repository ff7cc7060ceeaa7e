"""When mail is due: local periods and windows, exactly one a period whatever the clock does."""

from __future__ import annotations

from datetime import date, datetime

from tracker.domain.days import iso_week, local_time

WINDOW_FROM_HOUR = 7
WINDOW_TO_HOUR = 21
"""Mail goes out from 07:00 local; a run that comes late makes it up the same day until 21:00."""

WEEKLY_ON = 6
"""The patient's weekly digest looks back on Sunday evening."""

WEEKLY_FROM_HOUR = 17

WORKING_DAYS = frozenset(range(5))


def daily_period(now: datetime, zone: str) -> str | None:
    """The local date whose daily digest may go out now, None outside the window or on a weekend."""
    local = local_time(now, zone)
    if local.weekday() not in WORKING_DAYS or not WINDOW_FROM_HOUR <= local.hour < WINDOW_TO_HOUR:
        return None
    return local.date().isoformat()


def weekly_period(now: datetime, zone: str) -> str | None:
    """The ISO week whose digest may go out now: from Sunday 17:00, made up on Monday by 21:00."""
    local = local_time(now, zone)
    if local.weekday() == WEEKLY_ON and WEEKLY_FROM_HOUR <= local.hour < WINDOW_TO_HOUR:
        return iso_week(local.date())
    if local.weekday() == 0 and WINDOW_FROM_HOUR <= local.hour < WINDOW_TO_HOUR:
        return iso_week(date.fromordinal(local.date().toordinal() - 1))
    return None


def week_days(period: str) -> tuple[date, date]:
    """First and last day of an ISO week such as 2026-W47; raises ValueError."""
    year, week = period.split("-W")
    first = date.fromisocalendar(int(year), int(week), 1)
    return first, date.fromordinal(first.toordinal() + 6)
