"""What one has to know before a visit, gathered for one page from what stands already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from tracker.domain.access import PatientActor
from tracker.domain.adherence import Adherence
from tracker.domain.curve import Aligned
from tracker.domain.days import local_day
from tracker.domain.response import Response
from tracker.domain.safety import Tier
from tracker.domain.statistics import Mean, mean_of
from tracker.services import insight, measures, progress
from tracker.services.episode_rows import read_rows
from tracker.services.flags import Seen
from tracker.services.pauses import PauseLine
from tracker.store import flags as store
from tracker.store import logs, records
from tracker.store.schema import Episode, NeedledMuscle, NeedlingSession, SorenessEntry
from tracker.store.scope import Scope

WEEK = 7
"""Days that the mean of pain is told for."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """One side effect as it was logged with soreness: after how many sessions, and when last."""

    effect: str
    sessions: int
    last_on: date


@dataclass(frozen=True, slots=True)
class Brief:
    """One episode in short. What the patient logged is None or empty while it is not shared."""

    episode: Episode
    is_shared: bool
    made_on: date
    session: NeedlingSession | None
    """The last one up to now, with its muscles and who needled ("" where the reader can't know)."""
    muscles: Sequence[NeedledMuscle]
    by: str
    session_count: int
    week: Mean | None
    """Pain over the last seven days."""
    last_logged_on: date | None
    response: Response | None
    aligned: Aligned | None
    """Soreness over the hours since needling, of the last session that has any rating."""
    reactions: Sequence[Reaction]
    adherence: Adherence | None
    pauses: Sequence[PauseLine]
    flags: Sequence[Seen]
    """What nobody has answered yet, the most pressing first."""
    measured: measures.Measures
    """Activities, goals, degrees, and the patient's own question."""

    @property
    def has_curve(self) -> bool:
        """Whether the soreness is the last session's own: an older curve would mislead."""
        if self.aligned is None or self.session is None:
            return False
        return self.aligned.newest.id == str(self.session.id)


def see_brief(
    scope: Scope, episode: Episode, now: datetime, zone: str, *, is_shared: bool = True
) -> Brief:
    """An episode's brief; days and hours are local to `zone`.

    Rows that the patient logged come through the scope: without a consent there are none.
    """
    today = local_day(now, zone)
    rows = read_rows(scope, episode, today)
    sessions = [row for row in rows.sessions if row.needled_at <= now]
    last = sessions[-1] if sessions else None
    told = seen = None
    if is_shared:
        told = insight.see_insight(scope, episode, now, zone, rows=rows)
        seen = progress.see_progress(scope, episode, "2w", now, zone, rows=rows)
    logged = rows.pain
    return Brief(
        episode=episode,
        is_shared=is_shared,
        made_on=today,
        session=last,
        muscles=rows.muscles[last.id] if last else (),
        by=_needled_by(scope, last),
        session_count=len(sessions),
        week=_week(logged, today) if is_shared else None,
        last_logged_on=logged[-1].local_date if logged else None,
        response=told.response if told else None,
        aligned=told.aligned if told else None,
        reactions=_reactions(rows.soreness),
        adherence=seen.adherence if seen else None,
        pauses=[line for line in seen.pauses if not line.is_over(today)] if seen else (),
        flags=_flags(scope, episode),
        measured=measures.see_measures(scope, episode, now, zone, sessions),
    )


def _needled_by(scope: Scope, session: NeedlingSession | None) -> str:
    """Who needled; a patient's session does not open the clinic's list of staff."""
    if session is None or isinstance(scope.actor, PatientActor):
        return ""
    names: dict[UUID, str] = {row.id: row.name for row in records.colleagues(scope)}
    return names.get(session.practitioner_id, "")


def _week(logged: logs.Rows, today: date) -> Mean:
    """The mean of the last seven days, today among them."""
    pains = {row.local_date: row.pain_average for row in logged}
    return mean_of([pains.get(today - timedelta(days=back)) for back in range(WEEK)])


def _reactions(ratings: Sequence[SorenessEntry]) -> list[Reaction]:
    """What was logged beside soreness, what came after most sessions first."""
    after: dict[str, set[UUID]] = {}
    last: dict[str, date] = {}
    for row in ratings:
        for effect in row.side_effects:
            after.setdefault(effect, set()).add(row.needling_session_id)
            last[effect] = row.local_date
    found = [Reaction(effect, len(ids), last[effect]) for effect, ids in after.items()]
    return sorted(found, key=lambda one: (-one.sessions, one.effect))


def _flags(scope: Scope, episode: Episode) -> list[Seen]:
    """A patient's open flags, for staff and for the patient, who reported them."""
    rows = store.open_flags(scope, None, episode.patient_id)
    found = [Seen(row.Flag, row.name, is_own=False) for row in rows]
    return sorted(found, key=lambda seen: list(Tier).index(seen.tier))
