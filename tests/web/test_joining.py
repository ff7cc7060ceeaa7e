"""Coming in by link or code: once, in time, as oneself."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.support.cast import NOW, PASSWORD
from tests.support.databases import rows_of
from tests.support.pages import text_of
from tracker.domain.access import Role
from tracker.domain.errors import Expired
from tracker.services import invitations, patient_joining
from tracker.services.patient_joining import Joining
from tracker.store.schema import (
    AuthSession,
    Consent,
    Episode,
    Invitation,
    Membership,
    Patient,
    Person,
    SessionGrant,
)

SAID = {"name": "Carol Cole", "year_of_birth": "1975", "agrees": "y"}


@pytest.fixture
def link(cast):
    return f"/join/{cast.carol.token}"


def carol(database, cast):
    (row,) = rows_of(database, Patient, Patient.id == cast.carol.patient_id)
    return row


def test_a_patient_joins_by_link_and_may_log_at_once(client, link, cast, database):
    page = client.get(link)
    assert "Join Harbour" in text_of(page.text)
    form = client.form(link)
    answer = client.send(form, follow=True, **SAID, recalled_pain="6")
    assert answer.status_code == 200
    assert answer.request.path == "/today"
    assert "Welcome" in text_of(answer.text)
    assert client.send(client.form("/today"), pain_average="4").status_code == 303
    (consent,) = rows_of(database, Consent, Consent.patient_id == cast.carol.patient_id)
    assert (consent.given_by, consent.given_at, consent.withdrawn_at) == ("Carol Cole", NOW, None)
    (episode,) = rows_of(database, Episode, Episode.patient_id == cast.carol.patient_id)
    assert episode.recalled_pain == 6


def test_the_short_code_does_the_same(client, cast):
    typed = f" {cast.carol.code.lower().replace('-', ' ')} "
    answer = client.send(client.form("/sign-in", "/join"), follow=True, code=typed)
    assert "Join Harbour" in text_of(answer.text)
    assert client.post(answer.request.path, SAID, follow=True).request.path == "/today"


@pytest.mark.parametrize("code", ["XXXX-XXXX", "", "0", "x" * 41, "' OR 1=1 --"])
def test_a_wrong_code_says_so_beside_its_field(code, client, cast):
    answer = client.post("/join", {"code": code})
    assert answer.status_code == 422
    assert 'class="fault"' in answer.text


def test_a_code_holds_for_two_hours_and_the_link_for_a_week(client, link, cast, clock):
    made = NOW - timedelta(minutes=30)
    clock.move_to(made + timedelta(hours=2, seconds=-1))
    assert client.post("/join", {"code": cast.carol.code}).status_code == 303
    clock.move_to(made + timedelta(hours=2))
    assert client.post("/join", {"code": cast.carol.code}).status_code == 422
    assert client.get(f"/join/{cast.carol.code}").status_code == 410
    clock.move_to(made + timedelta(days=7, seconds=-1))
    assert client.get(link).status_code == 200
    clock.move_to(made + timedelta(days=7))
    assert client.get(link).status_code == 410
    assert client.post(link, SAID).status_code == 410


def test_a_used_link_is_worthless_and_so_is_its_code(client, link, cast, visit):
    client.post(link, SAID)
    other = visit()
    for path in (link, f"/join/{cast.carol.code.replace('-', '')}"):
        assert other.get(path).status_code == 410
        assert other.post(path, SAID).status_code == 410
    assert other.post("/join", {"code": cast.carol.code}).status_code == 422


def test_a_double_tap_joins_once(cast, database, secrets):
    """Both taps have opened the page before the first is through: the second finds it used."""
    said = Joining("Carol Cole", 1975, "en", "Europe/London", agrees=True)
    with database.door() as door:
        opened = invitations.look_up(door, secrets, cast.carol.token, NOW)
    for attempt in range(2):
        with database.door(writes=True) as door:
            if attempt:
                with pytest.raises(Expired):
                    patient_joining.join_patient(door, secrets, opened, said, NOW, today=NOW.date())
            else:
                patient_joining.join_patient(door, secrets, opened, said, NOW, today=NOW.date())
    people = rows_of(database, Person, Person.name == "Carol Cole")
    assert len(people) == 1
    assert len(rows_of(database, AuthSession, AuthSession.person_id == people[0].id)) == 1


@pytest.mark.parametrize(
    "name", ["carol cole", "COLE, Carol", "  Cole   Carol ", "Carol Anne Cole", "Cárol Cole"]
)
def test_a_name_is_known_however_it_is_typed(name, client, link, cast, database):
    assert client.post(link, {**SAID, "name": name}).status_code == 303
    assert carol(database, cast).person_id is not None
    assert carol(database, cast).name == "Carol Cole"


@pytest.mark.parametrize(
    "wrong", [{"name": "Alice Archer"}, {"year_of_birth": "1976"}, {"name": "Carol"},
              {"name": "Cole Bennett"}],
)  # fmt: skip
def test_somebody_else_is_not_let_in(wrong, client, link, cast, database):
    answer = client.post(link, {**SAID, **wrong})
    assert answer.status_code == 422
    assert "does not match" in text_of(answer.text)
    assert carol(database, cast).person_id is None


def test_five_wrong_names_burn_an_invitation(client, link, cast, database):
    for _ in range(4):
        assert client.post(link, {**SAID, "year_of_birth": "1999"}).status_code == 422
    assert client.get(link).status_code == 200
    assert client.post(link, {**SAID, "year_of_birth": "1999"}).status_code == 422
    assert client.get(link).status_code == 410
    assert client.post(link, SAID).status_code == 410
    assert carol(database, cast).person_id is None


def test_without_agreeing_nobody_joins(client, link, cast, database):
    answer = client.post(link, {**SAID, "agrees": ""})
    assert answer.status_code == 422
    assert "agree" in text_of(answer.text)
    assert carol(database, cast).person_id is None
    assert client.post(link, SAID).status_code == 303, "the refused try did not use the link up"


@pytest.mark.parametrize("year, needs", [(2015, True), (2010, True), (2009, False)])
def test_under_the_minimum_age_a_guardian_agrees(year, needs, client, cast, maker, database):
    """Born in 2010 is 15 or 16 in March 2026: on the careful side until the birthday is past."""
    child = maker.invited(cast.pia, "Kim Young", year=year, now=NOW)
    link, said = f"/join/{child.token}", {"name": "Kim Young", "year_of_birth": year, "agrees": "y"}
    answer = client.post(link, said)
    if needs:
        assert answer.status_code == 422
        assert "parent or guardian" in text_of(answer.text)
        assert 'name="guardian"' in answer.text
        answer = client.post(link, {**said, "guardian": "Mo Young"})
    assert answer.status_code == 303
    (consent,) = rows_of(database, Consent, Consent.patient_id == child.patient_id)
    assert consent.given_by == ("Mo Young" if needs else "Kim Young")


def test_a_new_invitation_ends_the_older_one(client, link, cast, visit):
    page = visit(cast.pia).post(f"/patients/{cast.carol.patient_id}/invitation").text
    fresh = re.search(r"/join/[\w-]{20,}", page)
    assert fresh is not None
    assert client.get(link).status_code == 410
    assert client.post("/join", {"code": cast.carol.code}).status_code == 422
    assert client.get(fresh[0]).status_code == 200


def test_a_new_phone_signs_in_by_a_new_code_without_agreeing_again(client, cast, visit, database):
    page = visit(cast.pia).post(f"/patients/{cast.alice.patient_id}/invitation").text
    code = re.search(r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b", text_of(page))
    assert code is not None
    client.send(client.form("/sign-in", "/join"), code=code[0])
    path = client.page.headers["Location"]
    answer = client.post(path, {"name": "Alice Archer", "year_of_birth": "1984"}, follow=True)
    assert answer.request.path == "/today"
    assert len(rows_of(database, Consent, Consent.patient_id == cast.alice.patient_id)) == 1
    assert carol(database, cast).person_id is None


def test_a_second_clinic_joins_the_same_phones_person(cast, visit, maker, database):
    phone = visit(cast.bob)
    there = maker.invited(cast.otto, "Bob Bennett", year=1990, now=NOW)
    said = {"name": "Bob Bennett", "year_of_birth": "1990", "agrees": "y"}
    assert phone.post(f"/join/{there.token}", said).status_code == 303
    assert {"Harbour", "Lighthouse"} <= set(re.findall(r"\w+", text_of(phone.get("/me").text)))
    (row,) = rows_of(database, Patient, Patient.id == there.patient_id)
    assert row.person_id == cast.bob.person_id


def test_another_patient_of_the_same_clinic_gets_a_person_and_session_of_their_own(
    cast, visit, link, database
):
    phone = visit(cast.bob)
    assert phone.post(link, SAID).status_code == 303
    row = carol(database, cast)
    assert row.person_id not in {None, cast.bob.person_id}
    assert phone.get("/me/export.json").json["name"] == "Carol Cole"
    grants = rows_of(database, SessionGrant, SessionGrant.person_id == row.person_id)
    assert [grant.clinic_id for grant in grants] == [cast.harbour.id]


# Colleagues.


def test_a_colleague_joins_by_link(client, cast, maker, database):
    token = maker.invite_colleague(cast.harbour, "nina@new.example", Role.PHYSIO, NOW, cast.lea)
    form = client.form(f"/join/{token}")
    answer = client.send(form, follow=True, name="Nina New", password="short")
    assert answer.status_code == 422
    answer = client.send(form, follow=True, name="Nina New", password=PASSWORD)
    assert answer.request.path == "/patients"
    assert client.get(f"/patients/{cast.alice.patient_id}").status_code == 200
    assert client.get("/clinic").status_code == 404
    assert client.get(f"/join/{token}").status_code == 410
    (person,) = rows_of(database, Person, Person.email == "nina@new.example")
    assert PASSWORD not in person.password_hash


def test_an_invitation_never_sets_a_password_over_an_existing_one(client, cast, maker, database):
    token = maker.invite_colleague(cast.harbour, cast.otto.email, Role.PHYSIO, NOW, cast.lea)
    data = {"name": "Somebody", "password": "another long password"}
    assert client.post(f"/join/{token}", data).status_code == 422
    assert client.post(f"/join/{token}", {**data, "password": PASSWORD}).status_code == 303
    (person,) = rows_of(database, Person, Person.email == cast.otto.email)
    assert person.name == "Otto Reimers"
    roles = rows_of(database, Membership, Membership.person_id == person.id)
    assert {row.clinic_id for row in roles} == {cast.harbour.id, cast.lighthouse.id}


def test_a_withdrawn_invitation_is_worthless(client, cast, maker, visit, database):
    token = maker.invite_colleague(cast.harbour, "nina@new.example", Role.PHYSIO, NOW, cast.lea)
    (row,) = rows_of(database, Invitation, Invitation.email == "nina@new.example")
    assert visit(cast.pia).post(f"/clinic/invitations/{row.id}/withdraw").status_code == 404
    assert client.get(f"/join/{token}").status_code == 200
    assert visit(cast.lea).post(f"/clinic/invitations/{row.id}/withdraw").status_code == 303
    assert client.get(f"/join/{token}").status_code == 410
