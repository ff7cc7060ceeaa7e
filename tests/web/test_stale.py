"""Pages left open: over night, while problems come and go, in two tabs, by other hands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support.cast import NOW, TODAY
from tests.support.pages import read_forms, text_of
from tracker.services import outreach, patient_joining, patients, sharing
from tracker.store.schema import Checkin, SorenessEntry, StretchEntry


@pytest.fixture
def phone(visit, cast):
    return visit(cast.alice)


def all_of(database, model, record):
    with database.door() as door:
        return door.session.scalars(
            select(model).where(model.patient_id == record.patient_id).order_by(model.id)
        ).all()


def test_a_page_left_open_over_night_asks_which_day_it_is_about(phone, cast, database, clock):
    form = phone.form("/today")
    clock.shift(timedelta(hours=22))
    answer = phone.send(form, pain_average="9")
    assert answer.status_code == 422
    assert "Which day is it about?" in text_of(answer.text)
    assert str(TODAY + timedelta(days=1)) in answer.text
    days = [row.local_date for row in all_of(database, Checkin, cast.alice)]
    assert TODAY not in days
    asked = {**form.filled({"pain_average": "9"}), "about": str(TODAY + timedelta(days=1))}
    assert phone.post("/today", asked, csrf=False).status_code == 303
    newest = all_of(database, Checkin, cast.alice)[-1]
    assert (newest.local_date, newest.pain_average) == (TODAY + timedelta(days=1), 9)
    assert not newest.is_backfilled


def test_shortly_after_midnight_the_page_still_means_its_evening(phone, cast, database, clock):
    form = phone.form("/today")
    clock.shift(timedelta(hours=13))
    assert phone.send(form, pain_average="4").status_code == 303
    assert all_of(database, Checkin, cast.alice)[-1].local_date == TODAY


def test_a_rating_of_hours_ago_is_not_rewritten_by_the_page_that_made_it(
    phone, cast, database, clock
):
    before = len(all_of(database, SorenessEntry, cast.alice))
    form = phone.form("/today")
    phone.send(form, soreness="6")
    clock.shift(timedelta(hours=8))
    phone.send(form, soreness="1")
    rows = all_of(database, SorenessEntry, cast.alice)[before:]
    assert [row.soreness for row in rows] == [6, 1]
    assert rows[1].felt_at - rows[0].felt_at == timedelta(hours=8)


def test_two_tabs_of_one_moment_make_one_rating(phone, cast, database):
    before = len(all_of(database, SorenessEntry, cast.alice))
    first, second = phone.form("/today"), phone.form("/today")
    phone.send(first, soreness="6")
    phone.send(second, soreness="5")
    rows = all_of(database, SorenessEntry, cast.alice)[before:]
    assert [(row.soreness, row.rev) for row in rows] == [(5, 2)]


def test_all_done_in_a_stale_tab_speaks_only_for_what_is_open(phone, cast, database):
    stale = phone.form("/today")
    phone.send(phone.form("/today"), **{f"outcome-{cast.alice.prescription_id}": "too_hard"})
    phone.send(stale, all_done="1", pain_average="3")
    newest = [row for row in all_of(database, StretchEntry, cast.alice) if row.local_date == TODAY]
    assert [row.outcome for row in newest] == ["too_hard"]


def test_what_was_typed_for_a_problem_stays_with_it_when_another_comes_first(
    phone, cast, database, maker
):
    second = maker.episode(cast.pia, cast.alice, "Left shoulder")
    form = phone.form("/today")
    with database.scope(maker.staff(cast.pia), writes=True) as scope:
        patients.close_episode(scope, cast.alice.patient_id, cast.alice.episode_id, TODAY)
    answer = phone.send(form, pain_average="9", note="x" * 2001)
    assert answer.status_code == 422
    (again,) = [form for form in read_forms(answer.text) if form.action == "/today"]
    phone.send(again, note="short")
    rows = all_of(database, Checkin, cast.alice)
    assert [row for row in rows if row.episode_id == second] == []


def test_a_clinics_own_code_gives_no_hold_on_another_clinics_record(
    cast, visit, maker, database, hub, app
):
    """Lighthouse knows Emil's name and year: its code must not lead to Harbour's record."""
    with database.scope(maker.staff(cast.otto), writes=True) as scope:
        made = patient_joining.invite_patient(scope, hub.secrets, cast.emil_there.patient_id, NOW)
    thief = visit()
    thief.post(f"/join/{made.token}", {"name": "Emil Ernst", "year_of_birth": "1969"})
    thief.post("/me/email", {"email": "thief@lighthouse.example"})
    thief.post("/new-phone", {"email": "thief@lighthouse.example"})
    told = []

    class Post:
        is_open = True

        def send(self, message):
            told.append(message)

        def close(self):
            pass

    with app.app_context():
        outreach.run_due(database, hub.secrets, Post(), hub.render, NOW)
    links = [mail for mail in told if "/join/" in mail.text]
    assert {mail.to for mail in links} == {"thief@lighthouse.example"}
    assert len(links) == 1  # Lighthouse's own record, which its code had opened anyway
    assert "emil@home.example" not in thief.get("/me").text


def test_a_clinic_can_not_give_itself_a_withdrawn_consent(cast, visit, maker, database, hub):
    with database.scope(maker.patient(cast.alice), writes=True) as scope:
        sharing.withdraw(scope, cast.harbour.id, NOW)
    desk = visit(cast.pia)
    answer = desk.post(f"/patients/{cast.alice.patient_id}/invitation", follow=True)
    assert "by mail only" in text_of(answer.text)
    assert "/join/" not in answer.text


def test_a_code_made_before_a_withdrawal_opens_nothing_after_it(cast, visit, maker, database, hub):
    with database.scope(maker.staff(cast.pia), writes=True) as scope:
        made = patient_joining.invite_patient(scope, hub.secrets, cast.alice.patient_id, NOW)
    with database.scope(maker.patient(cast.alice), writes=True) as scope:
        sharing.withdraw(scope, cast.harbour.id, NOW)
    assert visit().get(f"/join/{made.token}").status_code == 410


def test_another_sites_form_neither_acts_nor_signs_anybody_out(visit):
    browser = visit()
    answer = browser.post(
        "/today", {"pain_average": "9"}, csrf=False, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 400
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("target", ["//[", "http://[", "//evil.example", "/\\evil.example"])
def test_a_strange_way_back_leads_home(client, target):
    assert client.get("/sign-in", query_string={"next": target}).status_code == 200
    answer = client.post("/language", {"language": "de", "next": target})
    assert answer.headers["Location"].startswith("/")
    assert not answer.headers["Location"].startswith("//")


def test_wrong_codes_of_one_household_do_not_lock_everybody_out(visit, cast, clock):
    guesser = visit()
    for number in range(40):
        guesser.get(f"/join/{'x' * 40}{number}", environ_base={"REMOTE_ADDR": "2001:db8::1"})
    waiting = visit()
    answer = waiting.post(
        "/join", {"code": cast.carol.code}, environ_base={"REMOTE_ADDR": "10.0.0.9"}
    )
    assert answer.status_code == 303
