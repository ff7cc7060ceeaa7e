"""Engines: SQLite opened so that a commit is kept, PostgreSQL as it comes."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url

from tracker.domain.errors import ConfigError

WRITES = "tracker_writes"
"""Execution option of a connection that will write: on SQLite it begins IMMEDIATE."""

BUSY_MS = 5000

_FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""First fixed release of each branch: before it, two connections that write or checkpoint at once
can corrupt a WAL database (SQLite 3.7.0 to 3.51.2)."""


@dataclass(frozen=True, slots=True)
class SqliteBuild:
    """Which SQLite this is, and whether several processes may write with it."""

    version: tuple[int, int, int]

    @property
    def is_wal_safe(self) -> bool:
        """Whether the WAL-reset fix is in this release."""
        if self.version >= _FIXED[0]:
            return True
        return any(self.version[:2] == fix[:2] and self.version >= fix for fix in _FIXED[1:])

    @property
    def text(self) -> str:
        """As 3.53.4."""
        return ".".join(str(part) for part in self.version)


def sqlite_build() -> SqliteBuild:
    """The SQLite that this program writes with (bundled with sqlcipher3)."""
    major, minor, patch = (int(part) for part in sqlcipher3.dbapi2.sqlite_version.split("."))
    return SqliteBuild((major, minor, patch))


def is_sqlite(url: str | URL) -> bool:
    """Whether a database address is SQLite's."""
    return make_url(url).get_backend_name() == "sqlite"


def make_engine(url: str, key: str | None = None) -> Engine:
    """An engine for a database address; raises ConfigError for one that can't be opened."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed, pool_pre_ping=True, pool_size=5, max_overflow=5)
    if parsed.get_backend_name() != "sqlite":
        raise ConfigError(
            "TRACKER_DATABASE_URL has to start with sqlite:/// or postgresql+psycopg://"
        )
    if not parsed.database or parsed.database == ":memory:":
        raise ConfigError("TRACKER_DATABASE_URL needs a file: a database in memory keeps nothing")
    engine = create_engine(parsed, module=sqlcipher3.dbapi2)
    _tune_sqlite(engine, key)
    return engine


def _tune_sqlite(engine: Engine, key: str | None) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: Any) -> None:
        _ = record
        # The driver's own transactions lose updates; ours begin below, with the right word.
        connection.isolation_level = None
        # SQLite's own lower() knows ASCII alone: a search for Øst would not find Øst.
        connection.create_function("lower", 1, lambda text: text and text.lower())
        cursor = connection.cursor()
        if key:
            # A wrong key is told in our own one line, not in SQLCipher's three.
            cursor.execute("PRAGMA cipher_log_level = NONE")
            cursor.execute(f"PRAGMA key = '{key.replace(chr(39), chr(39) * 2)}'")
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlcipher3.dbapi2.DatabaseError as fault:
            raise ConfigError(
                "the database file can't be read: it is not a database, or TRACKER_DATABASE_KEY"
                " is not the key it was encrypted with"
            ) from fault
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")


_one_writer = threading.RLock()


def write_lock(engine: Engine) -> AbstractContextManager[object]:
    """What a write holds: nothing with a fixed SQLite or PostgreSQL, else one lock a process."""
    if engine.dialect.name == "sqlite" and not sqlite_build().is_wal_safe:
        return _one_writer
    return nullcontext()


def is_encrypted(path: str) -> bool | None:
    """Whether a database file is encrypted; None where there is no file yet."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(16)
    except FileNotFoundError:
        return None
    return bool(head) and head != b"SQLite format 3\x00"


BUSY_ERRORS: tuple[type[Exception], ...] = (
    sqlite3.OperationalError,
    sqlcipher3.dbapi2.OperationalError,
)
