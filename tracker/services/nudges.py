"""A prepared nudge: a mail without health text that a physio looks at, then sends to a patient."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tracker.domain.errors import Invalid
from tracker.domain.safety import NEXT_ACTIONS, REPEAT_AFTER, Action
from tracker.services import flag_steps, outreach
from tracker.services.outreach import Letter, MailKind
from tracker.services.patients import staff
from tracker.store import outreach as post
from tracker.store import records
from tracker.store.flags import waits
from tracker.store.schema import Clinic, Flag, Outbox, Patient, Person
from tracker.store.scope import Scope

NUDGED = frozenset(kind for kind, actions in NEXT_ACTIONS.items() if Action.NUDGE in actions)
"""The kinds of flags that a nudge answers."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """A letter as it would go out, and what keeps it from going; "" where nothing does."""

    patient: Patient
    letter: Letter
    obstacle: str


def prepare(scope: Scope, patient_id: UUID, now: datetime) -> Nudge:
    """The nudge for a patient; raises NotFound for one that is not the clinic's.

    Obstacles: not_joined, not_sharing, no_address, no_wish (the patient wants no mail), lately (one
    went out in the last 48 h).
    """
    actor = staff(scope)
    patient = records.get_patient(scope, patient_id)
    clinic = scope.get(Clinic, Clinic.id == actor.clinic_id)
    person = scope.find(Person, Person.id == patient.person_id) if patient.person_id else None
    letter = Letter(
        kind=MailKind.NUDGE,
        language=person.language if person else clinic.language,
        to=patient.email or "",
        name=patient.name,
        clinic_name=clinic.name,
        message_id="",
        path="/today",
        facts={"number": clinic.clinic_number},
        unsubscribe=None,
    )
    return Nudge(patient, letter, _obstacle(scope, patient, now))


def _obstacle(scope: Scope, patient: Patient, now: datetime) -> str:
    if patient.person_id is None:
        return "not_joined"
    if not records.is_sharing(scope, patient.clinic_id, patient.id):
        return "not_sharing"
    if not patient.email:
        return "no_address"
    door = scope.open_door()
    if not outreach.wishes(door, patient.clinic_id, patient.person_id, MailKind.WEEKLY):
        return "no_wish"
    lately = scope.entities(
        Outbox,
        Outbox.person_id == patient.person_id,
        Outbox.kind == MailKind.NUDGE,
        Outbox.made_at > now - REPEAT_AFTER,
    )
    return "lately" if lately else ""


def send(scope: Scope, patient_id: UUID, now: datetime) -> int:
    """Put the nudge into the outbox; how many flags that wait for one are taken on by it.

    Raises Invalid where something keeps it from going.
    """
    nudge = prepare(scope, patient_id, now)
    patient = nudge.patient
    if nudge.obstacle or patient.person_id is None:
        raise Invalid({"nudge": [nudge.obstacle]})
    # By the moment: a second tap meets the 48 h, a second tab the same row.
    period = f"{now:%Y-%m-%dT%H:%M}"
    door = scope.open_door()
    post.put_once(door, patient.clinic_id, patient.person_id, MailKind.NUDGE, period, now)
    waiting = scope.entities(Flag, Flag.patient_id == patient.id, Flag.kind.in_(NUDGED), waits(now))
    for flag in waiting:
        flag_steps.mark_nudged(scope, flag.id, now)
    return len(waiting)
