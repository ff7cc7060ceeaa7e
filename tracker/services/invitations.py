"""Invitations: making them, finding what a link or code opens, using them up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update

from tracker.domain import invitation
from tracker.domain.access import Role, StaffActor
from tracker.domain.errors import Expired, NotFound
from tracker.services.secrets import Secrets
from tracker.store.schema import Clinic, Consent, Invitation, Patient
from tracker.store.scope import Door, Scope


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """What is shown once: the link's token, the short code, and until when each holds."""

    token: str
    code: str
    expires_at: datetime
    code_expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """What somebody with a link or code may see before saying who they are: the clinic."""

    id: UUID
    clinic_id: UUID
    clinic_name: str
    clinic_zone: str
    clinic_language: str
    minimum_age: int
    role: Role
    email: str | None
    has_joined_before: bool


# Making them.


def renew(
    scope: Scope,
    secrets: Secrets,
    now: datetime,
    *,
    role: Role,
    patient_id: UUID | None,
    email: str | None,
) -> NewInvitation:
    """A way in that a colleague gives; earlier ones for the same person stop working."""
    if not isinstance(scope.actor, StaffActor):
        raise NotFound("invitation")
    if role.is_staff and not scope.actor.is_lead:
        raise NotFound("invitation")
    same = Invitation.patient_id == patient_id if patient_id else Invitation.email == email
    for older in scope.entities(Invitation, same, Invitation.used_at.is_(None)):
        older.used_at = now
    scope.flush()
    return make(
        scope.open_door(),
        secrets,
        now,
        clinic_id=scope.actor.clinic_id,
        role=role,
        patient_id=patient_id,
        email=email,
        made_by=scope.actor.membership_id,
    )


def make(
    door: Door,
    secrets: Secrets,
    now: datetime,
    *,
    clinic_id: UUID,
    role: Role,
    patient_id: UUID | None,
    email: str | None,
    made_by: UUID | None,
) -> NewInvitation:
    """A way in; only hashes of its secrets are kept."""
    secret = invitation.new_secret()
    row = Invitation(
        clinic_id=clinic_id,
        id=uuid4(),
        role=role,
        patient_id=patient_id,
        email=email,
        token_hash=secrets.keyed_hash("invitation", secret.token),
        code_hash=secrets.keyed_hash("code", secret.code) if role is Role.PATIENT else None,
        made_by=made_by,
        made_at=now,
        expires_at=invitation.link_expiry(now),
        code_expires_at=invitation.code_expiry(now),
    )
    door.session.add(row)
    door.session.flush()
    return NewInvitation(secret.token, secret.spoken, row.expires_at, row.code_expires_at)


# Opening them.


def look_up(door: Door, secrets: Secrets, token: str, now: datetime) -> OpenInvitation:
    """What a link's token or a short code opens; raises Expired for used, old and unknown ones."""
    by_link = secrets.keyed_hash("invitation", token)
    row = door.session.scalar(select(Invitation).where(Invitation.token_hash == by_link))
    if row is None:
        by_code = secrets.keyed_hash("code", invitation.tidy_code(token))
        row = door.session.scalar(
            select(Invitation).where(
                Invitation.code_hash == by_code,
                Invitation.used_at.is_(None),
                Invitation.code_expires_at > now,
            )
        )
    if row is None or row.used_at is not None or row.expires_at <= now:
        raise Expired("invitation")
    return _opened(door, row)


def _opened(door: Door, row: Invitation) -> OpenInvitation:
    clinic = door.session.get_one(Clinic, row.clinic_id)
    joined = False
    if row.patient_id is not None:
        patient = door.session.get_one(Patient, (row.clinic_id, row.patient_id))
        joined = patient.person_id is not None
        is_by_clinic = row.made_by is not None
        if joined and is_by_clinic and not has_consent(door, row.clinic_id, patient.id):
            # Else a clinic could open with a code of its own what the patient closed to it.
            raise Expired("invitation")
    return OpenInvitation(
        id=row.id,
        clinic_id=row.clinic_id,
        clinic_name=clinic.name,
        clinic_zone=clinic.zone,
        clinic_language=clinic.language,
        minimum_age=clinic.minimum_age,
        role=Role(row.role),
        email=row.email,
        has_joined_before=joined,
    )


def has_consent(door: Door, clinic_id: UUID, patient_id: UUID) -> bool:
    """Whether a patient's consent to share with a clinic stands."""
    standing = select(Consent.id).where(
        Consent.clinic_id == clinic_id,
        Consent.patient_id == patient_id,
        Consent.withdrawn_at.is_(None),
    )
    return door.session.scalar(standing) is not None


# Using them up.


def count_wrong(door: Door, opened: OpenInvitation, now: datetime) -> None:
    """Count a wrong name or year; after a few the invitation is burnt."""
    row = door.session.get_one(Invitation, (opened.clinic_id, opened.id))
    door.run(
        update(Invitation)
        .where(Invitation.clinic_id == opened.clinic_id, Invitation.id == opened.id)
        .values(tries=Invitation.tries + 1)
    )
    door.session.refresh(row)
    if row.tries >= invitation.TRIES:
        row.used_at = now
    door.session.flush()


def claim(door: Door, opened: OpenInvitation, now: datetime) -> Invitation:
    """Use an invitation up, once: of two taps the second finds it used."""
    claimed = door.run(
        update(Invitation)
        .where(
            Invitation.clinic_id == opened.clinic_id,
            Invitation.id == opened.id,
            Invitation.used_at.is_(None),
        )
        .values(used_at=now)
    )
    if claimed.rowcount != 1:
        raise Expired("invitation")
    return door.session.get_one(Invitation, (opened.clinic_id, opened.id), populate_existing=True)
