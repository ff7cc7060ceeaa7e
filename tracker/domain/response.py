"""The response to treatment in one patient: phases, eligible days and a verdict as a code.

The days in the 72 h after a session are left out and counted as such. A missing day is missing: it
counts as expected and nowhere else. Words are made elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from tracker.domain.statistics import (
    PHASE_LEAST,
    VERDICT_LEAST_DAYS,
    Change,
    Corrected,
    Mean,
    Overlap,
    change_between,
    corrected_tau,
    mean_of,
    nap,
)
from tracker.domain.timeline import NEEDLING_WINDOW

RATED_AT = time(20)
"""A day's rating says how the day was on average and is made at its end: it stands for this hour
when the 72 h window is laid over it (RULE). So visits a week apart leave four eligible days."""

_DAY = timedelta(days=1)


def spoilt_days(sessions: Iterable[datetime]) -> frozenset[date]:
    """The local days whose rating a session spoils: its own, and those rated within 72 h.

    `sessions` are naive wall times. The source of the window stands at NEEDLING_WINDOW.
    """
    found = set()
    for needled in sessions:
        day = needled.date()
        end = needled + NEEDLING_WINDOW
        found.add(day)
        while datetime.combine(day + _DAY, RATED_AT) < end:
            day += _DAY
            found.add(day)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Mark:
    """A physio's own start of a phase, in a few words."""

    day: date
    words: str


@dataclass(frozen=True, slots=True)
class Phase:
    """The days `start` to `end`, both included, and what is known of them.

    `ratings` are the logged eligible days in order, `expected` counts the eligible ones, `left_out`
    the days in a session's 72 h. `words` name a phase that the physio has marked.
    """

    start: date
    end: date
    ratings: tuple[tuple[date, int], ...]
    expected: int
    left_out: int
    sessions: int
    words: str = ""

    @property
    def mean(self) -> Mean:
        """The mean pain, with how many of how many eligible days were logged."""
        missing = self.expected - len(self.ratings)
        return mean_of([*(pain for _day, pain in self.ratings), *[None] * missing])

    @property
    def middle(self) -> float:
        """The middle of the logged days, as an ordinal; of all days where none is logged."""
        if not self.ratings:
            return (self.start.toordinal() + self.end.toordinal()) / 2
        return sum(day.toordinal() for day, _ in self.ratings) / len(self.ratings)


class Split(StrEnum):
    """What divides the days into phases."""

    SESSIONS = "sessions"
    MARKS = "marks"


class Verdict(StrEnum):
    """What can be said of two phases."""

    FELL_MUCH = "fell_much"
    """A responder with half of the pain gone or more."""
    FELL_ENOUGH = "fell_enough"
    """A responder: 2 points, 30 % and more than scatter."""
    FELL = "fell"
    """More than scatter, less than the rule asks for."""
    SAME = "same"
    """Within what days scatter by themselves."""
    ROSE = "rose"
    NOT_ENOUGH = "not_enough"


class Missing(StrEnum):
    """What is missing for a verdict."""

    NO_SPLIT = "no_split"
    """Neither a session nor a mark divides the days."""
    BEFORE = "before"
    AFTER = "after"
    APART = "apart"
    """The same few days would have to be both before and after."""


@dataclass(frozen=True, slots=True)
class Response:
    """Two phases compared, as codes and numbers.

    `days` lie between the middles of the two phases' logged days. `missing` says what there is not
    enough of, each with how many more logged days it needs (0 where days don't help).
    """

    split: Split
    phases: tuple[Phase, ...]
    verdict: Verdict
    before: Phase | None = None
    after: Phase | None = None
    change: Change | None = None
    overlap: Overlap | None = None
    corrected: Corrected | None = None
    days: int = 0
    missing: Mapping[Missing, int] = field(default_factory=dict)

    @property
    def logged(self) -> int:
        """Logged eligible days of the two phases together."""
        return sum(len(phase.ratings) for phase in (self.before, self.after) if phase)

    @property
    def expected(self) -> int:
        """Eligible days of the two phases together."""
        return sum(phase.expected for phase in (self.before, self.after) if phase)

    @property
    def fell_before(self) -> bool:
        """Whether pain was falling already in the phase before, which the verdict must say."""
        trend = self.corrected.trend if self.corrected else None
        return trend is not None and trend.slope < 0

    @property
    def fell_off_scale(self) -> bool:
        """Whether that fall, drawn on to the middle of the days after, would be under 0.

        No pain can follow it there: the corrected Tau then counts against a line that cannot be.
        """
        if not self.fell_before or self.after is None or self.corrected is None:
            return False
        trend = self.corrected.trend
        return trend is not None and trend.at(self.after.middle) < 0


def judge(
    ratings: Mapping[date, int],
    sessions: Sequence[datetime],
    marks: Sequence[Mark],
    first: date,
    last: date,
    split: Split | None = None,
) -> Response:
    """The response over the days `first` to `last`, split by marks where there are any.

    `ratings` are pain 0-10 by local day, `sessions` naive wall times. `last` counts as expected
    only where it is logged: it is not over yet. By marks, the phase before the newest mark stands
    against the days since. By sessions, the days before the first session do against those since
    the last; a side that has under 5 logged days takes in the neighbouring interval until it has.
    That choice looks at how many days are logged, never at what they say.
    """
    inside = sorted((mark for mark in marks if first < mark.day <= last), key=lambda mark: mark.day)
    if split is None:
        split = Split.MARKS if inside else Split.SESSIONS
    calendar = _Calendar(ratings, sessions, spoilt_days(sessions), last)
    if split is Split.MARKS:
        names = {mark.day: mark.words for mark in inside}
        phases = calendar.phases(first, sorted(names), names)
        pair = (phases[-2], phases[-1]) if len(phases) > 1 else None
    else:
        days = sorted({needled.date() for needled in sessions if first <= needled.date() <= last})
        phases = calendar.phases(first, days, {})
        pair = calendar.pooled(phases) if days else None
    if pair is None:
        return Response(split, phases, Verdict.NOT_ENOUGH, missing={Missing.NO_SPLIT: 0})
    return _compare(split, phases, *pair)


@dataclass(frozen=True, slots=True)
class _Calendar:
    ratings: Mapping[date, int]
    sessions: Sequence[datetime]
    spoilt: frozenset[date]
    last: date

    def phases(
        self, first: date, starts: Sequence[date], names: Mapping[date, str]
    ) -> tuple[Phase, ...]:
        """The phases that begin on `first` and on each of `starts`."""
        edges = [*dict.fromkeys((first, *starts)), self.last + _DAY]
        return tuple(
            self.phase(start, after - _DAY, names.get(start, ""))
            for start, after in pairwise(edges)
        )

    def phase(self, start: date, end: date, words: str = "") -> Phase:
        """One phase of the days from `start` to `end`."""
        days = [start + timedelta(days=offset) for offset in range((end - start).days + 1)]
        eligible = [day for day in days if day not in self.spoilt]
        logged = tuple((day, self.ratings[day]) for day in eligible if day in self.ratings)
        open_today = self.last in eligible and self.last not in self.ratings
        return Phase(
            start,
            end,
            logged,
            expected=len(eligible) - open_today,
            left_out=len(days) - len(eligible),
            sessions=sum(start <= needled.date() <= end for needled in self.sessions),
            words=words,
        )

    def pooled(self, phases: Sequence[Phase]) -> tuple[Phase, Phase]:
        """The days before against those after, each wide enough for 5 logged days if it can be."""
        front, back = 0, len(phases) - 1
        before, after = phases[0], phases[-1]
        while len(before.ratings) < VERDICT_LEAST_DAYS and front < back - 1:
            front += 1
            before = self.phase(phases[0].start, phases[front].end)
        while len(after.ratings) < VERDICT_LEAST_DAYS and back > front + 1:
            back -= 1
            after = self.phase(phases[back].start, phases[-1].end)
        return before, after


def _compare(split: Split, phases: tuple[Phase, ...], before: Phase, after: Phase) -> Response:
    missing = {
        what: VERDICT_LEAST_DAYS - len(phase.ratings)
        for what, phase in ((Missing.BEFORE, before), (Missing.AFTER, after))
        if len(phase.ratings) < VERDICT_LEAST_DAYS
    }
    if before.start == after.start:
        missing = {Missing.APART: 0}
    change = None if missing else change_between(before.mean, after.mean)
    if change is None:
        return Response(split, phases, Verdict.NOT_ENOUGH, before, after, missing=missing)
    pains = [[pain for _day, pain in phase.ratings] for phase in (before, after)]
    days = [[day.toordinal() for day, _pain in phase.ratings] for phase in (before, after)]
    is_long = min(map(len, pains)) >= PHASE_LEAST
    return Response(
        split,
        phases,
        _verdict(change),
        before,
        after,
        change,
        overlap=nap(pains[0], pains[1]) if is_long else None,
        corrected=corrected_tau(days[0], pains[0], days[1], pains[1]) if is_long else None,
        days=round(after.middle - before.middle),
    )


def _verdict(change: Change) -> Verdict:
    if not change.is_beyond_scatter:
        return Verdict.SAME
    if change.fall < 0:
        return Verdict.ROSE
    if change.is_substantial:
        return Verdict.FELL_MUCH
    return Verdict.FELL_ENOUGH if change.is_responder else Verdict.FELL
