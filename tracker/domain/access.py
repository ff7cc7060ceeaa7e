"""Who acts, and on whose behalf: the actors that a scope is made from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a membership allows inside one clinic."""

    PATIENT = "patient"
    PHYSIO = "physio"
    LEAD = "lead"

    @property
    def is_staff(self) -> bool:
        """Physios and leads work for the clinic; a lead is a physio who also runs it."""
        return self is not Role.PATIENT


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """One clinic's record of a patient, as its own person sees it."""

    clinic_id: UUID
    patient_id: UUID
    clinic_name: str
    clinic_zone: str


@dataclass(frozen=True, slots=True)
class PatientActor:
    """A patient signed in on one phone; `records` are those this session was granted."""

    person_id: UUID
    session_id: UUID
    name: str
    language: str
    zone: str
    records: tuple[OwnRecord, ...]

    @property
    def role(self) -> Role:
        """Always the patient's."""
        return Role.PATIENT


@dataclass(frozen=True, slots=True)
class StaffActor:
    """A physio or lead at work in one clinic."""

    person_id: UUID
    session_id: UUID
    clinic_id: UUID
    membership_id: UUID
    role: Role
    name: str
    language: str
    clinic_name: str
    clinic_zone: str
    has_other_clinics: bool = False

    @property
    def zone(self) -> str:
        """Staff read the clinic's clock."""
        return self.clinic_zone

    @property
    def is_lead(self) -> bool:
        """Whether this person also runs the clinic."""
        return self.role is Role.LEAD


Actor = PatientActor | StaffActor
