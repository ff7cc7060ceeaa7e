"""One time line of an episode: pain, soreness, stretching and needling, for patient and physio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from tracker.domain.adherence import Adherence, Entry, halves_done, measure, score_days
from tracker.domain.days import local_day, local_time
from tracker.domain.pause import Days, is_paused
from tracker.domain.prescription import Prescription
from tracker.domain.timeline import NeedlingMark, Timeline, TimelineDay, range_start
from tracker.services.episode_rows import EpisodeRows
from tracker.services.pauses import PauseLine, see_pauses
from tracker.services.today import as_line
from tracker.store import logs, records
from tracker.store.schema import Episode
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the table beside the drawing."""

    day: TimelineDay
    pain_worst: int | None
    stiffness: int | None
    is_flare: bool
    sleep: int | None
    stress: int | None
    note: str
    needled: Sequence[str]


@dataclass(frozen=True, slots=True)
class Progress:
    """A time line and its table, the newest day first."""

    timeline: Timeline
    rows: Sequence[DayRow]
    episode: Episode
    pain_days: int
    session_count: int
    adherence: Adherence
    """Of the last four weeks, whatever the range."""
    pauses: Sequence[PauseLine]
    """What excuses days from the range's first on, or from these weeks' first."""

    @property
    def span(self) -> int:
        """Days in the range."""
        return self.timeline.length


def see_progress(
    scope: Scope,
    episode: Episode,
    choice: str,
    now: datetime,
    zone: str,
    *,
    is_shared: bool = True,
    rows: EpisodeRows | None = None,
) -> Progress:
    """An episode's time line over one of the ranges; days are local to `zone`.

    Where the patient does not share, no stretch stands as due: none done of one would be a guess.
    `rows` are the episode's, where the caller has read them already.
    """
    today = local_day(now, zone)
    sessions = rows.sessions if rows else records.sessions_of(scope, episode)
    marks = tuple(_mark(session.needled_at, session.id, zone) for session in sessions)
    past = [mark.needled_local.date() for mark in marks if mark.needled_local.date() <= today]
    first = range_start(choice, today, past[-1] if past else None, episode.opened_on)
    lines: list[Prescription] = []
    if is_shared:
        programme = rows.programme if rows else records.prescriptions_of(scope, episode)
        lines = [as_line(row) for row in programme]
    since, until = score_days(today)
    off = see_pauses(scope, episode, min(first, since))
    excused = [line.days for line in off]
    stretched = logs.stretch_outcomes_between(scope, episode, min(first, since), today)
    logged = _Logged(
        pain=rows.pain if rows else logs.pain_between(scope, episode, first, today),
        sore=rows.worst_soreness() if rows else _worst_soreness(scope, episode, first, today),
        notes=logs.notes_between(scope, episode.patient_id, first, today),
    )
    days, table = _days((first, today), marks, logged, _Plan(lines, excused, stretched))
    return Progress(
        timeline=Timeline(first, today, tuple(days), marks),
        rows=table,
        episode=episode,
        pain_days=sum(1 for day in days if day.pain is not None),
        session_count=sum(1 for day in past if day >= first),
        adherence=measure(lines, [_entry(row) for row in stretched], excused, since, until),
        pauses=off,
    )


@dataclass(frozen=True, slots=True)
class _Logged:
    """What was said of each day; it may hold days outside of the range."""

    pain: logs.Rows
    sore: Mapping[date, int]
    notes: logs.Rows


def _worst_soreness(scope: Scope, episode: Episode, first: date, last: date) -> dict[date, int]:
    found = logs.worst_soreness_between(scope, episode, first, last)
    return {row.local_date: row.soreness for row in found}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What was asked, what was excused, and what became of it."""

    lines: Sequence[Prescription]
    excused: Sequence[Days]
    stretched: Sequence[Any]

    def due(self, day: date) -> int:
        if is_paused(self.excused, day):
            return 0
        return sum(1 for line in self.lines if line.is_due(day))

    def done(self) -> dict[date, float]:
        done: dict[date, float] = {}
        for row in self.stretched:
            done[row.local_date] = done.get(row.local_date, 0.0) + _entry(row).halves / 2
        return done


def _entry(row: Any) -> Entry:
    halves = halves_done(row.outcome, row.sets_done, row.sets)
    return Entry(row.prescription_id, row.local_date, halves, row.provenance, row.reason)


def _mark(needled_at: datetime, session_id: UUID, zone: str) -> NeedlingMark:
    wall = local_time(needled_at, zone).replace(tzinfo=None)
    return NeedlingMark(wall, "", str(session_id))


def _days(
    span: tuple[date, date], marks: Sequence[NeedlingMark], logged: _Logged, plan: _Plan
) -> tuple[list[TimelineDay], list[DayRow]]:
    first, last = span
    pain = {row.local_date: row for row in logged.pain}
    notes = {row.local_date: row for row in logged.notes}
    done = plan.done()
    needled: dict[date, list[str]] = {}
    for mark in marks:
        needled.setdefault(mark.needled_local.date(), []).append(f"{mark.needled_local:%H:%M}")
    days, rows = [], []
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        known = _day(day, pain.get(day), logged.sore.get(day), done.get(day, 0.0), plan.due(day))
        days.append(known)
        rows.append(_table_row(known, pain.get(day), notes.get(day), needled.get(day, [])))
    rows.reverse()
    return [day for day in days if _is_known(day)], rows


def _is_known(day: TimelineDay) -> bool:
    return (
        day.pain is not None
        or day.soreness is not None
        or day.stretches_done > 0
        or day.stretches_due > 0
    )


def _day(
    day: date,
    pain: object | None,
    soreness: int | None,
    done: float,
    due: int,
) -> TimelineDay:
    return TimelineDay(
        day=day,
        pain=getattr(pain, "pain_average", None),
        soreness=soreness,
        stretches_done=done,
        stretches_due=due,
        backfilled=getattr(pain, "is_backfilled", False),
    )


def _table_row(
    day: TimelineDay, pain: object | None, note: object | None, needled: Sequence[str]
) -> DayRow:
    return DayRow(
        day=day,
        pain_worst=getattr(pain, "pain_worst", None),
        stiffness=getattr(pain, "stiffness", None),
        is_flare=getattr(pain, "is_flare", False),
        sleep=getattr(note, "sleep", None),
        stress=getattr(note, "stress", None),
        note=getattr(note, "note", ""),
        needled=needled,
    )
