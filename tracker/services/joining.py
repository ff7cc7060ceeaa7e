"""Invitations: making them, finding what a link or code opens, and joining through them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import select, update

from tracker.domain import consent, invitation
from tracker.domain.access import PatientActor, Role, StaffActor
from tracker.domain.errors import Expired, Invalid, NotFound
from tracker.domain.session import SessionKind
from tracker.services import accounts
from tracker.services.accounts import SignedIn
from tracker.services.secrets import Secrets
from tracker.store.schema import Clinic, Consent, Episode, Invitation, Membership, Patient, Person
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


# Making them.


def invite_patient(
    scope: Scope, secrets: Secrets, patient_id: UUID, now: datetime
) -> NewInvitation:
    """A fresh way in for one patient; earlier ones of the same patient stop working."""
    patient = scope.get(Patient, Patient.id == patient_id)
    if patient.person_id is not None and not has_consent(
        scope.open_door(), patient.clinic_id, patient.id
    ):
        raise Invalid({"patient": ["new_phone_by_mail"]})
    return _invite(
        scope, secrets, now, role=Role.PATIENT, patient_id=patient.id, email=patient.email
    )


def invite_staff(
    scope: Scope, secrets: Secrets, email: str, role: Role, now: datetime
) -> NewInvitation:
    """A fresh way in for a colleague, bound to an address; earlier ones stop working."""
    return _invite(scope, secrets, now, role=role, patient_id=None, email=email.strip().lower())


def invite_first_lead(
    door: Door, secrets: Secrets, clinic_id: UUID, email: str, now: datetime
) -> NewInvitation:
    """A new clinic's first invitation, which nobody inside could make."""
    return _make(
        door,
        secrets,
        now,
        clinic_id=clinic_id,
        role=Role.LEAD,
        patient_id=None,
        email=email.strip().lower(),
        made_by=None,
    )


def _invite(
    scope: Scope,
    secrets: Secrets,
    now: datetime,
    *,
    role: Role,
    patient_id: UUID | None,
    email: str | None,
) -> NewInvitation:
    if not isinstance(scope.actor, StaffActor):
        raise NotFound("invitation")
    if role.is_staff and not scope.actor.is_lead:
        raise NotFound("invitation")
    same = Invitation.patient_id == patient_id if patient_id else Invitation.email == email
    for older in scope.entities(Invitation, same, Invitation.used_at.is_(None)):
        older.used_at = now
    scope.flush()
    return _make(
        scope.open_door(),
        secrets,
        now,
        clinic_id=scope.actor.clinic_id,
        role=role,
        patient_id=patient_id,
        email=email,
        made_by=scope.actor.membership_id,
    )


def _make(
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


def invite_again_by_mail(
    door: Door, secrets: Secrets, clinic_id: UUID, person_id: UUID, now: datetime
) -> str | None:
    """A fresh link's token for a patient who asked by mail; None when that has no record."""
    patient = door.session.scalar(
        select(Patient).where(Patient.clinic_id == clinic_id, Patient.person_id == person_id)
    )
    if patient is None:
        return None
    made = _make(
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


def is_them(door: Door, opened: OpenInvitation, joining: Joining) -> bool:
    """Whether who is joining is who was invited, by name and year of birth."""
    row = door.session.get_one(Invitation, (opened.clinic_id, opened.id))
    patient = door.session.get_one(Patient, (opened.clinic_id, row.patient_id))
    return invitation.is_same_person(
        joining.name, joining.year_of_birth, patient.name, patient.year_of_birth
    )


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
    row = _claim(door, opened, now)
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


def _claim(door: Door, opened: OpenInvitation, now: datetime) -> Invitation:
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


def _become_patient(
    door: Door, patient: Patient, joining: Joining, now: datetime, here: PatientActor | None
) -> UUID:
    # A phone may be lent: only the same name goes on as the person who is signed in on it.
    is_lent = here is not None and not invitation.is_same_person(
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
    if not has_consent(door, patient.clinic_id, patient.id):
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


# Colleagues.


def join_staff(
    door: Door,
    secrets: Secrets,
    opened: OpenInvitation,
    *,
    name: str,
    password: str,
    language: str,
    now: datetime,
    device: str = "",
) -> SignedIn:
    """Let an invited colleague in; raises Invalid or Expired.

    An address that signs in already has to give its own password: an invitation never sets one
    over it.
    """
    email = opened.email or ""
    person = accounts.find_staff_person(door, email)
    if person is not None:
        if not secrets.is_password(person.password_hash, password):
            raise Invalid({"password": ["wrong_password"]})
        _claim(door, opened, now)
    else:
        accounts.check_password_rules(password)
        _claim(door, opened, now)
        person = Person(
            id=uuid4(),
            name=name.strip(),
            email=email,
            password_hash=secrets.hash_password(password),
            language=language,
            zone=opened.clinic_zone,
            created_at=now,
        )
        door.session.add(person)
        door.session.flush()
    _become_staff(door, opened, person.id, now)
    return accounts.open_session(
        door,
        secrets,
        person.id,
        SessionKind.STAFF,
        now,
        clinic_id=opened.clinic_id,
        device=device,
    )


def _become_staff(door: Door, opened: OpenInvitation, person_id: UUID, now: datetime) -> None:
    member = door.session.scalar(
        select(Membership).where(
            Membership.clinic_id == opened.clinic_id, Membership.person_id == person_id
        )
    )
    if member is None:
        member = Membership(
            clinic_id=opened.clinic_id, id=uuid4(), person_id=person_id, created_at=now
        )
        door.session.add(member)
    member.role = opened.role
    member.ended_at = None
    door.session.flush()
