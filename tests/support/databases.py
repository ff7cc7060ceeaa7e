"""Migrated databases on both engines, cheap enough for a fresh one each test."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert, select, text

from tests.support.cast import Cast, Maker, make_cast
from tests.support.postgres import PostgresServer
from tracker.services.secrets import Secrets
from tracker.store.base import Base
from tracker.store.engine import make_engine
from tracker.store.migrate import upgrade
from tracker.store.scope import Database

Rows = Sequence[tuple[Any, list[dict[str, Any]]]]
_NUMBERED = {"checkin", "soreness_entry", "stretch_entry", "revision", "outbox", "safety_report"}
"""Tables whose ids the database numbers and nothing refers to: they are numbered anew."""


_compiled: dict[str, tuple[Any, Any]] = {}


def share_compiled(database: Database) -> None:
    """Let a database know what earlier ones compiled: a quarter of a test's time went there.

    SQLAlchemy keys compiled statements by dialect, so engines of one kind have to share that too.
    """
    own: Any = database.engine
    shared = _compiled.setdefault(own.dialect.name, (own.dialect, own._compiled_cache))
    engines: tuple[Any, ...] = (own, database._writer)
    for engine in engines:
        engine.dialect, engine._compiled_cache = shared


class SqliteStore:
    """Copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        engine = make_engine(f"sqlite:///{self._template}")
        upgrade(engine)
        engine.dispose()

    def fresh(self, folder: Path) -> str:
        path = folder / "aftercare.db"
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"


class PostgresStore:
    """One migrated database, emptied before each test; its numbers go on."""

    def __init__(self, server: PostgresServer) -> None:
        self._url = server.create_database("tests")
        self._engine = make_engine(self._url)
        upgrade(self._engine)

    def fresh(self) -> str:
        # Few rows are deleted in a fraction of the time that TRUNCATE needs for new files.
        tables = reversed(Base.metadata.sorted_tables)
        with self._engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '10s'"))
            connection.exec_driver_sql("; ".join(f'DELETE FROM "{one.name}"' for one in tables))
        return self._url

    def close(self) -> None:
        self._engine.dispose()


class Film:
    """The cast, made once through the services and put into any empty database at once."""

    def __init__(self, url: str, secrets: Secrets) -> None:
        database = Database(make_engine(url))
        self.cast: Cast = make_cast(Maker(database, secrets))
        self._rows = _all_rows(database.engine)
        database.dispose()

    def put_into(self, database: Database) -> Cast:
        with database.door(writes=True) as door:
            for table, rows in self._rows:
                door.session.execute(insert(table), rows)
        return self.cast


def _all_rows(engine: Engine) -> Rows:
    found = []
    with engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows = [dict(row) for row in connection.execute(select(table)).mappings()]
            if table.name in _NUMBERED:
                rows = [{k: v for k, v in row.items() if k != "id"} for row in rows]
            if rows:
                found.append((table, rows))
    return found


def rows_of(database: Database, model: Any, *where: Any, order: Any = None) -> list[Any]:
    """The stored rows of a model."""
    with database.door() as door:
        return list(door.session.scalars(select(model).where(*where).order_by(order)))


def contents(database: Database, *but: str) -> dict[str, list[str]]:
    """Every row of every table, for telling whether anything was written; `but` is left out."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            for table in Base.metadata.sorted_tables
            if table.name not in but
        }
