"""Measures as they are seen: what a patient is asked now, and all of an episode's course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from tracker.domain.days import local_day
from tracker.domain.measures import (
    CHANGE_ITEM,
    Measure,
    Past,
    Score,
    Shift,
    activities_score,
    next_due,
    shift_of,
    weekly_score,
)
from tracker.services.daybook import Moment
from tracker.store import measures as store
from tracker.store import records
from tracker.store.schema import (
    Activity,
    Episode,
    Goal,
    MeasureEntry,
    MotionReading,
    NeedlingSession,
    VisitQuestion,
)
from tracker.store.scope import Scope

UNDO = timedelta(days=1)
"""How long what was taken away is offered to be put back."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One measure to be answered: what stands of it on the day, and its id for the answer.

    Without `activities` an ask for activities is one to name them.
    """

    measure: Measure
    episode_id: UUID
    complaint: str
    activities: Sequence[Activity]
    entry_id: UUID
    entry: MeasureEntry | None = None


def see_due(scope: Scope, moment: Moment, episodes: Sequence[Episode]) -> Ask | None:
    """The one measure to ask the patient on this day about open problems, None for none."""
    if not episodes:
        return None
    asked: dict[UUID, dict[Measure, date]] = {}
    for row in store.last_asked(scope):
        asked.setdefault(row.episode_id, {})[Measure(row.measure)] = row.day
    # One a day over all problems: the second problem's turn comes tomorrow.
    if any(day >= moment.local_date for days in asked.values() for day in days.values()):
        return None
    activities = store.activities_in_force(scope)
    for episode in episodes:
        own = [row for row in activities if row.episode_id == episode.id]
        session = episode.last_session_at
        past = Past(
            episode.opened_on,
            asked.get(episode.id, {}),
            local_day(session, moment.zone) if session else None,
            len(own),
        )
        measure = next_due(past, moment.local_date)
        if measure is not None:
            return Ask(measure, episode.id, episode.complaint, own, uuid4())
    return None


def see_ask(scope: Scope, episode: Episode, measure: Measure, day: date) -> Ask:
    """One measure of one day, with what stands of it."""
    entry = store.entry_on(scope, episode, measure.value, day)
    own = [row for row in store.activities_of(scope, episode) if row.retired_at is None]
    entry_id = entry.entry_id if entry else uuid4()
    return Ask(measure, episode.id, episode.complaint, own, entry_id, entry)


# The course.


@dataclass(frozen=True, slots=True)
class Point:
    """One value on one day: a score, a rating or degrees."""

    day: date
    value: float
    n: int = 1
    is_told: bool = False
    """Whether a physio wrote it down as told."""


@dataclass(frozen=True, slots=True)
class Motion:
    """Degrees of one movement on one day; a session may have taken them before and after.

    `movement` is a known movement's id or the physio's own words; `side` is empty where the words
    of a session's record name it.
    """

    day: date
    movement: str
    side: str
    before: int | None
    after: int | None
    reading_id: UUID | None = None
    """The reading by hand, which can be taken back; None for a session's own."""


@dataclass(frozen=True, slots=True)
class Measures:
    """All of an episode's measures. What the patient logged is empty while it is not shared."""

    activities: Sequence[Activity]
    """Those in force."""
    retired: Sequence[Activity]
    by_activity: Sequence[tuple[Activity, Sequence[Point]]]
    activity_mean: Sequence[Point]
    shift: Shift | None
    weekly: Sequence[Point]
    change: Sequence[Point]
    motions: Sequence[Motion]
    goals: Sequence[Goal]
    question: VisitQuestion | None
    """The open one, if there is any with words."""
    answered: Sequence[VisitQuestion]
    """The newest first."""
    removed: Sequence[Goal | MotionReading]
    """What was taken away in the last day and can be put back."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not (self.activity_mean or self.weekly or self.change or self.motions)


def see_measures(
    scope: Scope,
    episode: Episode,
    now: datetime,
    zone: str,
    sessions: Sequence[NeedlingSession] | None = None,
) -> Measures:
    """An episode's measures up to now; days are local to `zone`.

    `sessions` are the episode's, where the caller has read them already. Rows that the patient
    logged come through the scope: without a consent there are none.
    """
    today = local_day(now, zone)
    if sessions is None:
        sessions = records.sessions_of(scope, episode)
    activities = store.activities_of(scope, episode)
    entries = store.entries_of(scope, episode)
    force = [row for row in activities if row.retired_at is None]
    of = {kind: [row for row in entries if row.measure == kind] for kind in Measure}
    rated = of[Measure.ACTIVITIES]
    ids = [str(row.id) for row in force]
    questions = store.questions_of(scope, episode)
    goals = store.goals_of(scope, episode)
    readings = store.readings_of(scope, episode)
    removable: list[Goal | MotionReading] = [*goals, *readings]
    waiting = [row for row in questions if row.answered_at is None and row.words]
    return Measures(
        activities=force,
        retired=[row for row in activities if row.retired_at is not None],
        by_activity=[(row, _item_points(rated, str(row.id))) for row in force],
        activity_mean=_points(rated, [activities_score(row.answers, ids) for row in rated]),
        shift=shift_of([(row.local_date, row.answers) for row in rated], ids),
        weekly=_points(
            of[Measure.WEEKLY], [weekly_score(row.answers) for row in of[Measure.WEEKLY]]
        ),
        change=_item_points(of[Measure.CHANGE], CHANGE_ITEM),
        motions=_motions(readings, sessions, today, zone),
        goals=[row for row in goals if row.removed_at is None],
        question=waiting[0] if waiting else None,
        answered=[row for row in questions if row.answered_at is not None],
        removed=[row for row in removable if row.removed_at and row.removed_at > now - UNDO],
    )


def _points(entries: Sequence[MeasureEntry], scores: Sequence[Score]) -> list[Point]:
    return [
        Point(row.local_date, score.value, score.n, row.told_to is not None)
        for row, score in zip(entries, scores, strict=True)
        if score.value is not None
    ]


def _item_points(entries: Sequence[MeasureEntry], item: str) -> list[Point]:
    return [
        Point(row.local_date, row.answers[item], is_told=row.told_to is not None)
        for row in entries
        if item in row.answers
    ]


def _motions(
    readings: Sequence[MotionReading],
    sessions: Sequence[NeedlingSession],
    today: date,
    zone: str,
) -> list[Motion]:
    """Degrees by hand and those of the sessions' records, oldest first."""
    found = [
        Motion(row.measured_on, row.movement, row.side, row.degrees, None, row.id)
        for row in readings
        if row.removed_at is None
    ]
    for session in sessions:
        day = local_day(session.needled_at, zone)
        if day > today:
            continue
        found += [
            Motion(day, one["movement"], "", one["before"], one["after"])
            for one in session.motions
            if one["before"] is not None or one["after"] is not None
        ]
    return sorted(found, key=lambda one: one.day)
