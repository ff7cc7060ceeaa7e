"""What makes a patient's stored judgement void: any write of what the caseload's rules read.

A judgement stands on the patient's row. Whoever writes need not know of it: before a transaction
sends what it changed, each patient whose episodes, summaries, consents or joining are among it
becomes one to be judged anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from tracker.store.schema import Clinic, Consent, Episode, EpisodeSummary, Patient

Key = tuple[UUID, UUID | None]
"""(clinic, patient); None stands for all of the clinic's."""

_VOID = (
    update(Patient.__table__)  # type: ignore[arg-type]
    .where(Patient.__table__.c.clinic_id == bindparam("clinic"))
    .values(judged_until=None)
)
_VOID_ONE = _VOID.where(Patient.__table__.c.id == bindparam("patient"))


def void_before_flush(session: Session, *_: object) -> None:
    """Void the judgements that what is about to be sent makes wrong, each once a transaction."""
    done = voided(session)
    for key in {*_touched(session)} - done:
        clinic_id, patient_id = key
        if patient_id is None:
            session.connection().execute(_VOID, {"clinic": clinic_id})
        else:
            session.connection().execute(_VOID_ONE, {"clinic": clinic_id, "patient": patient_id})
        done.add(key)


def voided(session: Session) -> set[Key]:
    """Whose judgement this transaction has made void so far."""
    found: set[Key] = session.info.setdefault("voided", set())
    return found


def _touched(session: Session) -> Iterable[Key]:
    """(clinic, patient) of what the rules read and the session is about to change."""
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, (Episode, EpisodeSummary, Consent)):
            yield row.clinic_id, row.patient_id
        elif isinstance(row, Patient):
            yield row.clinic_id, row.id
        elif isinstance(row, Clinic):
            # Its days may be others from now on.
            yield row.id, None
