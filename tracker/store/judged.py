"""Stored judgements of the caseload: whom to judge anew, what the rules read, what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, exists, or_, select, update

from tracker.store.outreach import insert_into
from tracker.store.schema import (
    CaseloadFace,
    Clinic,
    Episode,
    EpisodeSummary,
    Patient,
)
from tracker.store.scope import Door, consent_stands
from tracker.store.void import voided

CHUNK = 500
"""Patients judged at a time: as many ids as a statement takes on either engine."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is kept of one patient; `told` is what the row shows of the log, None without it."""

    patient_id: UUID
    judged_from: datetime
    judged_until: datetime
    place: int | None
    weight: float
    speaks_id: UUID | None
    others: int
    visit_on: date | None
    news: str | None
    news_days: int
    news_at: datetime | None
    told: str | None


def _stale(now: Any) -> tuple[ColumnElement[bool], ...]:
    return Patient.judged_until.is_(None), Patient.judged_until <= now, Patient.judged_from > now


def is_stale(now: Any) -> ColumnElement[bool]:
    """SQL: which patients have no judgement that holds at `now` (a moment, or what names one)."""
    return or_(*_stale(now))


def any_stale(now: Any, *of: ColumnElement[bool]) -> ColumnElement[bool]:
    """SQL: whether some of these patients have none; each way to be so has an index of its own."""
    return or_(*(exists().where(*of, way) for way in _stale(now)))


def clinics_with_stale(door: Door, now: datetime) -> Sequence[Row[Any]]:
    """(id, zone) of the clinics that have patients to judge."""
    waits = select(Patient.clinic_id).where(is_stale(now))
    rows: Sequence[Row[Any]] = door.run(
        select(Clinic.id, Clinic.zone).where(Clinic.id.in_(waits))
    ).all()
    return rows


def lock_stale(door: Door, clinic_id: UUID, now: datetime) -> Sequence[UUID]:
    """Some of a clinic's patients to judge, each held back from other writes until the end."""
    return door.session.scalars(
        select(Patient.id)
        .where(Patient.clinic_id == clinic_id, is_stale(now))
        .order_by(Patient.id)
        .limit(CHUNK)
        .with_for_update()
    ).all()


_FACTS = (
    select(
        Patient.id,
        Patient.person_id,
        Patient.place,
        Patient.judged_until,
        Patient.news,
        Patient.news_days,
        Patient.news_at,
        consent_stands(Patient.clinic_id, Patient.id).label("is_sharing"),
        CaseloadFace.told,
        Episode.id.label("episode_id"),
        Episode.opened_on,
        Episode.next_visit_on,
        Episode.last_session_at,
        Episode.session_end,
        Episode.session_hours,
        Episode.lines,
        Episode.pauses,
        EpisodeSummary.last_logged_on,
        EpisodeSummary.pain_end,
        EpisodeSummary.pain,
        EpisodeSummary.done_end,
        EpisodeSummary.done_halves,
        EpisodeSummary.reasons_end,
        EpisodeSummary.reasons,
        EpisodeSummary.excuses,
        EpisodeSummary.last_soreness,
        EpisodeSummary.last_soreness_at,
    )
    .outerjoin(
        Episode,
        and_(
            Episode.clinic_id == Patient.clinic_id,
            Episode.patient_id == Patient.id,
            Episode.closed_on.is_(None),
        ),
    )
    .outerjoin(
        EpisodeSummary,
        and_(
            EpisodeSummary.clinic_id == Episode.clinic_id,
            EpisodeSummary.patient_id == Episode.patient_id,
            EpisodeSummary.episode_id == Episode.id,
        ),
    )
    .outerjoin(
        CaseloadFace,
        and_(CaseloadFace.clinic_id == Patient.clinic_id, CaseloadFace.patient_id == Patient.id),
    )
    .where(
        Patient.clinic_id == bindparam("clinic"), Patient.id.in_(bindparam("ids", expanding=True))
    )
    .order_by(Patient.id, Episode.opened_on, Episode.id)
)


def facts_of(door: Door, clinic_id: UUID, ids: Sequence[UUID]) -> Sequence[Row[Any]]:
    """What the rules read: one row an open episode, one without an episode for who has none."""
    rows: Any = door.session.execute(_FACTS, {"clinic": clinic_id, "ids": ids}).all()
    found: Sequence[Row[Any]] = rows
    return found


_KEPT = (
    "judged_from", "judged_until", "place", "weight", "speaks_id", "others", "visit_on", "news",
    "news_days", "news_at",
)  # fmt: skip

_KEEP = (
    update(Patient.__table__)  # type: ignore[arg-type]
    .where(
        Patient.__table__.c.clinic_id == bindparam("clinic"),
        Patient.__table__.c.id == bindparam("patient"),
    )
    .values({name: bindparam(f"new_{name}") for name in _KEPT})
)


def keep(door: Door, clinic_id: UUID, made: Sequence[Judgement]) -> None:
    """Store judgements in place of those before."""
    door.session.execute(
        _KEEP,
        [
            {
                "clinic": clinic_id,
                "patient": one.patient_id,
                **{f"new_{name}": getattr(one, name) for name in _KEPT},
            }
            for one in made
        ],
    )
    told = [one for one in made if one.told is not None]
    if told:
        statement = insert_into(door, CaseloadFace)
        door.session.execute(
            statement.on_conflict_do_update(
                index_elements=["clinic_id", "patient_id"],
                set_={"told": statement.excluded.told},
            ),
            [
                {"clinic_id": clinic_id, "patient_id": one.patient_id, "told": one.told}
                for one in told
            ],
        )
    silent = [one.patient_id for one in made if one.told is None]
    if silent:
        door.session.execute(
            delete(CaseloadFace).where(
                CaseloadFace.clinic_id == clinic_id, CaseloadFace.patient_id.in_(silent)
            )
        )
    voided(door.session).difference_update((clinic_id, one.patient_id) for one in made)
