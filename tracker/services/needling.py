"""Recording needling sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from tracker.domain import catalog
from tracker.domain.days import local_day
from tracker.domain.errors import Invalid
from tracker.domain.needling import INSERTIONS_MAX, MuscleRow
from tracker.services import summaries
from tracker.services.patients import LONGEST_AGO, staff
from tracker.store import records
from tracker.store.logs import lock_patient, muscles_of
from tracker.store.schema import Episode, NeedledMuscle, NeedlingSession
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


def record_session(scope: Scope, patient_id: UUID, given: NewSession, now: datetime) -> UUID:
    """Record a needling session; gives its id, the same for the same form. Raises Invalid."""
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
        needled_at=given.needled_at,
        note=given.note.strip(),
        recorded_at=now,
    )
    scope.add(session)
    scope.flush()
    scope.add(*[_muscle_row(session, place, row) for place, row in enumerate(given.muscles)])
    summaries.note_session(episode, given.needled_at, actor.clinic_zone)
    scope.flush()
    return session.id


def _check(given: NewSession, now: datetime) -> None:
    errors: dict[str, list[str]] = {}
    if given.needled_at > now + AHEAD:
        errors["needled_on"] = ["future_session"]
    if given.needled_at < now - LONGEST_AGO:
        errors["needled_on"] = ["too_long_ago"]
    if not given.muscles:
        errors["muscle"] = ["muscle_needed"]
    if len(given.note) > NOTE_MAX:
        errors["note"] = ["note_long"]
    for place, row in enumerate(given.muscles):
        if row.muscle not in catalog.muscles():
            errors[f"muscle-{place}"] = ["unknown"]
        if not 1 <= row.insertions <= INSERTIONS_MAX:
            errors[f"insertions-{place}"] = ["insertions"]
        if row.pain_during is not None and not 0 <= row.pain_during <= 10:
            errors[f"pain_during-{place}"] = ["scale"]
    if errors:
        raise Invalid(errors)


def _muscle_row(session: NeedlingSession, place: int, row: MuscleRow) -> NeedledMuscle:
    return NeedledMuscle(
        clinic_id=session.clinic_id,
        patient_id=session.patient_id,
        needling_session_id=session.id,
        place=place,
        muscle=row.muscle,
        side=row.side,
        insertions=row.insertions,
        technique=row.technique,
        twitch=row.twitch,
        pain_during=row.pain_during,
    )


def last_muscles(scope: Scope, episode: Episode) -> list[NeedledMuscle]:
    """The muscles of an episode's last session, to begin the next record from."""
    sessions = records.sessions_of(scope, episode)
    return muscles_of(scope, sessions[-1:])[sessions[-1].id] if sessions else []


def sessions_with_muscles(
    scope: Scope, episode: Episode
) -> list[tuple[NeedlingSession, list[NeedledMuscle]]]:
    """An episode's sessions, the newest first, each with its muscles."""
    sessions = records.sessions_of(scope, episode)
    muscles = muscles_of(scope, sessions)
    return [(session, muscles[session.id]) for session in reversed(sessions)]
