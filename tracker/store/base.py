"""Column types, naming and the declarative base that every table stands on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Uuid,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored as UTC on both engines; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; SQLite keeps no offset, so it is taken off in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs its offset")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give every moment back aware, in UTC."""
        _ = dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


ServerKey = BigInteger().with_variant(Integer, "sqlite")
"""A key that the database numbers; on SQLite it has to be the rowid's INTEGER."""


class Base(DeclarativeBase):
    """All tables; UUIDs and moments have one type each."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        UUID: Uuid(),
        datetime: UtcDateTime(),
        date: Date(),
    }


class PersonRow:
    """A row that belongs to a person, in no clinic's sight."""

    person_id: Mapped[UUID] = mapped_column(nullable=False)


class ClinicRow:
    """A row that belongs to one clinic and is seen by its staff."""

    clinic_id: Mapped[UUID] = mapped_column(nullable=False)


class PatientRow(ClinicRow):
    """A row of one clinic's record of one patient, seen by that clinic and that patient."""

    patient_id: Mapped[UUID] = mapped_column(nullable=False)


class LoggedRow(PatientRow):
    """What the patient logged: the clinic sees it only while the consent stands."""


def scale(name: str) -> CheckConstraint:
    """A named CHECK that a column is a whole rating from 0 to 10."""
    return CheckConstraint(f"{name} BETWEEN 0 AND 10", name=f"{name}_0_10")


def one_of(name: str, values: type | tuple[str, ...]) -> CheckConstraint:
    """A named CHECK that a text column holds one of `values` (a StrEnum or a tuple)."""
    listed = ", ".join(f"'{value}'" for value in values)  # type: ignore[union-attr]
    return CheckConstraint(f"{name} IN ({listed})", name=f"{name}_known")


def belongs_to(parent: str, *columns: str, key: tuple[str, ...]) -> ForeignKeyConstraint:
    """A composite foreign key: clinic (and patient) with the id, so no row crosses a clinic."""
    return ForeignKeyConstraint(columns, [f"{parent}.{column}" for column in key])
