"""What patients log: check-ins, soreness, stretching, with history, and the day summaries."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from tracker.domain.needling import Side
from tracker.domain.pause import PauseReason
from tracker.domain.prescription import Outcome, Provenance
from tracker.domain.safety import Tier
from tracker.store.base import Base, LoggedRow, PersonRow, ServerKey, belongs_to, one_of, scale

_KEY = ("clinic_id", "patient_id", "id")
_EPISODE = ("clinic_id", "patient_id", "episode_id")


class Checkin(LoggedRow, Base):
    """One local day of one episode; amended in place, each amendment kept as a revision.

    `day_rev` is the diary day's revision that belongs to `rev`: on a phone the two are one entry,
    so a change of sleep, stress or note moves the check-in's revision too. `is_flare` is the
    patient's own word that it is a bad spell.
    """

    __tablename__ = "checkin"

    id: Mapped[int] = mapped_column(ServerKey, primary_key=True)
    entry_id: Mapped[UUID]
    episode_id: Mapped[UUID]
    local_date: Mapped[date]
    zone: Mapped[str] = mapped_column(String(64))
    pain_average: Mapped[int] = mapped_column(Integer)
    pain_worst: Mapped[int | None] = mapped_column(Integer)
    stiffness: Mapped[int | None] = mapped_column(Integer)
    regions: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    is_flare: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_backfilled: Mapped[bool] = mapped_column(default=False)
    day_rev: Mapped[int | None] = mapped_column(Integer)
    rev: Mapped[int] = mapped_column(Integer, default=1)
    recorded_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("episode", *_EPISODE, key=_KEY),
        # Client-made ids are unique per patient only: another's id must look unused.
        UniqueConstraint("clinic_id", "patient_id", "entry_id"),
        UniqueConstraint("clinic_id", "patient_id", "episode_id", "local_date"),
        scale("pain_average"),
        scale("pain_worst"),
        scale("stiffness"),
    )


class DiaryDay(LoggedRow, Base):
    """What belongs to the day itself within one clinic, whichever complaint was logged."""

    __tablename__ = "diary_day"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    local_date: Mapped[date] = mapped_column(primary_key=True)
    sleep: Mapped[int | None] = mapped_column(Integer)
    stress: Mapped[int | None] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(Text, default="")
    rev: Mapped[int] = mapped_column(Integer, default=1)
    updated_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("patient", "clinic_id", "patient_id", key=("clinic_id", "id")),
        scale("sleep"),
        scale("stress"),
        CheckConstraint("length(note) <= 2000", name="note_length"),
    )


class SorenessEntry(LoggedRow, Base):
    """One rating of the soreness where the needles went, at one moment."""

    __tablename__ = "soreness_entry"

    id: Mapped[int] = mapped_column(ServerKey, primary_key=True)
    entry_id: Mapped[UUID]
    needling_session_id: Mapped[UUID]
    felt_at: Mapped[datetime]
    local_date: Mapped[date]
    zone: Mapped[str] = mapped_column(String(64))
    soreness: Mapped[int] = mapped_column(Integer)
    muscle: Mapped[str | None] = mapped_column(String(60))
    side: Mapped[str | None] = mapped_column(String(10))
    side_effects: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_backfilled: Mapped[bool] = mapped_column(default=False)
    rev: Mapped[int] = mapped_column(Integer, default=1)
    updated_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("needling_session", "clinic_id", "patient_id", "needling_session_id", key=_KEY),
        UniqueConstraint("clinic_id", "patient_id", "entry_id"),
        Index(
            "ix_soreness_entry_session",
            "clinic_id",
            "patient_id",
            "needling_session_id",
            "felt_at",
        ),
        scale("soreness"),
        one_of("side", Side),
    )


class StretchEntry(LoggedRow, Base):
    """What became of one prescribed stretch on one local day."""

    __tablename__ = "stretch_entry"

    id: Mapped[int] = mapped_column(ServerKey, primary_key=True)
    entry_id: Mapped[UUID]
    prescription_id: Mapped[UUID]
    local_date: Mapped[date]
    zone: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(10))
    sets_done: Mapped[int] = mapped_column(Integer)
    pain_during: Mapped[int | None] = mapped_column(Integer)
    reason: Mapped[str | None] = mapped_column(String(20))
    provenance: Mapped[str] = mapped_column(String(12))
    rev: Mapped[int] = mapped_column(Integer, default=1)
    recorded_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("prescription", "clinic_id", "patient_id", "prescription_id", key=_KEY),
        UniqueConstraint("clinic_id", "patient_id", "entry_id"),
        UniqueConstraint("clinic_id", "patient_id", "prescription_id", "local_date"),
        Index("ix_stretch_entry_day", "clinic_id", "patient_id", "local_date"),
        one_of("outcome", Outcome),
        one_of("provenance", Provenance),
        scale("pain_during"),
        CheckConstraint("sets_done BETWEEN 0 AND 20", name="sets_done_range"),
    )


class Excuse(LoggedRow, Base):
    """Days on which the patient could do no stretches; taken back, it stays as history."""

    __tablename__ = "excuse"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str] = mapped_column(String(16))
    made_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("patient", "clinic_id", "patient_id", key=("clinic_id", "id")),
        one_of("reason", PauseReason),
        CheckConstraint("last_day >= first_day", name="excuse_in_order"),
    )


class SafetyReport(LoggedRow, Base):
    """Signs that a patient ticked on the safety page; never refused for its date, never amended."""

    __tablename__ = "safety_report"

    id: Mapped[int] = mapped_column(ServerKey, primary_key=True)
    entry_id: Mapped[UUID]
    # None where the report is about no complaint or no session in particular.
    episode_id: Mapped[UUID | None]
    needling_session_id: Mapped[UUID | None]
    signs: Mapped[list[str]] = mapped_column(JSON)
    tier: Mapped[str] = mapped_column(String(10))
    local_date: Mapped[date]
    zone: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    received_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("patient", "clinic_id", "patient_id", key=("clinic_id", "id")),
        belongs_to("episode", *_EPISODE, key=_KEY),
        belongs_to("needling_session", "clinic_id", "patient_id", "needling_session_id", key=_KEY),
        UniqueConstraint("clinic_id", "patient_id", "entry_id"),
        Index("ix_safety_report_received", "clinic_id", "received_at"),
        one_of("tier", Tier),
    )


class Operation(PersonRow, Base):
    """An operation of a phone that was applied: what a repeated one is recognised by."""

    __tablename__ = "operation"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    op_id: Mapped[UUID] = mapped_column(primary_key=True)
    device: Mapped[UUID]
    digest: Mapped[str] = mapped_column(String(64))
    rev: Mapped[int | None] = mapped_column(Integer)
    applied_at: Mapped[datetime]


class Revision(LoggedRow, Base):
    """What an amendment replaced: the entry's history, never rewritten.

    `before` holds the values that rev `rev` replaced, so the state at any older revision can be
    told by walking back. A new entry has no revision row: its first state is rev 1.
    """

    __tablename__ = "revision"

    id: Mapped[int] = mapped_column(ServerKey, primary_key=True)
    entry: Mapped[str] = mapped_column(String(12))
    entry_key: Mapped[str] = mapped_column(String(48))
    rev: Mapped[int] = mapped_column(Integer)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed_by: Mapped[UUID]
    changed_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("patient", "clinic_id", "patient_id", key=("clinic_id", "id")),
        UniqueConstraint("clinic_id", "patient_id", "entry", "entry_key", "rev"),
        one_of("entry", ("checkin", "day", "soreness", "stretch", "measure", "question")),
    )


class EpisodeSummary(LoggedRow, Base):
    """What was logged of an episode, for the caseload: kept inside each write, rebuilt at will."""

    __tablename__ = "episode_summary"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    episode_id: Mapped[UUID] = mapped_column(primary_key=True)
    last_logged_on: Mapped[date | None]
    pain_end: Mapped[date | None]
    pain: Mapped[str] = mapped_column(String(84), default="")
    done_end: Mapped[date | None]
    done_halves: Mapped[str] = mapped_column(String(84), default="")
    reasons_end: Mapped[date | None]
    reasons: Mapped[str] = mapped_column(String(84), default="", server_default="")
    excuses: Mapped[list[list[str]]] = mapped_column(JSON, default=list, server_default="[]")
    last_soreness: Mapped[int | None] = mapped_column(Integer)
    last_soreness_at: Mapped[datetime | None]

    __table_args__ = (belongs_to("episode", *_EPISODE, key=_KEY), scale("last_soreness"))


class CaseloadFace(LoggedRow, Base):
    """What a patient's row of the caseload shows of the log, as JSON: written with the judgement.

    `told` is text, so that a row that was drawn before is recognised without being read.
    """

    __tablename__ = "caseload_face"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    told: Mapped[str] = mapped_column(Text)

    __table_args__ = (belongs_to("patient", "clinic_id", "patient_id", key=("clinic_id", "id")),)
