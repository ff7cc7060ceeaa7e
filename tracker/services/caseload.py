"""The caseload: every patient of the clinic, worst first, each with one reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from tracker.domain.access import StaffActor
from tracker.domain.adherence import SCORE_DAYS
from tracker.domain.days import local_day
from tracker.domain.pause import from_pairs
from tracker.domain.strip import Strip
from tracker.domain.triage import (
    NEEDS_LOOK,
    NUDGES,
    EpisodeFacts,
    Kind,
    Line,
    Reason,
    main_reason,
    reason_for,
    stretch_counts,
)
from tracker.services.patients import staff
from tracker.store import records
from tracker.store.scope import Scope

SPARK_DAYS = 28


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One patient's row: the worst episode, its reason; the rest is worked out when it is shown."""

    raw: Row[Any]
    facts: EpisodeFacts
    reason: Reason
    actor: StaffActor
    today: date
    other_complaints: int = 0

    @property
    def patient_id(self) -> UUID:
        """The clinic's record."""
        patient_id: UUID = self.raw.id
        return patient_id

    @property
    def episode_id(self) -> UUID:
        """The episode that the reason speaks of."""
        episode_id: UUID = self.raw.episode_id
        return episode_id

    @property
    def name(self) -> str:
        """The patient's name."""
        return str(self.raw.name)

    @property
    def is_sharing(self) -> bool:
        """Whether the patient's consent stands."""
        return self.facts.is_sharing

    @property
    def complaint(self) -> str:
        """The episode in short words."""
        return str(self.raw.complaint)

    @property
    def pain(self) -> Sequence[int | None]:
        """The last 28 days, the newest last; None where nothing was logged."""
        return self.facts.pain.window(self.today, SPARK_DAYS)

    @property
    def last_pain(self) -> int | None:
        """The newest rating of the last 28 days."""
        return next((value for value in reversed(self.pain) if value is not None), None)

    @property
    def sessions(self) -> list[float]:
        """Needling sessions in days from the midnight that opens the first of these days."""
        hours = self.facts.session_hours.window(self.today, SPARK_DAYS)
        return [day + hour / 24 for day, hour in enumerate(hours) if hour is not None]

    @property
    def session_days(self) -> int | None:
        """Calendar days since the last session, on the clinic's clock."""
        if self.facts.last_session_at is None:
            return None
        needled = local_day(self.facts.last_session_at, self.actor.clinic_zone)
        return max(0, (self.today - needled).days)

    @property
    def stretches(self) -> tuple[float, int]:
        """(done, due) of the last four weeks: the adherence's two sums."""
        if not self.facts.is_sharing:
            return 0.0, 0
        return stretch_counts(self.facts, self.today, SCORE_DAYS)

    @property
    def left_out(self) -> str | None:
        """Why stretches were left out most often in these four weeks, on two days or more."""
        found = main_reason(self.facts, self.today, SCORE_DAYS) if self.facts.is_sharing else None
        return found[0] if found and found[1] > 1 else None


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


def pressing_first(seen: Caseload, pressing: Collection[UUID]) -> Caseload:
    """The same rows with some patients on top: whoever waits for an answer is never "quiet"."""
    if not pressing:
        return seen
    first = [row for row in (*seen.rows, *seen.quiet) if row.patient_id in pressing]
    return replace(
        seen,
        rows=[*first, *(row for row in seen.rows if row.patient_id not in pressing)],
        quiet=[row for row in seen.quiet if row.patient_id not in pressing],
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
        excused=[*from_pairs(raw.pauses), *from_pairs(raw.excuses)],
        reasons=Strip(raw.reasons_end, raw.reasons or ""),
    )


def _row(raw: Row[Any], now: datetime, today: date, actor: StaffActor) -> CaseRow:
    facts = facts_of(raw)
    return CaseRow(raw, facts, reason_for(facts, now, today), actor, today)


def _worst_by_patient(rows: Sequence[CaseRow]) -> list[CaseRow]:
    """One row a patient: the episode with the worst reason speaks, the others are counted."""
    grouped: dict[UUID, list[CaseRow]] = {}
    for row in rows:
        grouped.setdefault(row.patient_id, []).append(row)
    result = []
    for own in grouped.values():
        worst = own[0] if len(own) == 1 else min(own, key=lambda row: row.reason.rank)
        result.append(replace(worst, other_complaints=len(own) - 1) if len(own) > 1 else worst)
    return result
