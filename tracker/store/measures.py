"""Queries over activities, measures, questions, goals and degrees, each narrowed by its scope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row, func, select

from tracker.store.schema import (
    Activity,
    Episode,
    Goal,
    MeasureEntry,
    MotionReading,
    VisitQuestion,
)
from tracker.store.scope import Scope

Rows = Sequence[Row[Any]]
T = TypeVar("T", Activity, MeasureEntry, VisitQuestion, Goal, MotionReading)


def _of(scope: Scope, model: type[T], episode: Episode) -> Sequence[T]:
    """An episode's rows of one kind, in no order; the patient leads the keys."""
    own: Any = model
    found: Sequence[T] = scope.entities(
        model, own.patient_id == episode.patient_id, own.episode_id == episode.id
    )
    return found


def activities_of(scope: Scope, episode: Episode) -> list[Activity]:
    """An episode's activities in their order, retired ones too."""
    return sorted(_of(scope, Activity, episode), key=lambda row: (row.place, row.named_at))


def entries_of(scope: Scope, episode: Episode) -> list[MeasureEntry]:
    """Every measure of an episode, oldest first."""
    return sorted(_of(scope, MeasureEntry, episode), key=lambda row: row.local_date)


def entry_on(scope: Scope, episode: Episode, measure: str, day: date) -> MeasureEntry | None:
    """One measure of an episode on one day."""
    return scope.find(
        MeasureEntry,
        MeasureEntry.patient_id == episode.patient_id,
        MeasureEntry.episode_id == episode.id,
        MeasureEntry.measure == measure,
        MeasureEntry.local_date == day,
    )


def last_asked(scope: Scope) -> Rows:
    """(episode_id, measure, day) with the last day of each measure of each episode in sight."""
    return scope.rows(
        select(
            MeasureEntry.episode_id,
            MeasureEntry.measure,
            func.max(MeasureEntry.local_date).label("day"),
        ).group_by(MeasureEntry.episode_id, MeasureEntry.measure),
        MeasureEntry,
    )


def activities_in_force(scope: Scope) -> list[Activity]:
    """Every activity in sight that is not retired, in order."""
    found = scope.entities(Activity, Activity.retired_at.is_(None))
    return sorted(found, key=lambda row: (row.place, row.named_at))


def questions_of(scope: Scope, episode: Episode) -> list[VisitQuestion]:
    """An episode's questions, the newest first."""
    return sorted(_of(scope, VisitQuestion, episode), key=lambda row: row.recorded_at, reverse=True)


def open_question(scope: Scope, episode: Episode) -> VisitQuestion | None:
    """The question that nobody has answered yet; one that was taken back has no words."""
    return scope.find(
        VisitQuestion,
        VisitQuestion.patient_id == episode.patient_id,
        VisitQuestion.episode_id == episode.id,
        VisitQuestion.answered_at.is_(None),
    )


def of_entry_id(
    scope: Scope, model: type[MeasureEntry | VisitQuestion], entry_id: UUID
) -> Sequence[Any]:
    """The entries that a phone's id stands for: one, or none."""
    return scope.entities(model, model.entry_id == entry_id)


def goals_of(scope: Scope, episode: Episode) -> list[Goal]:
    """An episode's goals, removed ones too, oldest first."""
    return sorted(_of(scope, Goal, episode), key=lambda row: row.made_at)


def readings_of(scope: Scope, episode: Episode) -> list[MotionReading]:
    """An episode's ranges of motion by hand, removed ones too, oldest first."""
    found = _of(scope, MotionReading, episode)
    return sorted(found, key=lambda row: (row.measured_on, row.recorded_at))
