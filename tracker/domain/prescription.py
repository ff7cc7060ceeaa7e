"""The home programme: prescriptions in versions, the days they are due, the minutes they take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from tracker.domain.catalog import Stretch

EVERY_DAY = 0b1111111
FIVE_DAYS = 0b0011111
"""Five days a week is the default: 30 s once a day so often worked in 6 weeks (Bandy 1997)."""

MANY_STRETCHES = 4
MANY_MINUTES = 10.0
"""A programme above 4 stretches or 10 minutes a day is warned about (working rule)."""

SHORT_HOLD = 15
"""Seconds of hold that did not work (Bandy 1994): what is held no longer is another exercise."""

CHANGEOVER_SECONDS = 5
"""Seconds between two holds, counted into the minutes a day (working rule)."""

LIMITS = {"sets": (1, 6), "repetitions": (1, 20), "hold_seconds": (3, 120)}
"""Smallest and largest dose that a prescription takes; outside is a slip of the finger."""


class Outcome(StrEnum):
    """What became of a stretch that was due; not logged is none of these."""

    DONE = "done"
    PARTLY = "partly"
    TOO_HARD = "too_hard"
    COULD_NOT = "could_not"

    @property
    def share(self) -> float:
        """The share of the dose that counts as done (partly: half)."""
        return {Outcome.DONE: 1.0, Outcome.PARTLY: 0.5}.get(self, 0.0)


class Provenance(StrEnum):
    """How we know: by the hold timer, by a tick on the day, or added on a later day."""

    TIMER = "timer"
    TICKED = "ticked"
    BACKFILLED = "backfilled"


class TimeOfDay(StrEnum):
    """When on the day; twice or more a day is both."""

    ANY = "any"
    MORNING = "morning"
    EVENING = "evening"
    BOTH = "both"


def days_mask(weekdays: Iterable[int]) -> int:
    """Weekday numbers (Monday 0 to Sunday 6) as a mask of seven bits; raises ValueError."""
    mask = 0
    for weekday in weekdays:
        if not 0 <= weekday <= 6:  # noqa: PLR2004 - a week has seven days
            raise ValueError("weekdays run from 0 to 6")
        mask |= 1 << weekday
    return mask


def weekdays_of(mask: int) -> tuple[int, ...]:
    """The weekday numbers in a mask, Monday first."""
    return tuple(weekday for weekday in range(7) if mask & (1 << weekday))


@dataclass(frozen=True, slots=True)
class Dose:
    """How much of one stretch: sets a day, repetitions a set, seconds a hold, on which days."""

    sets: int
    repetitions: int
    hold_seconds: int
    days: int = FIVE_DAYS
    time_of_day: str = TimeOfDay.ANY

    def minutes(self, *, sides: int = 1) -> float:
        """Minutes on a day when it is due; `sides` is 2 when each side is stretched."""
        hold = self.hold_seconds + CHANGEOVER_SECONDS
        return self.sets * self.repetitions * hold * sides / 60


@dataclass(frozen=True, slots=True)
class Prescription:
    """One version of one line of a programme, in force from `starts_on` to `ends_on` inclusive."""

    id: UUID
    stretch: str
    side: str
    dose: Dose
    starts_on: date
    ends_on: date | None = None

    def is_due(self, day: date) -> bool:
        """Whether this version asks for the stretch on `day`."""
        in_force = self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)
        return in_force and bool(self.dose.days & (1 << day.weekday()))


def changeover(today: date, *, is_logged_today: bool) -> tuple[date, date]:
    """Last day of the old version and first day of the new one.

    A change counts from today, unless the patient already logged today's against the old version:
    then from tomorrow, so that no day is asked for twice and none already done is lost.
    """
    first = today + timedelta(days=1) if is_logged_today else today
    return first - timedelta(days=1), first


def time_of_day(sets: int, wish: str) -> TimeOfDay:
    """When a stretch is done: twice a day or more is both, once a day never; raises ValueError."""
    asked = TimeOfDay(wish)
    if sets > 1:
        return TimeOfDay.BOTH
    return TimeOfDay.ANY if asked is TimeOfDay.BOTH else asked


def default_dose(stretch: Stretch) -> Dose:
    """What one tap prescribes: 30 s, 2 or 3 times, once a day on 5 days (Bandy 1997).

    A stretch keeps the library's own hold where that is shorter. What is held for 15 s at most
    works by repetition (Bandy 1994): it keeps the library's own, up to twice a day.
    """
    if stretch.hold_seconds <= SHORT_HOLD:
        return Dose(min(stretch.sets, 2), stretch.repetitions, stretch.hold_seconds)
    return Dose(1, min(max(stretch.repetitions, 2), 3), min(stretch.hold_seconds, 30))


def busiest_day(loads: Iterable[tuple[int, float]]) -> tuple[int, float]:
    """(stretches, minutes) of the weekday with the most minutes; (0, 0) for an empty programme.

    A load is one stretch: the mask of its days, and its minutes on a day when it is due.
    """
    given = list(loads)
    days = [[minutes for mask, minutes in given if mask & (1 << day)] for day in range(7)]
    return max(((len(day), sum(day)) for day in days), key=lambda day: (day[1], day[0]))


def is_too_much(count: int, minutes: float) -> bool:
    """Whether a programme of `count` stretches and `minutes` a day is more than people do."""
    return count > MANY_STRETCHES or minutes > MANY_MINUTES
