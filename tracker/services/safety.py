"""Safety reports: what a patient ticked, kept for every clinic that it concerns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from tracker.domain import catalog
from tracker.domain.errors import Invalid
from tracker.domain.safety import Needled, needled_state, tier_of
from tracker.services import raising
from tracker.services.daybook import Moment, lock, own_records
from tracker.store.flags import last_needled
from tracker.store.schema import Episode, NeedlingSession, SafetyReport
from tracker.store.scope import Scope

EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""What a phone's clock is kept within: at the calendar's ends a zone has no time to show it in."""


@dataclass(frozen=True, slots=True)
class ReportInput:
    """The signs that were ticked, and what they are about where that was said."""

    entry_id: UUID
    signs: tuple[str, ...]
    episode_id: UUID | None = None
    needling_session_id: UUID | None = None


def see_needled(scope: Scope, now: datetime) -> tuple[Needled, datetime | None]:
    """What the patient's clinics know of needles: the state, and when the last ones went in."""
    own_records(scope)
    last = last_needled(scope, now)
    return needled_state(last, now), last


def report(scope: Scope, moment: Moment, given: ReportInput) -> bool:
    """Keep a report that came by the page's form; as `record_report`, one write at a time."""
    lock(scope)
    return record_report(scope, moment, given)


def record_report(scope: Scope, moment: Moment, given: ReportInput) -> bool:
    """Keep a report and raise its flag; gives False where it stands already.

    Never refused for its date.

    A report about an episode or a session is its clinic's; any other goes to every clinic of the
    patient, since none of them can tell that it is not theirs. Raises NotFound and Invalid.
    """
    if not set(given.signs) <= set(catalog.answers().signs):
        raise Invalid({"signs": ["unknown"]})
    clinics = dict(own_records(scope))
    about = None
    if given.episode_id is not None:
        about = scope.get(Episode, Episode.id == given.episode_id).clinic_id
    if given.needling_session_id is not None:
        session = scope.get(NeedlingSession, NeedlingSession.id == given.needling_session_id)
        if about not in {None, session.clinic_id}:
            raise Invalid({"needling_session_id": ["unknown"]})
        about = session.clinic_id
    reports = scope.entities(SafetyReport, SafetyReport.entry_id == given.entry_id)
    if any(_said(row) != _said(given) for row in reports):
        # A report is never amended: other signs under its id would be lost without a word.
        raise Invalid({"entry_id": ["entry_elsewhere"]})
    standing = {row.clinic_id for row in reports}
    wanted = [clinic_id for clinic_id in clinics if about in {None, clinic_id}]
    for clinic_id in wanted:
        if clinic_id not in standing:
            row = _row(clinic_id, clinics[clinic_id], moment, given)
            scope.add(row)
            scope.flush()
            raising.raise_report(scope, row, moment.now)
    return not standing


def _said(report: SafetyReport | ReportInput) -> tuple[frozenset[str], UUID | None, UUID | None]:
    return frozenset(report.signs), report.episode_id, report.needling_session_id


def _row(clinic_id: UUID, patient_id: UUID, moment: Moment, given: ReportInput) -> SafetyReport:
    return SafetyReport(
        clinic_id=clinic_id,
        patient_id=patient_id,
        entry_id=given.entry_id,
        episode_id=given.episode_id,
        needling_session_id=given.needling_session_id,
        signs=list(given.signs),
        tier=tier_of(given.signs),
        local_date=moment.local_date,
        zone=moment.zone,
        recorded_at=min(max(moment.said_at or moment.now, EARLIEST), LATEST),
        received_at=moment.now,
    )
