"""What the clinic records: episodes, needling sessions, needled muscles, prescriptions."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from tracker.domain.needling import USUAL_MINUTES, Side, Technique, Twitch
from tracker.domain.pause import PauseReason
from tracker.domain.prescription import TimeOfDay
from tracker.store.base import Base, ClinicRow, PatientRow, ServerKey, belongs_to, one_of, scale

_PATIENT = ("clinic_id", "patient_id")
_EPISODE = ("clinic_id", "patient_id", "episode_id")
_KEY = ("clinic_id", "patient_id", "id")


class Episode(PatientRow, Base):
    """One complaint of one patient in one clinic."""

    __tablename__ = "episode"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    complaint: Mapped[str] = mapped_column(String(80))
    regions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    next_visit_on: Mapped[date | None]
    recalled_pain: Mapped[int | None] = mapped_column(Integer)
    # As they were last asked; None: not yet. A session keeps its own copy.
    consent_scope: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    screening: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    screened_at: Mapped[datetime | None]
    opened_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    # The clinic's own half of the summary: sessions and programme, kept by the physio's writes.
    last_session_at: Mapped[datetime | None]
    session_end: Mapped[date | None]
    session_hours: Mapped[str] = mapped_column(String(84), default="")
    lines: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    pauses: Mapped[list[list[str]]] = mapped_column(JSON, default=list, server_default="[]")

    __table_args__ = (
        belongs_to("patient", *_PATIENT, key=("clinic_id", "id")),
        belongs_to("membership", "clinic_id", "opened_by", key=("clinic_id", "id")),
        scale("recalled_pain"),
        CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name="closed_after_opening"),
    )


class NeedlingSession(PatientRow, Base):
    """One visit with needles, at the moment they went in."""

    __tablename__ = "needling_session"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    episode_id: Mapped[UUID]
    practitioner_id: Mapped[UUID]
    form_id: Mapped[UUID]
    needled_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text, default="")
    minutes: Mapped[int] = mapped_column(Integer, default=USUAL_MINUTES)
    needles_in: Mapped[int | None] = mapped_column(Integer)
    needles_out: Mapped[int | None] = mapped_column(Integer)
    needles_reason: Mapped[str] = mapped_column(String(200), default="")
    pain_before: Mapped[int | None] = mapped_column(Integer)
    pain_after: Mapped[int | None] = mapped_column(Integer)
    motions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    co_treatments: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_aftercare_given: Mapped[bool] = mapped_column(default=False)
    consent_scope: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    consent_version: Mapped[str | None] = mapped_column(String(20))
    screening: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    rev: Mapped[int] = mapped_column(Integer, default=1)
    recorded_at: Mapped[datetime]
    amended_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("episode", *_EPISODE, key=_KEY),
        belongs_to("membership", "clinic_id", "practitioner_id", key=("clinic_id", "id")),
        scale("pain_before"),
        scale("pain_after"),
        # A form sent twice is one session.
        UniqueConstraint("clinic_id", "patient_id", "form_id"),
        Index("ix_needling_session_when", "clinic_id", "patient_id", "needled_at"),
    )


class NeedledMuscle(PatientRow, Base):
    """One muscle of a session: one row."""

    __tablename__ = "needled_muscle"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    needling_session_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    muscle: Mapped[str] = mapped_column(String(60))
    side: Mapped[str] = mapped_column(String(10))
    insertions: Mapped[int] = mapped_column(Integer)
    technique: Mapped[str] = mapped_column(String(20))
    twitch: Mapped[str | None] = mapped_column(String(5))
    pain_during: Mapped[int | None] = mapped_column(Integer)
    # Hundredths of a millimetre, millimetres, millimetres, minutes.
    gauge: Mapped[int | None] = mapped_column(Integer)
    length: Mapped[int | None] = mapped_column(Integer)
    depth: Mapped[int | None] = mapped_column(Integer)
    dwell: Mapped[int | None] = mapped_column(Integer)
    hertz: Mapped[int | None] = mapped_column(Integer)
    milliamps: Mapped[float | None] = mapped_column(Float)
    lot: Mapped[str] = mapped_column(String(40), default="")
    referred_pain: Mapped[bool] = mapped_column(default=False)
    bleeding: Mapped[bool] = mapped_column(default=False)
    bruising: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        belongs_to("needling_session", "clinic_id", "patient_id", "needling_session_id", key=_KEY),
        one_of("side", Side),
        one_of("technique", Technique),
        one_of("twitch", Twitch),
        scale("pain_during"),
        CheckConstraint("insertions BETWEEN 1 AND 60", name="insertions_range"),
        CheckConstraint("depth <= length", name="depth_within_length"),
    )


class SessionRevision(PatientRow, Base):
    """What an amendment of a needling session replaced: all of it at revision `rev`."""

    __tablename__ = "session_revision"

    id: Mapped[int] = mapped_column(ServerKey, primary_key=True)
    needling_session_id: Mapped[UUID]
    rev: Mapped[int] = mapped_column(Integer)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed_by: Mapped[UUID]
    changed_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("needling_session", "clinic_id", "patient_id", "needling_session_id", key=_KEY),
        belongs_to("membership", "clinic_id", "changed_by", key=("clinic_id", "id")),
        # Named by hand: by its columns it is longer than PostgreSQL allows.
        UniqueConstraint(
            "clinic_id",
            "patient_id",
            "needling_session_id",
            "rev",
            name="uq_session_revision_rev",
        ),
    )


class Prescription(PatientRow, Base):
    """One version of one line of a programme; never overwritten, only ended."""

    __tablename__ = "prescription"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    episode_id: Mapped[UUID]
    series_id: Mapped[UUID]
    version: Mapped[int] = mapped_column(Integer)
    stretch: Mapped[str] = mapped_column(String(60))
    side: Mapped[str] = mapped_column(String(10))
    sets: Mapped[int] = mapped_column(Integer)
    repetitions: Mapped[int] = mapped_column(Integer)
    hold_seconds: Mapped[int] = mapped_column(Integer)
    days: Mapped[int] = mapped_column(Integer)
    time_of_day: Mapped[str] = mapped_column(
        String(8), default=TimeOfDay.ANY.value, server_default=TimeOfDay.ANY.value
    )
    note: Mapped[str] = mapped_column(String(300), default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    prescribed_by: Mapped[UUID]
    prescribed_at: Mapped[datetime]
    # When a line was ended; a version that a newer one replaced ends without it.
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]

    __table_args__ = (
        belongs_to("episode", *_EPISODE, key=_KEY),
        belongs_to("membership", "clinic_id", "prescribed_by", key=("clinic_id", "id")),
        belongs_to("membership", "clinic_id", "ended_by", key=("clinic_id", "id")),
        UniqueConstraint("clinic_id", "patient_id", "series_id", "version"),
        one_of("side", ("left", "right", "both")),
        one_of("time_of_day", TimeOfDay),
        CheckConstraint("sets BETWEEN 1 AND 6", name="sets_range"),
        CheckConstraint("repetitions BETWEEN 1 AND 20", name="repetitions_range"),
        CheckConstraint("hold_seconds BETWEEN 3 AND 120", name="hold_seconds_range"),
        CheckConstraint("days BETWEEN 1 AND 127", name="days_mask"),
        # One day before its start is a version that was replaced before it counted.
        CheckConstraint("version >= 1", name="version_from_1"),
    )


class Pause(PatientRow, Base):
    """Days on which the physio asks for no stretches; taken back, it stays as history."""

    __tablename__ = "pause"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    episode_id: Mapped[UUID]
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str] = mapped_column(String(16))
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("episode", *_EPISODE, key=_KEY),
        belongs_to("membership", "clinic_id", "made_by", key=("clinic_id", "id")),
        one_of("reason", PauseReason),
        CheckConstraint("last_day >= first_day", name="pause_in_order"),
    )


class ProgrammeTemplate(ClinicRow, Base):
    """A programme that a clinic keeps under a name, to be copied for a patient."""

    __tablename__ = "programme_template"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(80))
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["clinic_id"], ["clinic.id"]),
        belongs_to("membership", "clinic_id", "made_by", key=("clinic_id", "id")),
        UniqueConstraint("clinic_id", "name"),
    )


class TemplateLine(ClinicRow, Base):
    """One stretch of a template with its dose; the side is the patient's own."""

    __tablename__ = "template_line"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    template_id: Mapped[UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    stretch: Mapped[str] = mapped_column(String(60))
    sets: Mapped[int] = mapped_column(Integer)
    repetitions: Mapped[int] = mapped_column(Integer)
    hold_seconds: Mapped[int] = mapped_column(Integer)
    days: Mapped[int] = mapped_column(Integer)
    time_of_day: Mapped[str] = mapped_column(String(8))
    note: Mapped[str] = mapped_column(String(300), default="")

    __table_args__ = (
        belongs_to("programme_template", "clinic_id", "template_id", key=("clinic_id", "id")),
        one_of("time_of_day", TimeOfDay),
        CheckConstraint("sets BETWEEN 1 AND 6", name="sets_range"),
        CheckConstraint("repetitions BETWEEN 1 AND 20", name="repetitions_range"),
        CheckConstraint("hold_seconds BETWEEN 3 AND 120", name="hold_seconds_range"),
        CheckConstraint("days BETWEEN 1 AND 127", name="days_mask"),
    )


class ProgrammeSeen(PatientRow, Base):
    """Up to when a patient has seen what was changed in the programme."""

    __tablename__ = "programme_seen"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]

    __table_args__ = (belongs_to("patient", *_PATIENT, key=("clinic_id", "id")),)


class PhaseMark(PatientRow, Base):
    """A physio's own start of a phase, for judging response; a removed one can be put back."""

    __tablename__ = "phase_mark"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    episode_id: Mapped[UUID]
    day: Mapped[date]
    words: Mapped[str] = mapped_column(String(60))
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("episode", *_EPISODE, key=_KEY),
        belongs_to("membership", "clinic_id", "made_by", key=("clinic_id", "id")),
        # Said twice (a double tap), it is one mark.
        UniqueConstraint("clinic_id", "patient_id", "episode_id", "day"),
    )
