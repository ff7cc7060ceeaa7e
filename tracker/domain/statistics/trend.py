"""Trend without a shape: Theil-Sen's slope and Kendall's S."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import erfc, sqrt
from statistics import median

TREND_LEAST = 3
"""Two points are always a trend and never evidence of one."""

EXACT_UP_TO = 50
"""Observations up to which S without ties has its exact distribution, as R's cor.test does."""


@dataclass(frozen=True, slots=True)
class Trend:
    """A line: `slope` in values per unit of time, `intercept` at time 0."""

    slope: float
    intercept: float

    def at(self, time: float) -> float:
        """The line's value at a time."""
        return self.intercept + self.slope * time


def pairs_of(times: Sequence[float], values: Sequence[float | None]) -> list[tuple[float, float]]:
    """(time, value) of what was logged, by time. Raises ValueError for unequal lengths."""
    if len(times) != len(values):
        raise ValueError("every value has its time")
    known = [(time, value) for time, value in zip(times, values, strict=True) if value is not None]
    return sorted(known)


def theil_sen(times: Sequence[float], values: Sequence[float | None]) -> Trend | None:
    """The median of all pairwise slopes, and the median of what the slope leaves as intercept.

    Theil 1950, Sen 1968. Missing values are left out, pairs at the same time have no slope and are
    left out too; the order of the input does not matter. None where no pair has a slope. A constant
    series has the slope 0.
    """
    points = pairs_of(times, values)
    slopes = [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for earlier, later in combinations(points, 2)
        if later[0] != earlier[0]
    ]
    if not slopes:
        return None
    slope = median(slopes)
    return Trend(slope, median(value - slope * time for time, value in points))


def kendall_s(times: Sequence[float], values: Sequence[float | None]) -> int:
    """Kendall's S: rising pairs less falling ones; ties in time or value count as neither."""
    points = pairs_of(times, values)
    return sum(
        (later[1] > earlier[1]) - (later[1] < earlier[1])
        for earlier, later in combinations(points, 2)
        if later[0] != earlier[0]
    )


def trend_p(times: Sequence[float], values: Sequence[float | None]) -> float:
    """Two-sided probability of an S at least as far from 0 where there is no trend (0 to 1).

    Exact without ties up to 50 observations, else normal with the variance corrected for ties
    (Kendall 1970), as R's cor.test does. 1 for under 3 observations and for a constant series. It
    decides whether a baseline is corrected and is never shown.
    """
    points = pairs_of(times, values)
    n = len(points)
    if n < TREND_LEAST:
        return 1.0
    s = kendall_s(times, values)
    ties = [list(Counter(axis).values()) for axis in zip(*points, strict=True)]
    if n < EXACT_UP_TO and all(count == 1 for axis in ties for count in axis):
        return _exact_p(n, s)
    variance = _variance(n, ties[0], ties[1])
    return erfc(abs(s) / sqrt(2 * variance)) if variance > 0 else 1.0


def _exact_p(n: int, s: int) -> float:
    """By the number of orders with each count of inversions."""
    ways = [1]
    for size in range(2, n + 1):
        grown = [0] * (len(ways) + size - 1)
        for count, number in enumerate(ways):
            for more in range(size):
                grown[count + more] += number
        ways = grown
    most = len(ways) - 1
    extreme = sum(number for count, number in enumerate(ways) if abs(most - 2 * count) >= abs(s))
    return extreme / sum(ways)


def _variance(n: int, x_ties: Sequence[int], y_ties: Sequence[int]) -> float:
    def spread(counts: Sequence[int]) -> int:
        return sum(t * (t - 1) * (2 * t + 5) for t in counts)

    def twos(counts: Sequence[int]) -> int:
        return sum(t * (t - 1) for t in counts)

    def threes(counts: Sequence[int]) -> int:
        return sum(t * (t - 1) * (t - 2) for t in counts)

    return (
        (n * (n - 1) * (2 * n + 5) - spread(x_ties) - spread(y_ties)) / 18
        + twos(x_ties) * twos(y_ties) / (2 * n * (n - 1))
        + threes(x_ties) * threes(y_ties) / (9 * n * (n - 1) * (n - 2))
    )
