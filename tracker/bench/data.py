"""A clinic to measure with: synthetic, drawn from a seed, in a folder of its own."""

from __future__ import annotations

import secrets as random_secrets
from dataclasses import dataclass
from datetime import UTC, datetime, time
from itertools import islice
from pathlib import Path
from uuid import UUID

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from tracker.app import create_app
from tracker.config import Settings
from tracker.domain.access import Role
from tracker.domain.days import local_time
from tracker.domain.session import SessionKind
from tracker.domain.simulate import simulate_each
from tracker.services import accounts, judging
from tracker.services.hub import Hub
from tracker.store import migrate
from tracker.store.bulk import BulkPatient, BulkStaff, learn, load_clinic, stable_id
from tracker.store.schema import Clinic, Membership, Patient
from tracker.web.access import hub

ZONE = "Europe/London"
EMAIL = "bench@demo.example"


@dataclass(frozen=True, slots=True)
class Bench:
    """An application over a filled database."""

    app: Flask
    hub: Hub
    clinic_id: UUID
    now: datetime


def open_bench(folder: Path, url: str = "") -> Bench:
    """A fresh application with nobody yet, in a file of the folder or an empty database there."""
    settings = Settings(
        database_url=url or f"sqlite:///{folder / 'bench.db'}",
        secret_key=random_secrets.token_urlsafe(48),
        argon2_time_cost=1,
        argon2_memory_kib=8,
    )
    app = create_app(settings)
    with app.app_context():
        own = hub()
    migrate.upgrade(own.database.engine)
    return Bench(app, own, stable_id("bench", "clinic"), datetime.now(UTC))


def fill(bench: Bench, *, patients: int, days: int) -> None:
    """Simulated patients, with everything that they logged up to yesterday."""
    clinic = Clinic(
        id=bench.clinic_id,
        name="Bench",
        zone=ZONE,
        emergency_number="112",
        clinic_number="1",
        created_at=bench.now,
    )
    member = stable_id("bench", "physio")
    staff = BulkStaff(member, "Bench Physio", EMAIL, Role.LEAD, "unusable")
    today = local_time(bench.now, ZONE).date()
    drawn = simulate_each(7, patients=patients, days=days, today=today, until=time(0, 0))
    made = (
        BulkPatient(key=f"bench/{place}", simulated=one, physio_id=member, treated_by=member)
        for place, one in enumerate(islice(drawn, patients))
    )
    with bench.hub.database.door(writes=True) as door:
        load_clinic(door, clinic, [staff], made, today)
    # As the worker's first round would.
    judging.judge_everybody(bench.hub.database, bench.now)
    with bench.hub.database.door(writes=True) as door:
        learn(door)


def staff_cookie(bench: Bench) -> str:
    """The physio, signed in."""
    with bench.hub.database.door(writes=True) as door:
        person = door.session.scalar(select(Membership.person_id).where(Membership.role == "lead"))
        assert person is not None  # noqa: S101 - made by fill
        signed_in = accounts.open_session(
            door,
            bench.hub.secrets,
            person,
            SessionKind.STAFF,
            bench.now,
            clinic_id=bench.clinic_id,
        )
    return cookie_for(bench, signed_in.token)[0]


def patients_of(bench: Bench, count: int) -> list[tuple[UUID, UUID]]:
    """(patient_id, person_id) of some patients."""
    with bench.hub.database.door() as door:
        rows = door.run(
            select(Patient.id, Patient.person_id)
            .where(Patient.person_id.is_not(None))
            .order_by(Patient.created_at)
            .limit(count)
        ).all()
    return [(row.id, row.person_id) for row in rows]


def patient_cookies(bench: Bench, people: list[UUID]) -> list[tuple[str, str]]:
    """(cookie, CSRF token) of some patients, signed in."""
    result = []
    with bench.hub.database.door(writes=True) as door:
        for person in people:
            signed_in = accounts.open_session(
                door,
                bench.hub.secrets,
                person,
                SessionKind.PATIENT,
                bench.now,
                clinic_id=bench.clinic_id,
            )
            result.append(cookie_for(bench, signed_in.token))
    return result


def cookie_for(bench: Bench, token: str) -> tuple[str, str]:
    """(cookie, CSRF token) as the browser of that session would hold them."""
    raw = random_secrets.token_hex(20)
    interface = bench.app.session_interface
    serializer = interface.get_signing_serializer(bench.app)  # type: ignore[attr-defined]
    content = {"_user_id": token, "_fresh": True, "_permanent": True, "csrf_token": raw}
    signer = URLSafeTimedSerializer(bench.app.config["SECRET_KEY"], salt="wtf-csrf-token")
    return f"aftercare={serializer.dumps(content)}", str(signer.dumps(raw))
