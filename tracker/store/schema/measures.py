"""Measures beside the day's log: activities, answers, questions, goals, degrees by hand."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.domain.measures import (
    ACTIVITY_MAX,
    ANSWER_MAX,
    GOAL_MAX,
    MOVEMENT_MAX,
    QUESTION_MAX,
    Measure,
)
from tracker.domain.needling import Side
from tracker.store.base import Base, LoggedRow, PatientRow, ServerKey, belongs_to, one_of

_KEY = ("clinic_id", "patient_id", "id")
_EPISODE = ("clinic_id", "patient_id", "episode_id")


class Activity(LoggedRow, Base):
    """Something that a patient's problem makes hard; retired, it stays with its ratings.

    `named_by` is the physio who wrote it down as told, None where the patient did.
    """

    __tablename__ = "activity"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    episode_id: Mapped[UUID]
    place: Mapped[int] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(String(ACTIVITY_MAX))
    named_by: Mapped[UUID | None]
    named_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("episode", *_EPISODE, key=_KEY),
        belongs_to("membership", "clinic_id", "named_by", key=("clinic_id", "id")),
        Index("ix_activity_episode", *_EPISODE),
    )


class MeasureEntry(LoggedRow, Base):
    """One measure of one episode on one local day; amended in place, with revisions.

    `answers` holds whole numbers by item; with none the patient said "not this time". `told_to` is
    the physio who entered it as told, None where the patient did.
    """

    __tablename__ = "measure_entry"

    id: Mapped[int] = mapped_column(ServerKey, primary_key=True)
    entry_id: Mapped[UUID]
    episode_id: Mapped[UUID]
    measure: Mapped[str] = mapped_column(String(12))
    local_date: Mapped[date]
    zone: Mapped[str] = mapped_column(String(64))
    answers: Mapped[dict[str, int]] = mapped_column(JSON)
    told_to: Mapped[UUID | None]
    rev: Mapped[int] = mapped_column(Integer, default=1)
    recorded_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("episode", *_EPISODE, key=_KEY),
        belongs_to("membership", "clinic_id", "told_to", key=("clinic_id", "id")),
        UniqueConstraint("clinic_id", "patient_id", "entry_id"),
        # Named by hand: by its columns it is longer than PostgreSQL allows.
        UniqueConstraint(*_EPISODE, "measure", "local_date", name="uq_measure_entry_day"),
        one_of("measure", Measure),
    )


class VisitQuestion(LoggedRow, Base):
    """What a patient wants to ask at the next visit; one of an episode is open at a time.

    An open one without words was taken back. Answered, it stays as it was asked.
    """

    __tablename__ = "visit_question"

    id: Mapped[int] = mapped_column(ServerKey, primary_key=True)
    entry_id: Mapped[UUID]
    episode_id: Mapped[UUID]
    local_date: Mapped[date]
    zone: Mapped[str] = mapped_column(String(64))
    words: Mapped[str] = mapped_column(String(QUESTION_MAX))
    rev: Mapped[int] = mapped_column(Integer, default=1)
    recorded_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    answer: Mapped[str] = mapped_column(String(ANSWER_MAX), default="", server_default="")

    __table_args__ = (
        belongs_to("episode", *_EPISODE, key=_KEY),
        belongs_to("membership", "clinic_id", "answered_by", key=("clinic_id", "id")),
        UniqueConstraint("clinic_id", "patient_id", "entry_id"),
        Index(
            "uq_visit_question_open",
            *_EPISODE,
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
    )


class Goal(PatientRow, Base):
    """What physio and patient agreed to work for; a removed one can be put back."""

    __tablename__ = "goal"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    episode_id: Mapped[UUID]
    words: Mapped[str] = mapped_column(String(GOAL_MAX))
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    reached_on: Mapped[date | None]
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("episode", *_EPISODE, key=_KEY),
        belongs_to("membership", "clinic_id", "made_by", key=("clinic_id", "id")),
    )


class MotionReading(PatientRow, Base):
    """A range of motion in degrees, measured by hand outside a needling session's record."""

    __tablename__ = "motion_reading"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    patient_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    episode_id: Mapped[UUID]
    # One of the known movements' ids, or the physio's own words.
    movement: Mapped[str] = mapped_column(String(MOVEMENT_MAX))
    side: Mapped[str] = mapped_column(String(10))
    degrees: Mapped[int] = mapped_column(Integer)
    measured_on: Mapped[date]
    measured_by: Mapped[UUID]
    recorded_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("episode", *_EPISODE, key=_KEY),
        belongs_to("membership", "clinic_id", "measured_by", key=("clinic_id", "id")),
        one_of("side", Side),
        CheckConstraint("degrees BETWEEN -60 AND 360", name="degrees_range"),
    )
