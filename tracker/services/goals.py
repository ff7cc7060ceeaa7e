"""What the clinic writes down of a course by hand: goals, and ranges of motion in degrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tracker.domain.days import local_day
from tracker.domain.errors import Invalid
from tracker.domain.measures import GOAL_MAX, GOALS_MOST, degrees_fault
from tracker.services.patients import LONGEST_AGO, staff
from tracker.store import logs, records
from tracker.store import measures as store
from tracker.store.schema import Episode, Goal, MotionReading
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class NewReading:
    """One range of motion: a known movement's id or own words, its side, and the degrees."""

    id: UUID
    movement: str
    side: str
    degrees: int
    measured_on: date


def _episode(scope: Scope, patient_id: UUID, episode_id: UUID) -> Episode:
    actor = staff(scope)
    episode = records.get_episode(scope, patient_id, episode_id)
    logs.lock_patient(scope, actor.clinic_id, patient_id)
    return episode


def add_reading(
    scope: Scope, patient_id: UUID, episode_id: UUID, given: NewReading, now: datetime
) -> None:
    """Write a range of motion down; a form sent twice is one. Raises Invalid, NotFound."""
    episode = _episode(scope, patient_id, episode_id)
    actor = staff(scope)
    movement = " ".join(given.movement.split())
    faults = degrees_fault(movement, given.side, given.degrees)
    today = local_day(now, actor.clinic_zone)
    if given.measured_on > today:
        faults["measured_on"] = ["future_day"]
    elif given.measured_on < today - LONGEST_AGO:
        faults["measured_on"] = ["too_long_ago"]
    if faults:
        raise Invalid(faults)
    if scope.find(
        MotionReading, MotionReading.patient_id == patient_id, MotionReading.id == given.id
    ):
        return
    scope.add(
        MotionReading(
            clinic_id=episode.clinic_id,
            patient_id=patient_id,
            id=given.id,
            episode_id=episode.id,
            movement=movement,
            side=given.side,
            degrees=given.degrees,
            measured_on=given.measured_on,
            measured_by=actor.membership_id,
            recorded_at=now,
        )
    )
    scope.flush()


def remove_reading(
    scope: Scope, patient_id: UUID, reading_id: UUID, now: datetime, *, undo: bool = False
) -> UUID:
    """Take a reading away, or put it back; gives its episode. Raises NotFound."""
    staff(scope)
    row = scope.get(
        MotionReading, MotionReading.patient_id == patient_id, MotionReading.id == reading_id
    )
    row.removed_at = None if undo else now
    scope.flush()
    return row.episode_id


def add_goal(
    scope: Scope, patient_id: UUID, episode_id: UUID, goal_id: UUID, words: str, now: datetime
) -> None:
    """Agree on a goal; a form sent twice is one. Raises Invalid, NotFound."""
    episode = _episode(scope, patient_id, episode_id)
    actor = staff(scope)
    words = " ".join(words.split())
    if not words:
        raise Invalid({"words": ["needed"]})
    if len(words) > GOAL_MAX:
        raise Invalid({"words": ["too_long"]})
    if scope.find(Goal, Goal.patient_id == patient_id, Goal.id == goal_id):
        return
    standing = [row for row in store.goals_of(scope, episode) if row.removed_at is None]
    if sum(row.reached_on is None for row in standing) >= GOALS_MOST:
        raise Invalid({"words": ["goals_many"]})
    scope.add(
        Goal(
            clinic_id=episode.clinic_id,
            patient_id=patient_id,
            id=goal_id,
            episode_id=episode.id,
            words=words,
            made_by=actor.membership_id,
            made_at=now,
        )
    )
    scope.flush()


def change_goal(scope: Scope, patient_id: UUID, goal_id: UUID, what: str, now: datetime) -> UUID:
    """Mark a goal as `reached` or still `open`, `remove` it or put it `back`; gives its episode.

    Raises NotFound, Invalid for another word.
    """
    actor = staff(scope)
    row = scope.get(Goal, Goal.patient_id == patient_id, Goal.id == goal_id)
    if what == "reached":
        row.reached_on = local_day(now, actor.clinic_zone)
    elif what == "open":
        row.reached_on = None
    elif what in {"remove", "back"}:
        row.removed_at = now if what == "remove" else None
    else:
        raise Invalid({"what": ["unknown"]})
    scope.flush()
    return row.episode_id
