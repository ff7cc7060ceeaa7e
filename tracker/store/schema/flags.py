"""Flags: what patients logged that needs somebody of the clinic, and who has answered it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.domain.flare import Reply
from tracker.domain.safety import FLAG_NOTE_MAX, Step, Tier
from tracker.store.base import Base, LoggedRow, PatientRow, belongs_to, one_of

_EPISODE = ("clinic_id", "patient_id", "episode_id")
_KEY = ("clinic_id", "patient_id", "id")


class Flag(LoggedRow, Base):
    """One thing that needs a look, raised once, acknowledged by a person; `kind` is a FlagKind.

    `source_id` is the entry that raised it (a report's or a rating's), `subject_id` what it is
    about where its kind has a subject (soreness: the session). The sentence is made from `reason`
    and `numbers` when it is shown. Rows are never deleted: an undone acknowledgement is cleared.

    A flag waits while it is neither acknowledged nor closed, and its snooze is over. It is the
    colleague's whom it was handed to, else the patient's physio's.
    """

    __tablename__ = "flag"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    kind: Mapped[str] = mapped_column(String(20))
    tier: Mapped[str] = mapped_column(String(10))
    episode_id: Mapped[UUID | None]
    source_id: Mapped[UUID | None]
    subject_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(String(40))
    numbers: Mapped[dict[str, Any]] = mapped_column(JSON)
    said_at: Mapped[datetime]
    raised_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None]
    note: Mapped[str] = mapped_column(String(FLAG_NOTE_MAX), default="")
    snoozed_until: Mapped[datetime | None]
    handed_to: Mapped[UUID | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("patient", "clinic_id", "patient_id", key=("clinic_id", "id")),
        belongs_to("episode", *_EPISODE, key=("clinic_id", "patient_id", "id")),
        belongs_to("membership", "clinic_id", "acknowledged_by", key=("clinic_id", "id")),
        belongs_to("membership", "clinic_id", "handed_to", key=("clinic_id", "id")),
        # One entry raises one flag of a kind, however often it is said.
        UniqueConstraint("clinic_id", "patient_id", "kind", "source_id"),
        Index(
            "ix_flag_open",
            "clinic_id",
            "raised_at",
            sqlite_where=text("acknowledged_at IS NULL"),
            postgresql_where=text("acknowledged_at IS NULL"),
        ),
        Index("ix_flag_answered", "clinic_id", "acknowledged_at"),
        one_of("tier", Tier),
        CheckConstraint(
            "(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="acknowledged_by_somebody"
        ),
    )


class FlagStep(PatientRow, Base):
    """What somebody of the clinic did about a flag: its history, which only grows."""

    __tablename__ = "flag_step"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    flag_id: Mapped[UUID]
    step: Mapped[str] = mapped_column(String(20))
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    handed_to: Mapped[UUID | None]
    until: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(FLAG_NOTE_MAX), default="")

    __table_args__ = (
        belongs_to("flag", "clinic_id", "patient_id", "flag_id", key=_KEY),
        belongs_to("membership", "clinic_id", "made_by", key=("clinic_id", "id")),
        belongs_to("membership", "clinic_id", "handed_to", key=("clinic_id", "id")),
        Index("ix_flag_step_flag", "clinic_id", "patient_id", "flag_id", "made_at"),
        one_of("step", Step),
    )


class FlareQuestion(LoggedRow, Base):
    """A patient is asked whether a day of more pain is a bad spell; `answer` is None until then.

    `source_id` is the day's check-in. `rev` counts the answers: the last one stands.
    """

    __tablename__ = "flare_question"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    episode_id: Mapped[UUID]
    source_id: Mapped[UUID]
    local_date: Mapped[date]
    reason: Mapped[str] = mapped_column(String(40))
    numbers: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(3))
    answered_at: Mapped[datetime | None]
    rev: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (
        belongs_to("episode", *_EPISODE, key=_KEY),
        # A day is asked about once, however often it is said.
        UniqueConstraint("clinic_id", "patient_id", "source_id"),
        one_of("answer", Reply),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_at_some_time"),
    )
