"""A phone that speaks `/api/v1`: it makes operations and sends them, once or over and over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from werkzeug.test import TestResponse

from tests.support.clients import Browser


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
