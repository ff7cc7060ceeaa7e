"""`/api/v1` at its edges: shapes that are refused, who is let in, what a phone is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.cast import NEEDLED_AT, NOW, TODAY
from tests.support.databases import contents
from tests.support.phone import ApiPhone, checkin, soreness, stretch
from tracker.domain import catalog
from tracker.domain.checkin import NOTE_MAX


@pytest.fixture
def phone(cast, visit):
    return ApiPhone(visit(cast.alice))


# Shapes.


@pytest.mark.parametrize(
    "change",
    [
        {"op_id": "5"}, {"op_id": None}, {"entry_id": 5}, {"kind": "chat"}, {"kind": None},
        {"base_rev": "1"}, {"base_rev": -1}, {"base_rev": True}, {"base_rev": 2**31},
        {"recorded_at": "2026-03-11T12:00:00"}, {"recorded_at": "yesterday"}, {"recorded_at": 5},
        {"recorded_at": "2026-03-11"}, {"recorded_at": "0001-01-01T00:00:00+14:00"},
        {"local_date": "11.3.2026"}, {"local_date": None}, {"local_date": "20260311"},
        {"local_date": "2026-W11-3"}, {"op_id": "urn:" + "0" * 32}, {"entry_id": "{" + "0" * 34 + "}"},
        {"zone": "Mars/Base"}, {"zone": None}, {"zone": "x" * 10_000}, {"data": None}, {"data": []},
    ],
)  # fmt: skip
def test_a_wrong_envelope_is_told_beside_its_field(change, phone, cast, database):
    before = contents(database)
    answer = phone.post({"device": phone.device, "operations": [{**checkin(cast), **change}]})
    (result,) = answer.get_json()["results"]
    assert (result["status"], list(result["errors"])) == ("invalid", list(change))
    assert all(
        text and isinstance(text, str) for texts in result["errors"].values() for text in texts
    )
    assert contents(database) == before


@pytest.mark.parametrize(
    "change",
    [
        {"pain_average": None}, {"pain_average": "4"}, {"pain_average": 4.0}, {"pain_worst": 11},
        {"pain_average": True}, {"stiffness": -1}, {"sleep": []}, {"note": "x" * (NOTE_MAX + 1)},
        {"note": "a\0b"}, {"note": "\ud800"}, {"note": 5}, {"regions": "neck"}, {"mood": 3},
        {"regions": [{"region": "neck", "side": "up", "pain": 3}]},
        {"regions": [{"region": "neck", "pain": 3}]},
    ],
)  # fmt: skip
def test_a_wrong_answer_is_told_beside_its_field(change, phone, cast, database):
    before = contents(database)
    result = phone.say_one(checkin(cast, change))
    assert (result["status"], list(result["errors"])) == ("invalid", list(change))
    assert contents(database) == before


def test_wrong_stretches_and_ratings_are_told_too(phone, cast):
    for said in (
        stretch(cast, "superb"), stretch(cast, data={"sets_done": 21}),
        stretch(cast, data={"reason": "bored"}), stretch(cast, data={"provenance": "sensor"}),
        stretch(cast, data={"pain_during": 11}), soreness(cast, 11),
        soreness(cast, 3, data={"muscle": "bicepsaurus"}), soreness(cast, 3, data={"side": "up"}),
        soreness(cast, 3, data={"muscle": ""}),
        soreness(cast, 3, data={"side_effects": ["wings"]}),
    ):  # fmt: skip
        result = phone.say_one(said)
        assert result["status"] == "invalid"
        assert len(result["errors"]) == 1


def test_a_whole_request_that_can_not_be_read_is_refused(phone, cast, database):
    before = contents(database)
    body: object
    for body in (
        {}, [], 5, "", {"device": phone.device}, {"operations": []},
        {"device": "mine", "operations": []}, {"device": phone.device, "operations": {}},
    ):  # fmt: skip
        assert phone.post(body).status_code == 400
    headers = {"X-CSRFToken": phone.token()}
    client = phone.browser.client
    for data, kind, status in (
        ("{", "application/json", 400), ("[" * 100_000, "application/json", 400),
        ("a=b", "application/x-www-form-urlencoded", 415), ("{}", "text/plain", 415),
        ("9" * 5000, "application/json", 400), (b"\xff", "application/json", 400),
    ):  # fmt: skip
        answer = client.post("/api/v1/sync", data=data, content_type=kind, headers=headers)
        assert (answer.status_code, answer.is_json) == (status, True), (data[:20], kind)
    assert contents(database) == before


def test_there_is_a_largest_request(phone, cast):
    many = [checkin(cast)] * 501
    assert phone.post({"device": phone.device, "operations": many}).status_code == 413
    assert len(phone.say(*many[:500])) == 500
    wide = {"device": phone.device, "operations": [], "padding": "x" * (1024 * 1024)}
    answer = phone.post(wide)
    assert (answer.status_code, answer.is_json) == (413, True)


# The door.


@pytest.mark.parametrize(
    "method, path",
    [("GET", "session"), ("GET", "days"), ("POST", "sync"), ("GET", "sync"), ("POST", "nothing"),
     ("GET", "nothing"), ("DELETE", "session")],
)  # fmt: skip
def test_nobody_is_answered_401_before_anything_else(method, path, client, cast):
    answer = client.client.open(f"/api/v1/{path}", method=method)
    assert answer.status_code == 401
    assert answer.get_json()["error"]
    assert "Set-Cookie" not in answer.headers or "aftercare=;" in answer.headers["Set-Cookie"]


def test_the_proof_is_asked_for(phone, cast, database):
    before = contents(database)
    body = {"device": phone.device, "operations": [checkin(cast)]}
    for headers in ({}, {"X-CSRFToken": "made up"}):
        answer = phone.browser.client.post("/api/v1/sync", json=body, headers=headers)
        assert (answer.status_code, answer.is_json) == (400, True)
    assert contents(database) == before


def test_the_proof_of_one_persons_session_sends_nothing_in_anothers(phone, cast, visit, database):
    """Somebody else signed in between the look at the session and the sending."""
    bob = ApiPhone(visit(cast.bob))
    proof = phone.token()
    before = contents(database)
    body = {"device": phone.device, "operations": [checkin(cast)]}
    bob.browser.client.get("/api/v1/session")
    answer = bob.browser.client.post("/api/v1/sync", json=body, headers={"X-CSRFToken": proof})
    assert (answer.status_code, answer.is_json) == (400, True)
    assert contents(database) == before


def test_the_session_tells_who_and_when(phone, cast, visit):
    told = phone.browser.get("/api/v1/session").get_json()
    assert datetime.fromisoformat(told["server_time"]) == NOW
    assert told["who"]["name"] == cast.alice.name
    assert str(cast.alice.person_id) not in json.dumps(told)
    other = visit(cast.bob).get("/api/v1/session").get_json()
    assert told["who"]["id"] != other["who"]["id"]


def test_the_description_is_public_and_holds_the_lists(client):
    answer = client.get("/api/v1/openapi.json")
    described = answer.get_json()
    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {
        f"/api/v1/{name}" for name in ("session", "sync", "days", "openapi.json")
    }
    text = answer.text
    answers = catalog.answers()
    for word in (*answers.signs, *answers.reasons, *answers.side_effects):
        assert f'"{word}"' in text


# What a phone keeps.


def test_a_phone_keeps_fourteen_days(phone, cast, clock):
    days = [TODAY - timedelta(days=offset) for offset in (0, 1, 5, 13, 14)]
    phone.say(*[checkin(cast, {"note": day.isoformat()}, day=day) for day in days])
    phone.say(soreness(cast, 5), stretch(cast))
    kept = phone.browser.get("/api/v1/days").get_json()
    assert [row["local_date"] for row in kept["checkins"]] == [d.isoformat() for d in days[3::-1]]
    assert [row["note"] for row in kept["days"]] == [d.isoformat() for d in days[3::-1]]
    assert [row["soreness"] for row in kept["soreness"]][-1] == 5
    assert [row["outcome"] for row in kept["stretches"]][-1] == "done"
    assert [row["id"] for row in kept["sessions"]] == [str(cast.alice.needling_id)]
    assert [row["id"] for row in kept["prescriptions"]] == [str(cast.alice.prescription_id)]
    assert [row["id"] for row in kept["episodes"]] == [str(cast.alice.episode_id)]
    assert datetime.fromisoformat(kept["sessions"][0]["needled_at"]) == NEEDLED_AT
    assert kept["first"] == (TODAY - timedelta(days=13)).isoformat()
    assert datetime.fromisoformat(kept["server_time"]).astimezone(UTC) == NOW


def test_what_is_kept_is_ones_own(phone, cast, visit):
    phone.say_one(checkin(cast, {"note": "for Alice's eyes"}))
    for who in (cast.bob, cast.dora, cast.emil):
        assert "for Alice's eyes" not in visit(who).get("/api/v1/days").text
