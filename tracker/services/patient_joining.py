"""Patients' joining: the way in that they are given, and what happens when they take it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from tracker.domain import consent
from tracker.domain.access import PatientActor, Role
from tracker.domain.errors import Invalid
from tracker.domain.invitation import is_same_person
from tracker.domain.session import SessionKind
from tracker.services import accounts, invitations
from tracker.services.accounts import SignedIn
from tracker.services.invitations import NewInvitation, OpenInvitation
from tracker.services.secrets import Secrets
from tracker.store.schema import Consent, Episode, Invitation, Membership, Patient, Person
from tracker.store.scope import Door, Scope


@dataclass(frozen=True, slots=True)
class Joining:
    """What a patient says on the way in."""

    name: str
    year_of_birth: int
    language: str
    zone: str
    agrees: bool
    guardian: str = ""
    recalled_pain: int | None = None


def invite_patient(
    scope: Scope, secrets: Secrets, patient_id: UUID, now: datetime
) -> NewInvitation:
    """A fresh way in for one patient; earlier ones of the same patient stop working."""
    patient = scope.get(Patient, Patient.id == patient_id)
    if patient.person_id is not None and not invitations.has_consent(
        scope.open_door(), patient.clinic_id, patient.id
    ):
        raise Invalid({"patient": ["new_phone_by_mail"]})
    return invitations.renew(
        scope, secrets, now, role=Role.PATIENT, patient_id=patient.id, email=patient.email
    )


def invite_again_by_mail(
    door: Door, secrets: Secrets, clinic_id: UUID, person_id: UUID, now: datetime
) -> str | None:
    """A fresh link's token for a patient who asked by mail; None when that has no record."""
    patient = door.session.scalar(
        select(Patient).where(Patient.clinic_id == clinic_id, Patient.person_id == person_id)
    )
    if patient is None:
        return None
    made = invitations.make(
        door,
        secrets,
        now,
        clinic_id=clinic_id,
        role=Role.PATIENT,
        patient_id=patient.id,
        email=patient.email,
        made_by=None,
    )
    return made.token


def is_them(door: Door, opened: OpenInvitation, joining: Joining) -> bool:
    """Whether who is joining is who was invited, by name and year of birth."""
    row = door.session.get_one(Invitation, (opened.clinic_id, opened.id))
    patient = door.session.get_one(Patient, (opened.clinic_id, row.patient_id))
    return is_same_person(joining.name, joining.year_of_birth, patient.name, patient.year_of_birth)


def join_patient(
    door: Door,
    secrets: Secrets,
    opened: OpenInvitation,
    joining: Joining,
    now: datetime,
    *,
    here: PatientActor | None = None,
    device: str = "",
    today: date,
) -> SignedIn | None:
    """Let the invited patient in; raises Invalid or Expired.

    Somebody already signed in on this phone (`here`) keeps that session and is given the new
    clinic's record besides: None is returned. Otherwise a session is opened that reaches this one
    clinic, even for a person whom another clinic knows too.
    """
    _check_joining(opened, joining, today)
    row = invitations.claim(door, opened, now)
    patient = door.session.get_one(Patient, (opened.clinic_id, row.patient_id))
    person_id = patient.person_id
    if person_id is None:
        person_id = _become_patient(door, patient, joining, now, here)
        # At the first joining only: afterwards consent is the patient's own page's to change.
        _give_consent(door, patient, joining, now)
        if joining.recalled_pain is not None:
            _keep_recalled(door, patient, joining.recalled_pain)
    if here is not None and here.person_id == person_id:
        accounts.grant(door, here.session_id, opened.clinic_id, person_id)
        return None
    return accounts.open_session(
        door,
        secrets,
        person_id,
        SessionKind.PATIENT,
        now,
        clinic_id=opened.clinic_id,
        device=device,
    )


def _check_joining(opened: OpenInvitation, joining: Joining, today: date) -> None:
    errors: dict[str, list[str]] = {}
    if not joining.agrees and not opened.has_joined_before:
        errors["agrees"] = ["consent_needed"]
    # Only the year is known: on the careful side, until the birthday has surely passed.
    if today.year - joining.year_of_birth <= opened.minimum_age and not joining.guardian.strip():
        errors["guardian"] = ["guardian_needed"]
    if errors:
        raise Invalid(errors)


def _become_patient(
    door: Door, patient: Patient, joining: Joining, now: datetime, here: PatientActor | None
) -> UUID:
    # A phone may be lent: only the same name goes on as the person who is signed in on it.
    is_lent = here is not None and not is_same_person(
        patient.name, patient.year_of_birth, here.name, None
    )
    person_id = here.person_id if here is not None and not is_lent else None
    if person_id is not None:
        taken = select(Membership.id).where(
            Membership.clinic_id == patient.clinic_id, Membership.person_id == person_id
        )
        if door.session.scalar(taken) is not None:
            # This phone belongs to another patient of the same clinic: a person of one's own.
            person_id = None
    if person_id is None:
        person = Person(
            id=uuid4(),
            name=patient.name,
            language=joining.language,
            zone=joining.zone,
            created_at=now,
        )
        door.session.add(person)
        door.session.flush()
        person_id = person.id
    door.session.add(
        Membership(
            clinic_id=patient.clinic_id,
            id=uuid4(),
            person_id=person_id,
            role=Role.PATIENT,
            created_at=now,
        )
    )
    door.session.flush()
    patient.person_id = person_id
    door.session.flush()
    return person_id


def _give_consent(door: Door, patient: Patient, joining: Joining, now: datetime) -> None:
    if not invitations.has_consent(door, patient.clinic_id, patient.id):
        door.session.add(
            Consent(
                clinic_id=patient.clinic_id,
                patient_id=patient.id,
                version=consent.VERSION,
                given_by=joining.guardian.strip() or patient.name,
                given_at=now,
            )
        )
        door.session.flush()


def _keep_recalled(door: Door, patient: Patient, pain: int) -> None:
    newest = door.session.scalar(
        select(Episode)
        .where(
            Episode.clinic_id == patient.clinic_id,
            Episode.patient_id == patient.id,
            Episode.recalled_pain.is_(None),
        )
        .order_by(Episode.opened_on.desc())
        .limit(1)
    )
    if newest is not None:
        newest.recalled_pain = pain
        door.session.flush()
