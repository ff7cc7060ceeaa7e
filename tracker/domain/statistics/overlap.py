"""Overlap of two phases: NAP, Tau, Tau-U and the baseline-corrected Tau."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from tracker.domain.statistics.trend import (
    Trend,
    kendall_s,
    pairs_of,
    theil_sen,
    trend_p,
)

PHASE_LEAST = 5
"""Logged values in each phase under which a reader gets a chart and no statistic. RULE."""

TREND_LEVEL = 0.05
"""A baseline whose trend chance alone explains in under 5 % is corrected (Tarlow 2017)."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Nonoverlap of all pairs: `nap` from 0 to 1, 0.5 for none; `tau` = 2 nap - 1.

    `low` and `high` bound NAP. The standard errors are None for a phase of one value.
    """

    nap: float
    tau: float
    low: float
    high: float
    pairs: int
    wins: float
    se_unbiased: float | None
    se_hanley: float


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def nap(
    before: Sequence[float | None],
    after: Sequence[float | None],
    *,
    falls: bool = True,
    level: float = 0.95,
) -> Overlap | None:
    """(better pairs + ties / 2) / all pairs (Parker & Vannest 2009); None for an empty phase.

    With `falls` less is better, as with pain. Missing values are left out; order within a phase
    does not matter, a tie counts half, two constant equal phases give 0.5. The interval solves
    (NAP - t)^2 = z^2 t (1 - t) [1 + h (1 - t) / (2 - t) + h t / (1 + t)] / (m n), with
    h = (m + n) / 2 - 1 (Newcombe 2006, method 5). `se_unbiased` is distribution-free and unbiased
    without ties (Sen 1967; Mee 1990), `se_hanley` is Hanley & McNeil's (1982).
    """
    a, b = _known(before), _known(after)
    if not a or not b:
        return None
    sign = -1 if falls else 1
    wins = [[_win(sign * (y - x)) for y in b] for x in a]
    m, n = len(a), len(b)
    total = sum(map(sum, wins))
    share = total / (m * n)
    low, high = _newcombe(share, m, n, NormalDist().inv_cdf(0.5 + level / 2))
    unbiased, hanley = _errors(wins, share, m, n)
    return Overlap(share, 2 * share - 1, low, high, m * n, total, unbiased, hanley)


def _win(difference: float) -> float:
    return 0.5 if difference == 0 else float(difference > 0)


def _errors(wins: list[list[float]], share: float, m: int, n: int) -> tuple[float | None, float]:
    q1 = sum(sum(row) ** 2 for row in wins) / (m * n * n)
    q2 = sum(sum(column) ** 2 for column in zip(*wins, strict=True)) / (m * m * n)
    squares = sum(win * win for row in wins for win in row) / (m * n)
    square = share * share
    hanley = share * (1 - share) + (n - 1) * (q1 - square) + (m - 1) * (q2 - square)
    se_hanley = sqrt(max(hanley, 0.0) / (m * n))
    if min(m, n) == 1:
        return None, se_hanley
    unbiased = share - (m + n - 1) * square + n * q1 + m * q2 - 2 * squares
    return sqrt(max(unbiased, 0.0) / ((m - 1) * (n - 1))), se_hanley


def _newcombe(share: float, m: int, n: int, z: float) -> tuple[float, float]:
    h = (m + n) / 2 - 1

    def miss(t: float) -> float:
        spread = t * (1 - t) * (1 + h * (1 - t) / (2 - t) + h * t / (1 + t))
        return (share - t) ** 2 - z * z * spread / (m * n)

    # Both ends lie where the miss turns positive, one on each side of the estimate.
    return _bisect(miss, 0.0, share), _bisect(miss, 1.0, share)


def _bisect(miss: Callable[[float], float], far: float, near: float) -> float:
    """Where `miss` turns from positive (at `far`) to not (at `near`)."""
    if far == near:
        return far
    for _ in range(200):
        middle = (far + near) / 2
        if middle in (far, near):
            break
        if miss(middle) > 0:
            far = middle
        else:
            near = middle
    return near


def tau_u(
    before: Sequence[float | None], after: Sequence[float | None], *, falls: bool = True
) -> float | None:
    """Tau-U (Parker 2011): (S of the two phases - S of the baseline's trend) / pairs.

    It can leave -1 to 1, which is why the corrected Tau below is the one that sentences use. The
    baseline stands in its own order. None for an empty phase.
    """
    found = nap(before, after, falls=falls)
    if found is None:
        return None
    a = _known(before)
    sign = -1 if falls else 1
    trend = sign * kendall_s(list(range(len(a))), a)
    return (found.tau * found.pairs - trend) / found.pairs


def kendall_tau_b(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Kendall's tau-b, corrected for ties on both sides; None where a side is constant."""
    s = kendall_s(x, y)
    n = len(x)
    free_x, free_y = (
        sum(axis[i] != axis[j] for i in range(n) for j in range(i)) for axis in (x, y)
    )
    return s / sqrt(free_x * free_y) if free_x and free_y else None


@dataclass(frozen=True, slots=True)
class Corrected:
    """A Tau on what the baseline's trend leaves; `trend` is None where none was taken out.

    `tau` counts pairs as NAP does, `tau_b` is Kendall's with its correction for ties, which Tarlow
    reports (None where all residuals are equal).
    """

    tau: float
    tau_b: float | None
    trend: Trend | None


def corrected_tau(
    before_times: Sequence[float],
    before: Sequence[float | None],
    after_times: Sequence[float],
    after: Sequence[float | None],
    *,
    falls: bool = True,
    always: bool = False,
) -> Corrected | None:
    """Baseline-corrected Tau (Tarlow 2017), where the baseline has a trend or `always`.

    The baseline's Theil-Sen line is taken from both phases, and Tau counts the residuals. Times
    are in days from any moment. Missing values are left out; None for an empty phase. A baseline
    that is constant or too short for a trend is left as it is.
    """
    a, b = pairs_of(before_times, before), pairs_of(after_times, after)
    if not a or not b:
        return None
    times, values = [point[0] for point in a], [point[1] for point in a]
    is_corrected = always or trend_p(times, values) < TREND_LEVEL
    trend = theil_sen(times, values) if is_corrected else None
    rest_a, rest_b = (
        [round(value - (trend.at(time) if trend else 0.0), 9) for time, value in points]
        for points in (a, b)
    )
    found = nap(rest_a, rest_b, falls=falls)
    if found is None:
        return None
    phase = [0.0] * len(rest_a) + [1.0] * len(rest_b)
    tau_b = kendall_tau_b(phase, [*rest_a, *rest_b])
    return Corrected(found.tau, -tau_b if falls and tau_b is not None else tau_b, trend)
