"""Recording needling sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tracker.domain import catalog
from tracker.domain.days import local_day
from tracker.domain.errors import Invalid
from tracker.domain.needling import Facts, MuscleRow, session_faults
from tracker.domain.screening import CONSENT_VERSION, QUESTIONS, SCOPES
from tracker.services import summaries
from tracker.services.patients import LONGEST_AGO, staff
from tracker.store import records
from tracker.store.logs import lock_patient, muscles_of
from tracker.store.schema import Episode, NeedledMuscle, NeedlingSession, SessionRevision
from tracker.store.scope import Scope

AHEAD = timedelta(minutes=10)
"""A clock that runs a little fast is forgiven; a session later than that has not happened yet."""

NOTE_MAX = 2000


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session as recorded; `form_id` makes a form sent twice one session."""

    episode_id: UUID
    needled_at: datetime
    muscles: Sequence[MuscleRow]
    note: str
    form_id: UUID
    facts: Facts = field(default_factory=Facts)


def record_session(scope: Scope, patient_id: UUID, given: NewSession, now: datetime) -> UUID:
    """Record a needling session; gives its id, the same for the same form. Raises Invalid.

    Consent and screening, where they were asked, become the episode's own too.
    """
    actor = staff(scope)
    # Locked before the episode is read: its summary goes on from what a session saved meanwhile.
    lock_patient(scope, actor.clinic_id, patient_id)
    episode = records.get_episode(scope, patient_id, given.episode_id)
    sent = scope.find(
        NeedlingSession,
        NeedlingSession.patient_id == patient_id,
        NeedlingSession.form_id == given.form_id,
    )
    if sent is not None:
        return sent.id
    _check(given, now)
    if local_day(given.needled_at, actor.clinic_zone) < episode.opened_on:
        raise Invalid({"needled_on": ["before_episode"]})
    session = NeedlingSession(
        clinic_id=episode.clinic_id,
        patient_id=patient_id,
        id=uuid4(),
        episode_id=episode.id,
        practitioner_id=actor.membership_id,
        form_id=given.form_id,
        recorded_at=now,
        **_said(given),
    )
    scope.add(session)
    scope.flush()
    scope.add(*[_muscle_row(session, place, row) for place, row in enumerate(given.muscles)])
    _carry_over(episode, given.facts, now)
    summaries.note_session(episode, given.needled_at, actor.clinic_zone)
    scope.flush()
    return session.id


def amend_session(
    scope: Scope,
    patient_id: UUID,
    session_id: UUID,
    given: NewSession,
    base_rev: int,
    now: datetime,
) -> None:
    """Replace what a session's record says; what it said before stays as a revision.

    Raises Invalid, also where a colleague amended it since revision `base_rev` was read.
    """
    actor = staff(scope)
    lock_patient(scope, actor.clinic_id, patient_id)
    session = get_session(scope, patient_id, session_id)
    episode = records.get_episode(scope, patient_id, session.episode_id)
    if session.rev != base_rev:
        raise Invalid({"rev": ["session_amended"]})
    _check(given, now)
    if local_day(given.needled_at, actor.clinic_zone) < episode.opened_on:
        raise Invalid({"needled_on": ["before_episode"]})
    muscles = muscles_of(scope, [session])[session.id]
    said = _said(given)
    if told(session, muscles) == told_of(said, given.muscles):
        return
    scope.add(
        SessionRevision(
            clinic_id=session.clinic_id,
            patient_id=patient_id,
            needling_session_id=session.id,
            rev=session.rev,
            before=told(session, muscles),
            changed_by=actor.membership_id,
            changed_at=now,
        )
    )
    is_moved = session.needled_at != given.needled_at
    for name, value in said.items():
        setattr(session, name, value)
    session.rev += 1
    session.amended_at = now
    for row in muscles:
        scope.remove(row)
    scope.flush()
    scope.add(*[_muscle_row(session, place, row) for place, row in enumerate(given.muscles)])
    _carry_over(episode, given.facts, now)
    scope.flush()
    if is_moved:
        summaries.mark_sessions(
            episode,
            [row.needled_at for row in records.sessions_of(scope, episode)],
            actor.clinic_zone,
        )
        scope.flush()


def _said(given: NewSession) -> dict[str, Any]:
    """The columns of a session that its form fills."""
    facts = given.facts
    return {
        "needled_at": given.needled_at,
        "note": given.note.strip(),
        "minutes": facts.minutes,
        "needles_in": facts.needles_in,
        "needles_out": facts.needles_out,
        "needles_reason": facts.needles_reason.strip(),
        "pain_before": facts.pain_before,
        "pain_after": facts.pain_after,
        "motions": [asdict(motion) for motion in facts.motions],
        "co_treatments": list(facts.co_treatments),
        "is_aftercare_given": facts.is_aftercare_given,
        "consent_scope": None if facts.consent_scope is None else list(facts.consent_scope),
        "consent_version": None if facts.consent_scope is None else CONSENT_VERSION,
        "screening": None if facts.screening is None else list(facts.screening),
    }


_MUSCLE = tuple(name for name in MuscleRow.__dataclass_fields__)


def told_of(said: Mapping[str, Any], muscles: Sequence[Any]) -> dict[str, Any]:
    """A session as plain values, for its history: moments as text, one dict a muscle."""
    return {
        **said,
        "needled_at": said["needled_at"].isoformat(),
        "muscles": [{name: getattr(row, name) for name in _MUSCLE} for row in muscles],
    }


def told(session: NeedlingSession, muscles: Sequence[NeedledMuscle]) -> dict[str, Any]:
    """What a session's record says by now, as plain values."""
    said = {name: getattr(session, name) for name in _SAID}
    return told_of(said, muscles)


_SAID = (
    "needled_at", "note", "minutes", "needles_in", "needles_out", "needles_reason", "pain_before",
    "pain_after", "motions", "co_treatments", "is_aftercare_given", "consent_scope",
    "consent_version", "screening",
)  # fmt: skip


def _carry_over(episode: Episode, facts: Facts, now: datetime) -> None:
    """What was asked again stands for the episode, until the next session."""
    if facts.consent_scope is not None:
        episode.consent_scope = list(facts.consent_scope)
    if facts.screening is not None:
        episode.screening, episode.screened_at = list(facts.screening), now


def _check(given: NewSession, now: datetime) -> None:
    errors = session_faults(given.muscles, given.facts)
    if given.needled_at > now + AHEAD:
        errors["needled_on"] = ["future_session"]
    if given.needled_at < now - LONGEST_AGO:
        errors["needled_on"] = ["too_long_ago"]
    if not given.muscles:
        errors["muscle"] = ["muscle_needed"]
    if len(given.note) > NOTE_MAX:
        errors["note"] = ["note_long"]
    for name, known in (("screening", QUESTIONS), ("consent_scope", SCOPES)):
        if not {*(getattr(given.facts, name) or ())} <= {*known}:
            errors[name] = ["unknown"]
    for place, row in enumerate(given.muscles):
        if row.muscle not in catalog.muscles():
            errors[f"muscle-{place}"] = ["unknown"]
    if errors:
        raise Invalid(errors)


def _muscle_row(session: NeedlingSession, place: int, row: MuscleRow) -> NeedledMuscle:
    return NeedledMuscle(
        clinic_id=session.clinic_id,
        patient_id=session.patient_id,
        needling_session_id=session.id,
        place=place,
        **{name: getattr(row, name) for name in _MUSCLE},
    )


def get_session(scope: Scope, patient_id: UUID, session_id: UUID) -> NeedlingSession:
    """One session of one patient; raises NotFound."""
    return scope.get(
        NeedlingSession,
        NeedlingSession.patient_id == patient_id,
        NeedlingSession.id == session_id,
    )


def history(scope: Scope, session: NeedlingSession) -> Sequence[SessionRevision]:
    """What amendments replaced, the newest first."""
    found = scope.entities(
        SessionRevision,
        SessionRevision.patient_id == session.patient_id,
        SessionRevision.needling_session_id == session.id,
    )
    return sorted(found, key=lambda row: -row.rev)


def last_session(
    scope: Scope, episode: Episode
) -> tuple[NeedlingSession | None, list[NeedledMuscle]]:
    """An episode's last session with its muscles, to begin the next record from."""
    sessions = records.sessions_of(scope, episode)[-1:]
    if not sessions:
        return None, []
    return sessions[0], muscles_of(scope, sessions)[sessions[0].id]


@dataclass(frozen=True, slots=True)
class SeenSession:
    """One session as it is looked at: its muscles, who needled, what amendments replaced."""

    session: NeedlingSession
    muscles: Sequence[NeedledMuscle]
    by: str
    earlier: Sequence[tuple[SessionRevision, str]]


def see_session(scope: Scope, patient_id: UUID, session_id: UUID) -> SeenSession:
    """One session's record; raises NotFound."""
    staff(scope)
    session = get_session(scope, patient_id, session_id)
    names = {row.id: row.name for row in records.colleagues(scope)}
    return SeenSession(
        session,
        muscles_of(scope, [session])[session.id],
        names.get(session.practitioner_id, ""),
        [(row, names.get(row.changed_by, "")) for row in history(scope, session)],
    )
