"""What a patient has not seen yet of the changes in the programme, bundled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.domain.programme_changes import Change, bundle
from tracker.services.daybook import own_records
from tracker.services.plan import Plan
from tracker.services.programme import as_version
from tracker.store.schema import ProgrammeSeen
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class News:
    """Changes since the patient last looked, one a stretch; `until` is the newest one's moment."""

    changes: Sequence[Change]

    @property
    def until(self) -> datetime:
        """Up to when the patient has seen everything once this is seen."""
        return max(change.at for change in self.changes)

    def count(self, turn: str) -> int:
        """How many changes of a kind."""
        return sum(1 for change in self.changes if change.turn == turn)


def see_news(scope: Scope, now: datetime, plan: Plan) -> News | None:
    """What changed since the patient last looked, None where nothing did or more may be coming."""
    seen = {row.clinic_id: row.seen_at for row in scope.entities(ProgrammeSeen)}
    found: list[Change] = []
    for clinic_id, _patient_id in own_records(scope):
        versions = [as_version(row) for row in plan.versions if row.clinic_id == clinic_id]
        found += bundle(versions, seen.get(clinic_id), now)
    return News(found) if found else None


def mark_seen(scope: Scope, until: datetime, now: datetime) -> None:
    """Note that what changed up to `until` was seen: what came since is told another time."""
    known = {row.clinic_id: row for row in scope.entities(ProgrammeSeen)}
    moment = min(until, now)
    for clinic_id, patient_id in own_records(scope):
        row = known.get(clinic_id)
        if row is None:
            scope.add(ProgrammeSeen(clinic_id=clinic_id, patient_id=patient_id, seen_at=moment))
        else:
            row.seen_at = max(row.seen_at, moment)
    scope.flush()
