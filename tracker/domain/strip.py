"""A strip: the last weeks of one series, one character a day, kept inside the write.

The caseload reads one row a patient in place of every day's rows. A strip can always be rebuilt
from the days themselves; a property test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

LENGTH = 84
"""Days kept: twelve weeks, the longest range of the time line."""

MISSING = "."
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_NUMBERS = {char: number for number, char in enumerate(_DIGITS)}
_VALUES: dict[str, int | None] = {MISSING: None, **_NUMBERS}
LARGEST = len(_DIGITS) - 1
"""The largest value of a day: ratings need 10, hours 23, stretches done are counted in halves."""


@dataclass(frozen=True, slots=True)
class Strip:
    """Up to `LENGTH` days ending on `end` (None: no day yet); values 0-61, never 0 for missing."""

    end: date | None = None
    text: str = ""

    def value(self, day: date) -> int | None:
        """The value on `day`, None when missing or outside the strip."""
        if self.end is None:
            return None
        index = len(self.text) - 1 - (self.end - day).days
        return _VALUES[self.text[index]] if 0 <= index < len(self.text) else None

    def with_value(self, day: date, value: int | None) -> Strip:
        """A strip with `day` set; days too old for it are left out. Raises ValueError off 0-61."""
        if value is not None and not 0 <= value <= LARGEST:
            raise ValueError("a strip holds whole numbers from 0 to 61")
        char = MISSING if value is None else _DIGITS[value]
        if self.end is None:
            return Strip(day, char)
        ahead = (day - self.end).days
        if ahead > 0:
            text = self.text + MISSING * (ahead - 1) + char if ahead <= LENGTH else char
            return Strip(day, text[-LENGTH:])
        return self._with_past(-ahead, char)

    def _with_past(self, back: int, char: str) -> Strip:
        if back >= LENGTH:
            return self
        text = self.text.rjust(back + 1, MISSING)
        at = len(text) - 1 - back
        return Strip(self.end, text[:at] + char + text[at + 1 :])

    def window(self, today: date, count: int) -> list[int | None]:
        """The `count` values that end with `today`, oldest first; missing days are None."""
        return [_VALUES[c] for c in self.text_of(today, count)]

    def text_of(self, today: date, count: int) -> str:
        """The same days as characters."""
        if self.end is None:
            return MISSING * count
        # Entries dated after `today` (a traveller's tomorrow) fall off the right end.
        ahead = (today - self.end).days
        text = self.text + MISSING * min(ahead, count) if ahead >= 0 else self.text[:ahead]
        return text[-count:].rjust(count, MISSING)

    @property
    def count(self) -> int:
        """How many of its days have a value."""
        return len(self.text) - self.text.count(MISSING)

    def days_ago(self, today: date) -> list[int]:
        """How many days ago the days with a value lie, newest first; negative for days to come."""
        if self.end is None:
            return []
        since = (today - self.end).days
        return [since + at for at, char in enumerate(reversed(self.text)) if char != MISSING]

    def logged(self, today: date) -> Iterator[tuple[int, int]]:
        """(days ago, value) of each logged day up to `today`, newest first."""
        if self.end is None:
            return
        for ago, char in enumerate(reversed(self.text), (today - self.end).days):
            if char != MISSING and ago >= 0:
                yield ago, _NUMBERS[char]


def build(values: Mapping[date, int | None] | Iterable[tuple[date, int | None]]) -> Strip:
    """A strip from (day, value) pairs in any order, as if each had been set in turn."""
    strip = Strip()
    pairs = values.items() if isinstance(values, Mapping) else values
    for day, value in sorted(pairs, key=lambda pair: pair[0]):
        strip = strip.with_value(day, value)
    return strip


def oldest(end: date) -> date:
    """The oldest day that a strip ending on `end` holds."""
    return end - timedelta(days=LENGTH - 1)


def values_of(text: str) -> list[int | None]:
    """A strip's characters as values, None for a day without one."""
    return [_VALUES[char] for char in text]
