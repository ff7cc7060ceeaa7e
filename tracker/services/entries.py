"""Amending an entry: per-field merge against the revision it was edited from, with its history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tracker.domain.merge import Merge, merge_fields
from tracker.store import logs
from tracker.store.schema import (
    Checkin,
    DiaryDay,
    MeasureEntry,
    Revision,
    SorenessEntry,
    StretchEntry,
    VisitQuestion,
)
from tracker.store.scope import Scope

Entry = Checkin | DiaryDay | SorenessEntry | StretchEntry | MeasureEntry | VisitQuestion

_NAMES: dict[type[Any], str] = {
    Checkin: "checkin",
    DiaryDay: "day",
    SorenessEntry: "soreness",
    StretchEntry: "stretch",
    MeasureEntry: "measure",
    VisitQuestion: "question",
}


def entry_key(row: Entry) -> str:
    """What an entry's history is found by: its client's id, a day's own by its date."""
    return row.local_date.isoformat() if isinstance(row, DiaryDay) else str(row.entry_id)


def values_at(
    scope: Scope, row: Entry, fields: Mapping[str, Any], rev: int | None
) -> dict[str, Any]:
    """An entry's values as they stood at `rev`; nothing when the editor saw no entry at all."""
    if rev is None:
        # What was left empty or unticked by somebody who saw none is no edit; the other fields
        # start at None.
        return {"note": "", "words": "", "is_flare": False}
    values = {name: getattr(row, name) for name in fields}
    if rev >= row.rev:
        return values
    for revision in logs.revisions_of(scope, _NAMES[type(row)], entry_key(row)):
        if revision.rev > rev:
            values.update({k: v for k, v in revision.before.items() if k in values})
    return values


def amend(
    scope: Scope, row: Entry, edited: Mapping[str, Any], *, base_rev: int | None, now: datetime
) -> Merge:
    """Merge an edit into an entry; what it replaced becomes a revision. Saying nothing new is free.

    `base_rev` is the revision that the editor was looking at, None when it saw no entry.
    """
    current = {name: getattr(row, name) for name in edited}
    merged = merge_fields(current, values_at(scope, row, edited, base_rev), edited)
    if not merged.changes:
        return merged
    row.rev += 1
    _keep(scope, row, {name: current[name] for name in merged.changes}, now)
    for name, value in merged.changes.items():
        setattr(row, name, value)
    row.updated_at = now
    scope.flush()
    return merged


def _keep(scope: Scope, row: Entry, before: dict[str, Any], now: datetime) -> None:
    who: UUID = scope.actor.person_id
    scope.add(
        Revision(
            clinic_id=row.clinic_id,
            patient_id=row.patient_id,
            entry=_NAMES[type(row)],
            entry_key=entry_key(row),
            rev=row.rev,
            before=before,
            changed_by=who,
            changed_at=now,
        )
    )
