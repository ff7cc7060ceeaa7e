"""Queries of the post room: who is due a mail, and the outbox's claims."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, and_, case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tracker.domain.access import Role
from tracker.store.schema import (
    Checkin,
    Clinic,
    Heartbeat,
    Invitation,
    Membership,
    Outbox,
    Patient,
    Person,
    StretchEntry,
    Subscription,
)
from tracker.store.scope import Door

Rows = Sequence[Row[Any]]

_OWN_RECORD = and_(
    Patient.clinic_id == Membership.clinic_id, Patient.person_id == Membership.person_id
)
_ADDRESS = case((Membership.role == Role.PATIENT, Patient.email), else_=Person.email)
"""A patient's mail about one clinic goes to the address in that clinic's record: an address that
one clinic wrote down must never receive another clinic's link."""


def insert_into(door: Door, model: type[Any]) -> Any:
    """The engine's own INSERT, which can say what to do on a conflict."""
    name = door.session.get_bind().dialect.name
    return (sqlite.insert if name == "sqlite" else postgresql.insert)(model)


def staff_with_mail(door: Door) -> Rows:
    """(clinic_id, person_id, zone) of every working staff member with an address."""
    rows: Rows = door.run(
        select(Membership.clinic_id, Membership.person_id, Clinic.zone)
        .join(Clinic, Clinic.id == Membership.clinic_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.role.in_((Role.PHYSIO, Role.LEAD)),
            Membership.ended_at.is_(None),
            Person.email.is_not(None),
        )
    ).all()
    return rows


def patients_with_mail(door: Door) -> Rows:
    """(clinic_id, person_id, zone) of every joined patient with an address."""
    rows: Rows = door.run(
        select(Membership.clinic_id, Membership.person_id, Person.zone)
        .join(Person, Person.id == Membership.person_id)
        .join(Patient, _OWN_RECORD)
        .where(
            Membership.role == Role.PATIENT,
            Membership.ended_at.is_(None),
            Patient.email.is_not(None),
        )
    ).all()
    return rows


def put_once(
    door: Door, clinic_id: UUID, person_id: UUID, kind: str, period: str, now: datetime
) -> bool:
    """Put a mail into the outbox unless it is there already; whether it was put."""
    statement = (
        insert_into(door, Outbox)
        .values(
            clinic_id=clinic_id,
            person_id=person_id,
            kind=kind,
            period=period,
            message_id=f"{uuid4()}@aftercare",
            state="waiting",
            attempts=0,
            made_at=now,
            fault="",
        )
        .on_conflict_do_nothing(index_elements=["clinic_id", "person_id", "kind", "period"])
        .returning(Outbox.id)
    )
    return door.run(statement).scalar() is not None


def waiting(door: Door, now: datetime, limit: int) -> Sequence[int]:
    """Keys of mails that wait and that nobody holds: what can't wait first, then the oldest."""
    return door.session.scalars(
        select(Outbox.id)
        .where(
            Outbox.state == "waiting",
            or_(Outbox.leased_until.is_(None), Outbox.leased_until <= now),
        )
        .order_by(case((Outbox.kind == "safety", 0), else_=1), Outbox.id)
        .limit(limit)
    ).all()


def claim(door: Door, key: int, now: datetime, until: datetime) -> int:
    """Lease one mail; of two workers one wins. Which try this is, 0 for who lost."""
    attempts: int | None = door.run(
        update(Outbox)
        .where(
            Outbox.id == key,
            Outbox.state == "waiting",
            or_(Outbox.leased_until.is_(None), Outbox.leased_until <= now),
        )
        .values(leased_until=until, attempts=Outbox.attempts + 1)
        .returning(Outbox.attempts)
    ).scalar()
    return attempts or 0


def finish(
    door: Door,
    key: int,
    state: str,
    now: datetime,
    *,
    fault: str = "",
    again_at: datetime | None = None,
) -> None:
    """Mark a mail; a waiting one may be tried again from `again_at`."""
    door.run(
        update(Outbox)
        .where(Outbox.id == key)
        .values(
            state=state,
            done_at=None if state == "waiting" else now,
            fault=fault[:200],
            leased_until=again_at,
        )
    )


def recipient(door: Door, key: int) -> Row[Any] | None:
    """One mail with its person, membership and clinic as they are now."""
    found: Row[Any] | None = door.run(
        select(
            Outbox.clinic_id,
            Outbox.person_id,
            Outbox.kind,
            Outbox.period,
            Outbox.message_id,
            _ADDRESS.label("email"),
            Person.name,
            Person.language,
            Person.zone.label("own_zone"),
            Membership.role,
            Membership.id.label("membership_id"),
            Membership.ended_at,
            Clinic.name.label("clinic_name"),
            Clinic.zone,
            Subscription.is_on,
        )
        .join(Person, Person.id == Outbox.person_id)
        .join(
            Membership,
            and_(
                Membership.clinic_id == Outbox.clinic_id,
                Membership.person_id == Outbox.person_id,
            ),
        )
        .join(Clinic, Clinic.id == Outbox.clinic_id)
        .outerjoin(Patient, _OWN_RECORD)
        .outerjoin(
            Subscription,
            and_(
                Subscription.clinic_id == Outbox.clinic_id,
                Subscription.person_id == Outbox.person_id,
                Subscription.kind == Outbox.kind,
            ),
        )
        .where(Outbox.id == key)
    ).one_or_none()
    return found


def set_subscription(
    door: Door, clinic_id: UUID, person_id: UUID, kind: str, now: datetime, *, is_on: bool
) -> None:
    """Keep a person's choice about one kind of mail."""
    statement = (
        insert_into(door, Subscription)
        .values(clinic_id=clinic_id, person_id=person_id, kind=kind, is_on=is_on, changed_at=now)
        .on_conflict_do_update(
            index_elements=["clinic_id", "person_id", "kind"],
            set_={"is_on": is_on, "changed_at": now},
        )
    )
    door.run(statement)


def find_subscription(door: Door, clinic_id: UUID, person_id: UUID, kind: str) -> bool | None:
    """A person's choice, None where nothing was chosen."""
    return door.session.scalar(
        select(Subscription.is_on).where(
            Subscription.clinic_id == clinic_id,
            Subscription.person_id == person_id,
            Subscription.kind == kind,
        )
    )


def week_of(door: Door, clinic_id: UUID, person_id: UUID, first: date, last: date) -> Row[Any]:
    """(days, sessions, stretches) that a patient's own week holds at one clinic."""
    own = and_(Patient.clinic_id == clinic_id, Patient.person_id == person_id)
    patient = select(Patient.id).where(own).scalar_subquery()
    days = (
        select(func.count(func.distinct(Checkin.local_date)))
        .where(
            Checkin.clinic_id == clinic_id,
            Checkin.patient_id == patient,
            Checkin.local_date.between(first, last),
        )
        .scalar_subquery()
    )
    stretches = (
        select(func.count())
        .select_from(StretchEntry)
        .where(
            StretchEntry.clinic_id == clinic_id,
            StretchEntry.patient_id == patient,
            StretchEntry.outcome.in_(("done", "partly")),
            StretchEntry.local_date.between(first, last),
        )
        .scalar_subquery()
    )
    row: Row[Any] = door.run(select(days.label("days"), stretches.label("stretches"))).one()
    return row


def clinic_number(door: Door, clinic_id: UUID) -> str:
    """The clinic's own telephone number."""
    found: str = door.run(select(Clinic.clinic_number).where(Clinic.id == clinic_id)).scalar_one()
    return found


def beat(door: Door, name: str, now: datetime) -> None:
    """Leave the worker's sign of life."""
    statement = (
        insert_into(door, Heartbeat)
        .values(name=name, beat_at=now)
        .on_conflict_do_update(index_elements=["name"], set_={"beat_at": now})
    )
    door.run(statement)


def last_beat(door: Door, name: str) -> datetime | None:
    """When the worker was last seen."""
    return door.session.scalar(select(Heartbeat.beat_at).where(Heartbeat.name == name))


def people_with_email(door: Door, email: str) -> Rows:
    """(clinic_id, person_id) of joined patients whose record in that clinic has this address."""
    rows: Rows = door.run(
        select(Patient.clinic_id, Patient.person_id).where(
            Patient.email == email, Patient.person_id.is_not(None)
        )
    ).all()
    return rows


def void_mailed_invitations(door: Door, clinic_id: UUID, person_id: UUID, now: datetime) -> None:
    """Close the unused ways in that earlier mails to a patient brought; staff's own stay open."""
    patient = select(Patient.id).where(
        Patient.clinic_id == clinic_id, Patient.person_id == person_id
    )
    door.run(
        update(Invitation)
        .where(
            Invitation.clinic_id == clinic_id,
            Invitation.patient_id.in_(patient),
            Invitation.made_by.is_(None),
            Invitation.used_at.is_(None),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
