"""Colleagues' joining: the way in that they are given, and what happens when they take it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select

from tracker.domain.access import Role
from tracker.domain.errors import Invalid
from tracker.domain.session import SessionKind
from tracker.services import accounts, invitations
from tracker.services.accounts import SignedIn
from tracker.services.invitations import NewInvitation, OpenInvitation
from tracker.services.secrets import Secrets
from tracker.store.schema import Membership, Person
from tracker.store.scope import Door, Scope


def invite_staff(
    scope: Scope, secrets: Secrets, email: str, role: Role, now: datetime
) -> NewInvitation:
    """A fresh way in for a colleague, bound to an address; earlier ones stop working."""
    return invitations.renew(
        scope, secrets, now, role=role, patient_id=None, email=email.strip().lower()
    )


def invite_first_lead(
    door: Door, secrets: Secrets, clinic_id: UUID, email: str, now: datetime
) -> NewInvitation:
    """A new clinic's first invitation, which nobody inside could make."""
    return invitations.make(
        door,
        secrets,
        now,
        clinic_id=clinic_id,
        role=Role.LEAD,
        patient_id=None,
        email=email.strip().lower(),
        made_by=None,
    )


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
        invitations.claim(door, opened, now)
    else:
        accounts.check_password_rules(password)
        invitations.claim(door, opened, now)
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
