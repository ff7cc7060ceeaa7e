"""Pauses of a programme: the physio's, and the days that a patient couldn't stretch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from tracker.domain.errors import Invalid, NotFound
from tracker.domain.pause import EARLIEST, Days, PauseReason, faults_of
from tracker.services import summaries
from tracker.services.daybook import Moment, lock, own_records
from tracker.services.patients import staff
from tracker.store import logs, records
from tracker.store.logs import lock_patient
from tracker.store.schema import Episode, EpisodeSummary, Excuse, Pause
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class PauseLine:
    """A pause as it is shown; `is_own` says that the patient made it."""

    id: UUID
    days: Days
    reason: str
    is_own: bool

    def is_over(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.days.last < today


def _check(days: Days, reason: str, today: date, earliest: date) -> None:
    errors = faults_of(days, today, earliest=earliest)
    if reason not in set(PauseReason):
        errors["reason"] = ["unknown"]
    if errors:
        raise Invalid(errors)


# The physio's.


def pause(
    scope: Scope,
    patient_id: UUID,
    episode_id: UUID,
    days: Days,
    reason: str,
    now: datetime,
    today: date,
) -> UUID:
    """Ask for no stretches on some days; raises Invalid."""
    actor = staff(scope)
    lock_patient(scope, actor.clinic_id, patient_id)
    episode = records.get_episode(scope, patient_id, episode_id)
    _check(days, reason, today, episode.opened_on)
    row = Pause(
        clinic_id=episode.clinic_id,
        patient_id=patient_id,
        id=uuid4(),
        episode_id=episode.id,
        first_day=days.first,
        last_day=days.last,
        reason=reason,
        made_by=actor.membership_id,
        made_at=now,
    )
    scope.add(row)
    scope.flush()
    summaries.note_pauses(scope, episode, today)
    scope.flush()
    return row.id


def end_pause(scope: Scope, patient_id: UUID, pause_id: UUID, now: datetime, today: date) -> None:
    """End a pause yesterday, or take it back where it has not begun before today."""
    lock_patient(scope, staff(scope).clinic_id, patient_id)
    row = scope.get(Pause, Pause.patient_id == patient_id, Pause.id == pause_id)
    _end(row, now, today)
    scope.flush()
    episode = records.get_episode(scope, patient_id, row.episode_id)
    summaries.note_pauses(scope, episode, today)
    scope.flush()


def _end(row: Pause | Excuse, now: datetime, today: date) -> None:
    """What was rested stays excused: only the days to come are asked for again."""
    if row.taken_back_at is not None or row.last_day < today:
        raise NotFound("pause")
    if row.first_day < today:
        row.last_day = today - timedelta(days=1)
    else:
        row.taken_back_at = now


# The patient's.


def excuse(scope: Scope, days: Days, reason: str, moment: Moment) -> None:
    """Excuse the patient's own days, at every clinic of this session; raises Invalid."""
    lock(scope)
    _check(days, reason, moment.today, moment.today - EARLIEST)
    for clinic_id, patient_id in own_records(scope):
        scope.add(
            Excuse(
                clinic_id=clinic_id,
                patient_id=patient_id,
                id=uuid4(),
                first_day=days.first,
                last_day=days.last,
                reason=reason,
                made_at=moment.now,
            )
        )
    scope.flush()
    _sum_up(scope, moment)


def end_excuse(scope: Scope, excuse_id: UUID, moment: Moment) -> None:
    """Take an excuse back, for the days from today on; raises NotFound."""
    lock(scope)
    _end(scope.get(Excuse, Excuse.id == excuse_id), moment.now, moment.today)
    scope.flush()
    _sum_up(scope, moment)


def _sum_up(scope: Scope, moment: Moment) -> None:
    known = {row.episode_id: row for row in scope.entities(EpisodeSummary)}
    for episode in logs.open_episodes(scope):
        row = known.get(episode.id)
        if row is None:
            row = summaries.new_summary(episode)
            scope.add(row)
        summaries.note_excuses(scope, row, moment.today)
    scope.flush()


# Seeing them.


def see_pauses(scope: Scope, episode: Episode, since: date) -> list[PauseLine]:
    """What excuses days of an episode from `since` on: the physio's and the patient's, in order."""
    made = scope.entities(
        Pause,
        Pause.patient_id == episode.patient_id,
        Pause.episode_id == episode.id,
        Pause.taken_back_at.is_(None),
        Pause.last_day >= since,
    )
    own = scope.entities(
        Excuse,
        Excuse.clinic_id == episode.clinic_id,
        Excuse.patient_id == episode.patient_id,
        Excuse.taken_back_at.is_(None),
        Excuse.last_day >= since,
    )
    rows = [_line(row, is_own=False) for row in made] + [_line(row, is_own=True) for row in own]
    return sorted(rows, key=lambda line: (line.days.first, line.days.last))


def pauses_between(
    scope: Scope, since: date
) -> tuple[list[tuple[UUID, PauseLine]], list[tuple[UUID, PauseLine]]]:
    """What excuses a patient's days from `since` on: physios' by episode, own by clinic."""
    made = scope.entities(Pause, Pause.taken_back_at.is_(None), Pause.last_day >= since)
    own = scope.entities(Excuse, Excuse.taken_back_at.is_(None), Excuse.last_day >= since)
    return (
        [(row.episode_id, _line(row, is_own=False)) for row in made],
        [(row.clinic_id, _line(row, is_own=True)) for row in own],
    )


def _line(row: Pause | Excuse, *, is_own: bool) -> PauseLine:
    return PauseLine(row.id, Days(row.first_day, row.last_day), row.reason, is_own)
