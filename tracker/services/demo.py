"""The demo: two made-up clinics with their cast, drawn from a seed, and signing in by a button."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import cycle
from uuid import UUID

from sqlalchemy import select

from tracker.domain.access import Role
from tracker.domain.days import local_time, to_utc
from tracker.domain.errors import ConfigError, NotFound
from tracker.domain.session import SessionKind
from tracker.domain.simulate import SimulatedPatient, simulate, simulate_other
from tracker.domain.simulate_flags import draw_flags, speak_up
from tracker.services import accounts
from tracker.services.accounts import SignedIn
from tracker.services.secrets import Secrets
from tracker.store.bulk import (
    BulkPatient,
    BulkStaff,
    clinics_in,
    empty,
    learn,
    load_clinic,
    stable_id,
    tables_in,
)
from tracker.store.schema import Clinic, Membership, Person
from tracker.store.scope import Database, Door

SEED = 20261
"""The seed of a demo that was not given one; the addresses in the documentation are its."""

PATIENTS, DAYS = 24, 120
SATURDAY = 5

_HARBOUR, _LIGHTHOUSE = "harbour", "lighthouse"
_LEAST_FOR_EXTRAS = 15
"""From here on a patient is left over from the stories, to be invited or to keep things private."""

_SHARED_OUT = frozenset({"responder", "slow_responder", "non_responder", "flare_past", "keen"})
"""Stories that don't need a look: some of those patients are Lea's and some nobody's own."""

_LETTERS = str.maketrans("ıłøßðæ", "ilosda")


@dataclass(frozen=True, slots=True)
class CastMember:
    """Somebody with a button on the demo's sign-in page."""

    email: str
    name: str
    role: Role
    clinic_name: str


CAST = (
    CastMember("pat@demo.example", "Pat Okafor", Role.PATIENT, "Harbour Physiotherapy"),
    CastMember("pia@demo.example", "Pia Sommer", Role.PHYSIO, "Harbour Physiotherapy"),
    CastMember("lea@demo.example", "Lea Moreau", Role.LEAD, "Harbour Physiotherapy"),
    CastMember("otto@demo.example", "Otto Reimers", Role.PHYSIO, "Lighthouse Physio"),
    CastMember("nora@demo.example", "Nora Lindgren", Role.PATIENT, "Lighthouse Physio"),
)
_ADDRESSES = frozenset(member.email for member in CAST)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a filled demo holds."""

    patients: int
    rows: int


# Filling it.


def check_overwritable(database: Database) -> None:
    """Raise ConfigError where a database holds anything but nothing or an older demo."""
    own = {_clinic_id(_HARBOUR), _clinic_id(_LIGHTHOUSE)}
    tables = tables_in(database.engine)
    if tables and Clinic.__tablename__ not in tables:
        raise ConfigError(
            "the database holds tables of another program; the demo needs an empty one"
        )
    if clinics_in(database.engine) - own:
        raise ConfigError(
            "the database holds a clinic that is not the demo's; the demo would delete it, so it"
            " needs an empty database"
        )


def fill(
    database: Database,
    now: datetime,
    *,
    seed: int = SEED,
    patients: int = PATIENTS,
    days: int = DAYS,
) -> Filled:
    """Put both clinics into a migrated database in place of whatever demo was there."""
    with database.door(writes=True) as door:
        empty(door)
        harbour = _fill_harbour(door, now, seed=seed, patients=patients, days=days)
        lighthouse = _fill_lighthouse(door, now, seed=seed, days=days)
        learn(door)
    return Filled(harbour.patients + lighthouse.patients, harbour.rows + lighthouse.rows)


def _clinic_id(key: str) -> UUID:
    """The same for every seed: it tells a demo from a real clinic."""
    return stable_id("demo", key, "clinic")


def _fill_harbour(door: Door, now: datetime, *, seed: int, patients: int, days: int) -> Filled:
    zone = "Europe/London"
    # Numbers that Ofcom keeps for drama: nobody answers them.
    clinic = Clinic(
        id=_clinic_id(_HARBOUR),
        name="Harbour Physiotherapy",
        zone=zone,
        language="en",
        emergency_number="999",
        clinic_number="01632 960 100",
        out_of_hours_number="01632 960 111",
        crisis_number="01632 960 199",
        opening_hours="Monday to Friday 8:00-18:00",
        minimum_age=16,
        created_at=now - timedelta(days=days + 30),
    )
    staff = [_staff(_HARBOUR, CAST[1]), _staff(_HARBOUR, CAST[2])]
    today, until = _day_and_clock(now, zone)
    drawn = simulate(seed, patients=patients, days=days, today=today, until=until)
    made = _harbour_patients(drawn, seed, zone, today, staff)
    return Filled(patients, load_clinic(door, clinic, staff, made, today))


def _fill_lighthouse(door: Door, now: datetime, *, seed: int, days: int) -> Filled:
    zone = "Europe/Berlin"
    # Numbers that the Bundesnetzagentur keeps for films.
    clinic = Clinic(
        id=_clinic_id(_LIGHTHOUSE),
        name="Lighthouse Physio",
        zone=zone,
        language="en",
        emergency_number="112",
        clinic_number="040 66969 100",
        out_of_hours_number="040 66969 116",
        crisis_number="040 66969 199",
        opening_hours="Monday to Thursday 7:30-19:00, Friday 7:30-15:00",
        minimum_age=16,
        created_at=now - timedelta(days=days + 30),
    )
    runs_it = CastMember("ines@demo.example", "Ines Harms", Role.LEAD, clinic.name)
    staff = [_staff(_LIGHTHOUSE, CAST[3]), _staff(_LIGHTHOUSE, runs_it)]
    today, until = _day_and_clock(now, zone)
    drawn = simulate_other(seed, days=days, today=today, until=until)
    otto = staff[0].membership_id
    made = [
        _bulk(f"demo/{_LIGHTHOUSE}/{seed}/{index}", patient, otto, otto, today)
        for index, patient in enumerate(drawn)
    ]
    made[0] = replace(made[0], email=CAST[4].email)
    return Filled(len(made), load_clinic(door, clinic, staff, made, today))


def _day_and_clock(now: datetime, zone: str) -> tuple[date, time]:
    wall = local_time(now, zone)
    return wall.date(), wall.time().replace(microsecond=0)


def _staff(clinic_key: str, member: CastMember) -> BulkStaff:
    """A colleague without a password that fits: in the demo a button signs in."""
    return BulkStaff(
        membership_id=stable_id("demo", clinic_key, member.email),
        name=member.name,
        email=member.email,
        role=member.role,
        password_hash=f"!{stable_id('demo', clinic_key, member.email, 'password').hex}",
    )


def _harbour_patients(
    drawn: Sequence[SimulatedPatient],
    seed: int,
    zone: str,
    today: date,
    staff: Sequence[BulkStaff],
) -> Iterator[BulkPatient]:
    """Pat first; about two thirds are Pia's own, some Lea's and some nobody's."""
    pia, lea = (member.membership_id for member in staff)
    owners = cycle((lea, None, pia, lea, None))
    invited = len(drawn) - 1 if len(drawn) >= _LEAST_FOR_EXTRAS else -1
    private = _private_one(drawn) if len(drawn) >= _LEAST_FOR_EXTRAS else -1
    for index, patient in enumerate(drawn):
        is_shared_out = index not in {0, invited, private} and patient.story in _SHARED_OUT
        owner = next(owners) if is_shared_out else pia
        key = f"demo/{_HARBOUR}/{seed}/{index}"
        made = _bulk(key, patient, owner, owner or pia, today)
        if index == invited:
            yield _as_invited(made, today)
        elif index == private:
            evening = datetime.combine(today - timedelta(days=9), time(18, 30))
            yield replace(made, withdrawn_at=to_utc(evening, zone))
        else:
            yield replace(made, email=CAST[0].email) if index == 0 else made


def _private_one(drawn: Sequence[SimulatedPatient]) -> int:
    """The last but one whose course is calm: that one has withdrawn the consent to share."""
    calm = [i for i, patient in enumerate(drawn[:-1]) if i and patient.story in _SHARED_OUT]
    return calm[-1]


def _bulk(
    key: str, patient: SimulatedPatient, physio_id: UUID | None, treated_by: UUID, today: date
) -> BulkPatient:
    # About a third gave the clinic an address; the name decides, so that a seed decides.
    has_address = len(patient.name) % 3 == 1
    patient = speak_up(patient)
    return BulkPatient(
        key=key,
        simulated=patient,
        physio_id=physio_id,
        treated_by=treated_by,
        email=_address(patient.name) if has_address else None,
        # Mobile numbers that Ofcom keeps for drama, for those whose clinic has one.
        phone=f"07700 900{stable_id(key).int % 1000:03}" if len(patient.name) % 4 else None,
        next_visit_on=_next_visit(patient, today),
        flags=draw_flags(patient, today),
    )


def _address(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    letters = "".join(char for char in plain if char.isascii() and (char.isalpha() or char == " "))
    return f"{'.'.join(letters.split())}@demo.example"


def _next_visit(patient: SimulatedPatient, today: date) -> date | None:
    """A fortnight or a month after the last session, for whoever still comes."""
    if not patient.sessions:
        return _working_day(today + timedelta(days=3))
    last = patient.sessions[-1].needled_at.date()
    days = (_working_day(last + timedelta(days=weeks * 7)) for weeks in (2, 4))
    return next((day for day in days if day > today), None)


def _working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day if day.weekday() < SATURDAY else day + timedelta(days=7 - day.weekday())


def _as_invited(made: BulkPatient, today: date) -> BulkPatient:
    """Somebody whose record was made on the last working day and who has not joined yet."""
    day = today - timedelta(days=1)
    day -= timedelta(days=max(0, day.weekday() + 1 - SATURDAY))
    blank = replace(
        made.simulated,
        opened_on=day,
        sessions=(),
        prescriptions=(),
        checkins=(),
        soreness=(),
        stretch_entries=(),
        flares=(),
    )
    visit = _next_visit(blank, today)
    return replace(made, simulated=blank, has_joined=False, next_visit_on=visit)


# Signing in by a button.


def find_demo_person(door: Door, email: str) -> Person | None:
    """The cast's person with this address, None for any other address."""
    address = email.strip().lower()
    if address not in _ADDRESSES:
        return None
    # Patients' addresses are not unique: somebody whom a visitor added with Pat's comes later.
    return door.session.scalar(
        select(Person).where(Person.email == address).order_by(Person.created_at).limit(1)
    )


def sign_in(
    door: Door, secrets: Secrets, email: str, now: datetime, *, device: str = ""
) -> SignedIn:
    """Sign one of the cast in; raises NotFound for everybody else."""
    person = find_demo_person(door, email)
    if person is None:
        raise NotFound("demo")
    member = door.session.scalars(
        select(Membership).where(
            Membership.person_id == person.id,
            Membership.clinic_id.in_((_clinic_id(_HARBOUR), _clinic_id(_LIGHTHOUSE))),
            Membership.ended_at.is_(None),
        )
    ).first()
    if member is None:
        raise NotFound("demo")
    kind = SessionKind.STAFF if Role(member.role).is_staff else SessionKind.PATIENT
    return accounts.open_session(
        door, secrets, person.id, kind, now, clinic_id=member.clinic_id, device=device
    )
