"""The demo's clinics: the cast, a caseload that the services would have made the same, no future."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from tests.support.postgres import PostgresServer
from tracker.config import Settings
from tracker.domain import strip
from tracker.domain.access import OwnRecord, PatientActor, Role, StaffActor
from tracker.domain.days import local_day
from tracker.domain.errors import NotFound
from tracker.domain.prescription import Outcome
from tracker.domain.safety import FlagKind
from tracker.domain.strip import Strip
from tracker.domain.triage import Kind
from tracker.services import accounts, caseload, demo, flags, summaries
from tracker.services.secrets import Secrets
from tracker.store import logs
from tracker.store.base import Base, UtcDateTime
from tracker.store.engine import make_engine
from tracker.store.migrate import upgrade
from tracker.store.schema import (
    Checkin,
    Clinic,
    Consent,
    Episode,
    EpisodeSummary,
    Invitation,
    Membership,
    NeedlingSession,
    Patient,
    Person,
    Prescription,
    SorenessEntry,
    StretchEntry,
)
from tracker.store.scope import Database

NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
SUMMARY = (
    "last_logged_on",
    "pain_end",
    "pain",
    "done_end",
    "done_halves",
    "last_soreness",
    "last_soreness_at",
)


@pytest.fixture(scope="module")
def secrets():
    return Secrets(Settings("sqlite:///x", "s" * 40, argon2_time_cost=1, argon2_memory_kib=32))


def make_demo(path, now=NOW, **wishes):
    database = Database(make_engine(f"sqlite:///{path}"))
    upgrade(database.engine)
    demo.fill(database, now, **wishes)
    return database


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    database = make_demo(tmp_path_factory.mktemp("demo") / "demo.db")
    yield database
    database.dispose()


def enter(database, secrets, email, now=NOW):
    with database.door(writes=True) as door:
        token = demo.sign_in(door, secrets, email, now).token
    with database.door() as door:
        actor = accounts.find_actor(door, secrets, token, now)
    assert actor is not None
    return actor


def rows(database, statement):
    with database.door() as door:
        return door.run(statement).all()


def logged_records(database):
    """(actor with only this record, clinic's zone) of each patient with a summary."""
    found = rows(
        database,
        select(Patient.clinic_id, Patient.id, Patient.person_id, Clinic.name, Clinic.zone)
        .join(Clinic, Clinic.id == Patient.clinic_id)
        .join(EpisodeSummary, EpisodeSummary.patient_id == Patient.id),
    )
    return [
        PatientActor(
            person_id=row.person_id,
            session_id=UUID(int=0),
            name="",
            language="en",
            zone=row.zone,
            records=(OwnRecord(row.clinic_id, row.id, row.name, row.zone),),
        )
        for row in found
    ]


# The cast


@pytest.mark.parametrize("member", demo.CAST, ids=lambda member: member.email)
def test_each_of_the_cast_signs_in_as_who_they_are(filled, secrets, member):
    actor = enter(filled, secrets, member.email)
    assert (actor.name, actor.role) == (member.name, member.role)
    if isinstance(actor, StaffActor):
        assert actor.clinic_name == member.clinic_name
    else:
        assert [record.clinic_name for record in actor.records] == [member.clinic_name]


@pytest.mark.parametrize("email", ["ines@demo.example", "amara.nwosu@demo.example", "", "x"])
def test_nobody_else_signs_in_by_a_button(filled, secrets, email):
    with filled.door(writes=True) as door, pytest.raises(NotFound):
        demo.sign_in(door, secrets, email, NOW)


def test_no_password_fits_the_staff(filled, secrets):
    hashes = rows(filled, select(Person.password_hash).where(Person.password_hash.is_not(None)))
    assert len(hashes) == 4
    assert not any(secrets.is_password(row.password_hash, "demo") for row in hashes)


def test_pat_was_needled_yesterday_and_has_not_logged_today(filled, secrets):
    pat = enter(filled, secrets, "pat@demo.example")
    today = local_day(NOW, pat.records[0].clinic_zone)
    with filled.scope(pat) as scope:
        (episode,) = scope.entities(Episode)
        days = {row.local_date for row in scope.entities(Checkin)}
        last = max(row.needled_at for row in scope.entities(NeedlingSession))
    assert episode.closed_on is None
    assert local_day(last, "Europe/London") == today - timedelta(days=1)
    assert today not in days
    assert today - timedelta(days=1) in days


def test_pia_has_two_thirds_of_the_patients_and_lea_sees_all(filled, secrets):
    pia, lea = (
        enter(filled, secrets, "pia@demo.example"),
        enter(filled, secrets, "lea@demo.example"),
    )
    with filled.scope(pia) as scope:
        own = caseload.see_caseload(scope, NOW)
    with filled.scope(lea) as scope:
        few = caseload.see_caseload(scope, NOW)
        all_of_them = caseload.see_caseload(scope, NOW, everybody=True)
    assert all_of_them.total == 24
    assert 14 <= own.total <= 18
    assert 2 <= few.total <= 6
    assert own.total + few.total < 24


def test_pias_caseload_shows_every_reason_to_look_or_nudge(filled, secrets):
    with filled.scope(enter(filled, secrets, "pia@demo.example")) as scope:
        seen = caseload.see_caseload(scope, NOW)
    kinds = {row.reason.kind for row in (*seen.rows, *seen.quiet)}
    assert not set(Kind) - {Kind.ON_COURSE, Kind.STEADY_HIGH} - kinds


def test_flags_wait_and_were_answered_as_the_rules_would_have_it(filled, secrets):
    with filled.scope(enter(filled, secrets, "pia@demo.example")) as scope:
        seen = flags.see_flags(scope, NOW)
        sessions: dict[UUID | None, list[datetime]] = {}
        for row in scope.entities(NeedlingSession):
            sessions.setdefault(row.episode_id, []).append(row.needled_at)
    assert not seen.pressing
    assert {one.flag.kind for one in seen.amber} >= {FlagKind.FLARE, FlagKind.SORENESS}
    assert len(seen.answered) > len(seen.amber)
    for one in (*seen.amber, *seen.answered):
        if one.flag.kind == FlagKind.FLARE:
            after = [one.flag.said_at - at for at in sessions.get(one.flag.episode_id, ())]
            assert not any(timedelta(0) <= gap < timedelta(hours=60) for gap in after)


def test_one_patient_is_invited_and_one_keeps_everything_private(filled, secrets):
    with filled.scope(enter(filled, secrets, "lea@demo.example")) as scope:
        invited = scope.entities(Patient, Patient.person_id.is_(None))
        waiting = scope.entities(Invitation, Invitation.used_at.is_(None))
        private = scope.entities(Consent, Consent.withdrawn_at.is_not(None))
        nothing = scope.entities(EpisodeSummary, EpisodeSummary.patient_id == private[0].patient_id)
    assert [row.patient_id for row in waiting] == [row.id for row in invited]
    assert len(invited) == len(private) == 1
    assert not nothing


def test_another_clinic_in_another_zone_stands_beside_it(filled, secrets):
    otto = enter(filled, secrets, "otto@demo.example")
    with filled.scope(otto) as scope:
        names = {row.name for row in scope.entities(Patient)}
    assert otto.clinic_zone == "Europe/Berlin"
    assert "Nora Lindgren" in names
    assert "Pat Okafor" not in names
    assert {row.zone for row in rows(filled, select(Clinic.zone))} == {
        "Europe/London",
        "Europe/Berlin",
    }


# Equal to what the services make


def test_every_summary_is_what_a_rebuild_makes(filled):
    actors = logged_records(filled)
    assert len(actors) == 29
    for actor in actors:
        today = local_day(NOW, actor.zone)
        with filled.scope(actor, writes=True) as scope:
            summary, episode = scope.get(EpisodeSummary), scope.get(Episode)
            before = {name: getattr(summary, name) for name in SUMMARY}
            summaries.rebuild(scope, episode, today)
            assert {name: getattr(summary, name) for name in SUMMARY} == before


def test_every_summary_is_what_noting_each_entry_leaves(filled):
    for actor in logged_records(filled):
        today = local_day(NOW, actor.zone)
        with filled.scope(actor) as scope:
            kept = scope.get(EpisodeSummary)
            noted = EpisodeSummary(pain="", done_halves="")
            for checkin in scope.entities(Checkin):
                summaries.note_pain(noted, checkin.local_date, checkin.pain_average)
            for day in {row.local_date for row in scope.entities(StretchEntry)}:
                episode = scope.get(Episode, Episode.id == kept.episode_id)
                logged = logs.stretch_outcomes_between(scope, episode, day, day)
                halves = round(2 * sum(Outcome(entry.outcome).share for entry in logged))
                summaries.note_stretches(noted, day, halves)
            for row in sorted(scope.entities(SorenessEntry), key=lambda row: row.felt_at):
                summaries.note_soreness(noted, row.soreness, row.felt_at, row.local_date)
        for name in ("last_logged_on", "last_soreness", "last_soreness_at"):
            assert getattr(kept, name) == getattr(noted, name)
        assert window(kept.pain_end, kept.pain, today) == window(noted.pain_end, noted.pain, today)
        assert window(kept.done_end, kept.done_halves, today) == window(
            noted.done_end, noted.done_halves, today
        )


def window(end, text, today):
    """What a strip says of its days: an older one may begin with days that are missing."""
    return Strip(end, text).window(today, strip.LENGTH)


def test_every_episode_keeps_the_sessions_and_lines_that_its_writes_keep(filled, secrets):
    for email in ("lea@demo.example", "otto@demo.example"):
        staff = enter(filled, secrets, email)
        today = local_day(NOW, staff.clinic_zone)
        with filled.scope(staff) as scope:
            for kept in scope.entities(Episode):
                made = Episode(id=kept.id, patient_id=kept.patient_id, session_hours="", lines=[])
                sessions = scope.entities(NeedlingSession, NeedlingSession.episode_id == kept.id)
                for session in sorted(sessions, key=lambda row: row.needled_at):
                    summaries.note_session(made, session.needled_at, staff.clinic_zone)
                summaries.note_programme(scope, made, today)
                for name in ("last_session_at", "session_end", "session_hours"):
                    assert getattr(kept, name) == getattr(made, name)
                assert sorted(kept.lines, key=str) == sorted(made.lines, key=str)


def test_sets_done_and_sides_are_ones_that_the_services_accept(filled):
    lines = rows(filled, select(Prescription.side, Prescription.sets, Prescription.id))
    assert {row.side for row in lines} == {"left", "right", "both"}
    sets = {row.id: row.sets for row in lines}
    for row in rows(filled, select(StretchEntry)):
        entry = row.StretchEntry
        assert entry.sets_done <= sets[entry.prescription_id]
        assert (entry.sets_done > 0) == (Outcome(entry.outcome).share > 0)


# Whenever it is made


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 11, 22, 0, 5, tzinfo=UTC),
        datetime(2026, 11, 21, 23, 59, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2028, 2, 29, 12, tzinfo=UTC),
    ],
    ids=["sunday", "saturday night", "spring night", "autumn night", "leap day"],
)
def test_nothing_has_happened_later_than_now(tmp_path, now):
    database = make_demo(tmp_path / "demo.db", now, patients=15, days=60)
    known_ahead = {"expires_at", "code_expires_at"}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, UtcDateTime) and column.name not in known_ahead:
                latest = max(
                    (row[0] for row in rows(database, select(column)) if row[0]), default=now
                )
                assert latest <= now, (table.name, column.name)
    database.dispose()


@pytest.mark.parametrize("patients", [1, 14, 15, 60])
def test_small_and_large_demos_are_filled_too(tmp_path, patients):
    database = make_demo(tmp_path / "demo.db", patients=patients, days=42)
    assert len(rows(database, select(Patient.id))) == patients + 6
    with database.engine.connect() as connection:
        assert not connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    database.dispose()


def test_filling_again_replaces_everything_and_keeps_the_addresses(tmp_path):
    database = make_demo(tmp_path / "demo.db", patients=3, seed=5)
    first = set(rows(database, select(Patient.id)))
    demo.fill(database, NOW + timedelta(days=1), patients=3, seed=5)
    assert set(rows(database, select(Patient.id))) == first
    demo.fill(database, NOW, patients=3, seed=6)
    assert not set(rows(database, select(Patient.id))) & first
    assert len(rows(database, select(Membership.id).where(Membership.role == Role.LEAD))) == 2
    database.dispose()


@pytest.mark.postgres
def test_postgresql_is_filled_and_filled_again(tmp_path):
    with PostgresServer.start() as server:
        database = Database(make_engine(server.create_database("demo")))
        upgrade(database.engine)
        for patients in (3, 2):
            demo.check_overwritable(database)
            demo.fill(database, NOW, patients=patients, days=42)
        assert len(rows(database, select(Patient.id))) == 2 + 6
        database.dispose()
