"""What pages and exports hold: all of one's own, and nothing of anybody else."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.isolation.ground import same
from tests.support.cast import NOW
from tracker.store.schema import Invitation


@pytest.mark.parametrize("path", ["/flags", "/clinic/register?span=all", "/clinic/register.csv"])
def test_flags_and_the_register_hold_nothing_of_the_other_clinic(path, cast, visit):
    page = visit(cast.lea).get(path)
    assert page.status_code == 200
    assert not [word for word in ("Dora", "Otto", "Lighthouse") if word in page.text]
    for record in (cast.dora, cast.emil_there):
        assert str(record.patient_id) not in page.text
        assert str(record.patient_id)[:8] not in page.text
    assert str(cast.flags["Lighthouse"]) not in page.text


FOREIGN_WORDS = ("Dora", "Bob", "Emil", "Carol", "Lighthouse", "Otto", "Lina")


@pytest.mark.parametrize(
    "path", ["/today", "/progress", "/stretches", "/me", "/safety", "/me/export.json",
             "/me/export.csv", "/progress?range=12w", "/progress/brief",
             "/progress/measure?of=activities", "/progress/activities"],
)  # fmt: skip
def test_a_patients_pages_and_exports_hold_nothing_foreign(path, cast, visit):
    page = visit(cast.alice).get(path)
    assert page.status_code == 200
    assert not [word for word in FOREIGN_WORDS if word in page.text]
    for record in (cast.bob, cast.dora, cast.emil, cast.emil_there):
        for key in (record.patient_id, record.episode_id, record.needling_id, record.person_id):
            assert str(key) not in page.text


def test_an_export_holds_everything_of_ones_own(cast, visit):
    held = visit(cast.alice).get("/me/export.json").json
    assert held["name"] == "Alice Archer"
    kinds = ("episodes", "needling_sessions", "needled_muscles", "prescriptions", "phase_marks", "checkins",
             "days", "soreness_entries", "stretch_entries", "consents", "activities", "measures",
             "motion_readings", "goals", "visit_questions")  # fmt: skip
    assert {kind: len(held[kind]) for kind in kinds} == dict.fromkeys(kinds, 1)
    assert {row["patient_id"] for kind in kinds for row in held[kind]} == {
        str(cast.alice.patient_id)
    }
    assert held["days"][0]["note"] == "Private words of Alice Archer"


@pytest.mark.parametrize("query", ["", "?all=1", "?all=1&q=e", "?all=1&q=dora", "?all=1&q=%25"])
def test_the_caseload_and_its_search_hold_nothing_of_the_other_clinic(query, cast, visit):
    page = visit(cast.pia).get(f"/patients{query}").text
    assert not [word for word in ("Dora Drewes", "Otto", "Lighthouse") if word in page]
    assert str(cast.dora.patient_id) not in page
    assert str(cast.emil_there.patient_id) not in page


def test_a_clinics_code_opens_that_clinic_alone(cast, visit):
    """Lighthouse makes Emil a new code: whoever uses it gets no sight of Harbour's record."""
    desk = visit(cast.otto)
    page = desk.post(f"/patients/{cast.emil_there.patient_id}/invitation").text
    link = re.search(r"/join/[\w-]+", page)
    assert link is not None
    phone = visit()
    said = {"name": "Emil Ernst", "year_of_birth": "1969"}
    assert phone.post(link[0], said).status_code == 303
    assert "Lighthouse" in phone.get("/me").text
    held = phone.get("/me/export.json").json
    assert [clinic["name"] for clinic in held["clinics"]] == ["Lighthouse"]
    assert {row["clinic_id"] for row in held["checkins"]} == {str(cast.lighthouse.id)}
    never, there = uuid4(), cast.emil.episode_id
    paths = (f"/progress?episode={there}", f"/progress?episode={never}")
    assert same(phone, phone, "GET", paths, ids=(there, never)) == 404


def test_a_person_let_into_both_clinics_sees_both(cast, visit):
    held = visit(cast.emil, cast.lighthouse).get("/me/export.json").json
    assert [clinic["name"] for clinic in held["clinics"]] == ["Harbour", "Lighthouse"]
    assert len(held["checkins"]) == 2


def test_measures_of_somebody_who_does_not_share_stay_with_them(cast, visit):
    told = ("says Alice Archer", "May Alice Archer swim?")
    desk, address = visit(cast.pia), f"/patients/{cast.alice.patient_id}"
    paths = (address, f"{address}/measures", f"{address}/brief")
    for path in paths:
        page = desk.get(path).text
        # What the clinic writes down itself stays its own.
        assert "Alice Archer sleeps through" in page
        assert told[1] in page, path
    leaving = {"clinic_id": str(cast.harbour.id), "share": "off"}
    assert visit(cast.alice).post("/me/sharing", leaving).status_code == 303
    for path in paths:
        page = desk.get(path).text
        assert "Alice Archer sleeps through" in page
        assert not [words for words in told if words in page], path
    weekly = {"measure": "weekly", "answer-pain": "3", "entry_id": str(uuid4())}
    for under, data in (("told", weekly), ("activities", {"names": "Driving"})):
        answer = desk.post(f"{address}/episodes/{cast.alice.episode_id}/{under}", data)
        assert answer.status_code == 404, under


def test_a_waiting_invitation_tells_the_clinic_and_nobodys_name(cast, client, database):
    page = client.get(f"/join/{cast.carol.token}")
    assert page.status_code == 200
    assert "Harbour" in page.text
    assert "Carol" not in page.text
    with database.door() as door:
        carols = select(Invitation).where(Invitation.patient_id == cast.carol.patient_id)
        row = door.session.scalars(carols).one()
        stored = (row.token_hash, row.code_hash)
    assert cast.carol.token not in stored
    assert row.expires_at > NOW
