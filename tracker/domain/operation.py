"""A phone's operations: their shape, checked field by field, and the digest they are known by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from tracker.domain.checkin import NOTE_MAX
from tracker.domain.days import is_zone
from tracker.domain.errors import Invalid
from tracker.domain.flare import Reply
from tracker.domain.measures import CHANGE_SCALE, ITEM_SCALE, QUESTION_MAX, Measure
from tracker.domain.needling import Side
from tracker.domain.prescription import Outcome, Provenance

KINDS = ("checkin", "soreness", "stretch", "safety", "flare_reply", "measure", "question")

OPERATIONS_MOST = 500
"""Operations in one request: a busy month without a network."""

REV_MOST = 2**31 - 1

REGIONS_MOST = 60
"""More places than a body has."""

Reader = Callable[[Any], Any]
Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a phone says, once; `data` holds the fields of its kind that were said."""

    op_id: UUID
    kind: str
    entry_id: UUID
    base_rev: int | None
    recorded_at: datetime
    local_date: date
    zone: str
    data: dict[str, Any]
    digest: str


class Unreadable(ValueError):
    """A value that is not of its field's kind; the message is a code."""


# Readers of single values. JSON's true is no number and "5" is no 5.


def _id(value: Any) -> UUID:
    try:
        found = UUID(value)
        if str(found) == value.lower():  # no braces, no urn: an answer says it back as it came
            return found
    except (AttributeError, TypeError, ValueError):
        pass
    raise Unreadable("id")


def _scale(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= 10:  # noqa: PLR2004 - the scale's ends
        raise Unreadable("scale")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= REV_MOST:
        raise Unreadable("whole_number")
    return value


def _moment(value: Any) -> datetime:
    try:
        text = value.upper()  # RFC 3339 takes a small t and z too
        moment = datetime.fromisoformat(text)
        if moment.utcoffset() is not None and "T" in text:
            return moment.astimezone(UTC)  # the calendar's ends have no moment in UTC
    except (AttributeError, ValueError, OverflowError):
        pass
    raise Unreadable("moment")


def _day(value: Any) -> date:
    try:
        found = date.fromisoformat(value)
        if found.isoformat() == value:  # no week dates
            return found
    except (TypeError, ValueError):
        pass
    raise Unreadable("date")


def _zone(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 64 or not is_zone(value):  # noqa: PLR2004
        raise Unreadable("zone")
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise Unreadable("unknown")
    return value


def _text(most: int, too_long: str) -> Reader:
    def read(value: Any) -> str:
        if not isinstance(value, str) or "\0" in value:
            raise Unreadable("text")
        if len(value) > most:
            raise Unreadable(too_long)
        try:
            value.encode()
        except UnicodeEncodeError:  # half of a surrogate pair: no text
            raise Unreadable("text") from None
        return value

    return read


_note = _text(NOTE_MAX, "note_long")


def _word(value: Any) -> str:
    """An id of a fixed list, which the services know."""
    if not isinstance(value, str) or not 1 <= len(value) <= 60 or not value.isascii():  # noqa: PLR2004
        raise Unreadable("unknown")
    if "\0" in value:
        raise Unreadable("unknown")
    return value


def _words(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise Unreadable("unknown")
    return list(dict.fromkeys(_word(item) for item in value))


def _some_words(value: Any) -> list[str]:
    if not (words := _words(value)):
        raise Unreadable("needed")
    return words


def _choice(kind: type[Any]) -> Reader:
    def read(value: Any) -> Any:
        try:
            return kind(value)
        except ValueError:
            raise Unreadable("unknown") from None

    return read


def _regions(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or len(value) > REGIONS_MOST:
        raise Unreadable("unknown")
    places: dict[tuple[str, str], dict[str, Any]] = {}
    for item in value:
        if not isinstance(item, dict) or set(item) != {"region", "side", "pain"}:
            raise Unreadable("unknown")
        place = {"region": _word(item["region"]), "side": _choice(Side)(item["side"]).value,
                 "pain": _scale(item["pain"])}  # fmt: skip
        places[place["region"], place["side"]] = place
    return list(places.values())


ANSWERS_MOST = 20
"""Items of one measure in one operation: more than any measure has."""


def _answers(value: Any) -> dict[str, int | None]:
    """Numbers by item; the services know which items and numbers a measure has."""
    if not isinstance(value, dict) or len(value) > ANSWERS_MOST:
        raise Unreadable("unknown")
    for name, number in value.items():
        _word(name)
        known = type(number) is int and (number in CHANGE_SCALE or number in ITEM_SCALE)
        if number is not None and not known:
            raise Unreadable("scale")
    return value


_DATA: dict[str, tuple[dict[str, Reader], frozenset[str]]] = {
    "checkin": (
        {"episode_id": _id, "pain_average": _scale, "pain_worst": _scale, "stiffness": _scale,
         "sleep": _scale, "stress": _scale, "note": _note, "regions": _regions, "is_flare": _flag},
        # The day's first has to hold `pain_average`; an amendment says what it changes.
        frozenset(),
    ),
    "soreness": (
        {"needling_session_id": _id, "soreness": _scale, "muscle": _word, "side": _choice(Side),
         "side_effects": _words},
        frozenset({"needling_session_id", "soreness"}),
    ),
    "stretch": (
        {"prescription_id": _id, "outcome": _choice(Outcome), "sets_done": _count,
         "pain_during": _scale, "reason": _word, "provenance": _choice(Provenance)},
        frozenset({"prescription_id", "outcome"}),
    ),
    "safety": (
        {"signs": _some_words, "episode_id": _id, "needling_session_id": _id},
        frozenset({"signs"}),
    ),
    "flare_reply": (
        {"asked_id": _id, "answer": _choice(Reply)},
        frozenset({"asked_id", "answer"}),
    ),
    "measure": (
        {"measure": _choice(Measure), "answers": _answers, "episode_id": _id},
        frozenset({"measure", "answers"}),
    ),
    "question": (
        {"text": _text(QUESTION_MAX, "question_long"), "episode_id": _id},
        frozenset({"text"}),
    ),
}  # fmt: skip
"""By kind: a reader for each field of `data`, and the fields that have to be there."""

_ENVELOPE: dict[str, Reader] = {
    "op_id": _id,
    "entry_id": _id,
    "recorded_at": _moment,
    "local_date": _day,
    "zone": _zone,
}


def ids_of(raw: Any) -> tuple[str | None, str | None]:
    """(op_id, entry_id) as they were said, where they are ids at all: an answer names them."""
    if not isinstance(raw, dict):
        return None, None
    said = [raw.get("op_id"), raw.get("entry_id")]
    return tuple(value if read_id(value) else None for value in said)  # type: ignore[return-value]


def read_id(value: Any) -> UUID | None:
    """A hyphenated id, None for anything else."""
    try:
        return _id(value)
    except Unreadable:
        return None


def read_operation(raw: Any) -> Operation:
    """An operation from what JSON held; raises Invalid with a code beside each wrong field."""
    if not isinstance(raw, dict):
        raise Invalid({"operation": ["unreadable"]})
    errors: dict[str, list[str]] = {}
    values = _read(raw, _ENVELOPE, frozenset(_ENVELOPE), errors)
    kind = str(raw.get("kind"))
    data: dict[str, Any] = {}
    if kind not in KINDS:
        errors["kind"] = ["unknown"]
    elif not isinstance(raw.get("data"), dict):
        errors["data"] = ["needed"]
    else:
        readers, needed = _DATA[kind]
        data = _read(raw["data"], readers, needed, errors)
        # What is silently dropped would be lost: an unknown field is said to be unknown.
        errors |= {name: ["unknown"] for name in raw["data"] if name not in readers}
    base = _read({"base_rev": raw.get("base_rev")}, {"base_rev": _count}, frozenset(), errors)
    if errors:
        raise Invalid(errors)
    seen = base["base_rev"] or None  # revisions begin at 1
    return Operation(**values, base_rev=seen, kind=kind, data=data, digest=digest_of(raw))


def _read(
    raw: Raw, readers: Mapping[str, Reader], needed: frozenset[str], errors: dict[str, list[str]]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, reader in readers.items():
        if name not in raw and name not in needed:
            continue
        value = raw.get(name)
        if value is None:
            if name in needed:
                errors[name] = ["needed"]
            values[name] = None
            continue
        try:
            values[name] = reader(value)
        except Unreadable as fault:
            errors[name] = [str(fault)]
    return values


def digest_of(raw: Raw) -> str:
    """What an operation's content is recognised by: SHA-256 over its canonical JSON."""
    names = ("kind", "entry_id", "base_rev", "recorded_at", "local_date", "zone", "data")
    content = {name: raw.get(name) for name in names}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
