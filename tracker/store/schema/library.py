"""A clinic's shelf: stretches of its own, their pictures, and what a clinician has reviewed."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.base import Base, ClinicRow, belongs_to, one_of

_MEMBER = ("clinic_id", "id")


class OwnStretch(ClinicRow, Base):
    """A stretch that a clinic wrote itself; retired, it stays for those who have it."""

    __tablename__ = "own_stretch"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    steps: Mapped[list[str]] = mapped_column(JSON)
    caution: Mapped[str] = mapped_column(Text, default="")
    muscles: Mapped[list[str]] = mapped_column(JSON)
    sides: Mapped[str] = mapped_column(String(20))
    sets: Mapped[int] = mapped_column(Integer)
    repetitions: Mapped[int] = mapped_column(Integer)
    hold_seconds: Mapped[int] = mapped_column(Integer)
    # Which content the picture has, "" for none: its address changes when it does.
    picture: Mapped[str] = mapped_column(String(16), default="")
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("clinic", "clinic_id", key=("id",)),
        belongs_to("membership", "clinic_id", "made_by", key=_MEMBER),
        one_of("sides", ("one_side", "both_at_once")),
        CheckConstraint("sets BETWEEN 1 AND 6", name="sets_range"),
        CheckConstraint("repetitions BETWEEN 1 AND 20", name="repetitions_range"),
        CheckConstraint("hold_seconds BETWEEN 3 AND 120", name="hold_seconds_range"),
    )


class StretchPicture(ClinicRow, Base):
    """The picture of an own stretch, as we encoded it; apart, so that lists never load it."""

    __tablename__ = "stretch_picture"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    stretch: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        belongs_to("own_stretch", "clinic_id", "stretch", key=("clinic_id", "id")),
        one_of("kind", ("image/webp",)),
    )


class StretchReview(ClinicRow, Base):
    """That a named clinician of the clinic has reviewed a stretch; withdrawn, it stays readable."""

    __tablename__ = "stretch_review"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    stretch: Mapped[str] = mapped_column(String(60))
    reviewer: Mapped[str] = mapped_column(String(80))
    reviewed_on: Mapped[date]
    marked_by: Mapped[UUID]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("membership", "clinic_id", "marked_by", key=_MEMBER),
        Index(
            "uq_stretch_review_standing",
            "clinic_id",
            "stretch",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )
