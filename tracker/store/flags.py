"""Queries over flags: those of a clinic for its staff, and those that the mail worker looks for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from tracker.domain.access import Role
from tracker.domain.safety import Tier
from tracker.store.logs import lock_patient
from tracker.store.schema import (
    Episode,
    EpisodeSummary,
    Flag,
    FlagStep,
    Membership,
    NeedlingSession,
    Outbox,
    Patient,
    Person,
)
from tracker.store.scope import Door, Scope, consent_stands

Rows = Sequence[Row[Any]]

PRESSING = tuple(tier for tier in Tier if tier.is_pressing)


def standing_of(
    scope: Scope, patient_id: UUID, kind: str, subject_id: UUID | None, since: datetime
) -> Sequence[Flag]:
    """A patient's flags of one kind about one thing, raised since a moment."""
    about = Flag.subject_id.is_(None) if subject_id is None else Flag.subject_id == subject_id
    return scope.entities(
        Flag, Flag.patient_id == patient_id, Flag.kind == kind, about, Flag.raised_at > since
    )


def has_source(scope: Scope, patient_id: UUID, kind: str, source_id: UUID) -> bool:
    """Whether an entry has raised its flag already."""
    return bool(
        scope.entities(
            Flag,
            Flag.patient_id == patient_id,
            Flag.kind == kind,
            Flag.source_id == source_id,
        )
    )


def last_needled(scope: Scope, until: datetime, patient_id: UUID | None = None) -> datetime | None:
    """When the last needles went in, of what the actor sees; None for never."""
    statement = select(func.max(NeedlingSession.needled_at)).where(
        NeedlingSession.needled_at <= until
    )
    if patient_id is not None:
        statement = statement.where(NeedlingSession.patient_id == patient_id)
    (row,) = scope.rows(statement, NeedlingSession)
    found: datetime | None = row[0]
    return found


def lock(scope: Scope, flag: Flag) -> None:
    """Let one answer to a flag in at a time, and see what the one before left."""
    lock_patient(scope, flag.clinic_id, flag.patient_id)
    scope.refresh(flag)


def _flags() -> Any:
    return (
        select(Flag, Patient.name, Patient.physio_id, Patient.phone, Patient.person_id)
        .join(Patient, (Patient.clinic_id == Flag.clinic_id) & (Patient.id == Flag.patient_id))
        .order_by(Flag.raised_at.desc())
    )


def waits(now: datetime | ColumnElement[datetime] | None) -> ColumnElement[bool]:
    """SQL: a flag waits for somebody; without `now` a snoozed one waits too."""
    is_open = and_(Flag.acknowledged_at.is_(None), Flag.closed_at.is_(None))
    if now is None:
        return is_open
    return and_(is_open, or_(Flag.snoozed_until.is_(None), Flag.snoozed_until <= now))


def open_flags(scope: Scope, now: datetime | None, patient_id: UUID | None = None) -> Rows:
    """(Flag, name, physio_id, phone, person_id) of what waits, the newest first."""
    statement = _flags().where(waits(now))
    if patient_id is not None:
        statement = statement.where(Flag.patient_id == patient_id)
    return scope.rows(statement, Flag, Patient)


def snoozed_flags(scope: Scope, now: datetime) -> Rows:
    """The same of what somebody has put off, the first to come back first."""
    statement = _flags().where(waits(None), Flag.snoozed_until > now)
    return scope.rows(statement.order_by(None).order_by(Flag.snoozed_until), Flag, Patient)


def answered_flags(scope: Scope, since: datetime, most: int) -> Rows:
    """The same of what was acknowledged or closed since a moment, the newest first."""
    answered_at = func.coalesce(Flag.acknowledged_at, Flag.closed_at)
    statement = _flags().where(answered_at > since)
    return scope.rows(
        statement.order_by(None).order_by(answered_at.desc()).limit(most), Flag, Patient
    )


def steps_of(scope: Scope, flag_ids: Collection[UUID]) -> Sequence[FlagStep]:
    """What was done about some flags, in order."""
    if not flag_ids:
        return ()
    found = scope.entities(FlagStep, FlagStep.flag_id.in_(flag_ids))
    return sorted(found, key=lambda row: row.made_at)


def open_counts(
    scope: Scope, now: datetime | None, physio_id: UUID | None = None
) -> dict[str, int]:
    """How many flags of each tier wait, of one colleague or all."""
    statement = (
        select(Flag.tier, func.count())
        .join(Patient, (Patient.clinic_id == Flag.clinic_id) & (Patient.id == Flag.patient_id))
        .where(waits(now))
        .group_by(Flag.tier)
    )
    if physio_id is not None:
        statement = statement.where(func.coalesce(Flag.handed_to, Patient.physio_id) == physio_id)
    return dict(scope.rows(statement, Flag, Patient))


def raised_counts(
    scope: Scope, starts: Sequence[datetime], physio_id: UUID | None
) -> dict[UUID | None, list[int]]:
    """How many flags were raised in each span, by the patients' physio; each ends with the next."""
    ends = [*starts[1:], None]
    spans = [
        Flag.raised_at >= start
        if end is None
        else and_(Flag.raised_at >= start, Flag.raised_at < end)
        for start, end in zip(starts, ends, strict=True)
    ]
    statement = (
        select(Patient.physio_id, *(func.sum(case((span, 1), else_=0)) for span in spans))
        .select_from(Flag)
        .join(Patient, (Patient.clinic_id == Flag.clinic_id) & (Patient.id == Flag.patient_id))
        .where(Flag.raised_at >= starts[0])
        .group_by(Patient.physio_id)
    )
    if physio_id is not None:
        statement = statement.where(Patient.physio_id == physio_id)
    return {
        row[0]: [int(count) for count in row[1:]] for row in scope.rows(statement, Flag, Patient)
    }


def undelivered(scope: Scope, kind: str, since: datetime, overdue: datetime) -> Rows:
    """(name, email, fault, made_at, state) of mails of a kind that have not gone out.

    Those given up, and those made before `overdue` that still wait.
    """
    return scope.rows(
        select(Person.name, Person.email, Outbox.fault, Outbox.made_at, Outbox.state)
        .join(Person, Person.id == Outbox.person_id)
        .where(
            Outbox.kind == kind,
            Outbox.made_at > since,
            or_(
                Outbox.state == "failed",
                (Outbox.state == "waiting") & (Outbox.made_at < overdue),
            ),
        )
        .order_by(Outbox.made_at.desc()),
        Outbox,
        Person,
    )


# For the mail worker, before anybody is known.


def pressing(door: Door) -> Rows:
    """(clinic_id, patient_id, id, raised_at) of what is RED or URGENT and nobody acknowledged.

    Of patients who share their log alone: of the others the clinic sees nothing.
    """
    rows: Rows = door.run(
        select(Flag.clinic_id, Flag.patient_id, Flag.id, Flag.raised_at)
        .where(
            Flag.acknowledged_at.is_(None),
            Flag.tier.in_(PRESSING),
            consent_stands(Flag.clinic_id, Flag.patient_id),
        )
        .order_by(Flag.raised_at)
    ).all()
    return rows


def find_pressing(door: Door, clinic_id: UUID, flag_id: UUID) -> datetime | None:
    """When a flag was raised that still waits for somebody; None for any other."""
    return door.session.scalar(
        select(Flag.raised_at).where(
            Flag.clinic_id == clinic_id,
            Flag.id == flag_id,
            Flag.acknowledged_at.is_(None),
            consent_stands(Flag.clinic_id, Flag.patient_id),
        )
    )


def responsible(door: Door, clinic_id: UUID, patient_id: UUID, flag_id: UUID) -> Sequence[UUID]:
    """The people who have to hear of a patient's report: the physio, all leads, the cover.

    And whom its flag was handed to.
    """
    handed = (
        select(Flag.handed_to)
        .where(Flag.clinic_id == clinic_id, Flag.patient_id == patient_id, Flag.id == flag_id)
        .scalar_subquery()
    )
    physio = (
        select(Patient.physio_id)
        .where(Patient.clinic_id == clinic_id, Patient.id == patient_id)
        .scalar_subquery()
    )
    return door.session.scalars(
        select(Membership.person_id)
        .where(
            Membership.clinic_id == clinic_id,
            Membership.role.in_((Role.PHYSIO, Role.LEAD)),
            Membership.ended_at.is_(None),
            or_(
                Membership.id == physio,
                Membership.id == handed,
                Membership.role == Role.LEAD,
                Membership.covers_since.is_not(None),
            ),
        )
        .order_by(Membership.created_at)
    ).all()


def gone_quiet(door: Door, first: date, last: date) -> Rows:
    """(clinic_id, patient_id, episode_id, last_logged_on) of silences since `first` to `last`.

    Of who shares, by problems that are open. Who logs one problem is not quiet about another: of
    each patient the problem that was logged last speaks.
    """
    summary, newer = EpisodeSummary, aliased(EpisodeSummary)
    rows: Rows = door.run(
        select(summary.clinic_id, summary.patient_id, summary.episode_id, summary.last_logged_on)
        .join(
            Episode,
            (Episode.clinic_id == summary.clinic_id)
            & (Episode.patient_id == summary.patient_id)
            & (Episode.id == summary.episode_id),
        )
        .where(
            Episode.closed_on.is_(None),
            summary.last_logged_on.between(first, last),
            consent_stands(summary.clinic_id, summary.patient_id),
            ~exists().where(
                newer.clinic_id == summary.clinic_id,
                newer.patient_id == summary.patient_id,
                or_(
                    newer.last_logged_on > summary.last_logged_on,
                    (newer.last_logged_on == summary.last_logged_on)
                    & (newer.episode_id > summary.episode_id),
                ),
            ),
        )
    ).all()
    return rows


def known_sources(door: Door, kind: str, sources: Collection[UUID]) -> set[UUID]:
    """Which of some sources have raised their flag of a kind."""
    if not sources:
        return set()
    return set(
        door.session.scalars(
            select(Flag.source_id).where(Flag.kind == kind, Flag.source_id.in_(sources))
        )
    )
