"""What `/today` shows of one local day: complaints, soreness that is asked about, stretches due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID, uuid4

from tracker.domain.access import PatientActor
from tracker.domain.catalog import Stretch
from tracker.domain.days import day_bounds, days_back, hours_between
from tracker.domain.errors import NotFound
from tracker.domain.needling import (
    SORENESS_ALWAYS_HOURS,
    SORENESS_LATEST_HOURS,
    is_soreness_asked,
)
from tracker.domain.pause import as_pairs
from tracker.domain.prescription import Dose, Outcome, Prescription
from tracker.domain.response import spoilt_days
from tracker.domain.safety import Rating, find_abnormal
from tracker.domain.strip import Strip
from tracker.services import library
from tracker.services.daybook import Moment
from tracker.services.pauses import PauseLine, pauses_between
from tracker.services.plan import Plan
from tracker.services.raising import needled_local
from tracker.services.soreness import felt_when, rating_to_mend
from tracker.store import logs
from tracker.store.schema import (
    Checkin,
    Clinic,
    DiaryDay,
    Episode,
    NeedledMuscle,
    SorenessEntry,
    StretchEntry,
)
from tracker.store.schema import Prescription as PrescriptionRow
from tracker.store.scope import Scope

WEEK = 7

SPARE_DAYS = 14
"""Days around today whose stretches and sessions a page brings along, unseen.

A phone without a network shows another day on the same page.
"""


@dataclass(frozen=True, slots=True)
class EpisodeDay:
    """One complaint's part of the day; `holds_day` where sleep, stress and note stand."""

    episode_id: UUID
    clinic_id: UUID
    clinic_name: str
    complaint: str
    opened_on: date
    regions: Sequence[dict[str, str]]
    checkin: Checkin | None
    holds_day: bool
    diary: DiaryDay | None
    sore_days: Sequence[date]
    """Days of late on which pain may be the needles': of a bad spell nothing is asked there."""


@dataclass(frozen=True, slots=True)
class SorenessAsk:
    """A session whose soreness is asked about: where the needles went, how long ago."""

    session_id: UUID
    episode_id: UUID
    needled_at: datetime
    hours: float
    places: Sequence[tuple[str, str]]
    entry_id: UUID
    current: int | None
    last: int | None
    last_at: datetime | None
    sorest: str = ""
    """The place that was said to be sorest, as "muscle side"."""
    aftercare: str | None = None
    """What the clinic tells for the first days ("": the product's own text), None after them."""
    is_abnormal: bool = False
    """Whether the day's rating is one that has more to be asked about (domain/safety.py)."""


@dataclass(frozen=True, slots=True)
class DueStretch:
    """A stretch that is due, with what was logged of it."""

    prescription_id: UUID
    episode_id: UUID
    stretch: Stretch
    side: str
    dose: Dose
    starts_on: date
    ends_on: date | None
    note: str
    outcome: str | None
    reason: str | None
    sets_done: int | None
    rev: int | None
    pauses: Sequence[Sequence[str]] = ()
    """Days on which it is not asked for, as [first, last] pairs."""

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides that are stretched one after the other; one empty word where there are none."""
        if not self.stretch.has_side:
            return ("",)
        return ("left", "right") if self.side == "both" else (self.side,)

    @property
    def minutes(self) -> float:
        """Minutes that the stretch takes on a day when it is due."""
        return self.dose.minutes(sides=len(self.sides))

    @property
    def minutes_once(self) -> float:
        """Minutes of one time of the day: what the guided session takes."""
        return self.minutes / self.dose.sets


def still_open(due: Sequence[DueStretch]) -> list[DueStretch]:
    """The stretches of which nothing is logged, or a part."""
    return [one for one in due if one.outcome in {None, Outcome.PARTLY}]


def session_minutes(due: Sequence[DueStretch]) -> int:
    """Minutes that one time of some stretches takes, rounded up."""
    return ceil(sum(one.minutes_once for one in due))


@dataclass(frozen=True, slots=True)
class Today:
    """A local day as the patient sees it."""

    day: date
    today: date
    zone: str
    episodes: Sequence[EpisodeDay]
    soreness: Sequence[SorenessAsk]
    stretches: Sequence[DueStretch]
    spare_soreness: Sequence[SorenessAsk]
    spare_stretches: Sequence[DueStretch]
    week: Sequence[tuple[date, bool]]
    first_day: date
    paused: PauseLine | None = None
    """What excuses this day, where something would have been due."""
    clinics: Sequence[Clinic] = ()
    """The patient's clinics, where soreness is asked about: their words and numbers stand there."""

    @property
    def is_today(self) -> bool:
        """Whether this is the current day and not one that is filled in later."""
        return self.day == self.today

    @property
    def is_saved(self) -> bool:
        """Whether every complaint has its rating for the day."""
        return bool(self.episodes) and all(item.checkin for item in self.episodes)

    @property
    def is_backfilled(self) -> bool:
        """Whether what is saved was added on a later day."""
        return any(item.checkin.is_backfilled for item in self.episodes if item.checkin)

    @property
    def minutes(self) -> int:
        """Minutes that the stretches due take, rounded up."""
        return ceil(sum(due.minutes for due in self.stretches))

    @property
    def open_stretches(self) -> list[DueStretch]:
        """What is due and of which nothing final is logged yet."""
        return still_open(self.stretches)

    @property
    def open_minutes(self) -> int:
        """Minutes that a session with what is open takes, rounded up."""
        return session_minutes(self.open_stretches)

    @property
    def saved_at(self) -> datetime | None:
        """When the day was last saved."""
        times = [item.checkin.updated_at for item in self.episodes if item.checkin]
        return max(times) if times else None


def see_day(scope: Scope, moment: Moment, plan: Plan) -> Today:
    """Everything that one day shows; raises NotFound for anybody but a patient."""
    if not isinstance(scope.actor, PatientActor):
        raise NotFound("day")
    first_day = min((episode.opened_on for episode in plan.episodes), default=moment.today)
    week = days_back(moment.today, WEEK)
    checkins = logs.checkins_of(scope, {*week, moment.local_date})
    logged = {row.local_date for row in checkins}
    soreness, spare_soreness, clinics = _soreness_asked(scope, moment)
    stretches, spare_stretches, paused = _due_stretches(scope, plan, moment)
    return Today(
        day=moment.local_date,
        today=moment.today,
        zone=moment.zone,
        episodes=_episode_days(scope, scope.actor, plan.episodes, checkins, moment.local_date),
        soreness=soreness,
        stretches=stretches,
        spare_soreness=spare_soreness,
        spare_stretches=spare_stretches,
        week=[(day, day in logged) for day in week if day >= first_day],
        first_day=first_day,
        paused=paused,
        clinics=clinics,
    )


def _episode_days(
    scope: Scope,
    actor: PatientActor,
    episodes: Sequence[Episode],
    logged: Sequence[Checkin],
    day: date,
) -> list[EpisodeDay]:
    checkins = {row.episode_id: row for row in logged if row.local_date == day}
    diaries = logs.diary_days_on(scope, day)
    names = {record.clinic_id: record.clinic_name for record in actor.records}
    seen: set[UUID] = set()
    result = []
    for episode in episodes:
        if episode.opened_on > day:
            continue
        holds_day = episode.clinic_id not in seen
        seen.add(episode.clinic_id)
        result.append(
            EpisodeDay(
                episode_id=episode.id,
                clinic_id=episode.clinic_id,
                clinic_name=names.get(episode.clinic_id, ""),
                complaint=episode.complaint,
                opened_on=episode.opened_on,
                regions=episode.regions,
                checkin=checkins.get(episode.id),
                holds_day=holds_day,
                diary=diaries.get(episode.clinic_id) if holds_day else None,
                sore_days=_sore_days(episode, day),
            )
        )
    return result


def _sore_days(episode: Episode, day: date) -> list[date]:
    """The days within 72 h of a session that a page about `day` may come to show."""
    sessions = needled_local(Strip(episode.session_end, episode.session_hours), day)
    return sorted(one for one in spoilt_days(sessions) if one > day - timedelta(days=SPARE_DAYS))


def _soreness_asked(
    scope: Scope, moment: Moment
) -> tuple[list[SorenessAsk], list[SorenessAsk], Sequence[Clinic]]:
    """The sessions to ask about, those that another day may ask about, and whose words go with it.

    On a past day, as if it were that day's evening.
    """
    at = moment.now
    if moment.is_backfill:
        _, day_end = day_bounds(moment.local_date, moment.zone)
        at = min(at, day_end)
    back = timedelta(hours=SORENESS_LATEST_HOURS)
    spare = timedelta() if moment.is_backfill else timedelta(days=SPARE_DAYS)
    sessions = logs.sessions_between(scope, at - back - spare, at)
    if not sessions:
        return [], [], ()
    muscles = logs.muscles_of(scope, sessions)
    ratings = logs.soreness_of(scope, sessions)
    clinics = scope.entities(Clinic)
    texts = {row.id: row.aftercare for row in clinics}
    asks = [
        (_ask(moment, session, muscles[session.id], ratings, at, texts), session)
        for session in reversed(sessions)
    ]
    return (
        [ask for ask, _ in asks if ask is not None],
        [_spare(session, muscles[session.id], at) for ask, session in asks if ask is None]
        if spare
        else [],
        clinics,
    )


def _spare(session: Any, muscles: Sequence[NeedledMuscle], at: datetime) -> SorenessAsk:
    """A session that is not asked about now."""
    return SorenessAsk(
        session_id=session.id,
        episode_id=session.episode_id,
        needled_at=session.needled_at,
        hours=hours_between(session.needled_at, at),
        places=[(muscle.muscle, muscle.side) for muscle in muscles],
        entry_id=uuid4(),
        current=None,
        last=None,
        last_at=None,
    )


def _ask(
    moment: Moment,
    session: Any,
    muscles: Sequence[NeedledMuscle],
    ratings: Sequence[SorenessEntry],
    at: datetime,
    texts: Mapping[UUID, str],
) -> SorenessAsk | None:
    session_id: UUID = session.id
    needled_at: datetime = session.needled_at
    own = [rating for rating in ratings if rating.needling_session_id == session_id]
    before = [rating for rating in own if rating.felt_at <= at]
    last = before[-1] if before else None
    same = rating_to_mend(moment, own)
    settled = last if same is None else _before(before, same)
    if not is_soreness_asked(needled_at, at, settled.soreness if settled else None):
        return None
    felt = felt_when(moment, needled_at) if moment.is_backfill else at
    return SorenessAsk(
        session_id=session_id,
        episode_id=session.episode_id,
        needled_at=needled_at,
        hours=hours_between(needled_at, felt),
        places=[(muscle.muscle, muscle.side) for muscle in muscles],
        entry_id=same.entry_id if same else uuid4(),
        current=same.soreness if same else None,
        last=last.soreness if last else None,
        last_at=last.felt_at if last else None,
        sorest=f"{same.muscle} {same.side}" if same and same.muscle else "",
        aftercare=(
            texts.get(session.clinic_id, "")
            if hours_between(needled_at, felt) <= SORENESS_ALWAYS_HOURS
            else None
        ),
        is_abnormal=same is not None and _is_abnormal(needled_at, own, same),
    )


def _is_abnormal(
    needled_at: datetime, ratings: Sequence[SorenessEntry], rating: SorenessEntry
) -> bool:
    until = [row for row in ratings if row.felt_at <= rating.felt_at]
    found = find_abnormal(
        [Rating(hours_between(needled_at, row.felt_at), row.soreness) for row in until]
    )
    return found is not None


def _before(ratings: Sequence[SorenessEntry], rating: SorenessEntry) -> SorenessEntry | None:
    earlier = [row for row in ratings if row.felt_at < rating.felt_at]
    return earlier[-1] if earlier else None


def as_line(row: PrescriptionRow) -> Prescription:
    """A stored version as the domain's noun."""
    dose = Dose(row.sets, row.repetitions, row.hold_seconds, row.days, row.time_of_day)
    return Prescription(row.id, row.stretch, row.side, dose, row.starts_on, row.ends_on)


def _due_stretches(
    scope: Scope, plan: Plan, moment: Moment
) -> tuple[list[DueStretch], list[DueStretch], PauseLine | None]:
    """The stretches due on the day, those that another day may ask for, and what excuses the day.

    A stretch that was logged on a day off is shown all the same.
    """
    day = moment.local_date
    spare = timedelta() if moment.is_backfill else timedelta(days=SPARE_DAYS)
    lines = plan.between(day - spare, day + spare)
    planned = [row for row in lines if as_line(row).is_due(day)]
    entries = logs.stretch_entries_on(scope, day) if planned else {}
    off = _pauses(scope, lines, day - spare) if lines else {}
    due, paused = [], None
    for row in planned:
        pause = next((one for one in off[row.episode_id] if day in one.days), None)
        if pause is None or row.id in entries:
            due.append(row)
        paused = paused or pause
    known = library.find_many(scope, (row.stretch for row in lines))

    def show(row: PrescriptionRow, entry: StretchEntry | None) -> DueStretch:
        return _due(row, known[row.stretch], entry, off[row.episode_id])

    return (
        [show(row, entries.get(row.id)) for row in due],
        [show(row, None) for row in lines if row not in due] if spare else [],
        paused,
    )


def _pauses(
    scope: Scope, lines: Sequence[PrescriptionRow], since: date
) -> dict[UUID, list[PauseLine]]:
    """What excuses days of each of these lines' episodes: two queries for all of them."""
    made, own = pauses_between(scope, since)
    return {
        row.episode_id: [
            *(line for episode_id, line in made if episode_id == row.episode_id),
            *(line for clinic_id, line in own if clinic_id == row.clinic_id),
        ]
        for row in lines
    }


def _due(
    row: PrescriptionRow, stretch: Stretch, entry: StretchEntry | None, off: Sequence[PauseLine]
) -> DueStretch:
    return DueStretch(
        prescription_id=row.id,
        episode_id=row.episode_id,
        stretch=stretch,
        side=row.side,
        dose=as_line(row).dose,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        note=row.note,
        outcome=entry.outcome if entry else None,
        reason=entry.reason if entry else None,
        sets_done=entry.sets_done if entry else None,
        rev=entry.rev if entry else None,
        pauses=as_pairs(line.days for line in off),
    )


@dataclass(frozen=True, slots=True)
class Guided:
    """The stretches that a phone can lead through: those due on the day, and the others."""

    day: date
    due: Sequence[DueStretch]
    others: Sequence[DueStretch]
    paused: PauseLine | None = None

    @property
    def open(self) -> list[DueStretch]:
        """What is due and of which nothing final is logged yet."""
        return still_open(self.due)

    @property
    def minutes(self) -> int:
        """Minutes that a session with what is open takes, rounded up."""
        return session_minutes(self.open)


def see_guided(scope: Scope, moment: Moment, plan: Plan, stretch_id: str | None = None) -> Guided:
    """What the guided session takes from the programme: all of it, or one stretch's lines."""
    due, others, paused = _due_stretches(scope, plan, moment)
    own, rest = (
        [line for line in lines if stretch_id is None or line.stretch.id == stretch_id]
        for lines in (due, others)
    )
    return Guided(moment.local_date, own, rest, paused)


def my_programme(scope: Scope, today: date, plan: Plan) -> list[tuple[PrescriptionRow, Stretch]]:
    """A patient's stretches in force, for the list that explains them."""
    lines = plan.between(today, today)
    known = library.find_many(scope, (row.stretch for row in lines))
    return [(row, known[row.stretch]) for row in lines]
