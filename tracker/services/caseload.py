"""The caseload: every patient of the clinic, worst first, each with one reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from tracker.domain.access import StaffActor
from tracker.domain.days import local_day
from tracker.domain.strip import Strip
from tracker.domain.triage import (
    NEEDS_LOOK,
    NUDGES,
    EpisodeFacts,
    Kind,
    Line,
    Reason,
    reason_for,
    stretch_counts,
)
from tracker.services.patients import staff
from tracker.store import records
from tracker.store.scope import Scope

SPARK_DAYS = 28


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One patient's row: the worst episode, its reason, the last 28 days."""

    patient_id: UUID
    name: str
    year_of_birth: int
    is_own: bool
    episode_id: UUID
    complaint: str
    other_complaints: int
    reason: Reason
    pain: Sequence[int | None]
    sessions: Sequence[float]
    session_days: int | None
    stretches: tuple[float, int]
    next_visit_on: date | None
    is_sharing: bool

    @property
    def last_pain(self) -> int | None:
        """The newest rating of the last 28 days."""
        return next((value for value in reversed(self.pain) if value is not None), None)


@dataclass(frozen=True, slots=True)
class Caseload:
    """The rows worst first, those gone quiet apart, and how many there are of each."""

    rows: Sequence[CaseRow]
    quiet: Sequence[CaseRow]
    total: int
    need_look: int
    silent: int


def see_caseload(
    scope: Scope, now: datetime, *, everybody: bool = False, search: str = ""
) -> Caseload:
    """The actor's own patients, or everybody's; raises NotFound for a patient."""
    actor = staff(scope)
    today = local_day(now, actor.clinic_zone)
    found = records.caseload(
        scope, physio_id=None if everybody else actor.membership_id, search=search.strip()
    )
    rows = _worst_by_patient([_row(raw, now, today, actor) for raw in found])
    rows.sort(key=lambda row: (*row.reason.rank, row.name))
    awake = [row for row in rows if row.reason.kind is not Kind.QUIET]
    quiet = [row for row in rows if row.reason.kind is Kind.QUIET]
    return Caseload(
        rows=awake,
        quiet=quiet,
        total=len(rows),
        need_look=sum(1 for row in awake if row.reason.kind in NEEDS_LOOK),
        silent=sum(1 for row in awake if row.reason.kind in NUDGES),
    )


def facts_of(raw: Any) -> EpisodeFacts:
    """What the rules read, from a row of the caseload's query."""
    return EpisodeFacts(
        opened_on=raw.opened_on,
        is_joined=raw.person_id is not None,
        is_sharing=bool(raw.is_sharing),
        last_logged_on=raw.last_logged_on,
        last_session_at=raw.last_session_at,
        last_soreness=raw.last_soreness,
        last_soreness_at=raw.last_soreness_at,
        pain=Strip(raw.pain_end, raw.pain or ""),
        done_halves=Strip(raw.done_end, raw.done_halves or ""),
        session_hours=Strip(raw.session_end, raw.session_hours or ""),
        lines=[
            Line(date.fromisoformat(first), date.fromisoformat(last) if last else None, days)
            for first, last, days in raw.lines
        ],
    )


def _row(raw: Row[Any], now: datetime, today: date, actor: StaffActor) -> CaseRow:
    facts = facts_of(raw)
    hours = facts.session_hours.window(today, SPARK_DAYS)
    since = None
    if raw.last_session_at is not None:
        since = max(0, (today - local_day(raw.last_session_at, actor.clinic_zone)).days)
    return CaseRow(
        patient_id=raw.id,
        name=raw.name,
        year_of_birth=raw.year_of_birth,
        is_own=raw.physio_id == actor.membership_id,
        episode_id=raw.episode_id,
        complaint=raw.complaint,
        other_complaints=0,
        reason=reason_for(facts, now, today),
        pain=facts.pain.window(today, SPARK_DAYS),
        sessions=[day + hour / 24 for day, hour in enumerate(hours) if hour is not None],
        session_days=since,
        stretches=stretch_counts(facts, today) if facts.is_sharing else (0.0, 0),
        next_visit_on=raw.next_visit_on,
        is_sharing=facts.is_sharing,
    )


def _worst_by_patient(rows: Sequence[CaseRow]) -> list[CaseRow]:
    """One row a patient: the episode with the worst reason speaks, the others are counted."""
    grouped: dict[UUID, list[CaseRow]] = {}
    for row in rows:
        grouped.setdefault(row.patient_id, []).append(row)
    result = []
    for own in grouped.values():
        if len(own) == 1:
            result.append(own[0])
            continue
        worst = min(own, key=lambda row: row.reason.rank)
        values = {name: getattr(worst, name) for name in CaseRow.__dataclass_fields__}
        result.append(CaseRow(**{**values, "other_complaints": len(own) - 1}))
    return result
