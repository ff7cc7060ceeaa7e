"""Asking a patient whether a day of more pain is a bad spell, and keeping the answer.

What an answer does to a flag stands in `services/raising.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from tracker.domain import flare
from tracker.services.daybook import lock, own_records
from tracker.store.schema import Checkin, Episode, FlareQuestion
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the patient sees it."""

    id: UUID
    episode_id: UUID
    complaint: str
    local_date: date


def ask(scope: Scope, checkin: Checkin, found: flare.Finding | None, now: datetime) -> None:
    """Ask about a day's rise, or take the question back where an amendment undid the rise.

    A day that calls itself a bad spell is not asked about.
    """
    if checkin.is_flare:
        return
    whose = FlareQuestion.patient_id == checkin.patient_id
    known = scope.find(FlareQuestion, whose, FlareQuestion.source_id == checkin.entry_id)
    if found is None:
        if known is not None and known.answer is None:
            # Not asked any more, and kept: an answer may be on its way from a phone. It is all
            # that then speaks, so of the numbers only the day's own stays.
            known.reason = flare.Sign.SAID
            known.numbers = {"pain": checkin.pain_average, _WITHDRAWN: True}
        return
    if known is not None:
        if known.answer is None:
            known.reason, known.numbers = found.sign, found.numbers
        return
    lately = scope.entities(
        FlareQuestion,
        whose,
        FlareQuestion.episode_id == checkin.episode_id,
        FlareQuestion.asked_at > now - flare.ASK_EVERY,
    )
    if any(_WITHDRAWN not in row.numbers for row in lately):
        return
    scope.add(
        FlareQuestion(
            clinic_id=checkin.clinic_id,
            patient_id=checkin.patient_id,
            id=uuid4(),
            episode_id=checkin.episode_id,
            source_id=checkin.entry_id,
            local_date=checkin.local_date,
            reason=found.sign,
            numbers=found.numbers,
            asked_at=now,
            rev=0,
        )
    )
    scope.flush()


def follow(scope: Scope, checkin: Checkin, now: datetime) -> None:
    """Answer a day's open question by its own word, or open it again when that is taken back."""
    known = scope.find(
        FlareQuestion,
        FlareQuestion.patient_id == checkin.patient_id,
        FlareQuestion.source_id == checkin.entry_id,
    )
    if known is None:
        return
    if checkin.is_flare and known.answer is None:
        _write(known, flare.Reply.YES, now)
        known.numbers = {**known.numbers, _BY_CHECKIN: True}
    elif not checkin.is_flare and _BY_CHECKIN in known.numbers:
        _write(known, None, now)


def see_asked(scope: Scope, today: date, episodes: Sequence[Episode]) -> Sequence[Asked]:
    """What the patient is still asked: without an answer, about a day that is no older than two.

    `episodes` are the patient's own; about a closed one nothing is asked any more.
    """
    own_records(scope)
    rows = scope.entities(
        FlareQuestion,
        FlareQuestion.answer.is_(None),
        FlareQuestion.local_date >= today - flare.ASKED_FOR,
    )
    complaints = {row.id: row.complaint for row in episodes if row.closed_on is None}
    return [
        Asked(row.id, row.episode_id, complaints[row.episode_id], row.local_date)
        for row in sorted(rows, key=lambda row: row.local_date)
        if row.episode_id in complaints and _WITHDRAWN not in row.numbers
    ]


def note_answer(
    scope: Scope, asked_id: UUID, reply: flare.Reply, now: datetime
) -> tuple[FlareQuestion, int]:
    """Write an answer down; gives the question, and its revision before.

    Raises NotFound for a question that is not the patient's.
    """
    lock(scope)
    question = scope.get(FlareQuestion, FlareQuestion.id == asked_id)
    was = question.rev
    if question.answer != reply or _BY_CHECKIN in question.numbers:
        _write(question, reply, now)
    scope.flush()
    return question, was


_BY_CHECKIN = "by_checkin"
"""Marks an answer that the day's check-in gave: it goes when the check-in no longer says so."""


_WITHDRAWN = "withdrawn"
"""Marks a question that an amendment of its day took back."""


def _write(question: FlareQuestion, reply: flare.Reply | None, now: datetime) -> None:
    question.answer = reply
    question.answered_at = None if reply is None else now
    marks = {_BY_CHECKIN, _WITHDRAWN}
    question.numbers = {k: v for k, v in question.numbers.items() if k not in marks}
    question.rev += 1
