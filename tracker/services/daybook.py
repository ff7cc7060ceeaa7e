"""A patient's day open for writing: what a save or an operation says, and what it touches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from tracker.domain.access import PatientActor
from tracker.domain.checkin import SCALE, LoggableDays
from tracker.domain.days import day_bounds, latest_day_anywhere, local_day
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.prescription import Outcome, Provenance
from tracker.services import summaries
from tracker.services.entries import Entry, amend
from tracker.store import logs
from tracker.store.schema import (
    Checkin,
    DiaryDay,
    Episode,
    EpisodeSummary,
    NeedlingSession,
    Prescription,
    SorenessEntry,
    StretchEntry,
)
from tracker.store.scope import Scope

CLOCK_SLACK = timedelta(minutes=5)
"""How far ahead of ours a phone's corrected clock may be and still be believed."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where something is logged: the patient's local day and zone, and now.

    `said_at` is when it was entered; None means now. A phone that had no network says it later.
    """

    local_date: date
    zone: str
    now: datetime
    said_at: datetime | None = None

    @property
    def entered_at(self) -> datetime:
        """When this was entered, as far as a phone's clock can be believed.

        Never later than now and never before the day that it is about began: a clock that says so
        is wrong, and the day, which the patient saw, counts.
        """
        if self.said_at is None or self.said_at > self.now + CLOCK_SLACK:
            return self.now
        day_start, _ = day_bounds(self.local_date, self.zone)
        return min(max(self.said_at, day_start), self.now)

    @property
    def today(self) -> date:
        """The patient's own day when it was entered."""
        return local_day(self.entered_at, self.zone)

    @property
    def latest_day(self) -> date:
        """The last day that can be logged: a phone's own today may be ahead of what we can tell."""
        if self.said_at is None:
            return self.today
        return latest_day_anywhere(self.now)

    @property
    def is_backfill(self) -> bool:
        """Whether this is said of an earlier day."""
        return self.local_date < self.today


@dataclass(frozen=True, slots=True)
class CheckinInput:
    """What is said of one episode's day; `base_rev` is the revision that it was edited from.

    `said` holds the fields that were asked (of PAIN_FIELDS, `regions` and `is_flare`); others stay
    as they are.
    """

    episode_id: UUID
    said: Mapping[str, Any]
    base_rev: int | None = None
    entry_id: UUID | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was chosen."""
        return all(value is None or value is False for value in self.said.values())


@dataclass(frozen=True, slots=True)
class DayInput:
    """What is said of the day itself within one clinic (of DAY_FIELDS)."""

    clinic_id: UUID
    said: Mapping[str, Any]
    base_rev: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said of the day."""
        return all(value in {None, ""} for value in self.said.values())


@dataclass(frozen=True, slots=True)
class SorenessInput:
    """How sore it is where the needles of one session went."""

    needling_session_id: UUID
    soreness: int
    entry_id: UUID
    base_rev: int | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    """`muscle`, `side` and `side_effects` where they were said."""


@dataclass(frozen=True, slots=True)
class StretchInput:
    """What became of one prescribed stretch."""

    prescription_id: UUID
    outcome: Outcome
    reason: str | None = None
    base_rev: int | None = None
    fills_only: bool = False
    """Said by "all done": it speaks for stretches of which nothing is logged, for no others."""
    entry_id: UUID | None = None
    sets_done: int | None = None
    """Taken from the outcome where it is not counted."""
    pain_during: int | None = None
    provenance: Provenance | None = None


@dataclass(frozen=True, slots=True)
class DayEntries:
    """Everything that one save of `/today` carries."""

    checkins: Sequence[CheckinInput] = ()
    days: Sequence[DayInput] = ()
    soreness: Sequence[SorenessInput] = ()
    stretches: Sequence[StretchInput] = ()


@dataclass(slots=True)
class Saved:
    """What a save did, for the words after it."""

    overridden: dict[str, Any] = field(default_factory=dict)
    count: int = 0


@dataclass(slots=True)
class Book:
    """What is there already of everything that a save may touch, by what it is found by."""

    scope: Scope
    moment: Moment
    episodes: dict[UUID, Episode]
    checkins: dict[UUID, Checkin]
    days: dict[UUID, DiaryDay]
    sessions: dict[UUID, NeedlingSession]
    soreness: list[SorenessEntry]
    lines: dict[UUID, Prescription]
    stretches: dict[UUID, StretchEntry]
    summaries: dict[UUID, EpisodeSummary]
    saved: Saved = field(default_factory=Saved)

    def episode(self, episode_id: UUID) -> Episode:
        """One of the patient's own episodes; raises NotFound."""
        if episode_id not in self.episodes:
            raise NotFound("episode")
        return self.episodes[episode_id]

    def summary(self, episode_id: UUID) -> EpisodeSummary:
        """An episode's summary row, made at its first entry."""
        if episode_id not in self.summaries:
            row = summaries.new_summary(self.episode(episode_id))
            self.scope.add(row)
            self.summaries[episode_id] = row
        return self.summaries[episode_id]

    def has_entry(self, entry_id: UUID) -> bool:
        """Whether a soreness rating of these sessions has this id already."""
        return any(row.entry_id == entry_id for row in self.soreness)

    def amend(self, row: Entry, edited: Mapping[str, Any], base_rev: int | None) -> None:
        """Merge an edit into an entry that is there, with its history."""
        merged = amend(self.scope, row, edited, base_rev=base_rev, now=self.moment.now)
        told = {name: value for name, value in merged.overridden.items() if name != "day_rev"}
        self.saved.overridden |= told

    def check_day(self, opened_on: date) -> None:
        """Raise Invalid for a day that has not come, or was before the treatment."""
        refusal = LoggableDays(opened_on, self.moment.latest_day).refuses(self.moment.local_date)
        if refusal is not None:
            raise Invalid({"local_date": [refusal]})


def open_book(scope: Scope, moment: Moment, entries: DayEntries) -> Book:
    """Find everything that these entries may touch; what is not the patient's is not found."""
    stretches = logs.stretch_entries_on(scope, moment.local_date) if entries.stretches else {}
    lines = {*stretches, *(given.prescription_id for given in entries.stretches)}
    ids = [given.needling_session_id for given in entries.soreness]
    sessions = logs.by_id(scope, NeedlingSession, ids)
    of_the_day = bool(entries.checkins or entries.days)
    return Book(
        scope=scope,
        moment=moment,
        episodes={row.id: row for row in scope.entities(Episode)},
        checkins=logs.checkins_on(scope, moment.local_date) if of_the_day else {},
        days=logs.diary_days_on(scope, moment.local_date) if of_the_day else {},
        sessions=sessions,
        soreness=list(logs.soreness_of(scope, list(sessions.values()))),
        lines=logs.by_id(scope, Prescription, lines),
        stretches=stretches,
        summaries={row.episode_id: row for row in scope.entities(EpisodeSummary)},
    )


def own_records(scope: Scope) -> list[tuple[UUID, UUID]]:
    """(clinic_id, patient_id) of the patient who acts; raises NotFound for anybody else."""
    if not isinstance(scope.actor, PatientActor):
        raise NotFound("day")
    return [(record.clinic_id, record.patient_id) for record in scope.actor.records]


def lock(scope: Scope) -> None:
    """Let one write of this patient in at a time, before anything is looked at."""
    for clinic_id, patient_id in own_records(scope):
        logs.lock_patient(scope, clinic_id, patient_id)


def check_scale(name: str, value: int | None) -> None:
    """Raise Invalid for a rating that is none."""
    if value is not None and value not in SCALE:
        raise Invalid({name: ["scale"]})
