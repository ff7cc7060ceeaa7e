"""The patient's own say: consent withdrawn and given again, and everything as a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from tracker.domain import consent
from tracker.domain.access import PatientActor
from tracker.domain.errors import NotFound
from tracker.services.clinics import own_patient_id
from tracker.store.logs import lock_patient
from tracker.store.schema import (
    Activity,
    Checkin,
    Consent,
    DiaryDay,
    Episode,
    Excuse,
    Flag,
    FlagStep,
    FlareQuestion,
    Goal,
    MeasureEntry,
    MotionReading,
    NeedledMuscle,
    NeedlingSession,
    Patient,
    Pause,
    PhaseMark,
    Prescription,
    Revision,
    SafetyReport,
    SorenessEntry,
    StretchEntry,
    VisitQuestion,
)
from tracker.store.scope import Door, Scope


@dataclass(frozen=True, slots=True)
class Share:
    """What stands between a patient and one clinic."""

    clinic_id: UUID
    clinic_name: str
    since: datetime | None
    version: str
    withdrawn_at: datetime | None

    @property
    def is_on(self) -> bool:
        """Whether the clinic may see what is logged."""
        return self.since is not None and self.withdrawn_at is None


def see_shares(scope: Scope) -> list[Share]:
    """One line for each of the patient's clinics."""
    actor = _patient(scope)
    rows = sorted(scope.entities(Consent), key=lambda row: row.given_at)
    newest = {row.clinic_id: row for row in rows}
    return [
        Share(
            clinic_id=record.clinic_id,
            clinic_name=record.clinic_name,
            since=row.given_at if (row := newest.get(record.clinic_id)) else None,
            version=row.version if row else "",
            withdrawn_at=row.withdrawn_at if row else None,
        )
        for record in actor.records
    ]


def withdraw(scope: Scope, clinic_id: UUID, now: datetime) -> None:
    """Close a clinic's view of what was logged, from this moment on."""
    patient_id = own_patient_id(scope.actor, clinic_id)
    row = scope.find(
        Consent,
        Consent.clinic_id == clinic_id,
        Consent.patient_id == patient_id,
        Consent.withdrawn_at.is_(None),
    )
    if row is not None:
        row.withdrawn_at = now
        scope.flush()


def give_again(scope: Scope, clinic_id: UUID, now: datetime) -> None:
    """Open a clinic's view again, of everything that was logged, meanwhile too."""
    patient_id = own_patient_id(scope.actor, clinic_id)
    # Of two taps at once the second waits here, and then finds the consent of the first.
    lock_patient(scope, clinic_id, patient_id)
    door = scope.open_door()
    if _standing(door, clinic_id, patient_id):
        return
    patient = scope.get(Patient, Patient.clinic_id == clinic_id, Patient.id == patient_id)
    door.session.add(
        Consent(
            id=uuid4(),
            clinic_id=clinic_id,
            patient_id=patient_id,
            version=consent.VERSION,
            given_by=patient.name,
            given_at=now,
        )
    )
    scope.flush()


def _standing(door: Door, clinic_id: UUID, patient_id: UUID) -> bool:
    found = door.session.scalar(
        select(Consent.id).where(
            Consent.clinic_id == clinic_id,
            Consent.patient_id == patient_id,
            Consent.withdrawn_at.is_(None),
        )
    )
    return found is not None


def _patient(scope: Scope) -> PatientActor:
    if not isinstance(scope.actor, PatientActor):
        raise NotFound("patient")
    return scope.actor


# Everything as a file.

_TABLES: Sequence[tuple[str, type[Any]]] = (
    ("episodes", Episode),
    ("needling_sessions", NeedlingSession),
    ("needled_muscles", NeedledMuscle),
    ("prescriptions", Prescription),
    ("phase_marks", PhaseMark),
    ("checkins", Checkin),
    ("days", DiaryDay),
    ("soreness_entries", SorenessEntry),
    ("stretch_entries", StretchEntry),
    ("activities", Activity),
    ("measures", MeasureEntry),
    ("motion_readings", MotionReading),
    ("goals", Goal),
    ("visit_questions", VisitQuestion),
    ("pauses", Pause),
    ("excuses", Excuse),
    ("safety_reports", SafetyReport),
    ("flags", Flag),
    ("flag_steps", FlagStep),
    ("flare_questions", FlareQuestion),
    ("revisions", Revision),
    ("consents", Consent),
)
_INTERNAL = frozenset({"form_id", "session_end", "session_hours", "lines", "pauses", "day_rev"})


def everything(scope: Scope, now: datetime) -> dict[str, Any]:
    """All that the product holds of a patient, at every clinic of this session, as plain values."""
    actor = _patient(scope)
    return {
        "format": "aftercare-export-1",
        "made_at": now.isoformat(),
        "name": actor.name,
        "clinics": [
            {"clinic_id": str(record.clinic_id), "name": record.clinic_name}
            for record in actor.records
        ],
        **{
            name: sorted((_plain(row) for row in scope.entities(model)), key=_order)
            for name, model in _TABLES
        },
    }


_TELLING = ("local_date", "felt_at", "needled_at", "opened_on", "starts_on", "recorded_at",
            "given_at", "created_at", "entry_id", "id")  # fmt: skip


def _order(row: dict[str, Any]) -> list[str]:
    """By what the row tells of time, then by its name: a file made twice is the same twice."""
    told = [row.get(name) for name in _TELLING]
    return [f"{one:020}" if isinstance(one, int) else str(one or "") for one in told]


def _plain(row: Any) -> dict[str, Any]:
    columns = row.__table__.columns.keys()
    return {name: _json(getattr(row, name)) for name in columns if name not in _INTERNAL}


def _json(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value


def as_json(content: dict[str, Any]) -> str:
    """Everything as indented JSON."""
    return json.dumps(content, ensure_ascii=False, indent=2)


def days_table(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The check-ins joined with their days, one row each, for a spreadsheet."""
    days = {(row["clinic_id"], row["local_date"]): row for row in content["days"]}
    complaints = {row["id"]: row["complaint"] for row in content["episodes"]}
    rows = []
    for row in sorted(content["checkins"], key=lambda item: item["local_date"]):
        day = days.get((row["clinic_id"], row["local_date"]), {})
        rows.append(
            {
                "local_date": row["local_date"],
                "problem": complaints.get(row["episode_id"], ""),
                "pain_average": row["pain_average"],
                "pain_worst": row["pain_worst"],
                "stiffness": row["stiffness"],
                "bad_spell": row["is_flare"],
                "sleep": day.get("sleep"),
                "stress": day.get("stress"),
                "note": day.get("note", ""),
                "added_later": row["is_backfilled"],
            }
        )
    return rows
