"""What an address or a form asks for by name: ids, and the range of a time line."""

from __future__ import annotations

from uuid import UUID

from flask import abort, request

RANGES = ("2w", "6w", "12w", "session")


def asked_id(name: str) -> UUID | None:
    """An id in the query; anything that is none is nobody's."""
    text = request.args.get(name)
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        abort(404)


def posted_id(name: str) -> UUID:
    """An id in a form; anything that is none is nobody's."""
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        abort(404)


def range_choice() -> str:
    """The range asked for, six weeks otherwise."""
    asked = request.args.get("range", "6w")
    return asked if asked in RANGES else "6w"
