"""A phone that speaks `/api/v1`: it makes operations and sends them, once or over and over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from werkzeug.test import TestResponse

from tests.support.cast import NOW, TODAY, Cast
from tests.support.clients import Browser

LONDON = "Europe/London"

Said = dict[str, Any]


def operation(
    kind: str, data: dict[str, Any], *, at: datetime, day: date, zone: str, **more: Any
) -> dict[str, Any]:
    """One operation as a phone writes it down; `more` replaces any part of it."""
    made: dict[str, Any] = {
        "op_id": str(uuid4()),
        "kind": kind,
        "entry_id": str(uuid4()),
        "base_rev": None,
        "recorded_at": at.isoformat(),
        "local_date": day.isoformat(),
        "zone": zone,
        "data": {k: str(v) if isinstance(v, UUID) else v for k, v in data.items()},
    }
    return {**made, **more}


def checkin(
    cast: Cast, data: Said | None = None, day: date = TODAY, at: datetime = NOW, **more: Any
) -> Said:
    """Alice's day."""
    said = {"episode_id": cast.alice.episode_id, "pain_average": 4, **(data or {})}
    return operation("checkin", said, at=at, day=day, zone=LONDON, **more)


def soreness(cast: Cast, value: Any, day: date = TODAY, at: datetime = NOW, **more: Any) -> Said:
    """Her soreness after her session."""
    said = {
        "needling_session_id": cast.alice.needling_id,
        "soreness": value,
        **more.pop("data", {}),
    }
    return operation("soreness", said, at=at, day=day, zone=LONDON, **more)


def stretch(
    cast: Cast, outcome: str = "done", day: date = TODAY, at: datetime = NOW, **more: Any
) -> Said:
    """What became of her stretch."""
    said = {"prescription_id": cast.alice.prescription_id, "outcome": outcome, "sets_done": 2,
            **more.pop("data", {})}  # fmt: skip
    return operation("stretch", said, at=at, day=day, zone=LONDON, **more)


def again(operation: Said, **more: Any) -> Said:
    """The same entry, said anew."""
    data = {**operation["data"], **more.pop("data", {})}
    return {**operation, "op_id": str(uuid4()), "data": data, **more}


@dataclass
class ApiPhone:
    """A browser's session with a device's id."""

    browser: Browser
    device: str = field(default_factory=lambda: str(uuid4()))

    def token(self) -> str:
        """The proof, asked for as a phone does before it sends."""
        answer = self.browser.get("/api/v1/session")
        assert answer.status_code == 200, answer.text
        return str(answer.get_json()["csrf_token"])

    def post(self, body: Any, **more: Any) -> TestResponse:
        """Send a whole request as it is."""
        headers = {"X-CSRFToken": self.token(), **more.pop("headers", {})}
        return self.browser.client.post("/api/v1/sync", json=body, headers=headers, **more)

    def say(self, *operations: dict[str, Any]) -> list[dict[str, Any]]:
        """Send operations; gives a result for each."""
        answer = self.post({"device": self.device, "operations": list(operations)})
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.get_json()["results"]
        assert [(r["op_id"], r["entry_id"]) for r in results] == [
            (op["op_id"], op["entry_id"]) for op in operations
        ]
        return results

    def say_one(self, operation: dict[str, Any]) -> dict[str, Any]:
        """Send one operation; gives its result."""
        return self.say(operation)[0]
