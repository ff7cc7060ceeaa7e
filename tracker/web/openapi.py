"""The description of `/api/v1`, made from the same lists that the services read."""

from __future__ import annotations

from functools import cache
from typing import Any

from tracker.domain import catalog
from tracker.domain.checkin import NOTE_MAX
from tracker.domain.flare import Reply
from tracker.domain.measures import CHANGE_ITEM, CHANGE_SCALE, QUESTION_MAX, WEEKLY_ITEMS
from tracker.domain.needling import Side
from tracker.domain.operation import ANSWERS_MOST, KINDS, OPERATIONS_MOST, REGIONS_MOST, REV_MOST
from tracker.domain.prescription import Outcome, Provenance

Schema = dict[str, Any]

_ID: Schema = {"type": "string", "format": "uuid"}
_DAY: Schema = {"type": "string", "format": "date"}
_MOMENT: Schema = {"type": "string", "format": "date-time"}
_SCALE: Schema = {
    "type": "integer",
    "minimum": 0,
    "maximum": 10,
    "description": "0 = none, 10 = the worst you can imagine.",
}
_REV: Schema = {"type": "integer", "minimum": 1}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _object(needed: Schema, optional: Schema | None = None, **more: Any) -> Schema:
    return {
        "type": "object",
        "properties": {**needed, **(optional or {})},
        "required": list(needed),
        "additionalProperties": False,
        **more,
    }


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _enum(values: Any) -> Schema:
    return {"type": "string", "enum": [str(value) for value in values]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _data() -> dict[str, Schema]:
    """What `data` holds, by kind."""
    answers = catalog.answers()
    place = _object({"region": _enum(catalog.regions()), "side": _enum(Side), "pain": _SCALE})
    return {
        "CheckinData": _object(
            {"pain_average": _SCALE},
            {
                "episode_id": {
                    **_or_null(_ID),
                    "description": "May be left out while one problem is open.",
                },
                "pain_worst": _or_null(_SCALE),
                "stiffness": _or_null(_SCALE),
                "sleep": _or_null(_SCALE),
                "stress": _or_null(_SCALE),
                "note": {
                    "type": ["string", "null"],
                    "maxLength": NOTE_MAX,
                    "pattern": "^[^\\u0000]*$",
                },
                "regions": {**_list(place, maxItems=REGIONS_MOST), "type": ["array", "null"]},
                "is_flare": {
                    "type": ["boolean", "null"],
                    "description": "Whether the patient calls this day a bad spell.",
                },
            },
            description=(
                "One local day of one problem; a second one for the same day amends it. A field"
                " that is left out stays as it is, null clears it. An amendment may leave out"
                " `pain_average` too."
            ),
        ),
        "SorenessData": _object(
            {"needling_session_id": _ID, "soreness": _SCALE},
            {
                "muscle": {"enum": [*catalog.muscles(), None]},
                "side": {"enum": [*Side, None]},
                "side_effects": {**_list(_enum(answers.side_effects)), "type": ["array", "null"]},
            },
        ),
        "StretchData": _object(
            {"prescription_id": _ID, "outcome": _enum(Outcome)},
            {
                "sets_done": _or_null({"type": "integer", "minimum": 0, "maximum": 20}),
                "pain_during": _or_null(_SCALE),
                "reason": {"enum": [*answers.reasons, None]},
                "provenance": {"enum": [*Provenance, None]},
            },
            description=(
                "One prescribed stretch of one local day. The reason goes with the outcome: left"
                " out, there is none. Where sets_done, pain_during or provenance is left out or"
                " null it stays as it is; sets that were never counted are told from the outcome."
            ),
        ),
        "SafetyData": _object(
            {"signs": _list(_enum(answers.signs), minItems=1)},
            {"episode_id": _or_null(_ID), "needling_session_id": _or_null(_ID)},
            description="Never refused for its date.",
        ),
        "FlareReplyData": _object(
            {"asked_id": _ID, "answer": _enum(Reply)},
            description=(
                "The answer to one of `asked` of the kept days: whether it is a bad spell. The"
                " last one stands."
            ),
        ),
        **_measures(),
    }


def _measures() -> dict[str, Schema]:
    """What is asked beside the day's log, and the question for the next visit."""
    one = {"episode_id": {**_or_null(_ID), "description": "As in a check-in."}}
    change = {"minimum": CHANGE_SCALE[0], "maximum": CHANGE_SCALE[-1]}
    answers = {
        "weekly": _object({}, dict.fromkeys(WEEKLY_ITEMS, _or_null(_SCALE))),
        "change": _object({}, {CHANGE_ITEM: {"type": ["integer", "null"], **change}}),
        "activities": {
            "type": "object",
            "propertyNames": _ID,
            "additionalProperties": _or_null(_SCALE),
            "maxProperties": ANSWERS_MOST,
            "description": "By the ids of the patient's own activities: 0 unable, 10 as before.",
        },
    }
    return {
        "MeasureData": {
            "oneOf": [
                _object({"measure": _enum([name]), "answers": schema}, one)
                for name, schema in answers.items()
            ],
            "description": (
                "One measure of one local day and problem; a second for the same day amends it."
                " Without any answer it was skipped."
            ),
        },
        "QuestionData": _object(
            {"text": {"type": "string", "maxLength": QUESTION_MAX, "pattern": "^[^\\u0000]*$"}},
            one,
            description=(
                "A question for the next visit; until it is answered another one takes its place,"
                " and an empty one takes it back."
            ),
        ),
    }


def _camel(kind: str) -> str:
    return kind.title().replace("_", "")


def _operation(kind: str) -> Schema:
    return _object(
        {
            "op_id": {**_ID, "description": "The same id with the same content counts once."},
            "kind": _enum([kind]),
            "entry_id": {**_ID, "description": "Made by the phone, the same for amendments."},
            "recorded_at": {**_MOMENT, "description": "Never refused for being early or late."},
            "local_date": _DAY,
            "zone": {"type": "string", "description": "An IANA time zone."},
            "data": _ref(f"{_camel(kind)}Data"),
        },
        {
            "base_rev": {
                "type": ["integer", "null"],
                "minimum": 0,
                "maximum": REV_MOST,
                "description": "The revision that the edit was made from; null or 0 for none.",
            }
        },
    )


def _operations() -> dict[str, Schema]:
    names = {kind: f"{_camel(kind)}Operation" for kind in KINDS}
    return {
        **{name: _operation(kind) for kind, name in names.items()},
        "Operation": {
            "oneOf": [_ref(name) for name in names.values()],
            "discriminator": {
                "propertyName": "kind",
                "mapping": {kind: _ref(name)["$ref"] for kind, name in names.items()},
            },
            "description": (
                "Whatever is wrong in one operation is answered in its own result and never stops"
                " the others."
            ),
        },
    }


def _result() -> Schema:
    status = _enum(["applied", "duplicate", "merged", "invalid", "not_found"])
    return _object(
        {
            "op_id": _or_null(_ID),
            "entry_id": _or_null(_ID),
            "status": status,
            "rev": _or_null(_REV),
            "errors": {
                "type": "object",
                "additionalProperties": _list({"type": "string"}),
                "description": "Texts beside the fields they are about.",
            },
        }
    )


def _kept() -> Schema:
    """What a phone keeps of the last 14 days."""
    entry = {"entry_id": _ID, "rev": _REV}
    return _object(
        {
            "who": {"type": "string", "description": "As in the session."},
            "server_time": _MOMENT,
            "first": _DAY,
            "last": _DAY,
            "episodes": _list(_object({"id": _ID, "clinic_id": _ID, "opened_on": _DAY})),
            "checkins": _list(
                _object(
                    {
                        **entry,
                        "episode_id": _ID,
                        "local_date": _DAY,
                        "pain_average": _SCALE,
                        "pain_worst": _or_null(_SCALE),
                        "stiffness": _or_null(_SCALE),
                        "regions": {"type": ["array", "null"]},
                        "is_flare": {"type": "boolean"},
                        "is_backfilled": {"type": "boolean"},
                    }
                )
            ),
            "days": _list(
                _object(
                    {
                        "clinic_id": _ID,
                        "local_date": _DAY,
                        "sleep": _or_null(_SCALE),
                        "stress": _or_null(_SCALE),
                        "note": {"type": "string"},
                    }
                )
            ),
            "soreness": _list(
                _object(
                    {
                        **entry,
                        "needling_session_id": _ID,
                        "local_date": _DAY,
                        "felt_at": _MOMENT,
                        "soreness": _SCALE,
                        "muscle": {"type": ["string", "null"]},
                        "side": {"enum": [*Side, None]},
                        "side_effects": _list({"type": "string"}),
                    }
                )
            ),
            "stretches": _list(
                _object(
                    {
                        **entry,
                        "prescription_id": _ID,
                        "local_date": _DAY,
                        "outcome": _enum(Outcome),
                        "sets_done": {"type": "integer"},
                        "pain_during": _or_null(_SCALE),
                        "reason": {"type": ["string", "null"]},
                        "provenance": _enum(Provenance),
                    }
                )
            ),
            "asked": _list(
                _object(
                    {"id": _ID, "episode_id": _ID, "local_date": _DAY},
                    description="A day about which is asked whether it is a bad spell.",
                )
            ),
            "sessions": _list(_object({"id": _ID, "episode_id": _ID, "needled_at": _MOMENT})),
            "prescriptions": _list(
                _object(
                    {
                        "id": _ID,
                        "episode_id": _ID,
                        "sets": {"type": "integer"},
                        "days": {
                            "type": "integer",
                            "minimum": 0,
                            "maximum": 127,
                            "description": "Seven bits, Monday the lowest.",
                        },
                        "starts_on": _DAY,
                        "ends_on": _or_null(_DAY),
                    }
                )
            ),
        }
    )


def _session() -> Schema:
    who = _object(
        {
            "id": {"type": "string", "description": "Tells people apart on one phone."},
            "name": {"type": "string"},
            "role": _enum(["patient", "physio", "lead"]),
            "zone": {"type": "string"},
        }
    )
    return _object(
        {
            "csrf_token": {"type": "string", "description": "Sent back as X-CSRFToken."},
            "who": who,
            "server_time": _MOMENT,
        }
    )


def _answers(schema: Schema, words: str, *refusals: int) -> Schema:
    said = {
        400: "It could not be read, or its X-CSRFToken is missing or old.",
        401: "Nobody is signed in.",
        404: "Not an address of this role.",
        413: f"More than 1 MiB or {OPERATIONS_MOST} operations.",
        415: "Not application/json.",
        503: "The store is away; nothing is lost by saying it again.",
    }
    return {
        "200": {"description": words, "content": {"application/json": {"schema": schema}}},
        **{
            str(status): {
                "description": said[status],
                "content": {"application/json": {"schema": _ref("Refusal")}},
            }
            for status in refusals
        },
    }


@cache
def describe() -> Schema:
    """The whole description, OpenAPI 3.1."""
    batch = _object(
        {"device": _ID, "operations": _list(_ref("Operation"), maxItems=OPERATIONS_MOST)}
    )
    results = _object(
        {"results": _list(_ref("Result")), "server_time": _MOMENT},
        description="One result for each operation, in order.",
    )
    reading = (401, 404, 503)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Aftercare",
            "version": "1",
            "description": "What a patient's phone says and keeps between two sessions.",
        },
        "servers": [{"url": "/"}],
        "security": [{"session": []}],
        "paths": {
            "/api/v1/session": {
                "get": {
                    "operationId": "session",
                    "summary": "Who is signed in, and the proof for what is posted next",
                    "responses": _answers(_ref("Session"), "The session.", *reading),
                }
            },
            "/api/v1/days": {
                "get": {
                    "operationId": "days",
                    "summary": "The last 14 days and the plan behind them",
                    "responses": _answers(_ref("Kept"), "The days.", *reading),
                }
            },
            "/api/v1/sync": {
                "post": {
                    "operationId": "sync",
                    "summary": "Apply a phone's operations, each once",
                    "parameters": [
                        {
                            "name": "X-CSRFToken",
                            "in": "header",
                            "required": True,
                            "schema": {"type": "string"},
                        }
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": batch}},
                    },
                    "responses": _answers(
                        results, "One result for each operation.", 400, 401, 404, 413, 415, 503
                    ),
                }
            },
            "/api/v1/openapi.json": {
                "get": {
                    "operationId": "describe",
                    "summary": "This description",
                    "security": [],
                    "responses": _answers({"type": "object"}, "OpenAPI 3.1."),
                }
            },
        },
        "components": {
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "aftercare"}},
            "schemas": {
                **_data(),
                **_operations(),
                "Result": _result(),
                "Kept": _kept(),
                "Session": _session(),
                "Refusal": _object({"error": {"type": "string"}}),
                "Sign": _object(
                    {"id": {"type": "string"}, "tier": {"type": "string"}},
                    examples=[
                        {"id": sign, "tier": tier} for sign, tier in catalog.answers().signs.items()
                    ],
                    description="The signs of a safety report with their tiers.",
                ),
            },
        },
    }
