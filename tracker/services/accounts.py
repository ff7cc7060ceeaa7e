"""Sign-in, sign-out and who is behind a session token."""

from __future__ import annotations

import secrets as random_secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, false, or_, select, update
from sqlalchemy.orm import aliased

from tracker.domain.access import Actor, OwnRecord, PatientActor, Role, StaffActor
from tracker.domain.errors import Expired, Invalid, NotFound, Unauthenticated
from tracker.domain.session import SEEN_EVERY, SessionKind, is_alive
from tracker.services.secrets import Secrets
from tracker.store.schema import (
    AuthSession,
    Clinic,
    Membership,
    Patient,
    Person,
    SessionGrant,
)
from tracker.store.scope import Door

PASSWORD_LEAST = 10
PASSWORD_MOST = 200
RESET_SECONDS = 3600
_RESET = "password-reset"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session token for the cookie, and whose it is."""

    token: str
    person_id: UUID


@dataclass(frozen=True, slots=True)
class Device:
    """One of a person's sign-ins, as its owner sees it."""

    id: UUID
    device: str
    created_at: datetime
    seen_at: datetime
    is_this: bool


# Who is it? Asked at every request, so these statements are built once.


def _is_staff(member: Any = Membership) -> ColumnElement[bool]:
    return and_(member.role.in_((Role.PHYSIO, Role.LEAD)), member.ended_at.is_(None))


_OTHER = aliased(Membership)
# A patient's session names no clinic, so that of this nothing but the person is found.
_SESSION = (
    select(
        AuthSession.id,
        AuthSession.kind,
        AuthSession.created_at,
        AuthSession.seen_at,
        Person.id.label("person_id"),
        Person.name,
        Person.language,
        Person.zone,
        Clinic.id.label("clinic_id"),
        Clinic.name.label("clinic_name"),
        Clinic.zone.label("clinic_zone"),
        Membership.id.label("membership_id"),
        Membership.role,
        exists()
        .where(
            _OTHER.person_id == AuthSession.person_id,
            _OTHER.clinic_id != AuthSession.clinic_id,
            _is_staff(_OTHER),
        )
        .label("has_other_clinics"),
    )
    .join(Person, Person.id == AuthSession.person_id)
    .outerjoin(
        Membership,
        and_(
            Membership.clinic_id == AuthSession.clinic_id,
            Membership.person_id == AuthSession.person_id,
            _is_staff(),
        ),
    )
    .outerjoin(Clinic, Clinic.id == Membership.clinic_id)
    .where(AuthSession.token_hash == bindparam("token"), AuthSession.ended_at.is_(None))
)
_RECORDS = (
    select(Patient.clinic_id, Patient.id, Clinic.name, Clinic.zone)
    .join(
        SessionGrant,
        (SessionGrant.clinic_id == Patient.clinic_id)
        & (SessionGrant.person_id == Patient.person_id),
    )
    .join(
        Membership,
        (Membership.clinic_id == Patient.clinic_id) & (Membership.person_id == Patient.person_id),
    )
    .join(Clinic, Clinic.id == Patient.clinic_id)
    .where(
        SessionGrant.session_id == bindparam("session"),
        Patient.person_id == bindparam("person"),
        Membership.ended_at.is_(None),
    )
    .order_by(Clinic.name)
)


def find_actor(door: Door, secrets: Secrets, token: str, now: datetime) -> Actor | None:
    """The actor behind a session token, None when the session has ended or never was."""
    return find_actor_seen(door, secrets, token, now)[0]


def find_actor_seen(
    door: Door, secrets: Secrets, token: str, now: datetime
) -> tuple[Actor | None, bool]:
    """The actor behind a session token, and whether last-seen is old enough to be written."""
    hashed = secrets.keyed_hash("session", token)
    row = door.values(_SESSION, {"token": hashed}).one_or_none()
    if row is None or not is_alive(SessionKind(row.kind), row.created_at, row.seen_at, now):
        return None, False
    actor = _staff_actor(row) if row.kind == SessionKind.STAFF else _patient_actor(door, row)
    return actor, now - row.seen_at >= SEEN_EVERY


def _patient_actor(door: Door, row: Row[*tuple[Any, ...]]) -> PatientActor:
    known = {"session": row.id, "person": row.person_id}
    records = door.session.execute(_RECORDS, known).all()
    return PatientActor(
        person_id=row.person_id,
        session_id=row.id,
        name=row.name,
        language=row.language,
        zone=row.zone,
        records=tuple(OwnRecord(*record) for record in records),
    )


def _staff_actor(row: Row[*tuple[Any, ...]]) -> StaffActor | None:
    """The member of the session's clinic; None for who belongs to it no longer."""
    if row.membership_id is None:
        return None
    return StaffActor(
        person_id=row.person_id,
        session_id=row.id,
        clinic_id=row.clinic_id,
        membership_id=row.membership_id,
        role=Role(row.role),
        name=row.name,
        language=row.language,
        clinic_name=row.clinic_name,
        clinic_zone=row.clinic_zone,
        has_other_clinics=row.has_other_clinics,
    )


def mark_seen(door: Door, actor: Actor, now: datetime) -> None:
    """Move a session's idle limit on."""
    door.run(update(AuthSession).where(AuthSession.id == actor.session_id).values(seen_at=now))


# Signing in.


def open_session(
    door: Door,
    secrets: Secrets,
    person_id: UUID,
    kind: SessionKind,
    now: datetime,
    *,
    clinic_id: UUID | None = None,
    device: str = "",
) -> SignedIn:
    """Make a session row under a fresh token; a patient's still needs its grants."""
    token = random_secrets.token_urlsafe(32)
    session = AuthSession(
        id=uuid4(),
        token_hash=secrets.keyed_hash("session", token),
        person_id=person_id,
        kind=kind,
        clinic_id=clinic_id if kind is SessionKind.STAFF else None,
        device=device[:80],
        created_at=now,
        seen_at=now,
    )
    door.session.add(session)
    door.session.flush()
    if kind is SessionKind.PATIENT and clinic_id is not None:
        grant(door, session.id, clinic_id, person_id)
    return SignedIn(token, person_id)


def grant(door: Door, session_id: UUID, clinic_id: UUID, person_id: UUID) -> None:
    """Let a patient's session open one clinic's record besides those it has."""
    have = door.session.get(SessionGrant, (session_id, clinic_id))
    if have is None:
        door.session.add(
            SessionGrant(session_id=session_id, clinic_id=clinic_id, person_id=person_id)
        )
        door.session.flush()


def sign_in_staff(
    door: Door, secrets: Secrets, email: str, password: str, now: datetime, *, device: str = ""
) -> SignedIn:
    """Sign a physio or lead in by password; raises Invalid, the same for every wrong pair."""
    person = door.session.scalar(
        select(Person).where(
            Person.email == email.strip().lower(), Person.password_hash.is_not(None)
        )
    )
    if not secrets.is_password(person.password_hash if person else None, password):
        raise Invalid({"password": ["wrong_pair"]})
    if person is None:
        raise Invalid({"password": ["wrong_pair"]})
    clinic_id = _first_clinic(door, person.id)
    if clinic_id is None:
        raise Invalid({"password": ["wrong_pair"]})
    return open_session(
        door, secrets, person.id, SessionKind.STAFF, now, clinic_id=clinic_id, device=device
    )


def _first_clinic(door: Door, person_id: UUID) -> UUID | None:
    return door.session.scalar(
        select(Membership.clinic_id)
        .where(
            Membership.person_id == person_id,
            _is_staff(),
        )
        .order_by(Membership.created_at)
        .limit(1)
    )


def sign_out(door: Door, actor: Actor, now: datetime) -> None:
    """End this session; its token is worthless from here on."""
    end_session(door, actor, actor.session_id, now)


def end_session(door: Door, actor: Actor, session_id: UUID, now: datetime) -> None:
    """End one of a person's own sessions; raises NotFound for anybody else's."""
    ended = door.run(
        update(AuthSession)
        .where(
            AuthSession.id == session_id,
            _reach(actor),
            AuthSession.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
    if ended.rowcount != 1:
        raise NotFound("session")


def end_other_sessions(door: Door, person_id: UUID, keep: UUID | None, now: datetime) -> None:
    """End all of a person's sessions but one (or none)."""
    statement = update(AuthSession).where(
        AuthSession.person_id == person_id, AuthSession.ended_at.is_(None)
    )
    if keep is not None:
        statement = statement.where(AuthSession.id != keep)
    door.run(statement.values(ended_at=now))


def list_devices(door: Door, actor: Actor, now: datetime) -> list[Device]:
    """A person's living sign-ins, the newest first."""
    rows = door.session.scalars(
        select(AuthSession)
        .where(_reach(actor), AuthSession.ended_at.is_(None))
        .order_by(AuthSession.seen_at.desc())
    ).all()
    return [
        Device(row.id, row.device, row.created_at, row.seen_at, row.id == actor.session_id)
        for row in rows
        if is_alive(SessionKind(row.kind), row.created_at, row.seen_at, now)
    ]


def list_clinics(door: Door, actor: StaffActor) -> list[tuple[UUID, str]]:
    """The clinics that a staff member may work in, by name."""
    rows = door.run(
        select(Clinic.id, Clinic.name)
        .join(Membership, Membership.clinic_id == Clinic.id)
        .where(
            Membership.person_id == actor.person_id,
            _is_staff(),
        )
        .order_by(Clinic.name)
    ).all()
    return [(row.id, row.name) for row in rows]


def switch_clinic(door: Door, actor: StaffActor, clinic_id: UUID) -> None:
    """Work in another of one's own clinics from now on; raises NotFound."""
    if clinic_id not in {own for own, _ in list_clinics(door, actor)}:
        raise NotFound("clinic")
    door.run(
        update(AuthSession).where(AuthSession.id == actor.session_id).values(clinic_id=clinic_id)
    )


# Passwords.


def check_password_rules(password: str) -> None:
    """Length is what counts (NIST SP 800-63B); raises Invalid."""
    if len(password) < PASSWORD_LEAST:
        raise Invalid({"password": ["password_short"]})
    if len(password) > PASSWORD_MOST:
        raise Invalid({"password": ["password_long"]})


def change_password(
    door: Door, secrets: Secrets, actor: StaffActor, old: str, new: str, now: datetime
) -> None:
    """Change one's own password and end all other sessions; raises Invalid."""
    person = door.session.get_one(Person, actor.person_id)
    if not secrets.is_password(person.password_hash, old):
        raise Invalid({"old_password": ["wrong_password"]})
    check_password_rules(new)
    person.password_hash = secrets.hash_password(new)
    end_other_sessions(door, actor.person_id, actor.session_id, now)
    door.session.flush()


def find_staff_person(door: Door, email: str) -> Person | None:
    """The person who signs in with this address, if there is one."""
    return door.session.scalar(
        select(Person).where(
            Person.email == email.strip().lower(), Person.password_hash.is_not(None)
        )
    )


def reset_ticket(secrets: Secrets, person: Person) -> str:
    """A signed link's ticket: good for an hour, and only until the password changes."""
    return secrets.sign(_RESET, [str(person.id), (person.password_hash or "")[-16:]])


def reset_password(
    door: Door, secrets: Secrets, ticket: str, new: str | None, now: datetime
) -> str:
    """Set a new password by ticket (or, with None, only look); gives the address.

    Raises Expired for a used, old or forged ticket, Invalid for a password too short.
    """
    person_id, tail = secrets.unsign(_RESET, ticket, max_age=RESET_SECONDS)
    person = door.session.get(Person, UUID(person_id))
    if person is None or not person.password_hash or person.password_hash[-16:] != tail:
        raise Expired("the link was used already")
    if new is not None:
        check_password_rules(new)
        person.password_hash = secrets.hash_password(new)
        end_other_sessions(door, person.id, None, now)
        door.session.flush()
    return person.email or ""


def set_language(door: Door, actor: Actor, language: str) -> None:
    """Remember the language that a person reads."""
    door.run(update(Person).where(Person.id == actor.person_id).values(language=language))


def set_zone(door: Door, actor: Actor, zone: str) -> None:
    """Remember the zone that a person's phone is in."""
    door.run(update(Person).where(Person.id == actor.person_id).values(zone=zone))


def require(actor: Actor | None) -> Actor:
    """The actor, or Unauthenticated."""
    if actor is None:
        raise Unauthenticated
    return actor


def own_email(door: Door, actor: Actor) -> str:
    """A person's own address, empty where there is none."""
    if isinstance(actor, StaffActor):
        return door.session.scalar(select(Person.email).where(Person.id == actor.person_id)) or ""
    known = door.session.scalars(
        select(Patient.email).where(_own_records(actor), Patient.email.is_not(None))
    )
    return next((email for email in known if email), "")


def set_email(door: Door, actor: PatientActor, email: str) -> None:
    """Set or clear a patient's address in the records that this session opens, no others.

    A session that a clinic's code opened must not redirect another clinic's mail.
    """
    door.run(update(Patient).where(_own_records(actor)).values(email=email.strip().lower() or None))


def _own_records(actor: PatientActor) -> ColumnElement[bool]:
    pairs = [
        (Patient.clinic_id == record.clinic_id) & (Patient.id == record.patient_id)
        for record in actor.records
    ]
    return or_(false(), *pairs)


def _reach(actor: Actor) -> ColumnElement[bool]:
    """The sign-ins that an actor may see and end: none that opens more than the actor's own."""
    own = AuthSession.person_id == actor.person_id
    if isinstance(actor, StaffActor):
        return own
    beyond = select(SessionGrant.session_id).where(
        SessionGrant.person_id == actor.person_id,
        SessionGrant.clinic_id.not_in([record.clinic_id for record in actor.records]),
    )
    return own & AuthSession.id.not_in(beyond)
