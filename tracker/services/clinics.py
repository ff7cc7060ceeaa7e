"""Running a clinic: its settings and its people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, update

from tracker.domain.access import Actor, PatientActor, Role
from tracker.domain.days import is_zone, local_time
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.hours import is_open, read_week
from tracker.services.patients import lead
from tracker.store import records
from tracker.store.schema import AuthSession, Clinic, Flag, Invitation, Membership, Patient
from tracker.store.scope import Door, Scope


@dataclass(frozen=True, slots=True)
class ClinicSettings:
    """What a lead sets; numbers are text as they are dialled."""

    name: str
    zone: str
    language: str
    emergency_number: str
    clinic_number: str
    out_of_hours_number: str
    crisis_number: str
    opening_hours: str
    minimum_age: int
    open_spans: list[list[list[str]]] | None = None
    """Opening hours by weekday, as `domain/hours.py` keeps them; None where none are set."""
    aftercare: str = ""
    """What patients read after a session; "" stands for the product's own text."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Whom to call, as `/safety` shows it."""

    clinic_name: str
    emergency: str
    clinic: str
    out_of_hours: str
    crisis: str
    opening_hours: str
    zone: str
    open_spans: list[list[list[str]]] | None
    is_open: bool | None
    """Now, on the clinic's own clock; None where no hours are set."""


def found(door: Door, given: ClinicSettings, now: datetime) -> UUID:
    """Make a clinic; gives its id. Nobody is in it yet."""
    values = {name: getattr(given, name) for name in ClinicSettings.__dataclass_fields__}
    clinic = Clinic(id=uuid4(), created_at=now, **values)
    door.session.add(clinic)
    door.session.flush()
    return clinic.id


def see_settings(scope: Scope) -> Clinic:
    """The clinic's row, for its lead; raises NotFound for anybody else."""
    return records.clinic_of(scope, lead(scope).clinic_id)


def change_settings(
    scope: Scope, given: ClinicSettings, cover_id: UUID | None, now: datetime
) -> None:
    """Change the clinic's settings and who covers.

    Raises Invalid, and NotFound for anybody but a lead and for a cover from elsewhere.
    """
    clinic = see_settings(scope)
    if not is_zone(given.zone):
        raise Invalid({"zone": ["zone"]})
    for name in ClinicSettings.__dataclass_fields__:
        setattr(clinic, name, getattr(given, name))
    _set_cover(scope, cover_id, now)
    scope.flush()


def find_cover(scope: Scope) -> UUID | None:
    """The membership that covers: it hears of RED and URGENT reports besides the responsible."""
    row = scope.find(Membership, Membership.covers_since.is_not(None))
    return row.id if row else None


def _set_cover(scope: Scope, cover_id: UUID | None, now: datetime) -> None:
    before = scope.find(Membership, Membership.covers_since.is_not(None))
    if before is not None and before.id == cover_id:
        return
    if before is not None:
        before.covers_since = None
        scope.flush()  # at most one covers, also between two statements
    if cover_id is None:
        return
    row = scope.get(Membership, Membership.id == cover_id, Membership.role != Role.PATIENT)
    if row.ended_at is not None:
        raise Invalid({"cover_id": ["unknown"]})
    row.covers_since = now


def see_numbers(scope: Scope, now: datetime) -> list[Numbers]:
    """The numbers of every clinic that the actor belongs to."""
    return numbers_of(scope.entities(Clinic), now)


def numbers_of(clinics: Sequence[Clinic], now: datetime) -> list[Numbers]:
    """The numbers of some clinics, by name, and whether each is open now."""
    return [
        Numbers(
            clinic_name=clinic.name,
            emergency=clinic.emergency_number,
            clinic=clinic.clinic_number,
            out_of_hours=clinic.out_of_hours_number,
            crisis=clinic.crisis_number,
            opening_hours=clinic.opening_hours,
            zone=clinic.zone,
            open_spans=clinic.open_spans,
            is_open=is_open(read_week(clinic.open_spans), local_time(now, clinic.zone)),
        )
        for clinic in sorted(clinics, key=lambda row: row.name)
    ]


def see_people(scope: Scope) -> Sequence[Row[Any]]:
    """(id, role, name, email, ended_at) of the clinic's staff."""
    lead(scope)
    return records.colleagues(scope)


def open_invitations(scope: Scope, now: datetime) -> Sequence[Invitation]:
    """Staff invitations that still wait."""
    lead(scope)
    return scope.entities(
        Invitation,
        Invitation.role != Role.PATIENT,
        Invitation.used_at.is_(None),
        Invitation.expires_at > now,
    )


def withdraw_invitation(scope: Scope, invitation_id: UUID, now: datetime) -> None:
    """Make a waiting invitation worthless."""
    lead(scope)
    row = scope.get(Invitation, Invitation.id == invitation_id, Invitation.role != Role.PATIENT)
    row.used_at = row.used_at or now
    scope.flush()


def end_membership(scope: Scope, membership_id: UUID, now: datetime) -> int:
    """End a colleague's membership and sign-ins; gives how many patients are nobody's now.

    One's own is never ended: a clinic needs its lead.
    """
    actor = lead(scope)
    if membership_id == actor.membership_id:
        raise Invalid({"person": ["own_membership"]})
    row = scope.get(Membership, Membership.id == membership_id, Membership.role != Role.PATIENT)
    row.ended_at, row.covers_since = now, None
    # Left with somebody who is gone, they would stand in nobody's list and nobody's mail.
    left = scope.entities(Patient, Patient.physio_id == row.id)
    for patient in left:
        patient.physio_id = None
    for flag in scope.entities(Flag, Flag.handed_to == row.id):
        flag.handed_to = None
    scope.flush()
    _end_sessions(scope.open_door(), row, now)
    return len(left)


def change_role(scope: Scope, membership_id: UUID, role: Role) -> None:
    """Make a colleague a lead or a physio; never oneself."""
    actor = lead(scope)
    if membership_id == actor.membership_id or not role.is_staff:
        raise Invalid({"person": ["own_membership"]})
    row = scope.get(Membership, Membership.id == membership_id, Membership.role != Role.PATIENT)
    row.role = role
    scope.flush()


def _end_sessions(door: Door, row: Membership, now: datetime) -> None:
    door.run(
        update(AuthSession)
        .where(AuthSession.person_id == row.person_id, AuthSession.clinic_id == row.clinic_id)
        .values(ended_at=now)
    )


def own_patient_id(actor: Actor, clinic_id: UUID) -> UUID:
    """A patient's record at one of the own clinics; raises NotFound."""
    if isinstance(actor, PatientActor):
        for record in actor.records:
            if record.clinic_id == clinic_id:
                return record.patient_id
    raise NotFound("clinic")
