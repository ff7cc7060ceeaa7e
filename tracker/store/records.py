"""Queries over the clinic's own records: patients, episodes, sessions, programmes, people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from tracker.store.schema import (
    Clinic,
    Consent,
    Episode,
    Membership,
    NeedlingSession,
    Patient,
    Person,
    Prescription,
)
from tracker.store.scope import Scope

Rows = Sequence[Row[Any]]


def get_patient(scope: Scope, patient_id: UUID) -> Patient:
    """One patient's record; raises NotFound."""
    return scope.get(Patient, Patient.id == patient_id)


def episodes_of(scope: Scope, patient_id: UUID) -> Sequence[Episode]:
    """A patient's episodes, open ones first, the newest first."""
    found = scope.entities(Episode, Episode.patient_id == patient_id)
    return sorted(found, key=lambda row: (row.closed_on is not None, -row.opened_on.toordinal()))


def get_episode(scope: Scope, patient_id: UUID, episode_id: UUID) -> Episode:
    """One episode of one patient; raises NotFound."""
    return scope.get(Episode, Episode.patient_id == patient_id, Episode.id == episode_id)


def sessions_of(scope: Scope, episode: Episode) -> Sequence[NeedlingSession]:
    """An episode's sessions, oldest first."""
    found = scope.entities(
        NeedlingSession,
        NeedlingSession.patient_id == episode.patient_id,
        NeedlingSession.episode_id == episode.id,
    )
    return sorted(found, key=lambda row: row.needled_at)


def prescriptions_of(scope: Scope, episode: Episode) -> Sequence[Prescription]:
    """Every version of an episode's programme, in the order in which it was made."""
    found = scope.entities(
        Prescription,
        Prescription.patient_id == episode.patient_id,
        Prescription.episode_id == episode.id,
    )
    return sorted(found, key=lambda row: (row.prescribed_at, row.stretch, row.version))


def get_prescription(scope: Scope, patient_id: UUID, prescription_id: UUID) -> Prescription:
    """One version of one line; raises NotFound."""
    return scope.get(
        Prescription, Prescription.patient_id == patient_id, Prescription.id == prescription_id
    )


def is_sharing(scope: Scope, clinic_id: UUID, patient_id: UUID) -> bool:
    """Whether the patient's consent stands."""
    found = scope.entities(
        Consent,
        Consent.clinic_id == clinic_id,
        Consent.patient_id == patient_id,
        Consent.withdrawn_at.is_(None),
    )
    return bool(found)


def colleagues(scope: Scope) -> Rows:
    """(id, role, name, email, ended_at) of the clinic's staff, by name."""
    # The people behind the clinic's own memberships: a join that the scope has already narrowed.
    return scope.rows(
        select(Membership.id, Membership.role, Person.name, Person.email, Membership.ended_at)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.role != "patient")
        .order_by(Person.name),
        Membership,
        Person,
    )


def clinic_of(scope: Scope, clinic_id: UUID) -> Clinic:
    """A clinic that the actor belongs to; raises NotFound."""
    return scope.get(Clinic, Clinic.id == clinic_id)
