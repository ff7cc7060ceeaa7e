"""Whether the program can work: its database, its schema, its worker."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from tracker.services.outreach import is_worker_alive
from tracker.store.scope import Database


def check(database: Database, now: datetime) -> dict[str, bool]:
    """Each part by name: database, schema, worker."""
    # Alembic is a tenth of a cold start, and only this answer needs it.
    from tracker.store import migrate  # noqa: PLC0415

    state = {"database": False, "schema": False, "worker": False}
    try:
        state["schema"] = migrate.current(database.engine) == migrate.head()
        state["database"] = True
        with database.door() as door:
            state["worker"] = is_worker_alive(door, now)
    except SQLAlchemyError:
        return state
    return state
