"""When something is in the way: a calm page, nothing lost, and nothing sent as somebody else."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from tests.support.cast import PASSWORD
from tests.support.databases import rows_of
from tests.support.pages import read_forms, text_of
from tracker.services import sharing
from tracker.store.schema import Checkin, Consent, HeldForm
from tracker.store.scope import Database


@pytest.fixture
def away(monkeypatch):
    """A database that answers nobody, for as long as the block lasts."""

    @contextmanager
    def refuse(_self, *, writes):
        raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))
        yield

    @contextmanager
    def while_away():
        with monkeypatch.context() as patch:
            patch.setattr(Database, "_session", refuse)
            yield

    return while_away


def again(answer):
    """The form behind "Send again", None where there is none."""
    return next((form for form in read_forms(answer.text) if not form.action), None)


# The database is away.


def test_a_day_typed_while_the_database_is_away_is_sent_again(cast, visit, away, database):
    phone = visit(cast.alice)
    before = len(rows_of(database, Checkin))
    page = phone.form("/today")
    with away():
        answer = phone.send(page, pain_average="7", note="words in peril")
    assert answer.status_code == 503
    assert "What you entered is still here" in text_of(answer.text)
    form = again(answer)
    assert form is not None
    form.action = "/today"
    assert form.one("note") == "words in peril"
    assert phone.send(form).status_code == 303
    assert len(rows_of(database, Checkin)) == before + 1
    assert "words in peril" in phone.get("/progress").text


@pytest.mark.parametrize("path", ["/today", "/sign-in", "/nowhere", "/me"])
def test_every_page_answers_kindly_while_the_database_is_away(path, cast, visit, away):
    phone = visit(cast.alice)
    phone.client.set_cookie("language", "de")
    with away():
        answer = phone.get(path)
    assert answer.status_code in {503, 200, 404}
    assert 'lang="de"' in answer.text
    assert phone.get("/today").status_code == 200, "she is still signed in"


def test_a_stale_form_while_the_database_is_away_is_not_offered_again(cast, visit, away):
    phone = visit(cast.alice)
    with away():
        answer = phone.post("/me/sharing", {"clinic_id": "x", "share": "off"}, csrf=False)
    assert answer.status_code == 503
    assert again(answer) is None


def test_a_stale_day_while_the_database_is_away_is_judged_when_it_comes_again(cast, visit, away):
    phone = visit(cast.alice)
    data = phone.form("/today").filled({"note": "words in peril"}) | {"csrf_token": "stale"}
    with away():
        answer = phone.post("/today", data, csrf=False)
    assert answer.status_code == 503
    form = again(answer)
    assert form is not None
    assert form.one("note") == "words in peril"
    assert "csrf_token" not in form.names
    form.action = "/today"
    assert phone.send(form).status_code == 400


def test_no_password_stands_in_the_page(cast, client, away):
    page = client.form("/sign-in", "/sign-in")
    with away():
        answer = client.send(page, email=cast.pia.email, password=PASSWORD)
    assert answer.status_code == 503
    assert PASSWORD not in answer.text
    assert cast.pia.email in answer.text


# A page left open since another sign-in.


def test_an_old_page_of_somebody_else_is_not_offered_again(cast, visit, database):
    """Alice's settings stood open while Bob signed in on the same phone."""
    form = visit(cast.alice).form("/me", "/me/sharing")
    bobs = visit(cast.bob)
    bobs.get("/today")
    answer = bobs.send(form)
    assert answer.status_code == 400
    assert "earlier sign-in" in text_of(answer.text)
    assert again(answer) is None
    assert form.one("clinic_id") not in answer.text
    assert not [row for row in rows_of(database, Consent) if row.withdrawn_at]


def test_ones_own_day_is_offered_again(cast, visit, database):
    phone = visit(cast.alice)
    data = phone.form("/today").filled({"pain_average": "7"}) | {"csrf_token": "stale"}
    answer = phone.post("/today", data, csrf=False)
    assert answer.status_code == 400
    form = again(answer)
    assert form is not None
    form.action = "/today"
    assert phone.send(form).status_code == 303
    assert 7 in {row.pain_average for row in rows_of(database, Checkin)}


def test_somebody_elses_day_is_kept_for_them_and_not_shown(cast, visit, database):
    form = visit(cast.alice).form("/today")
    bobs = visit(cast.bob)
    bobs.get("/today")
    answer = bobs.send(form, note="words of Alice")
    assert answer.status_code == 400
    assert again(answer) is None
    assert "words of Alice" not in answer.text
    (held,) = rows_of(database, HeldForm)
    assert held.person_id == cast.alice.person_id


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_made_up_proof_is_not_offered_again(signed_in, cast, visit, database):
    phone = visit(cast.alice if signed_in else None)
    answer = phone.post("/today", {"bound": "forged", "note": "words"}, csrf=False)
    assert answer.status_code == 400
    assert again(answer) is None
    assert not rows_of(database, HeldForm)


# Two changes at once.


def test_a_clash_is_a_calm_page_and_names_no_one(cast, visit, monkeypatch, caplog):
    def clash(*_):
        raise IntegrityError("INSERT", {"note": "private words"}, Exception("uq_consent_standing"))

    monkeypatch.setattr(sharing, "give_again", clash)
    answer = visit(cast.alice).post(
        "/me/sharing", {"clinic_id": str(cast.harbour.id), "share": "on"}
    )
    assert answer.status_code == 409
    assert "changed at the same time" in text_of(answer.text)
    assert "private words" not in caplog.text
    assert "IntegrityError" in caplog.text
