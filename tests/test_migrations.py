"""Migrations: the migrated schema is the declared one, on both engines, and keeps what was there."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import inspect, text

from tracker.domain.errors import ConfigError
from tracker.store import migrate
from tracker.store.base import Base
from tracker.store.engine import WRITES, make_engine


def squeeze(sql):
    """A condition without what an engine adds when it writes it down."""
    plain = re.sub(r"::[a-z ]+(\[\])?|\"", "", sql or "")
    return re.sub(r"[\s()]+", "", plain).lower()


def schema_of(engine):
    """Everything that reflection tells of every table."""
    seen = inspect(engine)
    return {
        name: table_of(seen, name) for name in seen.get_table_names() if name != "alembic_version"
    }


def table_of(seen, name):
    return {
        "columns": {
            column["name"]: (str(column["type"]), column["nullable"], column["default"])
            for column in seen.get_columns(name)
        },
        "key": seen.get_pk_constraint(name),
        "uniques": sorted(
            (unique["name"], tuple(unique["column_names"]))
            for unique in seen.get_unique_constraints(name)
        ),
        "foreign": sorted(
            (
                key["name"],
                tuple(key["constrained_columns"]),
                key["referred_table"],
                tuple(key["referred_columns"]),
            )
            for key in seen.get_foreign_keys(name)
        ),
        "checks": sorted(
            (check["name"], squeeze(check["sqltext"])) for check in seen.get_check_constraints(name)
        ),
        "indexes": sorted(
            (
                index["name"],
                tuple(index["column_names"]),
                index["unique"],
                squeeze(str(where_of(index))),
            )
            for index in seen.get_indexes(name)
        ),
    }


def where_of(index):
    options = index.get("dialect_options", {})
    return options.get("sqlite_where", options.get("postgresql_where", ""))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def two_engines(request, tmp_path):
    """One empty database to migrate, one to create from the declarations."""
    if request.param == "sqlite":
        urls = [f"sqlite:///{tmp_path / name}.db" for name in ("migrated", "created")]
    else:
        server = request.getfixturevalue("postgres_server")
        urls = [server.create_database(name) for name in ("migrated", "created")]
    engines = [make_engine(url) for url in urls]
    yield engines
    for engine in engines:
        engine.dispose()


def test_the_migrated_schema_is_the_declared_one(two_engines):
    migrated, created = two_engines
    migrate.upgrade(migrated)
    with created.execution_options(**{WRITES: True}).begin() as connection:
        Base.metadata.create_all(connection)
    assert schema_of(migrated) == schema_of(created)


def test_reflection_sees_checks_and_partial_indexes(two_engines):
    """Were they invisible, the comparison above would compare nothing."""
    migrated, _ = two_engines
    migrate.upgrade(migrated)
    tables = schema_of(migrated)
    assert "ck_checkin_pain_average_0_10" in {name for name, _ in tables["checkin"]["checks"]}
    standing = {name: where for name, _, _, where in tables["consent"]["indexes"]}
    assert standing["uq_consent_standing"] == "withdrawn_atisnull"


def test_upgrading_twice_is_upgrading_once(two_engines):
    migrated, _ = two_engines
    migrate.upgrade(migrated)
    before = schema_of(migrated)
    migrate.upgrade(migrated)
    assert migrate.current(migrated) == migrate.head()
    assert schema_of(migrated) == before


def test_a_filled_database_keeps_its_rows(database, cast):
    def counts():
        with database.engine.connect() as connection:
            return {
                table.name: connection.execute(
                    text(f'SELECT count(*) FROM "{table.name}"')
                ).scalar()
                for table in Base.metadata.sorted_tables
            }

    before = counts()
    assert before["checkin"] > 0
    migrate.upgrade(database.engine)
    assert counts() == before


def test_rows_without_parents_stop_an_upgrade(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'orphans.db'}")
    migrate.upgrade(engine)
    with engine.connect().execution_options(**{WRITES: True}) as connection:
        driver = connection.connection.cursor()
        driver.execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            connection.exec_driver_sql(
                "INSERT INTO subscription (clinic_id, person_id, kind, is_on, changed_at)"
                " VALUES ('a', 'b', 'daily_digest', 1, '2026-01-01 00:00:00')"
            )
        driver.execute("PRAGMA foreign_keys = ON")
        driver.close()
    with pytest.raises(ConfigError, match="without parents"):
        migrate.upgrade(engine)
    engine.dispose()


def test_foreign_keys_hold_again_after_an_upgrade(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'keys.db'}")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()


def test_with_a_key_the_whole_file_is_encrypted(tmp_path):
    path = tmp_path / "sealed.db"
    engine = make_engine(f"sqlite:///{path}", "it's a key")
    migrate.upgrade(engine)
    engine.dispose()
    assert not path.read_bytes().startswith(b"SQLite format 3")
    assert b"CREATE TABLE" not in path.read_bytes()
    again = make_engine(f"sqlite:///{path}", "it's a key")
    assert migrate.current(again) == migrate.head()
    again.dispose()
    wrong = make_engine(f"sqlite:///{path}", "another key")
    with pytest.raises(ConfigError, match="TRACKER_DATABASE_KEY"):
        migrate.current(wrong)
    wrong.dispose()
