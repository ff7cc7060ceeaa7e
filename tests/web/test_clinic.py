"""The lead's pages, roles that change, and working in several clinics one at a time."""

from __future__ import annotations

import re

import pytest

from tests.support.cast import NOW, PASSWORD
from tests.support.databases import contents, rows_of
from tests.support.pages import text_of
from tracker.domain.access import Role
from tracker.store.schema import Clinic, Membership, Patient


@pytest.fixture
def lead(cast, visit):
    return visit(cast.lea)


def test_the_settings_are_changed_and_patients_see_the_numbers(lead, cast, visit):
    answer = lead.send(lead.form("/clinic"), follow=True, emergency_number="000 111",
                       opening_hours="Never on Sunday")  # fmt: skip
    assert "settings are saved" in text_of(answer.text)
    shown = text_of(visit(cast.alice).get("/safety").text)
    assert "000 111" in shown
    assert "Never on Sunday" in shown
    assert "000 111" not in text_of(visit(cast.dora).get("/safety").text)


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"zone": "Mars/Olympus"}, {"minimum_age": "26"}, {"minimum_age": "-1"},
              {"emergency_number": ""}, {"clinic_number": "1" * 41}, {"language": "x" * 30},
              {"language": "tlh"}],
)  # fmt: skip
def test_settings_that_can_not_be_are_refused(wrong, lead, database):
    before = contents(database, "auth_session")
    form = lead.form("/clinic")
    answer = lead.post("/clinic", form.filled({}) | wrong)
    assert answer.status_code == 422
    assert contents(database, "auth_session") == before


def test_a_colleague_is_invited_by_a_link_that_is_shown_once(lead, client):
    page = lead.send(lead.form("/clinic/people"), email="Nina@New.example")
    link = re.search(r"/join/[\w-]{20,}", page.text)
    assert link is not None
    assert client.get(link[0]).status_code == 200
    again = lead.get("/clinic/people").text
    assert link[0] not in again
    assert "nina@new.example" in again


def test_a_role_that_changes_counts_from_the_next_page(lead, cast, visit):
    desk = visit(cast.pia)
    assert desk.get("/clinic").status_code == 404
    change = f"/clinic/people/{cast.pia.membership_id}"
    lead.post(change, {"action": "lead"})
    assert desk.get("/clinic").status_code == 200
    lead.post(change, {"action": "physio"})
    assert desk.get("/clinic").status_code == 404
    assert desk.get("/patients").status_code == 200


def test_an_ended_membership_ends_its_sign_ins(lead, cast, visit, client):
    desk = visit(cast.pia)
    lead.post(f"/clinic/people/{cast.pia.membership_id}", {"action": "end"})
    assert desk.get("/patients").status_code == 302
    answer = client.post("/sign-in", {"email": cast.pia.email, "password": PASSWORD})
    assert answer.status_code == 422


def test_the_patients_of_an_ended_membership_are_nobodys(lead, cast, database):
    path = f"/clinic/people/{cast.pia.membership_id}"
    said = text_of(lead.post(path, {"action": "end"}, follow=True).text)
    rows = rows_of(database, Patient, Patient.clinic_id == cast.harbour.id)
    left = {row.name for row in rows if row.physio_id is None}
    assert {"Alice Archer", "Bob Bennett", "Carol Cole"} <= left
    assert f"{len(left)} patients were given back" in said
    assert {row.physio_id for row in rows} == {None, cast.paul.membership_id}
    assert "given back" not in text_of(lead.post(path, {"action": "end"}, follow=True).text)


@pytest.mark.parametrize("action", ["end", "physio"])
def test_a_lead_can_not_end_or_lower_the_own_membership(action, lead, cast, database):
    answer = lead.post(f"/clinic/people/{cast.lea.membership_id}", {"action": action}, follow=True)
    assert "your own membership" in text_of(answer.text)
    (row,) = rows_of(database, Membership, Membership.id == cast.lea.membership_id)
    assert (row.role, row.ended_at) == (Role.LEAD, None)


def test_a_patients_membership_is_not_a_colleagues(lead, cast, database):
    (row,) = rows_of(database, Membership, Membership.person_id == cast.bob.person_id)
    for action in ("end", "lead"):
        assert lead.post(f"/clinic/people/{row.id}", {"action": action}).status_code == 404


def test_staff_of_two_clinics_work_in_one_at_a_time(cast, maker, visit, client, database):
    token = maker.invite_colleague(cast.lighthouse, cast.pia.email, Role.LEAD, NOW, cast.lina)
    client.post(f"/join/{token}", {"name": "Pia", "password": PASSWORD})
    there = text_of(client.get("/patients?all=1").text)
    assert "Dora Drewes" in there
    assert "Alice Archer" not in there
    assert client.get("/clinic").status_code == 200
    answer = client.send(client.form("/me", "/clinic-choice"), follow=True)
    assert "Alice Archer" in answer.text
    assert "Dora Drewes" not in client.get("/patients?all=1").text
    assert client.get(f"/patients/{cast.dora.patient_id}").status_code == 404
    assert client.get("/clinic").status_code == 404, "a lead there, a physio here"
    assert client.post("/clinic-choice", {"clinic_id": "nonsense"}).status_code == 404


@pytest.fixture
def desk_of_two(cast, maker, visit):
    """A lead of both clinics, at work in the first."""
    token = maker.invite_colleague(cast.lighthouse, cast.lea.email, Role.LEAD, NOW, cast.lina)
    desk = visit()
    desk.post(f"/join/{token}", {"name": "Lea", "password": PASSWORD})
    desk.post("/clinic-choice", {"clinic_id": str(cast.harbour.id)})
    return desk


@pytest.mark.parametrize(
    "path, action, said",
    [
        ("/clinic", None, {"name": "Harbour and more"}),
        ("/clinic/people", None, {"email": "nina@new.example"}),
        ("/patients/new", None, {"name": "Zoë", "year_of_birth": "1988", "complaint": "Knee"}),
        ("/patients/ID", "/patients/ID/own", {}),
        (
            "/patients/ID/needling/new",
            None,
            {"consent_scope": "needling", "is_confirmed": "y", "needles_out": "1"},
        ),
        ("/patients/ID/programme", None, {"stretch": "chin-tuck-nod"}),
        ("/patients/ID/episodes/new", None, {"complaint": "Knee"}),
    ],
)
def test_a_page_of_the_clinic_before_saves_nothing_in_the_next(
    path, action, said, desk_of_two, cast, database
):
    path, action = (one and one.replace("ID", str(cast.alice.patient_id)) for one in (path, action))
    form = desk_of_two.form(path, action)
    desk_of_two.post("/clinic-choice", {"clinic_id": str(cast.lighthouse.id)})
    before = contents(database, "auth_session")
    answer = desk_of_two.send(form, **said)
    assert answer.status_code == 409
    assert "belongs to another clinic" in text_of(answer.text)
    assert contents(database, "auth_session") == before
    desk_of_two.post("/clinic-choice", {"clinic_id": str(cast.harbour.id)})
    assert desk_of_two.send(form, **said).status_code in {200, 303}


def test_settings_posted_without_their_optional_fields_are_saved_as_empty(lead, cast, database):
    names = ("opening_hours", "crisis_number", "out_of_hours_number")
    lead.send(lead.form("/clinic"), **dict.fromkeys(names))
    (row,) = rows_of(database, Clinic, Clinic.id == cast.harbour.id)
    assert [getattr(row, name) for name in names] == ["", "", ""]


def test_a_clinics_zone_moves_its_days(lead, cast, visit, database):
    lead.send(lead.form("/clinic"), zone="Pacific/Auckland")
    (row,) = rows_of(database, Clinic, Clinic.id == cast.harbour.id)
    assert row.zone == "Pacific/Auckland"
    assert "Thursday 12 March" in text_of(visit(cast.pia).get("/patients").text)
