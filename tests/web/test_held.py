"""An entry whose session had ended is kept sealed and saved once its own person is back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.cast import NOW, TODAY
from tests.support.databases import contents, rows_of
from tests.support.pages import text_of
from tracker.services import held, patient_joining
from tracker.store.schema import Checkin, DiaryDay, HeldForm


@pytest.fixture
def phone(cast, visit):
    return visit(cast.alice)


@pytest.fixture
def held_phone(phone, database):
    """The session ended between opening the page and saving it."""
    form = phone.form("/today")
    phone.client.delete_cookie("aftercare")
    with phone.client.session_transaction() as session:
        session["csrf_token"] = "0" * 40
    data = form.filled({"pain_average": "7", "note": "words in peril"})
    data["csrf_token"] = phone.csrf_token()
    answer = phone.client.post("/today", data=data)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in"
    assert len(rows_of(database, HeldForm)) == 1
    return phone


def todays(database, day=TODAY):
    return rows_of(database, Checkin, Checkin.local_date == day)


@pytest.fixture
def come_back(maker, cast):
    """Sign a patient in again on a phone, by a new code of the clinic."""

    def open_link(phone, who, now=NOW):
        with maker.database.scope(maker.staff(cast.pia, now), writes=True) as scope:
            token = patient_joining.invite_patient(scope, maker.secrets, who.patient_id, now).token
        said = {"name": who.name, "year_of_birth": str(who.year_of_birth)}
        return phone.post(f"/join/{token}", said, follow=True)

    return open_link


def test_the_page_says_that_it_is_kept(held_phone):
    assert "is kept safe" in text_of(held_phone.get("/sign-in").text)


def test_it_is_saved_on_its_day_after_signing_in_again(
    held_phone, cast, come_back, database, clock
):
    clock.shift(timedelta(days=2))
    answer = come_back(held_phone, cast.alice, NOW + timedelta(days=2))
    assert "Saved for " in text_of(answer.text)
    (row,) = todays(database)
    assert (row.patient_id, row.pain_average, row.is_backfilled) == (cast.alice.patient_id, 7, True)
    (day,) = rows_of(database, DiaryDay, DiaryDay.local_date == TODAY)
    assert day.note == "words in peril"
    assert not rows_of(database, HeldForm)


def test_it_is_discarded_when_somebody_else_signs_in(held_phone, cast, come_back, database):
    answer = come_back(held_phone, cast.bob)
    assert answer.request.path == "/today"
    assert not todays(database)
    assert not rows_of(database, HeldForm)
    assert "words in peril" not in answer.text


def test_it_waits_for_thirty_days(held_phone, cast, come_back, database, clock):
    later = NOW + held.KEEP + timedelta(seconds=1)
    clock.move_to(later)
    come_back(held_phone, cast.alice, later)
    assert not todays(database)


def test_it_is_sealed(held_phone, database):
    (row,) = rows_of(database, HeldForm)
    assert b"peril" not in row.sealed
    assert held_phone.cookie("held") not in repr(vars(row))


def test_it_is_saved_although_the_cookie_of_the_page_is_gone_too(phone, cast, come_back, database):
    """Without any cookie there is no CSRF token either: the form's own proof has to do."""
    form = phone.form("/today")
    phone.client.delete_cookie("aftercare")
    assert phone.send(form, pain_average="7").status_code == 303
    come_back(phone, cast.alice)
    assert [row.pain_average for row in todays(database)] == [7]


@pytest.mark.parametrize("bound", ["", "forged", "WyJ4Il0.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb"])
def test_a_form_that_can_not_say_whose_it_is_is_not_kept(bound, client, cast, database):
    before = contents(database, "auth_session")
    answer = client.post("/today", {"bound": bound, "pain_average": "7"})
    assert answer.status_code in {303, 410}
    assert contents(database, "auth_session") == before


def test_a_proof_of_another_kind_is_refused(client, cast, secrets, database):
    ticket = secrets.sign("unsubscribe", str(cast.alice.person_id))
    assert client.post("/today", {"bound": ticket, "pain_average": "7"}).status_code == 410
    assert not rows_of(database, HeldForm)


def test_a_page_of_somebody_else_left_open_is_not_saved_as_ones_own(
    phone, cast, visit, come_back, database
):
    """Alice's page stood open while Bob signed in on the same phone."""
    form = phone.form("/today")
    bobs = visit(cast.bob)
    data = form.filled({"pain_average": "7"}) | {"csrf_token": bobs.csrf_token()}
    answer = bobs.post("/today", data, csrf=False, follow=True)
    assert "belonged to somebody else" in text_of(answer.text)
    assert not todays(database)
    bobs.post("/sign-out")
    come_back(bobs, cast.alice)
    assert [row.patient_id for row in todays(database)] == [cast.alice.patient_id]


def test_one_that_no_longer_fits_is_shown_again_as_it_was_typed(phone, cast, come_back, database):
    form = phone.form("/today")
    phone.client.delete_cookie("aftercare")
    phone.send(form, pain_average="70", note="words in peril")
    answer = come_back(phone, cast.alice)
    assert answer.status_code == 422
    assert "words in peril" in answer.text
    assert not todays(database)


def test_one_for_a_problem_closed_meanwhile_does_not_vanish(
    held_phone, cast, come_back, visit, database
):
    desk = visit(cast.pia)
    desk.post(f"/patients/{cast.alice.patient_id}/episodes/{cast.alice.episode_id}/close")
    answer = come_back(held_phone, cast.alice)
    assert "words in peril" in answer.text or todays(database) or rows_of(database, HeldForm)


def test_what_nobody_came_back_for_is_dropped(held_phone, database):
    with database.door(writes=True) as door:
        held.forget_old(door, NOW + held.KEEP)
    assert rows_of(database, HeldForm)
    with database.door(writes=True) as door:
        held.forget_old(door, NOW + held.KEEP + timedelta(seconds=1))
    assert not rows_of(database, HeldForm)
