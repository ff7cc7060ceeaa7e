"""What one patient's entries tell: the response, soreness since needling, durability and dose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from tracker.domain.curve import (
    Aligned,
    Clock,
    Dose,
    MuscleClock,
    Needled,
    Sore,
    Visit,
    align,
    clock_of,
    dose_of,
    muscle_clocks,
)
from tracker.domain.days import hours_between, local_day, local_time
from tracker.domain.errors import Invalid
from tracker.domain.needling import Twitch
from tracker.domain.response import Mark, Response, Split, judge, spoilt_days
from tracker.services.episode_rows import EpisodeRows, read_rows
from tracker.services.patients import staff
from tracker.store import logs, records
from tracker.store.schema import Episode, NeedledMuscle, NeedlingSession, PhaseMark, SorenessEntry
from tracker.store.scope import Scope

WORDS_MAX = 60
"""Characters of a phase's name: a few words beside its mean."""

TWITCHES = {Twitch.NONE: 0, Twitch.FEW: 2, Twitch.SEVERAL: 5, Twitch.MANY: 8}
"""The number that stands for each band of twitches in the ledger's sum (working rule)."""


@dataclass(frozen=True, slots=True)
class MarkLine:
    """A physio's own start of a phase, as the page lists it."""

    id: UUID
    day: date
    words: str
    removed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Insight:
    """Everything of one episode; `muscle` is the one that the soreness is shown for, if any."""

    response: Response
    marks: Sequence[MarkLine]
    aligned: Aligned | None
    muscle: str | None
    muscles: Sequence[MuscleClock]
    clocks: Sequence[Clock]
    ledger: Sequence[Dose]
    first: date
    last: date


def see_insight(
    scope: Scope,
    episode: Episode,
    now: datetime,
    zone: str,
    *,
    split: Split | None = None,
    muscle: str | None = None,
    rows: EpisodeRows | None = None,
) -> Insight:
    """An episode's insight; days and hours are local to `zone`, sessions the newest first.

    `rows` are the episode's, where the caller has read them already.
    Rows that the patient logged come through the scope: without a consent there are none.
    """
    today = local_day(now, zone)
    last = min(today, episode.closed_on or today)
    last = max(last, episode.opened_on)
    rows = rows or read_rows(scope, episode, today)
    ratings = {row.local_date: row.pain_average for row in rows.pain if row.local_date <= last}
    sessions = _visits(rows, now, zone)
    moments = [session.needled_at for session in sessions]
    marks = marks_of(scope, episode)
    response = judge(
        ratings,
        moments,
        [Mark(row.day, row.words) for row in marks if row.removed_at is None],
        episode.opened_on,
        last,
        split,
    )
    clocks, ledger = _follow(sessions, ratings, last)
    known = {row.muscle for session in sessions for row in session.muscles}
    asked = muscle if muscle in known else None
    return Insight(
        response=response,
        marks=marks,
        aligned=align(sessions, asked),
        muscle=asked,
        muscles=muscle_clocks(sessions),
        clocks=clocks[::-1],
        ledger=ledger[::-1],
        first=episode.opened_on,
        last=last,
    )


def _follow(
    sessions: Sequence[Visit], ratings: Mapping[date, int], last: date
) -> tuple[list[Clock], list[Dose]]:
    """Each session followed up to the next, oldest first."""
    spoilt = spoilt_days(session.needled_at for session in sessions)
    clocks, ledger = [], []
    for place, session in enumerate(sessions):
        later = [one.needled_at for one in sessions[place + 1 :]]
        following = next((at for at in later if at.date() > session.needled_at.date()), None)
        clock = clock_of(session, ratings, spoilt, following, last)
        clocks.append(clock)
        ledger.append(dose_of(clock, ratings, spoilt, following))
    return clocks, ledger


def _visits(rows: EpisodeRows, now: datetime, zone: str) -> list[Visit]:
    """The sessions up to now, oldest first, with muscles and soreness."""
    sore: dict[UUID, list[SorenessEntry]] = {}
    for entry in rows.soreness:
        sore.setdefault(entry.needling_session_id, []).append(entry)
    return [
        _session(row, rows.muscles[row.id], sore.get(row.id, []), zone)
        for row in rows.sessions
        if row.needled_at <= now
    ]


def _session(
    row: NeedlingSession,
    muscles: Sequence[NeedledMuscle],
    ratings: Sequence[SorenessEntry],
    zone: str,
) -> Visit:
    return Visit(
        id=str(row.id),
        needled_at=local_time(row.needled_at, zone).replace(tzinfo=None),
        muscles=tuple(
            Needled(
                one.muscle,
                one.side,
                one.insertions,
                None if one.twitch is None else TWITCHES[Twitch(one.twitch)],
                one.pain_during,
            )
            for one in muscles
        ),
        ratings=tuple(
            Sore(hours_between(row.needled_at, one.felt_at), one.soreness, one.muscle, one.side)
            for one in ratings
        ),
        pain_before=row.pain_before,
    )


# The physio's own marks.


def marks_of(scope: Scope, episode: Episode) -> list[MarkLine]:
    """An episode's marks, removed ones too, the oldest day first."""
    rows = scope.entities(
        PhaseMark,
        PhaseMark.patient_id == episode.patient_id,
        PhaseMark.episode_id == episode.id,
    )
    found = [MarkLine(row.id, row.day, row.words, row.removed_at) for row in rows]
    return sorted(found, key=lambda line: line.day)


def add_mark(
    scope: Scope, patient_id: UUID, episode_id: UUID, day: date, words: str, now: datetime
) -> UUID:
    """Mark the start of a phase; the same day marked again takes the new words.

    Raises Invalid for a day that can't divide the episode, NotFound for somebody else's.
    """
    actor = staff(scope)
    logs.lock_patient(scope, actor.clinic_id, patient_id)
    episode = records.get_episode(scope, patient_id, episode_id)
    words = " ".join(words.split())
    if not words:
        raise Invalid({"words": ["needed"]})
    if len(words) > WORDS_MAX:
        raise Invalid({"words": ["too_long"]})
    if day > local_day(now, actor.clinic_zone):
        raise Invalid({"day": ["future_day"]})
    if day <= episode.opened_on:
        raise Invalid({"day": ["before_episode"]})
    row = scope.find(
        PhaseMark,
        PhaseMark.patient_id == patient_id,
        PhaseMark.episode_id == episode_id,
        PhaseMark.day == day,
    )
    if row is None:
        row = PhaseMark(
            clinic_id=episode.clinic_id,
            patient_id=patient_id,
            id=uuid4(),
            episode_id=episode.id,
            day=day,
        )
        scope.add(row)
    row.words, row.made_by, row.made_at, row.removed_at = words, actor.membership_id, now, None
    scope.flush()
    return row.id


def remove_mark(
    scope: Scope, patient_id: UUID, mark_id: UUID, now: datetime, *, undo: bool = False
) -> UUID:
    """Take a mark away, or put it back; gives its episode. Raises NotFound."""
    staff(scope)
    row = scope.get(PhaseMark, PhaseMark.patient_id == patient_id, PhaseMark.id == mark_id)
    row.removed_at = None if undo else now
    scope.flush()
    return row.episode_id
