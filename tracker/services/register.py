"""The clinic's adverse-event register: what was reported after treatments, counted and listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tracker.domain.register import (
    AFTER_DAYS,
    PUBLISHED,
    Event,
    Published,
    Rate,
    event_of,
    event_of_side_effect,
    rate,
)
from tracker.services.patients import lead
from tracker.store import register as store
from tracker.store.scope import Scope

SPANS = {"3m": timedelta(days=91), "12m": timedelta(days=365), "all": None}
"""The spans that can be asked for, by their name in the address."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: of one kind after one treatment, or after none in the 7 days before it."""

    event: Event
    source: str
    patient_id: UUID
    said_at: datetime
    session_id: UUID | None
    needled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of event: after how many treatments, its rate, and what was published."""

    event: Event
    count: int
    apart: int
    rate: Rate | None
    published: Published


@dataclass(frozen=True, slots=True)
class Register:
    """The register over a span: treatments of patients who share their log, and events."""

    treatments: int
    not_sharing: int
    lines: Sequence[Line]
    entries: Sequence[Entry]


def see_register(scope: Scope, span: str, now: datetime) -> Register:
    """The register of a span's treatments; raises NotFound for anybody but a lead."""
    lead(scope)
    length = SPANS[span]
    since = now - length if length else None
    sessions = store.sessions(scope, since)
    shared = [row for row in sessions if row.is_sharing]
    entries = list(_once(_entries(scope, shared, since)))
    after = Counter(one.event for one in entries if one.session_id)
    apart = Counter(one.event for one in entries if not one.session_id)
    return Register(
        treatments=len(shared),
        not_sharing=len(sessions) - len(shared),
        lines=[
            Line(
                event,
                after[event],
                apart[event],
                rate(after[event], len(shared)),
                PUBLISHED.get(event, Published()),
            )
            for event in Event
        ],
        entries=entries,
    )


def _entries(scope: Scope, sessions: Sequence[Any], since: datetime | None) -> Iterator[Entry]:
    by_id = {row.id: row for row in sessions}
    for row in store.seen_by_physios(scope):
        session = by_id.get(row.needling_session_id)
        for event, is_seen in ((Event.BLEEDING, row.bleeding), (Event.BRUISE, row.bruising)):
            if session is not None and is_seen:
                yield _entry(event, "session", session.patient_id, session.needled_at, session)
    for row in store.side_effects(scope, since):
        session = by_id.get(row.needling_session_id)
        if session is None:
            continue
        for effect in row.side_effects:
            event = event_of_side_effect(effect)
            yield _entry(event, "soreness", row.patient_id, row.felt_at, session)
    by_patient: dict[UUID, list[Any]] = {}
    for session in sessions:
        by_patient.setdefault(session.patient_id, []).append(session)
    for report in store.reports(scope, since):
        own = by_patient.get(report.patient_id, ())
        session = _session_of(report, by_id, own)
        for event in dict.fromkeys(event_of(sign) for sign in report.signs):
            yield _entry(event, "report", report.patient_id, report.recorded_at, session)


def _session_of(report: Any, by_id: dict[UUID, Any], own: Sequence[Any]) -> Any:
    """The treatment that a report belongs to: its own, else the last of the 7 days before it."""
    if report.needling_session_id in by_id:
        return by_id[report.needling_session_id]
    first = report.recorded_at - timedelta(days=AFTER_DAYS)
    near = [row for row in own if first <= row.needled_at <= report.recorded_at]
    return max(near, key=lambda row: row.needled_at) if near else None


def _entry(event: Event, source: str, patient_id: UUID, said_at: datetime, session: Any) -> Entry:
    return Entry(
        event=event,
        source=source,
        patient_id=patient_id,
        said_at=said_at,
        session_id=session.id if session else None,
        needled_at=session.needled_at if session else None,
    )


def _once(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Each kind once a treatment, the first time that it was said; the newest first."""
    seen: set[tuple[Event, UUID]] = set()
    kept = []
    for one in sorted(entries, key=lambda entry: entry.said_at):
        if one.session_id is not None:
            if (one.event, one.session_id) in seen:
                continue
            seen.add((one.event, one.session_id))
        kept.append(one)
    yield from reversed(kept)


def as_rows(register: Register) -> list[dict[str, Any]]:
    """The events as a table without names: a record's id is all that leads back to somebody."""
    return [
        {
            "event": one.event.value,
            "source": one.source,
            "record": str(one.patient_id),
            "said_at": one.said_at.isoformat(),
            "treatment": str(one.session_id) if one.session_id else "",
            "needled_at": one.needled_at.isoformat() if one.needled_at else "",
            "hours_after": round((one.said_at - one.needled_at).total_seconds() / 3600, 1)
            if one.needled_at
            else "",
        }
        for one in register.entries
    ]
