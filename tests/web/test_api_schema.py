"""`/api/v1` against its own description: whatever is asked, the answer is one that it names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from tests.support.cast import TODAY
from tests.support.databases import rows_of
from tests.support.phone import ApiPhone
from tracker.store.schema import Operation

# The answers don't hang on the engine, and `test_sync.py` asks both.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ALWAYS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
SESSION, DAYS, SYNC = "GET /api/v1/session", "GET /api/v1/days", "POST /api/v1/sync"
MANY, FEW = 150, 10

Ask = Callable[..., Any]


@pytest.fixture
def schema(app) -> Any:
    load_all_checks()
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)


@pytest.fixture
def phone(cast, visit):
    return ApiPhone(visit(cast.alice))


def ask_for(phone: ApiPhone, *besides: str) -> Ask:
    """Asks as a phone would, and holds the answer against the description."""
    checks: Any = CHECKS.get_by_names([*ALWAYS, *besides])
    token = phone.token() if phone.browser.cookie() else "none"

    def ask(case: Any) -> Any:
        # The session and the proof are the phone's, whatever was made up for them.
        case.cookies.pop("aftercare", None)
        cookie = phone.browser.cookie()
        answer = case.call(
            headers={"X-CSRFToken": token, "Accept-Encoding": "identity"},
            cookies={"aftercare": cookie} if cookie else {},
        )
        case.validate_response(answer, checks=checks)
        return answer

    return ask


def run(schema: Any, label: str, ask: Ask, mode: GenerationMode, most: int) -> int:
    """Ask an address over and over; gives how often."""
    (found,) = [one.ok() for one in schema.get_all_operations() if one.ok().label == label]
    count = 0

    @settings(max_examples=most, database=None, suppress_health_check=list(HealthCheck))
    @given(case=found.as_strategy(generation_mode=mode))
    def ask_often(case):
        nonlocal count
        count += 1
        ask(case)

    ask_often()
    return count


def test_the_description_is_valid_openapi(schema):
    schema.validate()
    assert {one.ok().label for one in schema.get_all_operations()} == {SESSION, DAYS, SYNC}


@pytest.mark.parametrize(
    "label, most", [(SESSION, FEW), (DAYS, FEW), pytest.param(SYNC, MANY, marks=pytest.mark.slow)]
)
def test_what_fits_the_description_is_taken(label, most, schema, phone):
    ask = ask_for(phone, "positive_data_acceptance")
    assert run(schema, label, ask, GenerationMode.POSITIVE, most)


@pytest.mark.parametrize(
    "label, most", [(SESSION, FEW), (DAYS, FEW), pytest.param(SYNC, MANY, marks=pytest.mark.slow)]
)
def test_what_does_not_fit_it_is_answered_as_it_says(label, most, schema, phone):
    assert run(schema, label, ask_for(phone), GenerationMode.NEGATIVE, most)


def test_nobody_gets_the_answer_that_it_names_for_nobody(schema, client):
    def ask(case: Any) -> None:
        assert ask_for(ApiPhone(client))(case).status_code == 401

    for label in (SESSION, DAYS, SYNC):
        assert run(schema, label, ask, GenerationMode.POSITIVE, FEW)


def test_staff_get_the_answer_that_it_names_for_them(schema, cast, visit):
    desk = ApiPhone(visit(cast.pia))
    for label in (SESSION, DAYS, SYNC):
        assert run(schema, label, ask_for(desk), GenerationMode.POSITIVE, FEW)


def test_another_method_is_told_so(phone):
    headers = {"X-CSRFToken": phone.token()}
    for label in (SESSION, DAYS, SYNC, "GET /api/v1/openapi.json"):
        own, path = label.split()
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - {own}:
            answer = phone.browser.client.open(path, method=method, headers=headers)
            assert (answer.status_code, answer.is_json) == (405, True), (method, path)
            assert own in answer.headers["Allow"]


@pytest.mark.slow
def test_an_operation_that_fits_the_description_counts_when_it_is_ones_own(
    schema, phone, cast, maker, database
):
    """With ids that are Alice's, today's date and a zone, nothing that fits is refused."""
    own = {
        "episode_id": str(cast.alice.episode_id),
        "needling_session_id": str(cast.alice.needling_id),
        "prescription_id": str(cast.alice.prescription_id),
        "asked_id": str(maker.asked(cast.alice)),
    }
    activities = [str(key) for key in maker.names(cast.alice, *"abcde")]
    ask = ask_for(phone)
    statuses = set()

    def ask_with_own_ids(case: Any) -> None:
        for operation in case.body["operations"]:
            data = {name: whole(value) for name, value in operation["data"].items()}
            data |= {name: own[name] for name in own if data.get(name)}
            if data.get("measure") == "activities":
                data["answers"] = dict(zip(activities, data["answers"].values(), strict=False))
            operation |= {"op_id": str(uuid4()), "entry_id": str(uuid4()), "data": data,
                          "local_date": TODAY.isoformat(), "zone": "Europe/London",
                          "recorded_at": "2026-03-11T11:00:00Z",
                          "base_rev": whole(operation.get("base_rev"))}  # fmt: skip
        for result in ask(case).json()["results"]:
            assert result["status"] in {"applied", "merged"}, (case.body, result)
            statuses.add(result["status"])

    run(schema, SYNC, ask_with_own_ids, GenerationMode.POSITIVE, MANY)
    assert statuses == {"applied", "merged"}
    assert len(rows_of(database, Operation)) > 100


def whole(value: Any) -> Any:
    """JSON Schema takes 4.0 for a whole number, and JavaScript never writes it so."""
    if isinstance(value, list):
        return [whole(item) for item in value]
    if isinstance(value, dict):
        return {name: whole(item) for name, item in value.items()}
    return int(value) if isinstance(value, float) else value
