"""What `/today` shows of one local day: complaints, soreness that is asked about, stretches due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tracker.domain.access import PatientActor
from tracker.domain.catalog import Stretch
from tracker.domain.days import day_bounds, days_back, hours_between
from tracker.domain.errors import NotFound
from tracker.domain.needling import SORENESS_LATEST_HOURS, is_soreness_asked
from tracker.domain.prescription import Dose, Prescription
from tracker.services import library
from tracker.services.daybook import Moment
from tracker.services.soreness import felt_when, rating_to_mend
from tracker.store import logs
from tracker.store.schema import (
    Checkin,
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


@dataclass(frozen=True, slots=True)
class DueStretch:
    """A stretch that is due, with what was logged of it."""

    prescription_id: UUID
    stretch: Stretch
    side: str
    dose: Dose
    starts_on: date
    ends_on: date | None
    note: str
    outcome: str | None
    reason: str | None
    rev: int | None

    @property
    def minutes(self) -> float:
        """Minutes that the stretch takes on a day when it is due."""
        sides = 2 if self.stretch.has_side and self.side == "both" else 1
        return self.dose.minutes(sides=sides)


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
        return int(sum(due.minutes for due in self.stretches) + 0.999)

    @property
    def saved_at(self) -> datetime | None:
        """When the day was last saved."""
        times = [item.checkin.updated_at for item in self.episodes if item.checkin]
        return max(times) if times else None


def see_day(scope: Scope, moment: Moment) -> Today:
    """Everything that one day shows; raises NotFound for anybody but a patient."""
    if not isinstance(scope.actor, PatientActor):
        raise NotFound("day")
    episodes = logs.open_episodes(scope)
    first_day = min((episode.opened_on for episode in episodes), default=moment.today)
    week = days_back(moment.today, WEEK)
    logged = logs.logged_days(scope, week[0], week[-1])
    soreness, spare_soreness = _soreness_asked(scope, moment)
    stretches, spare_stretches = _due_stretches(scope, {row.id for row in episodes}, moment)
    return Today(
        day=moment.local_date,
        today=moment.today,
        zone=moment.zone,
        episodes=_episode_days(scope, scope.actor, episodes, moment.local_date),
        soreness=soreness,
        stretches=stretches,
        spare_soreness=spare_soreness,
        spare_stretches=spare_stretches,
        week=[(day, day in logged) for day in week if day >= first_day],
        first_day=first_day,
    )


def _episode_days(
    scope: Scope, actor: PatientActor, episodes: Sequence[Episode], day: date
) -> list[EpisodeDay]:
    checkins = logs.checkins_on(scope, day)
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
            )
        )
    return result


def _soreness_asked(scope: Scope, moment: Moment) -> tuple[list[SorenessAsk], list[SorenessAsk]]:
    """The sessions to ask about, and those that another day may ask about.

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
        return [], []
    muscles = logs.muscles_of(scope, sessions)
    ratings = logs.soreness_of(scope, sessions)
    asks = [
        (_ask(moment, session, muscles[session.id], ratings, at), session)
        for session in reversed(sessions)
    ]
    return (
        [ask for ask, _ in asks if ask is not None],
        [_spare(session, muscles[session.id], at) for ask, session in asks if ask is None]
        if spare
        else [],
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
    )


def _before(ratings: Sequence[SorenessEntry], rating: SorenessEntry) -> SorenessEntry | None:
    earlier = [row for row in ratings if row.felt_at < rating.felt_at]
    return earlier[-1] if earlier else None


def as_line(row: PrescriptionRow) -> Prescription:
    """A stored version as the domain's noun."""
    dose = Dose(row.sets, row.repetitions, row.hold_seconds, row.days)
    return Prescription(row.id, row.stretch, row.side, dose, row.starts_on, row.ends_on)


def _due_stretches(
    scope: Scope, episode_ids: set[UUID], moment: Moment
) -> tuple[list[DueStretch], list[DueStretch]]:
    """The stretches that are due on the day, and those that another day may ask for."""
    day = moment.local_date
    spare = timedelta() if moment.is_backfill else timedelta(days=SPARE_DAYS)
    lines = [
        row
        for row in logs.prescriptions_between(scope, day - spare, day + spare)
        if row.episode_id in episode_ids
    ]
    due = [row for row in lines if as_line(row).is_due(day)]
    entries = logs.stretch_entries_on(scope, day) if due else {}
    known = library.find_many(scope, (row.stretch for row in lines))
    return (
        [_due(row, known[row.stretch], entries.get(row.id)) for row in due],
        [_due(row, known[row.stretch], None) for row in lines if row not in due] if spare else [],
    )


def _due(row: PrescriptionRow, stretch: Stretch, entry: StretchEntry | None) -> DueStretch:
    return DueStretch(
        prescription_id=row.id,
        stretch=stretch,
        side=row.side,
        dose=as_line(row).dose,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        note=row.note,
        outcome=entry.outcome if entry else None,
        reason=entry.reason if entry else None,
        rev=entry.rev if entry else None,
    )


def my_programme(scope: Scope, today: date) -> list[tuple[PrescriptionRow, Stretch]]:
    """A patient's stretches in force, for the list that explains them."""
    if not isinstance(scope.actor, PatientActor):
        raise NotFound("programme")
    open_ids = {episode.id for episode in logs.open_episodes(scope)}
    lines = [row for row in logs.prescriptions_on(scope, today) if row.episode_id in open_ids]
    known = library.find_many(scope, (row.stretch for row in lines))
    return [(row, known[row.stretch]) for row in lines]
