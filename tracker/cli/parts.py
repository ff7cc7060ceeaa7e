"""What several commands share: saying a line, reading settings, opening the database."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from tracker.config import Settings
from tracker.domain.errors import ConfigError
from tracker.store import migrate
from tracker.store.engine import is_encrypted, is_sqlite, make_engine, sqlite_build
from tracker.store.scope import Database

PRIVATE = 0o077
"""Files made here hold people's data: nobody else on the machine reads them."""


def say(text: str, *, end: str = "\n") -> None:
    """A line for whoever sits there, at once: what is still buffered at a fork comes twice."""
    print(text, end=end, flush=True)


def log_to_stderr(level: int) -> None:
    """Let the program's own loggers speak; Alembic's greeting says nothing to anybody."""
    logging.basicConfig(level=level, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)


def settings() -> Settings:
    """The settings of this machine, for a program whose files are private."""
    os.umask(PRIVATE)
    return Settings.from_environ(os.environ)


def open_database(url: str, key: str | None = None) -> Database:
    """The database at an address, reached once; raises ConfigError with one clear line."""
    try:
        engine = make_engine(url, key)
        with engine.connect():
            pass
    except (ArgumentError, NoSuchModuleError) as fault:
        raise ConfigError("TRACKER_DATABASE_URL is not a database's address") from fault
    except ModuleNotFoundError as fault:
        raise ConfigError("PostgreSQL needs: pip install 'aftercare[postgres]'") from fault
    except DBAPIError as fault:
        first = str(fault.orig).strip().splitlines()[0]
        raise ConfigError(f"the database can't be opened: {first}") from fault
    return Database(engine)


def upgrade(engine: Engine) -> str:
    """Bring a database up to date; gives what was done as a sentence."""
    before, newest = migrate.current(engine), migrate.head()
    if before == newest:
        return f"The database is up to date ({newest})."
    migrate.upgrade(engine)
    return f"The database was upgraded from {before or 'nothing'} to {newest}."


def check_current(engine: Engine) -> None:
    """Raise ConfigError where the database is older or newer than this program."""
    found, newest = migrate.current(engine), migrate.head()
    if found != newest:
        raise ConfigError(
            f"the database stands at {found or 'nothing'} and this program at {newest};"
            " tracker serve upgrades it"
        )


def describe(url: str) -> str:
    """Where data is kept, by which engine, and whether its file is encrypted."""
    parsed = make_url(url)
    if not is_sqlite(url):
        return (
            f"PostgreSQL, database {parsed.database}; encryption at rest is that server's matter."
        )
    path = Path(parsed.database or "").resolve()
    words = "encrypted" if is_encrypted(str(path)) else "NOT encrypted (no TRACKER_DATABASE_KEY)"
    build = sqlite_build()
    safe = "" if build.is_wal_safe else ", which only one process may write: serving with threads"
    return f"{path}, {words}; SQLite {build.text}{safe}."


def warn(text: str) -> None:
    """A line on standard error."""
    print(f"tracker: {text}", file=sys.stderr, flush=True)
