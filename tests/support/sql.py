"""A recorder that counts the statements an engine runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

_FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")


@contextmanager
def recorded(engine: Engine) -> Iterator[list[str]]:
    """The statements that run inside the block, without the transaction's frame."""
    found: list[str] = []

    def note(_c: Any, _u: Any, statement: str, _p: Any, _x: Any, _m: Any) -> None:
        if not statement.lstrip().upper().startswith(_FRAME):
            found.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)
