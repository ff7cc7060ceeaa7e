"""Flags: what patients logged that needs somebody of the clinic, and who has answered it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.domain.safety import FLAG_NOTE_MAX, Tier
from tracker.store.base import Base, LoggedRow, belongs_to, one_of

_EPISODE = ("clinic_id", "patient_id", "episode_id")


class Flag(LoggedRow, Base):
    """One thing that needs a look, raised once, acknowledged by a person; `kind` is a FlagKind.

    `source_id` is the entry that raised it (a report's or a rating's), `subject_id` what it is
    about where its kind has a subject (soreness: the session). The sentence is made from `reason`
    and `numbers` when it is shown. Rows are never deleted: an undone acknowledgement is cleared.
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
