"""What stands of one episode in rows, read once for all that a page shows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from tracker.store import logs, records
from tracker.store.schema import (
    Episode,
    NeedledMuscle,
    NeedlingSession,
    Prescription,
    SorenessEntry,
)
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class EpisodeRows:
    """An episode from its first day on. What the patient logged is empty while it is not shared."""

    sessions: Sequence[NeedlingSession]
    """The oldest first."""
    muscles: Mapping[UUID, Sequence[NeedledMuscle]]
    """By session."""
    programme: Sequence[Prescription]
    """Every version, in the order in which it was made."""
    pain: logs.Rows
    """Check-ins as `logs.pain_between` gives them, the oldest first."""
    soreness: Sequence[SorenessEntry]
    """The oldest first."""

    @property
    def treated(self) -> list[tuple[NeedlingSession, Sequence[NeedledMuscle]]]:
        """The sessions, the newest first, each with its muscles."""
        return [(session, self.muscles[session.id]) for session in reversed(self.sessions)]

    def worst_soreness(self) -> dict[date, int]:
        """Each day's highest rating."""
        worst: dict[date, int] = {}
        for entry in self.soreness:
            worst[entry.local_date] = max(entry.soreness, worst.get(entry.local_date, 0))
        return worst


def read_rows(scope: Scope, episode: Episode, today: date) -> EpisodeRows:
    """All rows of an episode up to a day."""
    sessions = records.sessions_of(scope, episode)
    return EpisodeRows(
        sessions=sessions,
        muscles=logs.muscles_of(scope, sessions),
        programme=records.prescriptions_of(scope, episode),
        pain=logs.pain_between(scope, episode, episode.opened_on, today),
        soreness=logs.soreness_of(scope, sessions),
    )
