"""What became of the prescribed stretches of one day."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from tracker.domain import catalog
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.prescription import Provenance
from tracker.services import raising, summaries
from tracker.services.daybook import Book, StretchInput, check_scale
from tracker.services.entries import values_at
from tracker.store import logs
from tracker.store.schema import Prescription, StretchEntry

SETS_MOST = 20
"""More sets of one stretch in one day are a slip of the finger."""


def record_stretch(book: Book, given: StretchInput) -> UUID:
    """Record or amend one stretch of one day; gives its episode's id."""
    line = book.lines.get(given.prescription_id)
    if line is None:
        raise NotFound("prescription")
    _check_stretch(book, line, given)
    row = book.stretches.get(line.id)
    if row is None:
        _new_stretch(book, given, line)
    elif not given.fills_only:
        book.amend(row, _edited(book, given, line, row), given.base_rev)
    _look_at_pain(book, line)
    book.saved.count += 1
    return line.episode_id


def _look_at_pain(book: Book, line: Prescription) -> None:
    """A stretch that hurt too much is something for the physio to see."""
    entry = book.stretches[line.id]
    if entry.pain_during is None:
        return
    checkins = book.checkins or logs.checkins_on(book.scope, entry.local_date)
    checkin = checkins.get(line.episode_id)
    usual = checkin.pain_average if checkin else None
    raising.raise_stretch(book.scope, line, entry, usual, book.moment.now)


def _edited(
    book: Book, given: StretchInput, line: Prescription, row: StretchEntry
) -> dict[str, Any]:
    edited: dict[str, Any] = {"outcome": given.outcome.value, "reason": given.reason}
    is_new = given.outcome not in {row.outcome, _outcome_seen(book, given, row)}
    if given.sets_done is not None:
        edited["sets_done"] = given.sets_done
    elif is_new:
        edited["sets_done"] = _sets(line, given)
    if given.pain_during is not None:
        edited["pain_during"] = given.pain_during
    # Another outcome is somebody's word, whatever a timer had counted before.
    if given.provenance is not None or is_new:
        edited["provenance"] = _provenance(book, given).value
    return edited


def _outcome_seen(book: Book, given: StretchInput, row: StretchEntry) -> str | None:
    """What the editor was looking at: an outcome left as it was seen brings no sets with it."""
    seen = values_at(book.scope, row, {"outcome": None}, given.base_rev)
    outcome: str | None = seen.get("outcome")
    return outcome


def _sets(line: Prescription, given: StretchInput) -> int:
    if given.sets_done is not None:
        return given.sets_done
    return round(line.sets * given.outcome.share)


def _provenance(book: Book, given: StretchInput) -> Provenance:
    """What a past day holds was added later, whatever else is said of it."""
    if book.moment.is_backfill:
        return Provenance.BACKFILLED
    return given.provenance or Provenance.TICKED


def _check_stretch(book: Book, line: Prescription, given: StretchInput) -> None:
    day = book.moment.local_date
    if day > book.moment.latest_day:
        raise Invalid({"local_date": ["future_day"]})
    if day < line.starts_on or (line.ends_on and day > line.ends_on):
        raise Invalid({"outcome": ["not_prescribed"]})
    if given.reason is not None and given.reason not in catalog.answers().reasons:
        raise Invalid({"reason": ["unknown"]})
    if given.sets_done is not None and not 0 <= given.sets_done <= SETS_MOST:
        raise Invalid({"sets_done": ["sets_done_range"]})
    check_scale("pain_during", given.pain_during)


def _new_stretch(book: Book, given: StretchInput, line: Prescription) -> None:
    moment = book.moment
    row = StretchEntry(
        clinic_id=line.clinic_id,
        patient_id=line.patient_id,
        entry_id=given.entry_id or uuid4(),
        prescription_id=line.id,
        local_date=moment.local_date,
        zone=moment.zone,
        outcome=given.outcome,
        sets_done=_sets(line, given),
        pain_during=given.pain_during,
        reason=given.reason,
        provenance=_provenance(book, given),
        rev=1,
        recorded_at=moment.entered_at,
        updated_at=moment.now,
    )
    book.scope.add(row)
    book.stretches[line.id] = row


def sum_up_stretches(book: Book, episode_id: UUID) -> None:
    """Put what is done now of the day's stretches into the episode's summary."""
    entries = [
        (entry, book.lines[line_id])
        for line_id, entry in book.stretches.items()
        if book.lines[line_id].episode_id == episode_id
    ]
    summaries.note_day(book.summary(episode_id), book.moment.local_date, entries)
