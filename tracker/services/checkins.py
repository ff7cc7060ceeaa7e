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
from tracker.services.entries import Entry, amend
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
    fills_only: bool = False
    """Said by "all done": it speaks for stretches of which nothing is logged, for no others."""


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
    for clinic_id, patient_id in _patients(scope):
        logs.lock_patient(scope, clinic_id, patient_id)
    book = open_book(scope, moment, entries)
    for checkin in entries.checkins:
        if not checkin.is_empty:
            record_checkin(book, checkin)
    for day in entries.days:
        record_diary_day(book, day)
    for soreness in entries.soreness:
        record_soreness(book, soreness)
    touched = {record_stretch(book, stretch) for stretch in entries.stretches}
    for episode_id in touched:
        _sum_up_stretches(book, episode_id)
    if not book.saved.count:
        raise Invalid({"pain_average": ["nothing_chosen"]})
    scope.flush()
    return book.saved


def _patients(scope: Scope) -> list[tuple[UUID, UUID]]:
    if not isinstance(scope.actor, PatientActor):
        raise NotFound("day")
    return [(record.clinic_id, record.patient_id) for record in scope.actor.records]


# The book: everything that a save may touch, found in a fixed number of queries.


@dataclass(slots=True)
class Book:
    """A patient's day, open for writing: what is there already, by what it is found by."""

    scope: Scope
    moment: Moment
    episodes: dict[UUID, Episode]
    checkins: dict[UUID, Checkin]
    days: dict[UUID, DiaryDay]
    sessions: dict[UUID, NeedlingSession]
    soreness: list[SorenessEntry]
    lines: dict[UUID, Prescription]
    stretches: dict[UUID, StretchEntry]
    summaries: dict[UUID, EpisodeSummary]
    saved: Saved = field(default_factory=Saved)

    def episode(self, episode_id: UUID) -> Episode:
        """One of the patient's own episodes; raises NotFound."""
        if episode_id not in self.episodes:
            raise NotFound("episode")
        return self.episodes[episode_id]

    def summary(self, episode_id: UUID) -> EpisodeSummary:
        """An episode's summary row, made at its first entry."""
        if episode_id not in self.summaries:
            row = summaries.new_summary(self.episode(episode_id))
            self.scope.add(row)
            self.summaries[episode_id] = row
        return self.summaries[episode_id]

    def has_entry(self, entry_id: UUID) -> bool:
        """Whether a soreness rating of these sessions has this id already."""
        return any(row.entry_id == entry_id for row in self.soreness)

    def amend(self, row: Entry, edited: dict[str, Any], base_rev: int | None) -> None:
        """Merge an edit into an entry that is there, with its history."""
        merged = amend(self.scope, row, edited, base_rev=base_rev, now=self.moment.now)
        self.saved.overridden |= merged.overridden


def open_book(scope: Scope, moment: Moment, entries: DayEntries) -> Book:
    """Find everything that these entries may touch; what is not the patient's is not found."""
    stretches = logs.stretch_entries_on(scope, moment.local_date) if entries.stretches else {}
    lines = {*stretches, *(given.prescription_id for given in entries.stretches)}
    ids = [given.needling_session_id for given in entries.soreness]
    sessions = logs.by_id(scope, NeedlingSession, ids)
    return Book(
        scope=scope,
        moment=moment,
        episodes={row.id: row for row in scope.entities(Episode)},
        checkins=logs.checkins_on(scope, moment.local_date) if entries.checkins else {},
        days=logs.diary_days_on(scope, moment.local_date) if entries.days else {},
        sessions=sessions,
        soreness=list(logs.soreness_of(scope, list(sessions.values()))),
        lines=logs.by_id(scope, Prescription, lines),
        stretches=stretches,
        summaries={row.episode_id: row for row in scope.entities(EpisodeSummary)},
    )


def _check_day(opened_on: date, moment: Moment) -> None:
    refusal = LoggableDays(opened_on, moment.today).refuses(moment.local_date)
    if refusal is not None:
        raise Invalid({"local_date": [refusal]})


def _check_scale(name: str, value: int | None) -> None:
    if value is not None and value not in SCALE:
        raise Invalid({name: ["scale"]})


# Check-ins.


def record_checkin(book: Book, given: CheckinInput) -> None:
    """Record or amend one episode's day."""
    episode = book.episode(given.episode_id)
    _check_day(episode.opened_on, book.moment)
    for name in PAIN_FIELDS:
        _check_scale(name, getattr(given, name))
    if given.pain_average is None:
        # A day that has a rating keeps it: emptying a scale is not possible on paper either.
        raise Invalid({"pain_average": ["pain_needed"]})
    row = book.checkins.get(episode.id)
    if row is None:
        row = _new_checkin(book, given, given.pain_average, episode)
    else:
        edited = {name: getattr(given, name) for name in PAIN_FIELDS}
        book.amend(row, edited, given.base_rev)
    summaries.note_pain(book.summary(episode.id), row.local_date, row.pain_average)
    book.saved.count += 1


def _new_checkin(book: Book, given: CheckinInput, pain: int, episode: Episode) -> Checkin:
    moment = book.moment
    row = Checkin(
        clinic_id=episode.clinic_id,
        patient_id=episode.patient_id,
        entry_id=uuid4(),
        episode_id=episode.id,
        local_date=moment.local_date,
        zone=moment.zone,
        pain_average=pain,
        pain_worst=given.pain_worst,
        stiffness=given.stiffness,
        is_backfilled=moment.is_backfill,
        rev=1,
        recorded_at=moment.now,
        updated_at=moment.now,
    )
    book.scope.add(row)
    book.checkins[episode.id] = row
    return row


def record_diary_day(book: Book, given: DayInput) -> None:
    """Record or amend what belongs to the day itself."""
    note = given.note.strip()
    if len(note) > NOTE_MAX:
        raise Invalid({"note": ["note_long"]})
    for name in ("sleep", "stress"):
        _check_scale(name, getattr(given, name))
    if given.is_empty and given.clinic_id not in book.days:
        return
    _check_any_day(book, given.clinic_id)
    row = book.days.get(given.clinic_id)
    if row is not None:
        edited = {**{name: getattr(given, name) for name in DAY_FIELDS}, "note": note}
        book.amend(row, edited, given.base_rev)
    else:
        _new_diary_day(book, given, note)
    book.saved.count += 1


def _check_any_day(book: Book, clinic_id: UUID) -> None:
    """A day counts from the opening of the first of this clinic's episodes."""
    opened = [row.opened_on for row in book.episodes.values() if row.clinic_id == clinic_id]
    if not opened:
        raise NotFound("clinic")
    _check_day(min(opened), book.moment)


def _new_diary_day(book: Book, given: DayInput, note: str) -> None:
    patient_id = dict(_patients(book.scope)).get(given.clinic_id)
    if patient_id is None:
        raise NotFound("clinic")
    row = DiaryDay(
        clinic_id=given.clinic_id,
        patient_id=patient_id,
        local_date=book.moment.local_date,
        sleep=given.sleep,
        stress=given.stress,
        note=note,
        rev=1,
        updated_at=book.moment.now,
    )
    book.scope.add(row)
    book.days[given.clinic_id] = row


# Soreness.


def record_soreness(book: Book, given: SorenessInput) -> None:
    """Record a soreness rating, or mend the one just made."""
    _check_scale("soreness", given.soreness)
    session = book.sessions.get(given.needling_session_id)
    if session is None:
        raise NotFound("needling session")
    own = [row for row in book.soreness if row.needling_session_id == session.id]
    _check_day(book.episode(session.episode_id).opened_on, book.moment)
    row = rating_to_mend(book.moment, own)
    sent = next((old for old in own if old.entry_id == given.entry_id), None)
    if row is not None:
        book.amend(row, {"soreness": given.soreness}, row.rev)
    elif sent is not None and sent.soreness == given.soreness:
        row = sent  # a page left open says again what it said hours ago: that is no new rating
    else:
        row = _new_soreness(book, given, session)
    summary = book.summary(session.episode_id)
    summaries.note_soreness(summary, row.soreness, row.felt_at, row.local_date)
    book.saved.count += 1


def _new_soreness(book: Book, given: SorenessInput, session: NeedlingSession) -> SorenessEntry:
    moment = book.moment
    row = SorenessEntry(
        clinic_id=session.clinic_id,
        patient_id=session.patient_id,
        # The id of a rating that stands already, on a page left open, is not used twice.
        entry_id=uuid4() if book.has_entry(given.entry_id) else given.entry_id,
        needling_session_id=session.id,
        felt_at=felt_when(moment, session.needled_at),
        local_date=moment.local_date,
        zone=moment.zone,
        soreness=given.soreness,
        side_effects=list(given.side_effects),
        is_backfilled=moment.is_backfill,
        rev=1,
        updated_at=moment.now,
    )
    book.scope.add(row)
    book.soreness.append(row)
    return row


def rating_to_mend(moment: Moment, ratings: Sequence[SorenessEntry]) -> SorenessEntry | None:
    """The rating that another one mends: the day's on a past day, else one just made (MOMENT)."""
    for rating in reversed(ratings):
        if moment.is_backfill and rating.local_date == moment.local_date:
            return rating
        if not moment.is_backfill and moment.now - rating.felt_at < MOMENT:
            return rating
    return None


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


def record_stretch(book: Book, given: StretchInput) -> UUID:
    """Record or amend one stretch of one day; gives its episode's id."""
    line = book.lines.get(given.prescription_id)
    if line is None:
        raise NotFound("prescription")
    _check_stretch(book.moment, line, given)
    sets_done = round(line.sets * given.outcome.share)
    row = book.stretches.get(line.id)
    if row is not None and given.fills_only:
        book.saved.count += 1
        return line.episode_id
    if row is None:
        _new_stretch(book, given, line, sets_done)
    else:
        edited: dict[str, Any] = {"outcome": given.outcome.value, "reason": given.reason}
        if row.outcome != given.outcome:
            edited["sets_done"] = sets_done
        book.amend(row, edited, given.base_rev)
    book.saved.count += 1
    return line.episode_id


def _check_stretch(moment: Moment, line: Prescription, given: StretchInput) -> None:
    if moment.local_date > moment.today:
        raise Invalid({"local_date": ["future_day"]})
    if moment.local_date < line.starts_on or (line.ends_on and moment.local_date > line.ends_on):
        raise Invalid({"outcome": ["not_prescribed"]})
    if given.reason is not None and given.reason not in REASONS:
        raise Invalid({"reason": ["unknown"]})


def _new_stretch(book: Book, given: StretchInput, line: Prescription, sets_done: int) -> None:
    moment = book.moment
    row = StretchEntry(
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
    book.scope.add(row)
    book.stretches[line.id] = row


def _sum_up_stretches(book: Book, episode_id: UUID) -> None:
    """Put what is done now of the day's stretches into the episode's summary."""
    done = [
        Outcome(entry.outcome).share
        for line_id, entry in book.stretches.items()
        if book.lines[line_id].episode_id == episode_id
    ]
    summary = book.summary(episode_id)
    summaries.note_stretches(summary, book.moment.local_date, round(2 * sum(done)))
