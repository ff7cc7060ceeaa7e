"""The patient's own question for the next visit: asked, changed, taken back and answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from tracker.domain.access import PatientActor
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.measures import ANSWER_MAX, QUESTION_MAX
from tracker.services.daybook import Moment
from tracker.services.entries import amend
from tracker.services.measuring import check_day
from tracker.services.patients import staff
from tracker.store import logs, records
from tracker.store import measures as store
from tracker.store.schema import Episode, VisitQuestion
from tracker.store.scope import Scope


@dataclass(frozen=True, slots=True)
class QuestionInput:
    """A question in the patient's words; none takes the open one back."""

    words: str
    entry_id: UUID
    base_rev: int | None = None


def ask(
    scope: Scope, moment: Moment, episode: Episode, given: QuestionInput
) -> tuple[VisitQuestion, bool]:
    """Ask, or change the question that is still open.

    Gives it, and whether this met words that its author had not seen. Raises Invalid. One that was
    answered stays as it was asked: what comes after it is a new one.
    """
    if not isinstance(scope.actor, PatientActor):
        raise NotFound("question")
    check_day(episode, moment)
    words = given.words.strip()
    if len(words) > QUESTION_MAX:
        raise Invalid({"words": ["question_long"]})
    known = store.of_entry_id(scope, VisitQuestion, given.entry_id)
    if any(one.episode_id != episode.id for one in known):
        raise Invalid({"entry_id": ["entry_elsewhere"]})
    row = store.open_question(scope, episode)
    entry_id = _id_by_now(scope, given.entry_id)
    if row is not None:
        was = row.rev
        is_own = row.entry_id == entry_id
        # Who speaks of an answered one has not seen another that is open by now.
        seen = given.base_rev if is_own or not known else None
        base = was if seen is None and is_own else seen
        amend(scope, row, {"words": words}, base_rev=base, now=moment.now)
        return row, was > (seen or 0)
    row = VisitQuestion(
        clinic_id=episode.clinic_id,
        patient_id=episode.patient_id,
        entry_id=entry_id,
        episode_id=episode.id,
        local_date=moment.local_date,
        zone=moment.zone,
        words=words,
        rev=1,
        recorded_at=moment.entered_at,
        updated_at=moment.now,
        answer="",
    )
    scope.add(row)
    scope.flush()
    return row, False


def _id_by_now(scope: Scope, entry_id: UUID) -> UUID:
    """What a phone's question is called by now: one that was answered is followed by another.

    The id of that one is told from the first, so that the phone, which does not know of the
    answer, goes on speaking of its own question and not of somebody else's.
    """
    while any(
        row.answered_at is not None for row in store.of_entry_id(scope, VisitQuestion, entry_id)
    ):
        entry_id = uuid5(entry_id, "next")
    return entry_id


def answer(scope: Scope, patient_id: UUID, question_id: UUID, words: str, now: datetime) -> UUID:
    """Mark a question as answered, with a short note or none; gives its episode.

    Answering again changes the note. Raises Invalid, and NotFound also where nothing is asked.
    """
    row = _staffs(scope, patient_id, question_id)
    words = " ".join(words.split())
    if len(words) > ANSWER_MAX:
        raise Invalid({"answer": ["too_long"]})
    row.answered_at, row.answered_by = now, staff(scope).membership_id
    row.answer = words
    scope.flush()
    return row.episode_id


def reopen(scope: Scope, patient_id: UUID, question_id: UUID) -> UUID:
    """Undo an answer, unless a newer question is open by now; gives its episode."""
    row = _staffs(scope, patient_id, question_id)
    episode = records.get_episode(scope, patient_id, row.episode_id)
    if row.answered_at is not None:
        if store.open_question(scope, episode) is not None:
            raise Invalid({"answer": ["question_newer"]})
        row.answered_at, row.answered_by, row.answer = None, None, ""
        scope.flush()
    return row.episode_id


def _staffs(scope: Scope, patient_id: UUID, question_id: UUID) -> VisitQuestion:
    actor = staff(scope)
    records.get_patient(scope, patient_id)
    logs.lock_patient(scope, actor.clinic_id, patient_id)
    row = scope.get(
        VisitQuestion,
        VisitQuestion.patient_id == patient_id,
        VisitQuestion.entry_id == question_id,
    )
    if not row.words:
        raise NotFound("question")
    return row
