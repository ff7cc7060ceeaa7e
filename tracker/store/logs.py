"""Queries over what patients logged, each narrowed by its scope."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Row, func, select

from tracker.store.schema import (
    Checkin,
    DiaryDay,
    Episode,
    EpisodeSummary,
    NeedledMuscle,
    NeedlingSession,
    Patient,
    Prescription,
    Revision,
    SorenessEntry,
    StretchEntry,
)
from tracker.store.scope import Scope

Rows = Sequence[Row[Any]]
T = TypeVar("T", NeedlingSession, Prescription)
KnownById = TypeVar("KnownById", Checkin, SorenessEntry, StretchEntry)


def lock_patient(scope: Scope, clinic_id: UUID, patient_id: UUID) -> None:
    """Serialise writes of one patient (two tabs, a double tap); SQLite's writers queue anyway."""
    if scope.has_one_writer:
        return
    scope.rows(
        select(Patient.id)
        .where(Patient.clinic_id == clinic_id, Patient.id == patient_id)
        .with_for_update(),
        Patient,
    )


def open_episodes(scope: Scope) -> Sequence[Episode]:
    """Every open episode in sight, the oldest first."""
    found = scope.entities(Episode, Episode.closed_on.is_(None))
    return sorted(found, key=lambda row: (row.opened_on, row.created_at))


def checkins_of(scope: Scope, days: Collection[date]) -> Sequence[Checkin]:
    """Every check-in of some days, in no order."""
    return scope.entities(Checkin, Checkin.local_date.in_(days))


def checkins_on(scope: Scope, day: date) -> dict[UUID, Checkin]:
    """The day's check-ins by episode."""
    return {row.episode_id: row for row in scope.entities(Checkin, Checkin.local_date == day)}


def by_id(scope: Scope, model: type[T], ids: Collection[UUID]) -> dict[UUID, T]:
    """The visible ones of some rows, by their id."""
    if not ids:
        return {}
    found: Sequence[Any] = scope.entities(model, model.id.in_(ids))
    return {row.id: row for row in found}


def diary_days_on(scope: Scope, day: date) -> dict[UUID, DiaryDay]:
    """The day's own rows by clinic."""
    return {row.clinic_id: row for row in scope.entities(DiaryDay, DiaryDay.local_date == day)}


def stretch_entries_on(scope: Scope, day: date) -> dict[UUID, StretchEntry]:
    """The day's stretch entries by prescription."""
    found = scope.entities(StretchEntry, StretchEntry.local_date == day)
    return {row.prescription_id: row for row in found}


def find_stretch_entry(scope: Scope, line: Prescription, day: date) -> StretchEntry | None:
    """One prescription's entry of one day."""
    return scope.find(
        StretchEntry,
        StretchEntry.patient_id == line.patient_id,
        StretchEntry.prescription_id == line.id,
        StretchEntry.local_date == day,
    )


def checkins_between(scope: Scope, first: date, last: date) -> Sequence[Checkin]:
    """Every check-in of a span of days, oldest first."""
    found = scope.entities(Checkin, Checkin.local_date.between(first, last))
    return sorted(found, key=lambda row: row.local_date)


def bad_spells_between(
    scope: Scope, episode_id: UUID, first: date, last: date
) -> Sequence[Checkin]:
    """An episode's days of a span that the patient calls a bad spell, oldest first."""
    found = scope.entities(
        Checkin,
        Checkin.episode_id == episode_id,
        Checkin.is_flare.is_(True),
        Checkin.local_date.between(first, last),
    )
    return sorted(found, key=lambda row: row.local_date)


def diary_days_between(scope: Scope, first: date, last: date) -> Sequence[DiaryDay]:
    """The days' own rows of a span, oldest first."""
    found = scope.entities(DiaryDay, DiaryDay.local_date.between(first, last))
    return sorted(found, key=lambda row: row.local_date)


def stretch_entries_between(scope: Scope, first: date, last: date) -> Sequence[StretchEntry]:
    """Every stretch entry of a span of days, oldest first."""
    found = scope.entities(StretchEntry, StretchEntry.local_date.between(first, last))
    return sorted(found, key=lambda row: row.local_date)


def of_entry_id(scope: Scope, model: type[KnownById], entry_id: UUID) -> Sequence[KnownById]:
    """The entries of one kind that a phone's id stands for: one, or none."""
    rows: Sequence[KnownById] = scope.entities(model, model.entry_id == entry_id)
    return rows


def sessions_between(scope: Scope, first: datetime, last: datetime) -> Rows:
    """(id, clinic_id, patient_id, episode_id, needled_at) of a span's sessions, oldest first."""
    return scope.rows(
        select(
            NeedlingSession.id,
            NeedlingSession.clinic_id,
            NeedlingSession.patient_id,
            NeedlingSession.episode_id,
            NeedlingSession.needled_at,
        )
        .where(NeedlingSession.needled_at.between(first, last))
        .order_by(NeedlingSession.needled_at),
        NeedlingSession,
    )


def muscles_of(scope: Scope, sessions: Sequence[Any]) -> dict[UUID, list[NeedledMuscle]]:
    """The needled muscles of some sessions, in the order in which they were recorded."""
    if not sessions:
        return {}
    grouped: dict[UUID, list[NeedledMuscle]] = {session.id: [] for session in sessions}
    found = scope.entities(
        NeedledMuscle,
        # The patient leads the key: without it a clinic's every row would be walked.
        NeedledMuscle.patient_id.in_({session.patient_id for session in sessions}),
        NeedledMuscle.needling_session_id.in_(grouped),
    )
    for row in sorted(found, key=lambda muscle: muscle.place):
        grouped[row.needling_session_id].append(row)
    return grouped


def soreness_of(scope: Scope, sessions: Sequence[Any]) -> Sequence[SorenessEntry]:
    """The soreness ratings of some sessions, oldest first."""
    if not sessions:
        return []
    found = scope.entities(
        SorenessEntry,
        SorenessEntry.patient_id.in_({session.patient_id for session in sessions}),
        SorenessEntry.needling_session_id.in_([session.id for session in sessions]),
    )
    return sorted(found, key=lambda entry: entry.felt_at)


def versions_of(scope: Scope, episodes: Collection[Episode]) -> Sequence[Prescription]:
    """Every version of some episodes' stretches, in the order in which they were prescribed."""
    if not episodes:
        return []
    own = {row.id for row in episodes}
    found = [row for row in scope.entities(Prescription) if row.episode_id in own]
    return sorted(found, key=lambda row: (row.prescribed_at, row.stretch))


def prescriptions_between(scope: Scope, first: date, last: date) -> Sequence[Prescription]:
    """The versions in force on any day of a span, in the order in which they were prescribed."""
    found = scope.entities(
        Prescription,
        Prescription.starts_on <= last,
        (Prescription.ends_on.is_(None)) | (Prescription.ends_on >= first),
    )
    return sorted(found, key=lambda row: (row.prescribed_at, row.stretch))


def pain_between(scope: Scope, episode: Episode, first: date, last: date) -> Rows:
    """(local_date, pain_average, pain_worst, stiffness, is_flare, is_backfilled) of its days."""
    return scope.rows(
        select(
            Checkin.local_date,
            Checkin.pain_average,
            Checkin.pain_worst,
            Checkin.stiffness,
            Checkin.is_flare,
            Checkin.is_backfilled,
        )
        .where(
            Checkin.patient_id == episode.patient_id,
            Checkin.episode_id == episode.id,
            Checkin.local_date.between(first, last),
        )
        .order_by(Checkin.local_date),
        Checkin,
    )


def notes_between(scope: Scope, patient_id: UUID, first: date, last: date) -> Rows:
    """(local_date, sleep, stress, note) of a patient's days."""
    return scope.rows(
        select(DiaryDay.local_date, DiaryDay.sleep, DiaryDay.stress, DiaryDay.note)
        .where(DiaryDay.patient_id == patient_id, DiaryDay.local_date.between(first, last))
        .order_by(DiaryDay.local_date),
        DiaryDay,
    )


def worst_soreness_between(scope: Scope, episode: Episode, first: date, last: date) -> Rows:
    """(local_date, soreness) with each day's highest rating over the episode's sessions."""
    return scope.rows(
        select(SorenessEntry.local_date, func.max(SorenessEntry.soreness).label("soreness"))
        .join(
            NeedlingSession,
            (NeedlingSession.clinic_id == SorenessEntry.clinic_id)
            & (NeedlingSession.patient_id == SorenessEntry.patient_id)
            & (NeedlingSession.id == SorenessEntry.needling_session_id),
        )
        .where(
            SorenessEntry.patient_id == episode.patient_id,
            NeedlingSession.episode_id == episode.id,
            SorenessEntry.local_date.between(first, last),
        )
        .group_by(SorenessEntry.local_date),
        SorenessEntry,
        NeedlingSession,
    )


def stretch_outcomes_between(scope: Scope, episode: Episode, first: date, last: date) -> Rows:
    """Every stretch logged for an episode, with the sets and days of its line."""
    return scope.rows(
        select(
            StretchEntry.local_date,
            StretchEntry.prescription_id,
            StretchEntry.outcome,
            StretchEntry.sets_done,
            StretchEntry.reason,
            StretchEntry.provenance,
            Prescription.sets,
            Prescription.days,
        )
        .join(
            Prescription,
            (Prescription.clinic_id == StretchEntry.clinic_id)
            & (Prescription.patient_id == StretchEntry.patient_id)
            & (Prescription.id == StretchEntry.prescription_id),
        )
        .where(
            StretchEntry.patient_id == episode.patient_id,
            Prescription.episode_id == episode.id,
            StretchEntry.local_date.between(first, last),
        ),
        StretchEntry,
        Prescription,
    )


def revisions_of(scope: Scope, entry: str, key: str) -> Sequence[Revision]:
    """An entry's amendments, the newest first."""
    found = scope.entities(Revision, Revision.entry == entry, Revision.entry_key == key)
    return sorted(found, key=lambda row: -row.rev)


def find_summary(scope: Scope, episode_id: UUID) -> EpisodeSummary | None:
    """An episode's summary, None before anything was logged."""
    return scope.find(EpisodeSummary, EpisodeSummary.episode_id == episode_id)
