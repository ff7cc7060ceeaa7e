"""What every row of a simulated patient needs: ids made from names, the clinic's clock, today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from tracker.domain.days import to_utc
from tracker.domain.simulate_flags import SimulatedFlag
from tracker.domain.simulate_measures import SimulatedMeasures, draw_measures
from tracker.domain.simulate_types import (
    SimulatedPatient,
    SimulatedPrescription,
    SimulatedSession,
)
from tracker.store.base import Base

Row = dict[str, Any]
Rows = tuple[type[Base], list[Row]]

NAMESPACE = UUID("5e1f5b5e-3f0b-5c7e-9d39-0a4f7e2c6b11")
"""Ids are made from names in it: the same seed gives the same addresses."""

BOOKED, JOINED = time(7, 40), time(7, 50)
"""When on its first day a record is made and its patient joins: before the first session."""


def stable_id(*names: object) -> UUID:
    """The id that belongs to a path of names, the same every time."""
    return uuid5(NAMESPACE, "/".join(str(name) for name in names))


@dataclass(frozen=True, slots=True)
class BulkPatient:
    """A simulated patient and what a simulation does not know; `key` makes the ids.

    `physio_id` is the membership whose own the patient is, `treated_by` the one that recorded
    everything. Who has not joined may not have logged anything.
    """

    key: str
    simulated: SimulatedPatient
    physio_id: UUID | None
    treated_by: UUID
    email: str | None = None
    phone: str | None = None
    has_joined: bool = True
    withdrawn_at: datetime | None = None
    next_visit_on: date | None = None
    flags: Sequence[SimulatedFlag] = ()


@dataclass(frozen=True)
class Frame:
    """One patient's record in one clinic, seen on one day."""

    given: BulkPatient
    clinic_id: UUID
    zone: str
    today: date

    @property
    def of(self) -> SimulatedPatient:
        """What was simulated."""
        return self.given.simulated

    @cached_property
    def keys(self) -> Row:
        """The first two columns of every row of this record."""
        return {"clinic_id": self.clinic_id, "patient_id": self.id("patient")}

    @cached_property
    def episode_id(self) -> UUID:
        """The record's one episode."""
        return self.id("episode")

    @cached_property
    def measured(self) -> SimulatedMeasures:
        """What is measured beside the log."""
        return draw_measures(self.of)

    @cached_property
    def booked_at(self) -> datetime:
        """When the clinic made the record."""
        return self.utc(datetime.combine(self.of.opened_on, BOOKED))

    @cached_property
    def joined_at(self) -> datetime:
        """When the patient joined."""
        return self.utc(datetime.combine(self.of.opened_on, JOINED))

    def utc(self, wall: datetime) -> datetime:
        """The moment of a simulated wall time."""
        return to_utc(wall, self.zone)

    def id(self, *names: object) -> UUID:
        """The id of something of this patient."""
        return stable_id(self.given.key, *names)

    def session_id(self, session: SimulatedSession) -> UUID:
        """The id of a needling session."""
        return self.id("session", session.needled_at.isoformat())

    def prescription_id(self, line: SimulatedPrescription) -> UUID:
        """The id of one version of one line."""
        return self.id("series", line.series, line.version)
