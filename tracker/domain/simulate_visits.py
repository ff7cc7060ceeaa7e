"""When a simulated patient joined, and on which days they come for needling.

Days are counted from 0, the day of joining; the last index is today.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from tracker.domain.simulate_cast import Story

SATURDAY, SUNDAY = 5, 6
WEEKLY_VISITS, MIXED_VISITS, COURSE_VISITS = 4, 8, 12


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days from joining to today with their midnights, and the last day with an entry."""

    days: tuple[date, ...]
    midnights: tuple[datetime, ...]
    last_active: int

    @property
    def today(self) -> int:
        """The index of today."""
        return len(self.days) - 1


def _on_working_day(day: date) -> date:
    """The day itself, or the Friday before a weekend: clinics are closed at weekends."""
    return day - timedelta(days=max(0, day.weekday() - SATURDAY + 1))


def draw_calendar(
    rng: Random, story: Story, *, span: int | None, days: int, today: date
) -> Calendar:
    """From a working day within the last `days` to today; `span` fixes the days since joining."""
    if span is None:
        span = story.joined if story.joined is not None else rng.randint(days * 3 // 4, days - 2)
    opened = _on_working_day(today - timedelta(days=span))
    count = (today - opened).days + 1
    dates = tuple(opened + timedelta(days=index) for index in range(count))
    midnights = tuple(datetime.combine(day, time()) for day in dates)
    return Calendar(dates, midnights, _last_active(rng, story, count))


def _last_active(rng: Random, story: Story, count: int) -> int:
    """The last day with an entry: day 0 without needling, earlier than today in silent stories."""
    if not story.needled:
        return 0
    if story.silent is None:
        return count - 1
    fewest, most = story.silent
    return count - 1 - rng.randint(fewest, max(fewest, min(most, count // 2)))


def _interval(rng: Random, visits: int) -> int:
    """Days to the next visit: weekly at first, then fortnightly, monthly after a whole course."""
    if visits < WEEKLY_VISITS:
        days = 7
    elif visits < MIXED_VISITS:
        days = rng.choice((7, 14, 14))
    else:
        days = 14 if visits < COURSE_VISITS else 28
    return days + rng.choice((-1, 0, 0, 0, 1))


def _visit(calendar: Calendar, index: int) -> int:
    """The visit planned for `index`, moved off the weekend."""
    weekday = calendar.days[0].weekday() + index
    return index + {SATURDAY: -1, SUNDAY: 1}.get(weekday % 7, 0)


def plan_visits(rng: Random, story: Story, calendar: Calendar, last: int) -> list[int]:
    """The indices of the needling sessions up to `last`: working days, after a week's baseline."""
    if not story.needled:
        return []
    if story.joined is not None:
        return [0]
    visits: list[int] = []
    planned = rng.randint(5, 12)
    while (visit := _visit(calendar, planned)) <= last:
        visits.append(visit)
        planned = visit + _interval(rng, len(visits))
    return visits


def last_visit(story: Story, calendar: Calendar, flare_now: int | None) -> int:
    """The last index open to a visit, so that the story shows today.

    A flare of today stays clear of the 72 h after a session, whose pain is left out of analysis;
    slow soreness needs a session 4 to 6 days ago, past 72 h and within the 7 days it is asked for.
    """
    if flare_now is not None:
        return flare_now - 5
    if story.slow_soreness:
        return working_days_ago(calendar, 4) - 5
    return min(calendar.today - 1, calendar.last_active)


def working_days_ago(calendar: Calendar, days: int) -> int:
    """The index `days` ago, or the Friday before where that is a weekend."""
    index = calendar.today - days
    return index - (calendar.days[index] - _on_working_day(calendar.days[index])).days
