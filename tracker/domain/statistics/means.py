"""Means that say how much they rest on, and whether two of them differ by more than scatter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite, sqrt
from statistics import fmean

DAY_RELIABILITY = 0.65
"""Of one daily rating; a 5-day mean is then over 0.90 (Heapy 2014). RULE, reviewable."""

BETWEEN_PERSON_SD = 2.0
"""Between people, in points of 0-10: never the patient's own scatter. RULE, reviewable."""

VERDICT_LEAST_DAYS = 5
"""Logged days on each side of a comparison (Heapy 2014: five days are reliable). RULE."""

RESPONDER_POINTS = 2.0
RESPONDER_SHARE = 0.3
SUBSTANTIAL_SHARE = 0.5
"""A fall of 2 points and 30 % is one that matters (Farrar 2001), 30 % moderate and 50 % substantial
(Dworkin 2008). RULE, reviewable."""

WEEK_FULL_DAYS = 5
WEEK_LITTLE_DAYS = 4
"""Of 7: a weekly mean is shown from 5 days on, from 4 with "little data" beside it. RULE."""

_Z95 = 1.96
_ROUNDING = 1e-9
"""A fall of exactly 30 % is one, whatever binary fractions make of it."""


class Amount(StrEnum):
    """Whether there is enough of a week to show its mean."""

    ENOUGH = "enough"
    LITTLE = "little"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of `n` logged values of `expected` possible ones; `value` is None for n = 0."""

    value: float | None
    n: int
    expected: int


def mean_of(values: Sequence[float | None]) -> Mean:
    """The mean of the logged values, of as many expected as the sequence is long.

    None is a day that could have been logged and was not: it counts as expected and changes nothing
    else. Raises ValueError for a value that is not finite.
    """
    logged = [value for value in values if value is not None]
    if not all(isfinite(value) for value in logged):
        raise ValueError("a rating is a finite number")
    return Mean(fmean(logged) if logged else None, len(logged), len(values))


def week_amount(mean: Mean) -> Amount:
    """Whether the mean of a week may be shown: 5 of 7 days, 4 with a warning, never fewer."""
    if mean.n >= WEEK_FULL_DAYS:
        return Amount.ENOUGH
    return Amount.LITTLE if mean.n == WEEK_LITTLE_DAYS else Amount.NONE


def reliability(days: int, single: float = DAY_RELIABILITY) -> float:
    """Reliability (0-1) of a mean of `days` ratings: Spearman-Brown, k r / (1 + (k - 1) r).

    Raises ValueError under one day or for a `single` outside 0 to 1.
    """
    if days < 1 or not 0 <= single <= 1:
        raise ValueError("a mean has a day or more, a reliability lies from 0 to 1")
    return days * single / (1 + (days - 1) * single)


def mdc95(days: int, sd: float = BETWEEN_PERSON_SD, single: float = DAY_RELIABILITY) -> float:
    """The least change (points) that scatter explains in under 5 %: 1.96 sqrt(2) SD sqrt(1 - R_k).

    Both means of the comparison are taken to have `days` ratings; use the smaller number.
    Raises ValueError for a negative SD and as `reliability` does.
    """
    if sd < 0:
        raise ValueError("a standard deviation is not negative")
    return _Z95 * sqrt(2) * sd * sqrt(1 - reliability(days, single))


@dataclass(frozen=True, slots=True)
class Change:
    """Two means compared. `fall` in points is positive for less pain; `share` is of `before`.

    `share` is None where `before` is 0: of nothing, nothing can fall away.
    """

    before: float
    after: float
    fall: float
    share: float | None
    scatter: float
    is_beyond_scatter: bool
    is_responder: bool
    is_substantial: bool


def change_between(before: Mean, after: Mean, sd: float = BETWEEN_PERSON_SD) -> Change | None:
    """The responder rule; None where a side has under 5 logged days.

    A responder's mean falls by 2 points or more, by 30 % or more, and by more than MDC95 of the
    smaller number of days; half or more of it is substantial.
    """
    if before.value is None or after.value is None:
        return None
    days = min(before.n, after.n)
    if days < VERDICT_LEAST_DAYS:
        return None
    fall = before.value - after.value
    share = fall / before.value if before.value else None
    scatter = mdc95(days, sd)
    is_responder = (
        share is not None
        and fall >= RESPONDER_POINTS - _ROUNDING
        and share >= RESPONDER_SHARE - _ROUNDING
        and fall > scatter
    )
    return Change(
        before=before.value,
        after=after.value,
        fall=fall,
        share=share,
        scatter=scatter,
        is_beyond_scatter=abs(fall) > scatter,
        is_responder=is_responder,
        is_substantial=is_responder and (share or 0) >= SUBSTANTIAL_SHARE - _ROUNDING,
    )
