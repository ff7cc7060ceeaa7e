"""Bringing a database up to the current schema, with Alembic, safely on SQLite too."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from tracker.domain.errors import ConfigError
from tracker.paths import MIGRATIONS
from tracker.store.engine import WRITES


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run every missing migration in one transaction; raises ConfigError when rows don't fit.

    On SQLite foreign keys are off while tables are rebuilt (a rebuilt parent would fail or take its
    children along) and every key is checked before the commit.
    """
    with engine.connect().execution_options(**{WRITES: True}) as connection:
        on_sqlite = engine.dialect.name == "sqlite"
        driver = connection.connection.cursor()
        if on_sqlite:
            driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                command.upgrade(_config(connection), revision)
                if on_sqlite:
                    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                    if orphans:
                        raise ConfigError(f"the migration left {len(orphans)} rows without parents")
        finally:
            if on_sqlite:
                driver.execute("PRAGMA foreign_keys = ON")
            driver.close()


def head() -> str:
    """The newest revision that this program knows."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise ConfigError("no migrations are installed")
    return revision


def current(engine: Engine) -> str | None:
    """The revision that a database stands at, None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
