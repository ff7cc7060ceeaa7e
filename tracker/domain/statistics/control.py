"""Charts of one person's own course: the weighted average with its limits, and moving ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from statistics import fmean

EWMA_LAMBDA = 0.3
"""Weight of a day's rating in the running average (NIST 6.3.2.4). RULE, reviewable."""

RANGE_D2 = 1.128
"""Expected range of two values in standard deviations (NIST 6.3.2.2)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A centre with its lower and upper limit, in the unit of the values."""

    centre: float
    lower: float
    upper: float


def ewma(
    days: Sequence[float],
    values: Sequence[float | None],
    start: float | None = None,
    weight: float = EWMA_LAMBDA,
) -> list[float | None]:
    """Z = lambda' x + (1 - lambda') z at each value, lambda' = 1 - (1 - lambda)^d over d days.

    `days` ascend strictly, `values` belong to them; a missing value has no average (None) and
    changes nothing: the next value weighs by the days since the last logged one. `start` is the
    average before the first value, which then weighs lambda; without it the first value is the
    first average. Raises ValueError for days that don't ascend, unequal lengths or a weight not
    in (0, 1].
    """
    if len(days) != len(values) or any(b <= a for a, b in pairwise(days)):
        raise ValueError("days ascend, each with its value")
    if not 0 < weight <= 1:
        raise ValueError("a weight lies above 0 and up to 1")
    result: list[float | None] = []
    level, last = start, None
    for day, value in zip(days, values, strict=True):
        if value is None:
            result.append(None)
            continue
        if level is None:
            level = value
        else:
            gap = 1.0 if last is None else day - last
            share = 1 - (1 - weight) ** gap
            level = share * value + (1 - share) * level
        last = day
        result.append(level)
    return result


def ewma_limits(
    centre: float, sigma: float, width: float = 3.0, weight: float = EWMA_LAMBDA
) -> Limits:
    """Centre -/+ width sigma sqrt(lambda / (2 - lambda)), limits of a long series (NIST 6.3.2.4).

    Raises ValueError for a negative sigma or a weight not in (0, 1].
    """
    if sigma < 0 or not 0 < weight <= 1:
        raise ValueError("sigma is not negative, a weight lies above 0 and up to 1")
    reach = width * sigma * sqrt(weight / (2 - weight))
    return Limits(centre, centre - reach, centre + reach)


def moving_range_limits(values: Sequence[float | None]) -> tuple[Limits, float] | None:
    """(limits, mean moving range) of single values: mean -/+ 3 MR / 1.128 (NIST 6.3.2.2).

    Missing values are left out, and a range bridges them. None under two values; a constant series
    has limits at its value.
    """
    known = [value for value in values if value is not None]
    ranges = [abs(later - earlier) for earlier, later in pairwise(known)]
    if not ranges:
        return None
    centre = fmean(known)
    spread = fmean(ranges)
    reach = 3 * spread / RANGE_D2
    return Limits(centre, centre - reach, centre + reach), spread
