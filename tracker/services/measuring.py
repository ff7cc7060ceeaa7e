"""Measures as they are answered: by a patient on any day, or told to a physio in the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from tracker.domain.access import StaffActor
from tracker.domain.checkin import LoggableDays
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.measures import (
    ACTIVITIES_MOST,
    ACTIVITY_MAX,
    Measure,
    answered,
    tidy_names,
    value_faults,
)
from tracker.services.daybook import Moment
from tracker.services.entries import amend
from tracker.store import logs, records
from tracker.store import measures as store
from tracker.store.schema import Activity, Episode, MeasureEntry
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class MeasureInput:
    """What is said of one measure of one episode; with no answer at all it was skipped.

    `answers` is by item: the weekly three's and the change's names, or the activities' ids.
    """

    measure: Measure
    answers: Mapping[str, int | None]
    entry_id: UUID
    base_rev: int | None = None


def logged_episode(scope: Scope, episode_id: UUID, patient_id: UUID | None = None) -> Episode:
    """The episode of the patient who acts, or one that a physio may log for; raises NotFound.

    `patient_id` is the record that a physio has open. What is told is kept as if it was logged, so
    the consent has to stand.
    """
    if not isinstance(scope.actor, StaffActor):
        episode = scope.get(Episode, Episode.id == episode_id)
    elif patient_id is None:
        raise NotFound("episode")
    else:
        episode = records.get_episode(scope, patient_id, episode_id)
        if not records.is_sharing(scope, episode.clinic_id, episode.patient_id):
            raise NotFound("consent")
    logs.lock_patient(scope, episode.clinic_id, episode.patient_id)
    return episode


def check_day(episode: Episode, moment: Moment) -> None:
    """Raise Invalid for a day that has not come, or was before the treatment."""
    refusal = LoggableDays(episode.opened_on, moment.latest_day).refuses(moment.local_date)
    if refusal is not None:
        raise Invalid({"local_date": [refusal]})


def _told_to(scope: Scope) -> UUID | None:
    return scope.actor.membership_id if isinstance(scope.actor, StaffActor) else None


def record_measure(
    scope: Scope, moment: Moment, episode: Episode, given: MeasureInput
) -> tuple[MeasureEntry, int | None]:
    """Record a measure of a day, or amend the one that is there; gives it and the revision it met.

    Raises Invalid, and NotFound for an activity that is not this episode's.
    """
    check_day(episode, moment)
    _check(scope, episode, given)
    row = store.entry_on(scope, episode, given.measure.value, moment.local_date)
    known = store.of_entry_id(scope, MeasureEntry, given.entry_id)
    if any(one is not row for one in known):
        raise Invalid({"entry_id": ["entry_elsewhere"]})
    answers = answered(given.answers)
    if row is not None:
        was = row.rev
        # Whoever made the entry has seen what it said, with or without an answer of ours.
        base = was if given.base_rev is None and known else given.base_rev
        amend(scope, row, {"answers": answers}, base_rev=base, now=moment.now)
        scope.flush()
        return row, was
    row = MeasureEntry(
        clinic_id=episode.clinic_id,
        patient_id=episode.patient_id,
        entry_id=given.entry_id,
        episode_id=episode.id,
        measure=given.measure.value,
        local_date=moment.local_date,
        zone=moment.zone,
        answers=answers,
        told_to=_told_to(scope),
        rev=1,
        recorded_at=moment.entered_at,
        updated_at=moment.now,
    )
    scope.add(row)
    scope.flush()
    return row, None


def _check(scope: Scope, episode: Episode, given: MeasureInput) -> None:
    activities: set[str] = set()
    if given.measure is Measure.ACTIVITIES:
        # Retired ones too: a phone that was away may still speak of them.
        activities = {str(row.id) for row in store.activities_of(scope, episode)}
        if not set(given.answers) <= activities:
            raise NotFound("activity")
    faults = value_faults(given.measure, given.answers, activities)
    if faults:
        raise Invalid(faults)


def name_activities(
    scope: Scope, episode: Episode, names: Sequence[str], now: datetime
) -> list[Activity]:
    """Make these an episode's activities: what is not named any more retires, with its ratings.

    Saying the same again changes nothing; a name that was there before comes back. Raises Invalid.
    """
    wanted = tidy_names(names)
    if not wanted:
        raise Invalid({"names": ["activity_needed"]})
    if len(wanted) > ACTIVITIES_MOST:
        raise Invalid({"names": ["activities_many"]})
    if any(len(words) > ACTIVITY_MAX for words in wanted):
        raise Invalid({"names": ["activity_long"]})
    known = {row.words.casefold(): row for row in store.activities_of(scope, episode)}
    for place, words in enumerate(wanted):
        row = known.pop(words.casefold(), None)
        if row is None:
            row = _new_activity(scope, episode, words, now)
        row.place, row.retired_at = place, None
    for row in known.values():
        row.retired_at = row.retired_at or now
    scope.flush()
    return [row for row in store.activities_of(scope, episode) if row.retired_at is None]


def _new_activity(scope: Scope, episode: Episode, words: str, now: datetime) -> Activity:
    row = Activity(
        clinic_id=episode.clinic_id,
        patient_id=episode.patient_id,
        id=uuid4(),
        episode_id=episode.id,
        place=0,
        words=words,
        named_by=_told_to(scope),
        named_at=now,
    )
    scope.add(row)
    return row
