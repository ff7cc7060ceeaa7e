"""A phone's operations, each applied once: all or nothing for one, none stops the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from tracker.domain.checkin import DAY_FIELDS
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.operation import Operation, ids_of, read_operation
from tracker.services import checkins, questions, raising, safety
from tracker.services.daybook import (
    Book,
    CheckinInput,
    DayEntries,
    DayInput,
    Moment,
    SorenessInput,
    StretchInput,
    lock,
    open_book,
)
from tracker.services.entries import values_at
from tracker.services.faults import CLASH_FAULTS
from tracker.services.measuring import MeasureInput, logged_episode, record_measure
from tracker.services.soreness import record_rating
from tracker.services.stretching import record_stretch, sum_up_stretches
from tracker.store import logs
from tracker.store.schema import Checkin, SorenessEntry, StretchEntry
from tracker.store.schema import Operation as OperationRow
from tracker.store.scope import Scope

Writing = Callable[[], AbstractContextManager[Scope]]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one operation; `errors` holds message codes beside their fields."""

    op_id: str | None
    entry_id: str | None
    status: str
    rev: int | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)


def apply_all(writing: Writing, device: UUID, raws: Sequence[Any], now: datetime) -> list[Result]:
    """One result for each operation, in order; each in a transaction of its own.

    `writing` opens the actor's scope. Whatever is wrong with one operation is told of that one. A
    fault of the store is raised: what was applied before it stays applied, and is a duplicate when
    the phone says it again.
    """
    return [_apply_one(writing, device, raw, now) for raw in raws]


def _apply_one(writing: Writing, device: UUID, raw: Any, now: datetime) -> Result:
    op_id, entry_id = ids_of(raw)
    try:
        operation = read_operation(raw)
        try:
            status, rev = _apply_alone(writing, operation, device, now)
        except CLASH_FAULTS:
            # Said twice at the same moment: by now the other one stands.
            status, rev = _apply_alone(writing, operation, device, now)
    except Invalid as refusal:
        return Result(op_id, entry_id, "invalid", errors=refusal.errors)
    except NotFound:
        return Result(op_id, entry_id, "not_found")
    return Result(op_id, entry_id, status, rev)


def _apply_alone(
    writing: Writing, operation: Operation, device: UUID, now: datetime
) -> tuple[str, int | None]:
    with writing() as scope:
        return apply(scope, operation, device, now)


def apply(
    scope: Scope, operation: Operation, device: UUID, now: datetime
) -> tuple[str, int | None]:
    """Apply one operation; gives its status and the entry's revision.

    Raises Invalid and NotFound, both with nothing kept: a mended retry is a new operation.
    """
    lock(scope)
    known = scope.find(OperationRow, OperationRow.op_id == operation.op_id)
    if known is not None:
        if known.digest != operation.digest:
            raise Invalid({"op_id": ["op_id_used"]})
        return "duplicate", known.rev
    moment = Moment(operation.local_date, operation.zone, now, operation.recorded_at)
    rev, is_merged = _KINDS[operation.kind](scope, operation, moment)
    scope.add(
        OperationRow(
            person_id=scope.actor.person_id,
            op_id=operation.op_id,
            device=device,
            digest=operation.digest,
            rev=rev,
            applied_at=now,
        )
    )
    scope.flush()
    return ("merged" if is_merged else "applied"), rev


Applied = tuple[int, bool]
"""The entry's revision now, and whether the operation met a change that its author had not seen."""


def _is_merged(operation: Operation, was: int | None) -> bool:
    """Whether a change lies between what an edit saw and what it met; None for a new entry."""
    return was is not None and was > (operation.base_rev or 0)


def _checkin(scope: Scope, operation: Operation, moment: Moment) -> Applied:
    data = dict(operation.data)
    episode_id = data.pop("episode_id", None) or _only_episode(scope)
    of_day = {name: data.pop(name) for name in DAY_FIELDS if name in data}
    if "is_flare" in data:
        data["is_flare"] = bool(data["is_flare"])
    given = CheckinInput(episode_id, data, operation.base_rev, operation.entry_id)
    book = open_book(scope, moment, DayEntries(checkins=[given]))
    book.episode(episode_id)
    row = book.checkins.get(episode_id)
    was = row.rev if row else None
    _check_id(scope, Checkin, row, operation)
    given = replace(given, base_rev=_base(row, operation))
    if of_day:
        clinic_id = book.episode(episode_id).clinic_id
        base = _day_base(scope, book, row, given.base_rev, clinic_id)
        checkins.record_diary_day(book, DayInput(clinic_id, of_day, base))
    row = checkins.record_checkin(book, given)
    checkins.move_with_day(book)
    scope.flush()
    return row.rev, _is_merged(operation, was)


def _day_base(
    scope: Scope, book: Book, row: Checkin | None, base_rev: int | None, clinic_id: UUID
) -> int | None:
    """The diary day's revision that the phone was looking at, told from the check-in's."""
    day = book.days.get(clinic_id)
    if day is None or row is None or base_rev is None:
        return None
    seen = values_at(scope, row, {"day_rev": None}, base_rev)
    rev: int | None = seen["day_rev"]
    return rev


def _soreness(scope: Scope, operation: Operation, moment: Moment) -> Applied:
    data = dict(operation.data)
    if "side_effects" in data:
        data["side_effects"] = data["side_effects"] or []
    given = SorenessInput(
        data.pop("needling_session_id"),
        data.pop("soreness"),
        operation.entry_id,
        operation.base_rev,
        more=data,
    )
    book = open_book(scope, moment, DayEntries(soreness=[given]))
    known = next((row for row in book.soreness if row.entry_id == operation.entry_id), None)
    _check_id(scope, SorenessEntry, known, operation)
    was = known.rev if known else None
    row = record_rating(book, replace(given, base_rev=_base(known, operation)))
    scope.flush()
    return row.rev, _is_merged(operation, was)


def _stretch(scope: Scope, operation: Operation, moment: Moment) -> Applied:
    data = operation.data
    given = StretchInput(
        data["prescription_id"],
        data["outcome"],
        reason=data.get("reason"),
        base_rev=operation.base_rev,
        entry_id=operation.entry_id,
        sets_done=data.get("sets_done"),
        pain_during=data.get("pain_during"),
        provenance=data.get("provenance"),
    )
    book = open_book(scope, moment, DayEntries(stretches=[given]))
    row = book.stretches.get(given.prescription_id)
    _check_id(scope, StretchEntry, row, operation)
    was = row.rev if row else None
    episode_id = record_stretch(book, replace(given, base_rev=_base(row, operation)))
    sum_up_stretches(book, episode_id)
    scope.flush()
    return book.stretches[given.prescription_id].rev, _is_merged(operation, was)


def _safety(scope: Scope, operation: Operation, moment: Moment) -> Applied:
    is_new = safety.record_report(
        scope,
        moment,
        safety.ReportInput(
            operation.entry_id,
            tuple(operation.data["signs"]),
            operation.data.get("episode_id"),
            operation.data.get("needling_session_id"),
        ),
    )
    return 1, _is_merged(operation, None if is_new else 1)


def _flare_reply(scope: Scope, operation: Operation, moment: Moment) -> Applied:
    data = operation.data
    was, now_rev = raising.answer_flare(scope, data["asked_id"], data["answer"], moment.now)
    return now_rev, _is_merged(operation, was)


def _measure(scope: Scope, operation: Operation, moment: Moment) -> Applied:
    data = operation.data
    episode = logged_episode(scope, data.get("episode_id") or _only_episode(scope))
    given = MeasureInput(data["measure"], data["answers"], operation.entry_id, operation.base_rev)
    row, was = record_measure(scope, moment, episode, given)
    return row.rev, _is_merged(operation, was)


def _question(scope: Scope, operation: Operation, moment: Moment) -> Applied:
    data = operation.data
    episode = logged_episode(scope, data.get("episode_id") or _only_episode(scope))
    given = questions.QuestionInput(data["text"], operation.entry_id, operation.base_rev)
    row, is_merged = questions.ask(scope, moment, episode, given)
    return row.rev, is_merged


_KINDS: dict[str, Callable[[Scope, Operation, Moment], Applied]] = {
    "checkin": _checkin,
    "soreness": _soreness,
    "stretch": _stretch,
    "safety": _safety,
    "flare_reply": _flare_reply,
    "measure": _measure,
    "question": _question,
}


def _only_episode(scope: Scope) -> UUID:
    """The episode of a patient who has one open; with more, the phone has to say which."""
    episodes = logs.open_episodes(scope)
    if len(episodes) != 1:
        raise Invalid({"episode_id": ["needed"]})
    return episodes[0].id


def _base(row: logs.KnownById | None, operation: Operation) -> int | None:
    """The revision that the phone was looking at, None when it saw no entry.

    A phone that made the entry, and has had no answer yet, knows it all the same: it may clear
    what it said a moment before.
    """
    if operation.base_rev is None and row is not None and row.entry_id == operation.entry_id:
        return row.rev
    return operation.base_rev


def _check_id(
    scope: Scope, model: type[logs.KnownById], row: logs.KnownById | None, operation: Operation
) -> None:
    """An id that stands for another entry already can't stand for this one too."""
    if any(known is not row for known in logs.of_entry_id(scope, model, operation.entry_id)):
        raise Invalid({"entry_id": ["entry_elsewhere"]})
