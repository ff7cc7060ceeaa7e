"""A check-in: what one local day may hold, and which days may be logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

SCALE = range(11)
"""Every rating is a whole number from 0 (none) to 10 (the worst you can imagine)."""

NOTE_MAX = 2000
"""Characters in a day's note."""

PAIN_FIELDS = ("pain_average", "pain_worst", "stiffness")
"""Ratings that belong to one episode's day; its `regions` and `is_flare` are no ratings."""

DAY_FIELDS = ("sleep", "stress", "note")
"""Fields that belong to the day within one clinic, whichever complaint was logged."""


@dataclass(frozen=True, slots=True)
class LoggableDays:
    """The days a patient may log for one episode: from its opening to the patient's today."""

    opened_on: date
    today: date

    def refuses(self, day: date) -> str | None:
        """A message code when `day` can't be logged, else None."""
        if day > self.today:
            return "future_day"
        if day < self.opened_on:
            return "before_episode"
        return None

    def is_backfilled(self, day: date) -> bool:
        """Whether an entry made today for `day` is labelled as added later."""
        return day < self.today
