"""Soreness and relief aligned on needling: curves by hours, the own band, durability and dose."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import fmean, median

from tracker.domain.needling import SORENESS_ALWAYS_HOURS, SORENESS_LATEST_HOURS
from tracker.domain.statistics import RETURN_MARGIN, Return, Trend, area_under, theil_sen

HOURS_SHOWN = (0, 6, 12, 24, 48, 72, 96, 120, 144, 168)
"""Hours since needling that are marked: soreness falls most steeply in the first 6 to 12 h and is
usually gone by 72 (Martín-Pintado-Zugasti 2016)."""

BRIDGED_HOURS = 36.0
"""Between two ratings further apart a curve has no value for the band (RULE)."""

BAND_LEAST = 3
"""Earlier sessions with a value at an hour, under which there is no band there (RULE)."""

REFERENCE_DAYS = 7
REFERENCE_LEAST = 3
"""Pain before a session is the mean of the last 7 days' eligible ratings, 3 at least (RULE)."""

RELIEF_POINTS = 2.0
"""Relief begins on the first day at least 2 points below that (Farrar 2001), confirmed by the next
logged day (RULE)."""

DURABLE_DAYS = 60
"""Relief is followed for so many days after a session, and never past the next one (RULE)."""

LINE_LEAST = 5
"""Points under which a scatter gets no line (RULE)."""


@dataclass(frozen=True, slots=True)
class Sore:
    """One rating of soreness, 0-10, `hours` after needling; `muscle` where it names one."""

    hours: float
    soreness: int
    muscle: str | None = None
    side: str | None = None


@dataclass(frozen=True, slots=True)
class Needled:
    """One muscle of a session with its dose; `twitches` stands for its band, None if not noted."""

    muscle: str
    side: str
    insertions: int
    twitches: int | None
    pain_during: int | None


@dataclass(frozen=True, slots=True)
class Visit:
    """One session on the patient's wall clock (naive), with the soreness rated after it."""

    id: str
    needled_at: datetime
    muscles: tuple[Needled, ...]
    ratings: tuple[Sore, ...]
    pain_before: int | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """A session's soreness as (hours, soreness), in the order of time."""

    id: str
    needled_at: datetime
    points: tuple[tuple[float, int], ...]


@dataclass(frozen=True, slots=True)
class Band:
    """At `hours`, the lowest, middle and highest soreness of `sessions` earlier sessions."""

    hours: float
    low: float
    middle: float
    high: float
    sessions: int


@dataclass(frozen=True, slots=True)
class Aligned:
    """The newest session's curve over the earlier ones, with the patient's own band."""

    newest: Curve
    earlier: tuple[Curve, ...]
    band: tuple[Band, ...]

    @property
    def last_hour(self) -> float:
        """How far the drawing reaches: 72 h, or as far as anything was rated."""
        rated = [hours for one in (self.newest, *self.earlier) for hours, _ in one.points]
        return min(max(SORENESS_ALWAYS_HOURS, *rated, 0), SORENESS_LATEST_HOURS + 24)


def ratings_of(session: Visit, muscle: str | None = None) -> list[Sore]:
    """A session's ratings in the order of time, of one muscle where it is asked for.

    A rating that names no muscle speaks for every muscle of its session.
    """
    if muscle is not None and all(row.muscle != muscle for row in session.muscles):
        return []
    found = [row for row in session.ratings if muscle is None or row.muscle in {None, muscle}]
    return sorted(found, key=lambda row: row.hours)


def curve_of(session: Visit, muscle: str | None = None) -> Curve:
    """A session's soreness; of ratings at one moment (muscle by muscle) the highest."""
    worst: dict[float, int] = {}
    for row in ratings_of(session, muscle):
        if row.hours >= 0:
            worst[row.hours] = max(row.soreness, worst.get(row.hours, 0))
    return Curve(session.id, session.needled_at, tuple(worst.items()))


def level_at(curve: Curve, hours: float) -> float | None:
    """The soreness at an hour: rated, or between two ratings at most 36 h apart; else None."""
    for (start, first), (end, last) in pairwise(curve.points):
        if start <= hours <= end and end - start <= BRIDGED_HOURS:
            return first + (last - first) * (hours - start) / (end - start)
    return next((float(value) for at, value in curve.points if at == hours), None)


def align(sessions: Sequence[Visit], muscle: str | None = None) -> Aligned | None:
    """The newest session with a rating over the earlier ones; None where nothing was rated."""
    ordered = sorted(sessions, key=lambda session: session.needled_at)
    curves = [curve for one in ordered if (curve := curve_of(one, muscle)).points]
    if not curves:
        return None
    *earlier, newest = curves
    return Aligned(newest, tuple(earlier), _band(earlier))


def _band(curves: Sequence[Curve]) -> tuple[Band, ...]:
    found = []
    for hours in range(0, SORENESS_LATEST_HOURS + 1, 3):
        levels = [level for curve in curves if (level := level_at(curve, hours)) is not None]
        if len(levels) >= BAND_LEAST:
            found.append(Band(hours, min(levels), median(levels), max(levels), len(levels)))
    return tuple(found)


# Durability.


@dataclass(frozen=True, slots=True)
class Clock:
    """How long a session's effects lasted; each None where nothing can be said.

    `sore_free` is in hours since needling. `relief` (its onset) and `pain_back` are in days; a
    censored one was not seen by then. `before` is the pain that relief is measured from.
    """

    session: Visit
    before: float | None
    sore_free: Return | None
    relief: Return | None
    pain_back: Return | None
    peak: int | None
    area: float | None


def sore_free(session: Visit, muscle: str | None = None) -> Return | None:
    """Hours until soreness was 0 and stayed so; censored at the last rating.

    A last rating of 0 counts by itself: from 72 h on soreness is asked about until it is 0, so
    nothing can confirm it.
    """
    points = curve_of(session, muscle).points
    if not points:
        return None
    since: float | None = None
    for hours, soreness in points:
        if soreness:
            since = None
        elif since is None:
            since = hours
    if since is None:
        return Return(points[-1][0], is_censored=True)
    return Return(since, is_censored=False)


def pain_before(
    session: Visit, ratings: Mapping[date, int], spoilt: frozenset[date]
) -> float | None:
    """The pain that a session started from: the last week's eligible days, else as it recorded."""
    day = session.needled_at.date()
    week = [day - timedelta(days=back) for back in range(1, REFERENCE_DAYS + 1)]
    pains = [ratings[one] for one in week if one in ratings and one not in spoilt]
    if len(pains) >= REFERENCE_LEAST:
        return fmean(pains)
    return None if session.pain_before is None else float(session.pain_before)


def clock_of(
    session: Visit,
    ratings: Mapping[date, int],
    spoilt: frozenset[date],
    following: datetime | None,
    today: date,
) -> Clock:
    """The durability clock of one session, followed to the next one or for 60 days.

    Relief may begin within the 72 h (pain had improved at 2 days, PMC5106437), which are left out
    of verdicts only. Pain is back on the first day within a point of where it was, confirmed by the
    next logged day.
    """
    day = session.needled_at.date()
    stop = min(today, day + timedelta(days=DURABLE_DAYS))
    if following is not None:
        stop = min(stop, following.date() - timedelta(days=1))
    after = [((one - day).days, pain) for one, pain in sorted(ratings.items()) if day < one <= stop]
    before = pain_before(session, ratings, spoilt)
    relief = back = None
    if before is not None and after:
        relief = _confirmed(after, lambda pain: pain <= before - RELIEF_POINTS)
        if not relief.is_censored:
            later = [point for point in after if point[0] > relief.time]
            if later:
                back = _confirmed(later, lambda pain: pain >= before - RETURN_MARGIN)
    curve = curve_of(session)
    area = area_under([hours / 24 for hours, _ in curve.points], [v for _, v in curve.points])
    return Clock(
        session,
        before,
        sore_free(session),
        relief,
        back,
        peak=max((value for _, value in curve.points), default=None),
        area=area.mean if area else None,
    )


def _confirmed(points: Sequence[tuple[int, int]], holds: Callable[[int], bool]) -> Return:
    for (day, pain), (_, following) in pairwise(points):
        if holds(pain) and holds(following):
            return Return(day, is_censored=False)
    return Return(points[-1][0], is_censored=True)


@dataclass(frozen=True, slots=True)
class MuscleClock:
    """One muscle over all its sessions: median hours until soreness-free, of those that saw it."""

    muscle: str
    side: str
    sessions: int
    sore_free: float | None
    seen: int


def muscle_clocks(sessions: Sequence[Visit]) -> tuple[MuscleClock, ...]:
    """Each needled muscle, the most often needled first."""
    found: dict[tuple[str, str], list[Return | None]] = {}
    for session in sessions:
        for muscle, side in dict.fromkeys((row.muscle, row.side) for row in session.muscles):
            found.setdefault((muscle, side), []).append(sore_free(session, muscle))
    clocks = []
    for (muscle, side), ends in found.items():
        hours = [end.time for end in ends if end is not None and not end.is_censored]
        middle = median(hours) if hours else None
        clocks.append(MuscleClock(muscle, side, len(ends), middle, len(hours)))
    return tuple(sorted(clocks, key=lambda one: -one.sessions))


# Dose.


@dataclass(frozen=True, slots=True)
class Dose:
    """What a session put in, and what came of it; None where it was not noted or not seen.

    `insertions` and `twitches` are sums over the muscles, `pain_during` is the highest. `soreness`
    is the peak, `relief` the points that eligible days up to the next session lie below before.
    """

    session: Visit
    insertions: int
    twitches: int | None
    pain_during: int | None
    soreness: int | None
    relief: float | None


def dose_of(
    clock: Clock,
    ratings: Mapping[date, int],
    spoilt: frozenset[date],
    following: datetime | None,
) -> Dose:
    """One session's line in the ledger."""
    rows = clock.session.muscles
    twitches = [row.twitches for row in rows if row.twitches is not None]
    hurts = [row.pain_during for row in rows if row.pain_during is not None]
    start = clock.session.needled_at.date()
    stop = following.date() if following else start + timedelta(days=DURABLE_DAYS)
    after = [pain for day, pain in ratings.items() if start < day < stop and day not in spoilt]
    relief = None
    if clock.before is not None and len(after) >= REFERENCE_LEAST:
        relief = clock.before - fmean(after)
    return Dose(
        clock.session,
        insertions=sum(row.insertions for row in rows),
        twitches=sum(twitches) if twitches else None,
        pain_during=max(hurts, default=None),
        soreness=clock.peak,
        relief=relief,
    )


def line_through(points: Sequence[tuple[float, float]]) -> Trend | None:
    """Theil-Sen's line through at least five points; None for fewer, or where x is constant."""
    if len(points) < LINE_LEAST:
        return None
    return theil_sen([x for x, _ in points], [y for _, y in points])
