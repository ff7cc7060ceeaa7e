"""Signing in and out: wrong pairs, limits, lifetimes, passwords, devices."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.cast import NOW, PASSWORD
from tests.support.databases import rows_of
from tests.support.pages import text_of
from tracker.services import accounts
from tracker.store.schema import AuthSession, Person, RateWindow

NEW = "another sentence for a password"


def sign_in(browser, who, password=PASSWORD, **more):
    return browser.post("/sign-in", {"email": who.email, "password": password}, **more)


def is_in(browser, path="/patients"):
    return browser.get(path).status_code == 200


def test_a_colleague_signs_in_by_address_and_password(client, cast):
    form = client.form("/sign-in")
    answer = client.send(form, follow=True, email=cast.pia.email.upper(), password=PASSWORD)
    assert answer.request.path == "/patients"
    assert is_in(client)


@pytest.mark.parametrize(
    "email, password",
    [("pia@harbour.example", "guess"), ("nobody@harbour.example", PASSWORD),
     ("alice@home.example", PASSWORD), ("pia@harbour.example", PASSWORD + " ")],
)  # fmt: skip
def test_every_wrong_pair_gets_the_same_answer(email, password, client, cast):
    answer = client.post("/sign-in", {"email": email, "password": password})
    assert answer.status_code == 422
    assert "do not fit together" in text_of(answer.text)
    assert password not in answer.text
    assert not is_in(client)


def test_signing_in_goes_on_to_the_page_that_was_asked_for(client, cast):
    path = f"/patients/{cast.alice.patient_id}"
    gate = client.get(path)
    assert gate.status_code == 302
    answer = client.send(
        client.form(gate.headers["Location"], "/sign-in"),
        follow=True, email=cast.pia.email, password=PASSWORD,
    )  # fmt: skip
    assert answer.request.path == path


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)",
               "/sign-out", "evil.example"],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(target, client, cast):
    data = {"email": cast.pia.email, "password": PASSWORD, "next": target}
    assert client.post("/sign-in", data).headers["Location"] == "/patients"


def test_too_many_tries_for_an_address_wait(client, cast, clock, visit):
    for _ in range(8):
        assert sign_in(client, cast.pia, "wrong").status_code == 422
    answer = sign_in(client, cast.pia)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 900
    assert sign_in(visit(), cast.lea).status_code == 303, "others are not locked out"
    clock.shift(timedelta(minutes=15))
    assert sign_in(client, cast.pia).status_code == 303


def test_too_many_codes_from_one_place_wait(client, cast):
    for _ in range(10):
        assert client.post("/join", {"code": "AAAA-AAAA"}).status_code == 422
    assert client.post("/join", {"code": cast.carol.code}).status_code == 429
    assert client.get("/join/AAAAAAAA").status_code == 429


def test_guessing_codes_by_address_is_counted_too(client):
    answers = [client.get(f"/join/AAAAAA{number:02}").status_code for number in range(11)]
    assert answers == [410] * 10 + [429]


def test_limits_keep_nobodys_address(client, cast, database):
    sign_in(client, cast.pia, "wrong")
    for row in rows_of(database, RateWindow):
        assert re.fullmatch(r"[0-9a-f]{64}", row.key)


# Sessions.


def test_signing_out_kills_the_session_whatever_a_cookie_still_says(cast, visit):
    browser = visit(cast.pia)
    assert is_in(browser)
    kept = browser.cookie()
    answer = browser.post("/sign-out")
    assert answer.status_code == 303
    assert "storage" in answer.headers["Clear-Site-Data"]
    assert not is_in(browser)
    thief = visit()
    thief.client.set_cookie("aftercare", kept)
    assert not is_in(thief)


def test_signing_out_needs_its_proof(cast, visit):
    browser = visit(cast.pia)
    assert browser.post("/sign-out", csrf=False).status_code == 400
    assert is_in(browser)


@pytest.mark.parametrize(
    "who, path, idle, absolute",
    [("pia", "/patients", timedelta(hours=4), timedelta(hours=12)),
     ("alice", "/today", timedelta(days=120), timedelta(days=400))],
)  # fmt: skip
def test_a_session_ends_when_idle_and_at_last_in_any_case(
    who, path, idle, absolute, cast, visit, clock
):
    browser = visit(getattr(cast, who))
    clock.shift(idle - timedelta(seconds=1))
    assert is_in(browser, path), "used just in time, which moves the idle limit on"
    clock.shift(idle - timedelta(seconds=1))
    assert is_in(browser, path)
    clock.shift(idle)
    assert not is_in(browser, path)
    other = visit(getattr(cast, who))
    begun = clock_now(clock)
    step = idle - timedelta(minutes=1)
    while clock_now(clock) + step < begun + absolute:
        clock.shift(step)
        assert is_in(other, path)
    clock.move_to(begun + absolute)
    assert not is_in(other, path)


def clock_now(_clock):
    return datetime.now(UTC)


def test_last_seen_is_written_every_ten_minutes_at_most(cast, visit, clock, database):
    browser = visit(cast.alice)

    def seen():
        (row,) = rows_of(
            database, AuthSession, AuthSession.device == "Test",
            AuthSession.person_id == cast.alice.person_id, AuthSession.created_at == NOW,
        )  # fmt: skip
        return row.seen_at

    clock.shift(timedelta(minutes=9))
    browser.get("/today")
    assert seen() == NOW
    clock.shift(timedelta(minutes=1))
    browser.get("/today")
    assert seen() == NOW + timedelta(minutes=10)


def test_the_cookies_time_begins_anew_when_it_is_marked_as_seen(cast, visit, clock):
    browser = visit(cast.alice)
    browser.get("/today")
    clock.shift(timedelta(minutes=9))
    assert "Set-Cookie" not in browser.get("/today").headers
    clock.shift(timedelta(minutes=1))
    kept = browser.get("/today").headers["Set-Cookie"]
    assert kept.startswith("aftercare=")
    assert "Expires=" in kept


def test_a_device_can_be_signed_out_from_another(cast, visit):
    phone, lost = visit(cast.bob), visit(cast.bob)
    devices = [form for form in phone.forms("/me") if form.action == "/me/devices/end"]
    assert devices
    for form in devices:
        assert phone.send(form).status_code == 303
    assert not is_in(lost, "/today")
    assert is_in(phone, "/today")


def test_the_session_token_is_stored_as_a_hash(cast, maker, database):
    token = maker.open(cast.pia, NOW).token
    assert all(token not in repr(vars(row)) for row in rows_of(database, AuthSession))


# Passwords.


def test_a_changed_password_signs_every_other_device_out(cast, visit):
    here, there = visit(cast.pia), visit(cast.pia)
    form = here.form("/password")
    answer = here.send(form, follow=True, old_password=PASSWORD, password=NEW)
    assert "password is changed" in text_of(answer.text)
    assert is_in(here)
    assert not is_in(there)
    assert sign_in(visit(), cast.pia).status_code == 422
    assert sign_in(visit(), cast.pia, NEW).status_code == 303


@pytest.mark.parametrize(
    "old, new, words",
    [("wrong", NEW, "not your password"), (PASSWORD, "short", "at least 10"),
     (PASSWORD, "x" * 201, "at most 200"), (PASSWORD, "", "needed")],
)  # fmt: skip
def test_a_password_is_not_changed_by_mistake(old, new, words, cast, visit):
    browser = visit(cast.pia)
    answer = browser.post("/password", {"old_password": old, "password": new})
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    assert sign_in(visit(), cast.pia).status_code == 303


def reset_link(database, secrets, who):
    with database.door() as door:
        person = accounts.find_staff_person(door, who.email)
        assert person is not None
        return f"/reset/{accounts.reset_ticket(secrets, person)}"


def test_a_reset_link_works_once(cast, visit, database, secrets):
    link, other = reset_link(database, secrets, cast.pia), visit(cast.pia)
    browser = visit()
    assert browser.post(link, {"password": "short"}).status_code == 422
    assert browser.send(browser.form(link), password=NEW).status_code == 303
    assert browser.get(link).status_code == 410
    assert browser.post(link, {"password": "yet another password"}).status_code == 410
    assert not is_in(other)
    assert sign_in(browser, cast.pia, NEW).status_code == 303


def test_a_reset_link_holds_for_an_hour(cast, client, database, secrets, clock):
    link = reset_link(database, secrets, cast.pia)
    clock.shift(timedelta(hours=1))
    assert client.get(link).status_code == 200
    clock.shift(timedelta(seconds=2))
    assert client.get(link).status_code == 410
    assert client.post(link, {"password": NEW}).status_code == 410


def test_a_changed_password_ends_the_reset_links_before_it(cast, visit, client, database, secrets):
    link = reset_link(database, secrets, cast.pia)
    visit(cast.pia).post("/password", {"old_password": PASSWORD, "password": NEW})
    assert client.get(link).status_code == 410


def test_a_ticket_for_one_purpose_opens_no_other(cast, client, secrets, database):
    (person,) = rows_of(database, Person, Person.id == cast.pia.person_id)
    for purpose in ("unsubscribe", "form-person"):
        ticket = secrets.sign(purpose, [str(person.id), person.password_hash[-16:]])
        assert client.get(f"/reset/{ticket}").status_code == 410


@pytest.mark.parametrize("path", ["/forgot", "/new-phone"])
def test_asking_for_a_mail_tells_nothing_about_an_address(path, cast, visit):
    answers = set()
    for email in ("pia@harbour.example", "alice@home.example", "nobody@nowhere.example"):
        answer = visit().post(path, {"email": email}, follow=True)
        answers.add(text_of(answer.text))
    assert len(answers) == 1


def test_mails_are_asked_for_three_times_an_hour(client, cast, clock):
    for _ in range(3):
        assert client.post("/forgot", {"email": cast.pia.email}).status_code == 303
    assert client.post("/forgot", {"email": cast.pia.email}).status_code == 429


# Proof that a form is ours.


@pytest.mark.parametrize("path", ["/sign-in", "/join", "/forgot", "/language", "/today"])
def test_a_form_without_its_proof_changes_nothing_and_says_nothing_back(path, cast, visit):
    browser = visit(cast.alice) if path == "/today" else visit()
    answer = browser.post(path, {"note": "typed secrets", "password": "my secrets"}, csrf=False)
    assert answer.status_code == 400
    assert "secrets" not in answer.text


def test_ones_own_page_that_lost_its_proof_can_be_sent_again(cast, visit):
    browser = visit(cast.alice)
    bound = browser.form("/today").one("bound")
    sent = {"note": "typed words", "password": "secret words", "bound": bound}
    answer = browser.post("/today", sent, csrf=False)
    assert answer.status_code == 400
    assert "typed words" in answer.text
    assert "secret words" not in answer.text
