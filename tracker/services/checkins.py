"""Recording a patient's day: check-in, soreness, stretches; all or nothing for one save."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from tracker.domain.access import PatientActor
from tracker.domain.checkin import DAY_FIELDS, NOTE_MAX, PAIN_FIELDS, SCALE, LoggableDays
from tracker.domain.days import day_bounds, local_day, to_utc
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.needling import SORENESS_LATEST_HOURS
from tracker.domain.prescription import Outcome, Provenance
from tracker.services import summaries
from tracker.services.entries import amend
from tracker.store import logs
from tracker.store.schema import (
    Checkin,
    DiaryDay,
    Episode,
    EpisodeSummary,
    NeedlingSession,
    Prescription,
    SorenessEntry,
    StretchEntry,
)
from tracker.store.scope import Scope

MOMENT = timedelta(hours=2)
"""A soreness rating is a moment: mended within two hours, after that a new rating."""

EVENING = time(20)
"""When a soreness that is added later for a past day is taken to have been felt."""

REASONS = ("more_pain", "no_time", "forgot", "unsure", "felt_low", "ill")
"""One-tap reasons why a stretch was not done as prescribed."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where something is logged: the patient's local day and zone, and now."""

    local_date: date
    zone: str
    now: datetime

    @property
    def today(self) -> date:
        """The patient's own today."""
        return local_day(self.now, self.zone)

    @property
    def is_backfill(self) -> bool:
        """Whether this is said of an earlier day."""
        return self.local_date < self.today


@dataclass(frozen=True, slots=True)
class CheckinInput:
    """One episode's day as typed; `base_rev` is the revision that the form was filled from."""

    episode_id: UUID
    pain_average: int | None = None
    pain_worst: int | None = None
    stiffness: int | None = None
    base_rev: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was chosen."""
        return all(getattr(self, name) is None for name in PAIN_FIELDS)


@dataclass(frozen=True, slots=True)
class DayInput:
    """What belongs to the day within one clinic."""

    clinic_id: UUID
    sleep: int | None = None
    stress: int | None = None
    note: str = ""
    base_rev: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said of the day."""
        return self.sleep is None and self.stress is None and not self.note


@dataclass(frozen=True, slots=True)
class SorenessInput:
    """How sore it is where the needles of one session went."""

    needling_session_id: UUID
    soreness: int
    entry_id: UUID
    side_effects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StretchInput:
    """What became of one prescribed stretch."""

    prescription_id: UUID
    outcome: Outcome
    reason: str | None = None
    base_rev: int | None = None


@dataclass(frozen=True, slots=True)
class DayEntries:
    """Everything that one save of `/today` carries."""

    checkins: Sequence[CheckinInput] = ()
    days: Sequence[DayInput] = ()
    soreness: Sequence[SorenessInput] = ()
    stretches: Sequence[StretchInput] = ()


@dataclass(slots=True)
class Saved:
    """What a save did, for the words after it."""

    overridden: dict[str, Any] = field(default_factory=dict)
    count: int = 0


def record_day(scope: Scope, moment: Moment, entries: DayEntries) -> Saved:
    """Record one save of a day in one transaction; raises Invalid (nothing kept) or NotFound."""
    saved = Saved()
    for clinic_id, patient_id in _patients(scope):
        logs.lock_patient(scope, clinic_id, patient_id)
    episodes = {row.id: row for row in logs.open_episodes(scope)}
    first_day = min((row.opened_on for row in episodes.values()), default=moment.today)
    _check_day(first_day, moment)
    for checkin in entries.checkins:
        if not checkin.is_empty:
            record_checkin(scope, moment, checkin, _known(episodes, checkin.episode_id), saved)
    for day in entries.days:
        record_diary_day(scope, moment, day, saved)
    for soreness in entries.soreness:
        record_soreness(scope, moment, soreness, saved)
    touched = {record_stretch(scope, moment, stretch, saved) for stretch in entries.stretches}
    for episode_id in touched:
        _sum_up_stretches(scope, moment, _known(episodes, episode_id))
    if not saved.count:
        raise Invalid({"pain_average": ["nothing_chosen"]})
    scope.flush()
    return saved


def _patients(scope: Scope) -> list[tuple[UUID, UUID]]:
    if not isinstance(scope.actor, PatientActor):
        raise NotFound("day")
    return [(record.clinic_id, record.patient_id) for record in scope.actor.records]


def _known(episodes: dict[UUID, Episode], episode_id: UUID) -> Episode:
    if episode_id not in episodes:
        raise NotFound("episode")
    return episodes[episode_id]


def _check_day(first_day: date, moment: Moment) -> None:
    refusal = LoggableDays(first_day, moment.today).refuses(moment.local_date)
    if refusal is not None:
        raise Invalid({"local_date": [refusal]})


def _check_scale(name: str, value: int | None) -> None:
    if value is not None and value not in SCALE:
        raise Invalid({name: ["scale"]})


# Check-ins.


def record_checkin(
    scope: Scope, moment: Moment, given: CheckinInput, episode: Episode, saved: Saved
) -> None:
    """Record or amend one episode's day."""
    _check_day(episode.opened_on, moment)
    for name in PAIN_FIELDS:
        _check_scale(name, getattr(given, name))
    row = logs.find_checkin(scope, episode.id, moment.local_date)
    edited = {name: getattr(given, name) for name in PAIN_FIELDS}
    if row is None:
        row = _new_checkin(scope, moment, given, episode)
    elif given.pain_average is None:
        # A day that has a rating keeps it: emptying a scale is not possible on paper either.
        raise Invalid({"pain_average": ["pain_needed"]})
    else:
        saved.overridden |= amend(
            scope, row, edited, base_rev=given.base_rev, now=moment.now
        ).overridden
    summaries.note_pain(summaries.summary_of(scope, episode), row.local_date, row.pain_average)
    saved.count += 1


def _new_checkin(scope: Scope, moment: Moment, given: CheckinInput, episode: Episode) -> Checkin:
    if given.pain_average is None:
        raise Invalid({"pain_average": ["pain_needed"]})
    row = Checkin(
        clinic_id=episode.clinic_id,
        patient_id=episode.patient_id,
        entry_id=uuid4(),
        episode_id=episode.id,
        local_date=moment.local_date,
        zone=moment.zone,
        pain_average=given.pain_average,
        pain_worst=given.pain_worst,
        stiffness=given.stiffness,
        is_backfilled=moment.is_backfill,
        rev=1,
        recorded_at=moment.now,
        updated_at=moment.now,
    )
    scope.add(row)
    scope.flush()
    return row


def record_diary_day(scope: Scope, moment: Moment, given: DayInput, saved: Saved) -> None:
    """Record or amend what belongs to the day itself."""
    note = given.note.strip()
    if len(note) > NOTE_MAX:
        raise Invalid({"note": ["note_long"]})
    for name in ("sleep", "stress"):
        _check_scale(name, getattr(given, name))
    row = logs.diary_days_on(scope, moment.local_date).get(given.clinic_id)
    if row is not None:
        edited = {**{name: getattr(given, name) for name in DAY_FIELDS}, "note": note}
        saved.overridden |= amend(
            scope, row, edited, base_rev=given.base_rev, now=moment.now
        ).overridden
        saved.count += 1
    elif not given.is_empty:
        _new_diary_day(scope, moment, given, note)
        saved.count += 1


def _new_diary_day(scope: Scope, moment: Moment, given: DayInput, note: str) -> None:
    patient_id = dict(_patients(scope)).get(given.clinic_id)
    if patient_id is None:
        raise NotFound("clinic")
    scope.add(
        DiaryDay(
            clinic_id=given.clinic_id,
            patient_id=patient_id,
            local_date=moment.local_date,
            sleep=given.sleep,
            stress=given.stress,
            note=note,
            rev=1,
            updated_at=moment.now,
        )
    )


# Soreness.


def record_soreness(scope: Scope, moment: Moment, given: SorenessInput, saved: Saved) -> None:
    """Record a soreness rating, or mend the one just made."""
    _check_scale("soreness", given.soreness)
    session = scope.get(NeedlingSession, NeedlingSession.id == given.needling_session_id)
    row = scope.find(SorenessEntry, SorenessEntry.entry_id == given.entry_id)
    if row is None:
        row = _new_soreness(scope, moment, given, session)
    else:
        edited: dict[str, Any] = {"soreness": given.soreness}
        amend(scope, row, edited, base_rev=row.rev, now=moment.now)
    episode = scope.get(Episode, Episode.id == session.episode_id)
    summary: EpisodeSummary = summaries.summary_of(scope, episode)
    summaries.note_soreness(summary, row.soreness, row.felt_at, row.local_date)
    saved.count += 1


def _new_soreness(
    scope: Scope, moment: Moment, given: SorenessInput, session: NeedlingSession
) -> SorenessEntry:
    felt_at = felt_when(moment, session.needled_at)
    row = SorenessEntry(
        clinic_id=session.clinic_id,
        patient_id=session.patient_id,
        entry_id=given.entry_id,
        needling_session_id=session.id,
        felt_at=felt_at,
        local_date=moment.local_date,
        zone=moment.zone,
        soreness=given.soreness,
        side_effects=list(given.side_effects),
        is_backfilled=moment.is_backfill,
        rev=1,
        updated_at=moment.now,
    )
    scope.add(row)
    scope.flush()
    return row


def felt_when(moment: Moment, needled_at: datetime) -> datetime:
    """When a soreness was felt: now, or on the evening of the past day that it is added for.

    Never before the needles went in; raises Invalid outside the days it is asked about.
    """
    if not moment.is_backfill:
        felt_at = moment.now
    else:
        _, day_end = day_bounds(moment.local_date, moment.zone)
        if day_end <= needled_at:
            raise Invalid({"soreness": ["before_needling"]})
        evening = to_utc(datetime.combine(moment.local_date, EVENING), moment.zone)
        felt_at = max(evening, min(needled_at + timedelta(minutes=1), day_end))
    latest = needled_at + timedelta(hours=SORENESS_LATEST_HOURS + 24)
    if felt_at < needled_at:
        raise Invalid({"soreness": ["before_needling"]})
    if felt_at > latest:
        raise Invalid({"soreness": ["soreness_over"]})
    return felt_at


# Stretches.


def record_stretch(scope: Scope, moment: Moment, given: StretchInput, saved: Saved) -> UUID:
    """Record or amend one stretch of one day; gives its episode's id."""
    line = scope.get(Prescription, Prescription.id == given.prescription_id)
    if moment.local_date > moment.today:
        raise Invalid({"local_date": ["future_day"]})
    if moment.local_date < line.starts_on or (line.ends_on and moment.local_date > line.ends_on):
        raise Invalid({"outcome": ["not_prescribed"]})
    if given.reason is not None and given.reason not in REASONS:
        raise Invalid({"reason": ["unknown"]})
    row = logs.find_stretch_entry(scope, line, moment.local_date)
    sets_done = round(line.sets * given.outcome.share)
    if row is None:
        _new_stretch(scope, moment, given, line, sets_done)
    else:
        edited = {"outcome": given.outcome.value, "reason": given.reason}
        if row.outcome != given.outcome:
            edited["sets_done"] = sets_done  # type: ignore[assignment]
        saved.overridden |= amend(
            scope, row, edited, base_rev=given.base_rev or row.rev, now=moment.now
        ).overridden
    saved.count += 1
    return line.episode_id


def _new_stretch(
    scope: Scope, moment: Moment, given: StretchInput, line: Prescription, sets_done: int
) -> None:
    scope.add(
        StretchEntry(
            clinic_id=line.clinic_id,
            patient_id=line.patient_id,
            entry_id=uuid4(),
            prescription_id=line.id,
            local_date=moment.local_date,
            zone=moment.zone,
            outcome=given.outcome,
            sets_done=sets_done,
            reason=given.reason,
            provenance=Provenance.BACKFILLED if moment.is_backfill else Provenance.TICKED,
            rev=1,
            recorded_at=moment.now,
            updated_at=moment.now,
        )
    )
    scope.flush()


def _sum_up_stretches(scope: Scope, moment: Moment, episode: Episode) -> None:
    halves = summaries.done_halves_on(scope, episode, moment.local_date)
    row = summaries.summary_of(scope, episode)
    summaries.note_stretches(row, moment.local_date, halves)
