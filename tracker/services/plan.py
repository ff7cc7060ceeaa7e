"""What the parts of a patient's page share, read once: open problems and the programme."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.access import PatientActor
from tracker.domain.errors import NotFound
from tracker.store import logs
from tracker.store.schema import Episode, Prescription
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Plan:
    """A patient's open problems, the oldest first, and every version of their stretches."""

    episodes: Sequence[Episode]
    versions: Sequence[Prescription]

    def between(self, first: date, last: date) -> list[Prescription]:
        """The versions in force on any day of a span, the first prescribed first."""
        return [
            row
            for row in self.versions
            if row.starts_on <= last and (row.ends_on is None or row.ends_on >= first)
        ]


def read_plan(scope: Scope) -> Plan:
    """The plan of the patient who acts; raises NotFound for anybody else."""
    if not isinstance(scope.actor, PatientActor):
        raise NotFound("programme")
    episodes = logs.open_episodes(scope)
    return Plan(episodes, logs.versions_of(scope, episodes))
