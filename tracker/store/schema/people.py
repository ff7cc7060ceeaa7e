"""Clinics, people, memberships, patients' records, invitations, consents and sign-ins."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tracker.domain.access import Role
from tracker.domain.session import SessionKind
from tracker.store.base import Base, ClinicRow, PatientRow, belongs_to, one_of


class Clinic(Base):
    """A tenant: its clock, its numbers, its rules."""

    __tablename__ = "clinic"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(120))
    zone: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8), default="en")
    emergency_number: Mapped[str] = mapped_column(String(40))
    clinic_number: Mapped[str] = mapped_column(String(40))
    out_of_hours_number: Mapped[str] = mapped_column(String(40), default="")
    crisis_number: Mapped[str] = mapped_column(String(40), default="")
    opening_hours: Mapped[str] = mapped_column(String(300), default="")
    # What patients read after a session; "" stands for the product's own text.
    aftercare: Mapped[str] = mapped_column(Text, default="")
    # The same for the program: seven days of spans, None where none are set (domain/hours.py).
    open_spans: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    minimum_age: Mapped[int] = mapped_column(Integer, default=16)
    created_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("minimum_age BETWEEN 0 AND 25", name="minimum_age_range"),)


class Person(Base):
    """A human being, known to any number of clinics; only staff have a password."""

    __tablename__ = "person"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8), default="en")
    zone: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        # Patients' addresses need not be unique (a couple shares one); a sign-in by password does.
        Index(
            "uq_person_staff_email",
            "email",
            unique=True,
            sqlite_where=text("password_hash IS NOT NULL"),
            postgresql_where=text("password_hash IS NOT NULL"),
        ),
        # Addresses are stored in lower case, so a plain index serves.
        Index("ix_person_email", "email"),
    )


class Membership(ClinicRow, Base):
    """What a person is to one clinic; one of its staff may cover, from `covers_since` on."""

    __tablename__ = "membership"

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    covers_since: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("clinic_id", "person_id"),
        Index("ix_membership_person", "person_id"),
        Index(
            "uq_membership_cover",
            "clinic_id",
            unique=True,
            sqlite_where=text("covers_since IS NOT NULL"),
            postgresql_where=text("covers_since IS NOT NULL"),
        ),
        one_of("role", Role),
    )


class Patient(ClinicRow, Base):
    """One clinic's record of one patient; `person_id` is None until the patient has joined."""

    __tablename__ = "patient"

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID | None]
    physio_id: Mapped[UUID | None]
    name: Mapped[str] = mapped_column(String(120))
    year_of_birth: Mapped[int] = mapped_column(Integer)
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime]
    # Where the row stands in the caseload, judged from the first of these moments until the second
    # (None: to be judged anew, which any write of what the rules read makes it; see judged.py).
    judged_from: Mapped[datetime | None]
    judged_until: Mapped[datetime | None]
    # The place of the reason's kind, worst first; None where no problem is open.
    place: Mapped[int | None] = mapped_column(SmallInteger)
    weight: Mapped[float] = mapped_column(Float, default=0.0, server_default="0")
    speaks_id: Mapped[UUID | None]
    others: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    visit_on: Mapped[date | None]
    news: Mapped[str | None] = mapped_column(String(16))
    news_days: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    news_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("membership", "clinic_id", "person_id", key=("clinic_id", "person_id")),
        belongs_to("membership", "clinic_id", "physio_id", key=("clinic_id", "id")),
        UniqueConstraint("clinic_id", "person_id"),
        Index("ix_patient_person", "person_id"),
        # The caseload's own order, and all that its counts read.
        Index(
            "ix_patient_caseload",
            "clinic_id",
            "place",
            text("weight DESC"),
            "name",
            "id",
            "visit_on",
            "news_at",
            "physio_id",
        ),
        Index("ix_patient_judged_from", "clinic_id", "judged_from"),
        Index("ix_patient_judged_until", "clinic_id", "judged_until"),
        CheckConstraint("year_of_birth BETWEEN 1900 AND 2100", name="year_of_birth_range"),
    )


class CaseloadLook(ClinicRow, Base):
    """When one of the staff last looked at the caseload, and the filters kept under a name.

    `looked_at` is when the look began that is going on, `since_at` when the one before it did.
    `filters` holds [name, all, show, search, is_default] each.
    """

    __tablename__ = "caseload_look"

    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(primary_key=True)
    looked_at: Mapped[datetime]
    since_at: Mapped[datetime | None]
    filters: Mapped[list[list[Any]]] = mapped_column(JSON, default=list, server_default="[]")

    __table_args__ = (
        belongs_to("membership", "clinic_id", "membership_id", key=("clinic_id", "id")),
    )


class Consent(PatientRow, Base):
    """A consent to share with one clinic; at most one stands at a time."""

    __tablename__ = "consent"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    version: Mapped[str] = mapped_column(String(20))
    given_by: Mapped[str] = mapped_column(String(120))
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("patient", "clinic_id", "patient_id", key=("clinic_id", "id")),
        Index(
            "uq_consent_standing",
            "clinic_id",
            "patient_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )


class Invitation(ClinicRow, Base):
    """A way in, once: by link, QR or short code, stored as keyed hashes only."""

    __tablename__ = "invitation"

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    role: Mapped[str] = mapped_column(String(10))
    patient_id: Mapped[UUID | None]
    email: Mapped[str | None] = mapped_column(String(254))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    code_hash: Mapped[str | None] = mapped_column(String(64))
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    code_expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(Integer, default=0)

    __table_args__ = (
        belongs_to("patient", "clinic_id", "patient_id", key=("clinic_id", "id")),
        belongs_to("membership", "clinic_id", "made_by", key=("clinic_id", "id")),
        one_of("role", Role),
        CheckConstraint("(role = 'patient') = (patient_id IS NOT NULL)", name="patient_named"),
        Index(
            "uq_invitation_open_code",
            "code_hash",
            unique=True,
            sqlite_where=text("used_at IS NULL AND code_hash IS NOT NULL"),
            postgresql_where=text("used_at IS NULL AND code_hash IS NOT NULL"),
        ),
    )


class AuthSession(Base):
    """A sign-in as a row: signing out kills it, whatever a cookie still says."""

    __tablename__ = "auth_session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(10))
    clinic_id: Mapped[UUID | None]
    device: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("membership", "clinic_id", "person_id", key=("clinic_id", "person_id")),
        one_of("kind", SessionKind),
        # A patient's session works in the clinics it was granted, a staff member's in one.
        CheckConstraint("(kind = 'staff') = (clinic_id IS NOT NULL)", name="staff_in_one_clinic"),
        UniqueConstraint("id", "person_id"),
        Index("ix_auth_session_person", "person_id"),
    )


class SessionGrant(Base):
    """Which clinics' records a patient's session may open.

    A clinic's code opens that clinic's record alone: otherwise any clinic that treats somebody
    could sign in as that person and read what another clinic holds.
    """

    __tablename__ = "session_grant"

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]

    __table_args__ = (
        belongs_to("auth_session", "session_id", "person_id", key=("id", "person_id")),
        belongs_to("membership", "clinic_id", "person_id", key=("clinic_id", "person_id")),
    )


class HeldForm(Base):
    """A form that came after its session had ended: sealed, for its own person only."""

    __tablename__ = "held_form"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    held_at: Mapped[datetime]


class RateWindow(Base):
    """How often something was tried in one window of time; the key is a keyed hash."""

    __tablename__ = "rate_window"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    window: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(Integer)
