"""Days on which no stretch is asked for, and why: excused, so that they count neither way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

LONGEST = timedelta(days=92)
"""A pause of more than three months is a slip, or the end of a programme (working rule)."""

EARLIEST = timedelta(days=14)
"""A patient may excuse the last two weeks: as far back as a day can be filled in from the phone."""


class PauseReason(StrEnum):
    """Why no stretch is asked for; these alone excuse."""

    ILL = "ill"
    TRAVELLING = "travelling"
    TOLD_TO_REST = "told_to_rest"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Days:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def faults_of(days: Days, today: date, *, earliest: date) -> dict[str, list[str]]:
    """What is wrong with a pause, by field: message codes, nothing where it can be taken."""
    if days.last < days.first:
        return {"last_day": ["pause_order"]}
    if days.first < earliest:
        return {"first_day": ["pause_early"]}
    if days.last - days.first > LONGEST or days.first > today + LONGEST:
        return {"last_day": ["pause_long"]}
    return {}


def is_paused(pauses: Iterable[Days], day: date) -> bool:
    """Whether any of these holds on a day."""
    return any(day in pause for pause in pauses)


def as_pairs(pauses: Iterable[Days]) -> list[list[str]]:
    """As a summary keeps them, in order: [[first, last], ...]."""
    return sorted([pause.first.isoformat(), pause.last.isoformat()] for pause in pauses)


def from_pairs(pairs: Iterable[list[str]] | None) -> list[Days]:
    """From what a summary keeps; None is a record without a summary."""
    return [Days(date.fromisoformat(a), date.fromisoformat(b)) for a, b in pairs or ()]
