"""The caseload's order: plain rules that say, in one reason each, who needs a look first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from statistics import fmean

from tracker.domain import flare
from tracker.domain.adherence import REASONS
from tracker.domain.days import day_bounds, hours_between, local_day
from tracker.domain.needling import SORENESS_ALWAYS_HOURS, SORENESS_LATEST_HOURS
from tracker.domain.pause import Days
from tracker.domain.response import spoilt_days
from tracker.domain.strip import Strip

FLARE_FRESH_DAYS = 4
"""A flare that ended more than 4 days ago is history, not news (working rule)."""

SORENESS_OPEN_HOURS = SORENESS_LATEST_HOURS + 24
"""Soreness that lasts is a reason until a day after it is asked about for the last time."""

STEADY_LEVEL = 7
STEADY_DAYS = 7
STEADY_LEAST = 5
"""Steady high: a mean of 7 or more over the last 7 days, 5 of them logged (working rule)."""

SILENT_DAYS = 3
QUIET_DAYS = 14
"""Nothing logged for 3 days is said; beyond 14 it is collapsed into "gone quiet" (alert load)."""

NEW_DAYS = 5
"""Under 5 logged days there is nothing to compare with."""

STRETCH_DAYS = 14
STRETCH_LEAST_DUE = 4
STRETCH_SHARE = 0.5
"""Under half of the stretches due in the last 14 days, when at least 4 were (working rule)."""


class Kind(StrEnum):
    """Why a row stands where it stands, worst first."""

    FLARE = "flare"
    LONG_SORENESS = "long_soreness"
    STEADY_HIGH = "steady_high"
    SILENT = "silent"
    FEW_STRETCHES = "few_stretches"
    NOT_JOINED = "not_joined"
    NOT_SHARING = "not_sharing"
    NEEDLED = "needled"
    NEW = "new"
    ON_COURSE = "on_course"
    QUIET = "quiet"


ORDER = {kind: place for place, kind in enumerate(Kind)}
NEEDS_LOOK = frozenset({Kind.FLARE, Kind.LONG_SORENESS, Kind.STEADY_HIGH})
"""The kinds that need a person; silence and skipped stretches are worth a nudge, not a call."""

NUDGES = frozenset({Kind.SILENT, Kind.FEW_STRETCHES})


@dataclass(frozen=True, slots=True)
class Line:
    """One version of a prescription, as far as counting due days needs it."""

    starts_on: date
    ends_on: date | None
    days: int


@dataclass(frozen=True, slots=True)
class EpisodeFacts:
    """What the rules read of one episode. Strips end anywhere; times are aware."""

    opened_on: date
    is_joined: bool
    is_sharing: bool
    last_logged_on: date | None
    last_session_at: datetime | None
    last_soreness: int | None
    last_soreness_at: datetime | None
    pain: Strip = field(default_factory=Strip)
    done_halves: Strip = field(default_factory=Strip)
    session_hours: Strip = field(default_factory=Strip)
    lines: Sequence[Line] = ()
    excused: Sequence[Days] = ()
    reasons: Strip = field(default_factory=Strip)


@dataclass(frozen=True, slots=True)
class Reason:
    """One row's reason: its kind and the numbers that its sentence carries."""

    kind: Kind
    numbers: dict[str, float] = field(default_factory=dict)
    weight: float = 0.0

    @property
    def rank(self) -> tuple[int, float]:
        """Sorts worst first; within a kind the heavier comes first."""
        return ORDER[self.kind], -self.weight


def due_count(lines: Sequence[Line], first: date, last: date) -> int:
    """How many stretches were due from `first` to `last` inclusive."""
    total = 0
    for line in lines:
        start = max(first, line.starts_on)
        end = last if line.ends_on is None else min(last, line.ends_on)
        span = (end - start).days + 1
        if span <= 0:
            continue
        whole, rest = divmod(span, 7)
        total += whole * line.days.bit_count()
        weekday = start.weekday()
        total += sum(1 for k in range(rest) if line.days >> ((weekday + k) % 7) & 1)
    return total


def find_flare(facts: EpisodeFacts, today: date) -> Reason | None:
    """Whether the newest rating outside a session's 72 h says flare, as domain/flare.py has it."""
    sessions = [
        datetime.combine(today - timedelta(days=ago), time(hour))
        for ago, hour in facts.session_hours.logged(today)
    ]
    ratings = {today - timedelta(days=ago): pain for ago, pain in facts.pain.logged(today)}
    spoilt = spoilt_days(sessions)
    newest = next((day for day in ratings if day not in spoilt), None)
    if newest is None or (today - newest).days > FLARE_FRESH_DAYS:
        return None
    found = flare.find_flare(ratings, sessions, newest)
    if found is None:
        return None
    numbers = {**found.numbers, "lift": float(found.sign is flare.Sign.LIFT)}
    return Reason(Kind.FLARE, numbers, numbers["pain"] - numbers["usual"])


def find_long_soreness(facts: EpisodeFacts, now: datetime) -> Reason | None:
    """Soreness still felt more than 72 h after the last session, while it is asked about."""
    if facts.last_session_at is None or facts.last_soreness_at is None or not facts.last_soreness:
        return None
    hours = hours_between(facts.last_session_at, facts.last_soreness_at)
    is_open = hours_between(facts.last_session_at, now) <= SORENESS_OPEN_HOURS
    if hours <= SORENESS_ALWAYS_HOURS or not is_open:
        return None
    numbers: dict[str, float] = {"soreness": facts.last_soreness, "hours": int(hours)}
    return Reason(Kind.LONG_SORENESS, numbers, facts.last_soreness)


def find_steady_high(facts: EpisodeFacts, today: date) -> Reason | None:
    """A mean of 7 or more over the last week, with at least 5 days of it logged."""
    week = [pain for pain in facts.pain.window(today, STEADY_DAYS) if pain is not None]
    if len(week) < STEADY_LEAST or fmean(week) < STEADY_LEVEL:
        return None
    return Reason(Kind.STEADY_HIGH, {"mean": fmean(week), "days": len(week)}, fmean(week))


def find_silence(facts: EpisodeFacts, today: date) -> Reason | None:
    """Nothing logged for 3 days or more: silent, and beyond 14 days quiet."""
    since = facts.last_logged_on or facts.opened_on
    days = (today - since).days
    if days < SILENT_DAYS:
        return None
    kind = Kind.QUIET if days > QUIET_DAYS else Kind.SILENT
    return Reason(kind, {"days": days, "ever": float(facts.last_logged_on is not None)}, days)


def stretch_counts(facts: EpisodeFacts, today: date, days: int = STRETCH_DAYS) -> tuple[float, int]:
    """(done, due) of the days that ended yesterday: today is not over yet.

    Excused days leave both, so that it is the adherence that domain/adherence.py measures.
    """
    last = today - timedelta(days=1)
    first = last - timedelta(days=days - 1)
    due = due_count(facts.lines, first, last)
    halves = sum(value for value in facts.done_halves.window(last, days) if value)
    for day in _excused_days(facts, first, last):
        due -= due_count(facts.lines, day, day)
        halves -= facts.done_halves.value(day) or 0
    return halves / 2, due


def _excused_days(facts: EpisodeFacts, first: date, last: date) -> set[date]:
    return {
        start + timedelta(days=n)
        for pause in facts.excused
        for start in [max(first, pause.first)]
        for n in range((min(last, pause.last) - start).days + 1)
    }


def main_reason(facts: EpisodeFacts, today: date, days: int) -> tuple[str, int] | None:
    """Why stretches were left out most often in these days, and on how many of them."""
    last = today - timedelta(days=1)
    first = last - timedelta(days=days - 1)
    off = _excused_days(facts, first, last)
    given = Counter(
        value
        for ago, value in facts.reasons.logged(last)
        if ago < days and last - timedelta(days=ago) not in off
    )
    if not given:
        return None
    value, count = given.most_common(1)[0]
    return REASONS[value], count


def find_few_stretches(facts: EpisodeFacts, today: date) -> Reason | None:
    """Under half of the stretches that were due in the last 14 days."""
    done, due = stretch_counts(facts, today)
    if due < STRETCH_LEAST_DUE or done >= due * STRETCH_SHARE:
        return None
    return Reason(Kind.FEW_STRETCHES, {"done": done, "due": due}, 1 - done / due)


def _calm(facts: EpisodeFacts, now: datetime) -> Reason:
    if facts.last_session_at is not None:
        hours = hours_between(facts.last_session_at, now)
        if 0 <= hours <= SORENESS_ALWAYS_HOURS:
            # The later the heavier: a weight that hours would change could not be stored.
            return Reason(Kind.NEEDLED, {"hours": int(hours)}, facts.last_session_at.timestamp())
    logged = facts.pain.count
    if logged < NEW_DAYS:
        return Reason(Kind.NEW, {"days": logged})
    return Reason(Kind.ON_COURSE, {"days": logged})


def reason_for(facts: EpisodeFacts, now: datetime, today: date) -> Reason:
    """The one reason that an episode's row states: the worst rule that applies.

    `today` is the local day of `now` where the patient is. Consent comes before everything: of
    somebody who does not share, nothing logged is read.
    """
    if not facts.is_joined:
        return Reason(Kind.NOT_JOINED, {"days": (today - facts.opened_on).days})
    if not facts.is_sharing:
        return Reason(Kind.NOT_SHARING)
    silence = find_silence(facts, today)
    if silence is not None and silence.kind is Kind.QUIET:
        return silence
    return (
        find_flare(facts, today)
        or find_long_soreness(facts, now)
        or find_steady_high(facts, today)
        or silence
        or find_few_stretches(facts, today)
        or _calm(facts, now)
    )


_MOMENT = timedelta(microseconds=1)


def stands(sessions: Iterable[datetime], now: datetime, zone: str) -> tuple[datetime, datetime]:
    """From when until when (exclusive) a judgement made at `now` holds if nothing is written.

    Rules count in local days, so it ends at the latest with the day; within a day they turn when a
    session begins to count, 72 h after it, and when soreness is no longer asked about.
    """
    first, last = day_bounds(local_day(now, zone), zone)
    for needled in sessions:
        at = needled.astimezone(UTC)
        for turn in (at, *(at + hours + _MOMENT for hours in _TURNS)):
            if turn <= now:
                first = max(first, turn)
            else:
                last = min(last, turn)
    return first, last


_TURNS = (timedelta(hours=SORENESS_ALWAYS_HOURS), timedelta(hours=SORENESS_OPEN_HOURS))
