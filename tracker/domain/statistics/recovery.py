"""How soreness or pain goes down after a session: the area under it, and when it was back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tracker.domain.statistics.trend import pairs_of

AREA_GAP_DAYS = 3.0
"""Two ratings further apart say nothing of the time between them. RULE, reviewable."""

RETURN_MARGIN = 1.0
"""Back means at most one point above the level before the session. RULE, reviewable."""


@dataclass(frozen=True, slots=True)
class Area:
    """`area` in points times days over `observed` days; `mean` is their quotient, in points."""

    area: float
    observed: float

    @property
    def mean(self) -> float:
        """The level over the observed time, 0 to 10 for ratings."""
        return self.area / self.observed


@dataclass(frozen=True, slots=True)
class Return:
    """When a score was back: at `time`, or not seen to be by `time` (`is_censored`)."""

    time: float
    is_censored: bool


def area_under(
    days: Sequence[float], values: Sequence[float | None], gap: float = AREA_GAP_DAYS
) -> Area | None:
    """The trapezoid on real times, leaving out spans of more than `gap` days.

    `days` in any order. Missing values are left out; of ratings at the same moment every one is
    used and the step between them has no width. None where nothing was observed over time.
    """
    points = pairs_of(days, values)
    area = observed = 0.0
    for (start, first), (end, last) in pairwise(points):
        span = end - start
        if 0 < span <= gap:
            area += span * (first + last) / 2
            observed += span
    return Area(area, observed) if observed else None


def return_to(
    times: Sequence[float],
    values: Sequence[float | None],
    level: float,
    margin: float = RETURN_MARGIN,
) -> Return | None:
    """The first score <= level + margin that the next one confirms; else censored at the last.

    `times` since the session, in any unit and order; `level` is the score before it. Missing values
    are left out, so the next score may be days later. None without any score.
    """
    points = pairs_of(times, values)
    if not points:
        return None
    for (time, value), (_, following) in pairwise(points):
        if value <= level + margin and following <= level + margin:
            return Return(time, is_censored=False)
    return Return(points[-1][0], is_censored=True)
