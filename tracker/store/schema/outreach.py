"""Mail that is to go out, who does not want it, and the worker's sign of life."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.base import Base, ClinicRow, ServerKey, belongs_to, one_of


class Subscription(ClinicRow, Base):
    """A person's choice about one kind of mail from one clinic; no row means the default."""

    __tablename__ = "subscription"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    is_on: Mapped[bool]
    changed_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("membership", "clinic_id", "person_id", key=("clinic_id", "person_id")),
    )


class Outbox(ClinicRow, Base):
    """One mail, once: unique for person, kind and local period, leased while it is sent."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(ServerKey, primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(20))
    period: Mapped[str] = mapped_column(String(40))
    message_id: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    leased_until: Mapped[datetime | None]
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        belongs_to("membership", "clinic_id", "person_id", key=("clinic_id", "person_id")),
        UniqueConstraint("clinic_id", "person_id", "kind", "period"),
        one_of("state", ("waiting", "sent", "dropped", "failed")),
        Index(
            "ix_outbox_waiting",
            "leased_until",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )


class Heartbeat(Base):
    """When the worker was last seen alive."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    beat_at: Mapped[datetime]
