"""Putting a simulated clinic in at once: a few statements a table, its summaries made ready."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from uuid import UUID

from sqlalchemy import Engine, delete, insert, inspect, select, text

from tracker.domain.access import Role
from tracker.store.base import Base
from tracker.store.bulk.flags import flag_rows
from tracker.store.bulk.frame import BulkPatient, Frame, Row, stable_id
from tracker.store.bulk.logs import log_rows
from tracker.store.bulk.measures import measure_rows
from tracker.store.bulk.plans import plan_rows
from tracker.store.schema import Clinic, Membership, Person
from tracker.store.scope import Door

__all__ = [
    "BulkPatient",
    "BulkStaff",
    "clinics_in",
    "empty",
    "learn",
    "load_clinic",
    "stable_id",
    "tables_in",
]

CHUNK = 50
"""Patients put in at a time, so that a caseload of thousands need not stand in memory."""


@dataclass(frozen=True, slots=True)
class BulkStaff:
    """A physio or lead; `password_hash` may be one that no password fits."""

    membership_id: UUID
    name: str
    email: str
    role: Role
    password_hash: str


def load_clinic(
    door: Door,
    clinic: Clinic,
    staff: Sequence[BulkStaff],
    patients: Iterable[BulkPatient],
    today: date,
) -> int:
    """Put a clinic in with its people and everything logged; how many rows that were.

    Summaries are those that `services.summaries` would make of the same entries on `today`.
    """
    door.session.add(clinic)
    door.session.flush()
    people = _Batch(clinic, today)
    for member in staff:
        people.add_staff(member)
    count = 1 + people.send(door)
    for chunk in _chunks(patients):
        batch = _Batch(clinic, today)
        for patient in chunk:
            batch.add_patient(patient)
        count += batch.send(door)
    return count


def _chunks(patients: Iterable[BulkPatient]) -> Iterator[list[BulkPatient]]:
    rest = iter(patients)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


class _Batch:
    """Rows of some people of one clinic, collected a table at a time."""

    def __init__(self, clinic: Clinic, today: date) -> None:
        self._clinic = clinic
        self._today = today
        self._rows: dict[str, list[Row]] = {}

    def send(self, door: Door) -> int:
        """Insert everything, parents before children."""
        for table in Base.metadata.sorted_tables:
            if rows := self._rows.get(table.name):
                door.session.execute(insert(table), rows)
        return sum(len(rows) for rows in self._rows.values())

    def _add(self, kind: type[Base], rows: list[Row]) -> None:
        self._rows.setdefault(kind.__tablename__, []).extend(rows)

    def add_staff(self, member: BulkStaff) -> None:
        """A colleague, at work since the clinic began."""
        person = {
            "name": member.name,
            "email": member.email,
            "password_hash": member.password_hash,
            "created_at": self._clinic.created_at,
        }
        self._add_person(member.membership_id, member.role, person)

    def add_patient(self, given: BulkPatient) -> None:
        """A record with its one episode and all that was done and logged."""
        frame = Frame(given, self._clinic.id, self._clinic.zone, self._today)
        if given.has_joined:
            person = {
                "name": given.simulated.name,
                "email": given.email,
                "password_hash": None,
                "created_at": frame.joined_at,
            }
            self._add_person(frame.id("membership"), Role.PATIENT, person)
        made = (plan_rows, log_rows, measure_rows, flag_rows)
        for kind, rows in (one for rows_of in made for one in rows_of(frame)):
            self._add(kind, rows)

    def _add_person(self, membership_id: UUID, role: Role, person: Row) -> None:
        person_id = stable_id(membership_id, "person")
        clock = {"language": self._clinic.language, "zone": self._clinic.zone}
        self._add(Person, [{"id": person_id, **person, **clock}])
        membership: Row = {
            "clinic_id": self._clinic.id,
            "id": membership_id,
            "person_id": person_id,
            "role": role.value,
            "created_at": person["created_at"],
            "ended_at": None,
        }
        self._add(Membership, [membership])


# A database that may be filled afresh.


def tables_in(engine: Engine) -> set[str]:
    """The names of the tables that a database holds."""
    return set(inspect(engine).get_table_names())


def clinics_in(engine: Engine) -> set[UUID]:
    """The clinics of a database, none where it has no such table."""
    if Clinic.__tablename__ not in tables_in(engine):
        return set()
    with engine.connect() as connection:
        return set(connection.scalars(select(Clinic.id)))


def empty(door: Door) -> None:
    """Delete every row of every table."""
    for table in reversed(Base.metadata.sorted_tables):
        door.run(delete(table))


def learn(door: Door) -> None:
    """Have the engine look at what was put in.

    PostgreSQL plans by statistics: without them it takes every table for empty, and the caseload
    of five hundred patients for seconds.
    """
    door.run(text("ANALYZE"))
