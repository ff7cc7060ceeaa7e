"""The scope itself: what it reads and writes for whom, and what the schema makes impossible."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError

from tests.support.cast import NOW, TODAY
from tests.support.databases import contents
from tracker.domain.errors import NotFound
from tracker.domain.glance import Show
from tracker.services import judging
from tracker.store import caseload
from tracker.store.caseload import Wish
from tracker.store.schema import (
    AuthSession,
    Checkin,
    Clinic,
    Consent,
    DiaryDay,
    Episode,
    EpisodeSummary,
    Invitation,
    Membership,
    NeedledMuscle,
    NeedlingSession,
    Outbox,
    Patient,
    Person,
    Prescription,
    RateWindow,
    Revision,
    SorenessEntry,
    StretchEntry,
    Subscription,
)

OWN = (Patient, Consent, Episode, NeedlingSession, NeedledMuscle, Prescription, Checkin, DiaryDay,
       SorenessEntry, StretchEntry, EpisodeSummary)  # fmt: skip
"""What there is one row of for each patient who has everything."""


def diary(record, **more):
    values = {"clinic_id": record.clinic.id, "patient_id": record.patient_id,
              "local_date": TODAY, "sleep": 1, "note": "", "rev": 1, "updated_at": NOW}  # fmt: skip
    return DiaryDay(**{**values, **more})


def episode(record, by, **more):
    values = {"clinic_id": record.clinic.id, "patient_id": record.patient_id, "id": uuid4(),
              "complaint": "Knee", "regions": [], "opened_on": TODAY, "session_hours": "",
              "opened_by": by.membership_id, "created_at": NOW, "lines": []}  # fmt: skip
    return Episode(**{**values, **more})


# Reading.


@pytest.mark.parametrize("model", OWN, ids=lambda model: model.__name__)
def test_a_patient_sees_exactly_the_own_rows(model, database, maker, cast):
    with database.scope(maker.patient(cast.alice)) as scope:
        (row,) = scope.entities(model)
        key = row.id if model is Patient else row.patient_id
        assert (row.clinic_id, key) == (cast.harbour.id, cast.alice.patient_id)


@pytest.mark.parametrize("model", OWN, ids=lambda model: model.__name__)
def test_staff_see_exactly_their_clinics_rows(model, database, maker, cast):
    for colleague in (cast.pia, cast.otto):
        with database.scope(maker.staff(colleague)) as scope:
            found = scope.entities(model)
            assert found
            assert {row.clinic_id for row in found} == {colleague.clinic.id}


@pytest.mark.parametrize(
    "model", [Membership, Invitation, Subscription, Outbox, AuthSession, Person]
)
def test_a_patient_sees_nothing_that_only_a_clinic_keeps(model, database, maker, cast):
    with database.scope(maker.patient(cast.alice)) as scope:
        assert not scope.entities(model)


@pytest.mark.parametrize("model", [AuthSession, RateWindow])
def test_staff_see_no_sign_ins(model, database, maker, cast):
    with database.scope(maker.staff(cast.lea)) as scope:
        assert not scope.entities(model)


def test_staff_know_the_people_of_their_clinic_alone(database, maker, cast):
    with database.scope(maker.staff(cast.pia)) as scope:
        names = {person.name for person in scope.entities(Person)}
        assert [row.name for row in scope.entities(Clinic)] == ["Harbour"]
    assert names == {"Lea Moreau", "Pia Sommer", "Paul Reed", "Alice Archer", "Bob Bennett",
                     "Emil Ernst"}  # fmt: skip


@pytest.mark.parametrize("who", ["pia", "alice"])
def test_a_foreign_row_is_not_found(who, database, maker, cast):
    somebody = getattr(cast, who)
    actor = maker.staff(somebody) if who == "pia" else maker.patient(somebody)
    with database.scope(actor) as scope:
        for model, key in (
            (Patient, cast.dora.patient_id),
            (Episode, cast.emil_there.episode_id),
            (NeedlingSession, cast.dora.needling_id),
            (Prescription, cast.emil_there.prescription_id),
        ):
            with pytest.raises(NotFound):
                scope.get(model, model.id == key)
            assert scope.find(model, model.id == key) is None


def test_a_row_in_the_identity_map_is_no_way_around(database, maker, cast):
    """A door on the same transaction has loaded Dora: the scope still does not find her."""
    with database.door() as door:
        door.session.get_one(Patient, (cast.lighthouse.id, cast.dora.patient_id))
        with pytest.raises(NotFound):
            door.scope(maker.staff(cast.pia)).get(Patient, Patient.id == cast.dora.patient_id)


def test_a_statement_names_every_table_that_it_reads(database, maker, cast):
    with database.scope(maker.staff(cast.pia)) as scope:
        joined = select(Patient.name, Episode.complaint).join(
            Episode, Episode.patient_id == Patient.id
        )
        assert scope.rows(joined, Patient, Episode)
        for statement in (
            joined,
            select(Patient.name).where(
                Patient.id.in_(select(Checkin.patient_id).scalar_subquery())
            ),
            select(select(func.count()).select_from(Checkin).scalar_subquery()).select_from(
                Patient
            ),
        ):
            with pytest.raises(LookupError):
                scope.rows(statement, Patient)


def test_the_caseloads_query_gives_only_what_the_scope_may_see(database, maker, cast):
    wish = Wish(TODAY, NOW)
    with database.scope(maker.staff(cast.otto), writes=True) as scope:
        judging.judge_all(scope.open_door(), cast.lighthouse.id, cast.lighthouse.zone, NOW)
        judging.judge_all(scope.open_door(), cast.harbour.id, cast.harbour.zone, NOW)
        rows = caseload.rows(scope, wish, Show.ALL, is_first=False)
        page = caseload.rows(scope, wish, Show.ALL, is_first=False, most=50)
        counts = caseload.counts(scope, wish)
    assert {row.name for row in rows} == {"Dora Drewes", "Emil Ernst"}
    assert rows == page
    assert sum(row.many for row in counts) == 2
    with database.scope(maker.patient(cast.alice)) as scope:
        rows = caseload.rows(scope, wish, Show.ALL, is_first=False)
    assert {row.name for row in rows} == {"Alice Archer"}


# Writing.


def test_staff_write_neither_elsewhere_nor_what_patients_log(database, maker, cast):
    before = contents(database, "auth_session")
    for row in (
        episode(cast.dora, cast.otto),
        diary(cast.alice),
        diary(cast.dora),
        Person(id=uuid4(), name="X", zone="UTC", created_at=NOW),
    ):
        with pytest.raises(NotFound), database.scope(maker.staff(cast.pia), writes=True) as scope:
            scope.add(row)
    assert contents(database, "auth_session") == before


def test_a_patient_writes_the_own_log_alone(database, maker, cast):
    before = contents(database, "auth_session", "session_grant")
    consent = {"version": "x", "given_by": "x", "given_at": NOW}
    for row in (
        diary(cast.bob),
        diary(cast.dora),
        # Of the own clinic the id, of the other the patient: neither pair is Alice's.
        diary(cast.alice, clinic_id=cast.lighthouse.id),
        episode(cast.alice, cast.pia),
        Consent(clinic_id=cast.harbour.id, patient_id=cast.alice.patient_id, **consent),
    ):
        actor = maker.patient(cast.alice)
        with pytest.raises(NotFound), database.scope(actor, writes=True) as scope:
            scope.add(row)
    assert contents(database, "auth_session", "session_grant") == before
    with database.scope(maker.patient(cast.alice), writes=True) as scope:
        scope.add(diary(cast.alice))
    with database.scope(maker.patient(cast.alice)) as scope:
        assert len(scope.entities(DiaryDay)) == 2


def test_nobody_removes_what_is_not_theirs(database, maker, cast):
    with database.door() as door:
        row = door.session.scalars(
            select(DiaryDay).where(DiaryDay.patient_id == cast.alice.patient_id)
        ).one()
        for actor in (maker.staff(cast.pia), maker.patient(cast.bob), maker.staff(cast.otto)):
            with pytest.raises(NotFound):
                door.scope(actor).remove(row)


# What the schema makes impossible, whoever writes.


def rows_across(cast):
    """Rows of one clinic that point into another, or of one patient that point to another's."""
    harbour, alice = {"clinic_id": cast.harbour.id}, {"clinic_id": cast.harbour.id,
                                                      "patient_id": cast.alice.patient_id}  # fmt: skip
    made = {"id": uuid4(), "created_at": NOW}
    new = {"complaint": "x", "regions": [], "opened_on": TODAY, "session_hours": "", "lines": []}
    checkin = {"entry_id": uuid4(), "local_date": TODAY, "zone": "UTC", "pain_average": 1,
               "is_backfilled": False, "rev": 1, "recorded_at": NOW, "updated_at": NOW}  # fmt: skip
    sore = {"entry_id": uuid4(), "felt_at": NOW, "local_date": TODAY, "zone": "UTC", "soreness": 1,
            "side_effects": [], "is_backfilled": False, "rev": 1, "updated_at": NOW}  # fmt: skip
    stretch = {"entry_id": uuid4(), "local_date": TODAY, "zone": "UTC", "outcome": "done",
               "sets_done": 1, "provenance": "ticked", "rev": 1, "recorded_at": NOW,
               "updated_at": NOW}  # fmt: skip
    session = {"id": uuid4(), "form_id": uuid4(), "needled_at": NOW, "note": "", "recorded_at": NOW}
    patient = {"name": "x", "year_of_birth": 1980, **made}
    return {
        "patient's person": (Patient, {**harbour, **patient, "person_id": cast.dora.person_id}),
        "patient's physio": (Patient, {**harbour, **patient, "physio_id": cast.otto.membership_id}),
        "episode's patient": (
            Episode,
            {**harbour, **made, **new, "patient_id": cast.dora.patient_id,
             "opened_by": cast.pia.membership_id},
        ),
        "episode's colleague": (
            Episode, {**alice, **made, **new, "opened_by": cast.otto.membership_id},
        ),
        "session's episode": (
            NeedlingSession,
            {**alice, **session, "episode_id": cast.dora.episode_id,
             "practitioner_id": cast.pia.membership_id},
        ),
        "session's colleague": (
            NeedlingSession,
            {**alice, **session, "episode_id": cast.alice.episode_id,
             "practitioner_id": cast.otto.membership_id},
        ),
        "check-in's episode": (Checkin, {**alice, **checkin, "episode_id": cast.bob.episode_id}),
        "soreness' session": (
            SorenessEntry, {**alice, **sore, "needling_session_id": cast.emil.needling_id},
        ),
        "stretch's line": (
            StretchEntry, {**alice, **stretch, "prescription_id": cast.dora.prescription_id},
        ),
        "consent's patient": (
            Consent,
            {**harbour, "id": uuid4(), "patient_id": cast.dora.patient_id, "version": "x",
             "given_by": "x", "given_at": NOW},
        ),
        "revision's patient": (
            Revision,
            {**harbour, "patient_id": cast.dora.patient_id, "entry": "day", "entry_key": "x",
             "rev": 2, "before": {}, "changed_by": cast.pia.person_id, "changed_at": NOW},
        ),
        "wish's person": (
            Subscription,
            {**harbour, "person_id": cast.dora.person_id, "kind": "weekly_digest", "is_on": True,
             "changed_at": NOW},
        ),
        "mail's person": (
            Outbox,
            {**harbour, "person_id": cast.dora.person_id, "kind": "weekly_digest", "period": "x",
             "message_id": "x", "state": "waiting", "attempts": 0, "made_at": NOW, "fault": ""},
        ),
        "summary's episode": (
            EpisodeSummary,
            {**alice, "episode_id": cast.dora.episode_id, "pain": "", "done_halves": ""},
        ),
    }  # fmt: skip


@pytest.mark.parametrize("case", range(14))
def test_a_row_across_clinics_can_not_be_written_in_sql(case, database, cast):
    name, (model, values) = list(rows_across(cast).items())[case]
    with pytest.raises(IntegrityError) as caught, database.door(writes=True) as door:
        door.run(insert(model).values(**values))
    assert "foreign key" in str(caught.value).lower(), name


def test_a_consent_stands_once(database, cast):
    values = {"clinic_id": cast.harbour.id, "patient_id": cast.alice.patient_id, "version": "x",
              "given_by": "x", "given_at": NOW}  # fmt: skip
    with pytest.raises(IntegrityError), database.door(writes=True) as door:
        door.run(insert(Consent).values(id=uuid4(), **values))
    with database.door(writes=True) as door:
        door.run(insert(Consent).values(id=uuid4(), withdrawn_at=NOW, **values))


def test_a_write_that_raises_leaves_nothing(database, maker, cast):
    before = contents(database, "auth_session", "session_grant")
    actor = maker.patient(cast.alice)

    def write_and_fail():
        with database.scope(actor, writes=True) as scope:
            scope.add(diary(cast.alice))
            scope.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert contents(database, "auth_session", "session_grant") == before


def test_what_a_reader_adds_is_never_kept(database, maker, cast):
    with database.scope(maker.patient(cast.alice)) as scope:
        scope.add(diary(cast.alice))
        scope.flush()
    with database.door() as door:
        count = select(func.count()).select_from(DiaryDay).where(DiaryDay.local_date == TODAY)
        assert door.session.scalar(count) == 0


def test_a_moment_without_its_offset_is_refused(database, cast):
    with pytest.raises(Exception, match="needs its offset"), database.door(writes=True) as door:
        door.session.get_one(Person, cast.bob.person_id).created_at = NOW.replace(tzinfo=None)


def test_raw_sql_on_the_door_commits_with_it(database, cast):
    with database.door(writes=True) as door:
        door.run(text("UPDATE clinic SET name = 'Harbour Quay' WHERE name = 'Harbour'"))
    with database.door() as door:
        assert "Harbour Quay" in set(door.session.scalars(select(Clinic.name)))
