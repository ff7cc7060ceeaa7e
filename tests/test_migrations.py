"""Migrations make the very schema that the code declares, on both engines, and keep what is there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, inspect, text

from tests.support.cast import Maker
from tests.support.databases import contents
from tracker.domain.errors import ConfigError
from tracker.store import migrate
from tracker.store.base import Base
from tracker.store.engine import make_engine
from tracker.store.scope import Database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engines(request, tmp_path):
    """Two empty databases on one engine."""
    if request.param == "sqlite":
        urls = [f"sqlite:///{tmp_path / name}.db" for name in ("one", "two")]
    else:
        server = request.getfixturevalue("postgres_server")
        urls = [server.create_database(f"migration_{name}") for name in ("one", "two")]
    made = [make_engine(url) for url in urls]
    yield made
    for engine in made:
        engine.dispose()


def plain(sql: str) -> str:
    """A condition without the spaces, brackets and casts that an engine adds."""
    bare = re.sub(r"::[a-z ]+(\(\d+\))?(\[\])?", "", sql.lower())
    return re.sub(r"[\s()\[\]\"]", "", bare)


def described(engine: Engine) -> dict[str, Any]:
    """Everything about every table, as comparable values."""
    found = inspect(engine)
    return {
        name: {
            "columns": {
                column["name"]: (
                    str(column["type"]), column["nullable"], column.get("default"),
                    bool(column.get("autoincrement")) and column["name"] == "id",
                )
                for column in found.get_columns(name)
            },
            "primary key": found.get_pk_constraint(name),
            "foreign keys": sorted(
                (
                    key["name"], key["constrained_columns"], key["referred_table"],
                    key["referred_columns"], sorted(key.get("options", {}).items()),
                )
                for key in found.get_foreign_keys(name)
            ),
            "unique": sorted(
                (key["name"], key["column_names"]) for key in found.get_unique_constraints(name)
            ),
            "checks": sorted(
                (check["name"], plain(check["sqltext"]))
                for check in found.get_check_constraints(name)
            ),
            "indexes": sorted(
                (
                    index["name"], index["column_names"], bool(index["unique"]),
                    plain(str(_where(index))),
                )
                for index in found.get_indexes(name)
            ),
        }
        for name in sorted(found.get_table_names())
        if name != "alembic_version"
    }  # fmt: skip


def _where(index: Any) -> Any:
    options = index.get("dialect_options", {})
    return options.get("sqlite_where", options.get("postgresql_where", ""))


def test_the_upgraded_schema_is_the_declared_one(engines):
    upgraded, declared = engines
    migrate.upgrade(upgraded)
    Base.metadata.create_all(declared)
    one, other = described(upgraded), described(declared)
    assert set(one) == {table.name for table in Base.metadata.sorted_tables}
    for name in other:
        for part in other[name]:
            assert one[name][part] == other[name][part], (name, part)


def test_the_comparison_sees_checks_and_partial_indexes(engines):
    """So that the test above can't pass by seeing nothing."""
    upgraded, _ = engines
    migrate.upgrade(upgraded)
    found = described(upgraded)
    checks = dict(found["checkin"]["checks"])
    assert "pain_average" in checks["ck_checkin_pain_average_0_10"]
    indexes = {name: where for name, _columns, _unique, where in found["consent"]["indexes"]}
    assert indexes["uq_consent_standing"] == "withdrawn_atisnull"
    assert {table for table in found if not found[table]["foreign keys"]} == {
        "clinic", "person", "rate_window", "heartbeat",
    }  # fmt: skip


def test_upgrading_again_changes_nothing(engines):
    upgraded, _ = engines
    assert migrate.current(upgraded) is None
    migrate.upgrade(upgraded)
    before = described(upgraded)
    migrate.upgrade(upgraded)
    assert described(upgraded) == before
    assert migrate.current(upgraded) == migrate.head()


def test_a_filled_database_survives_an_upgrade(engines, film, maker_for):
    upgraded, _ = engines
    migrate.upgrade(upgraded)
    database = Database(upgraded)
    film.put_into(database)
    before = contents(database)
    migrate.upgrade(upgraded)
    assert contents(database) == before
    assert sum(map(len, before.values())) > 50
    house = maker_for(database).clinic("Another", "UTC")
    assert any(str(house.id) in row for row in contents(database)["clinic"])


@pytest.fixture
def maker_for():
    def make(database):
        return Maker(database, None)  # type: ignore[arg-type]

    return make


def test_rows_without_parents_stop_an_upgrade_and_keep_the_old_schema(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'orphans.db'}")
    try:
        migrate.upgrade(engine)
        with engine.connect() as connection:
            cursor = connection.connection.cursor()
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute(
                "INSERT INTO session_grant (session_id, clinic_id, person_id) VALUES ('a','b','c')"
            )
            cursor.execute("UPDATE alembic_version SET version_num = version_num")
            cursor.execute("PRAGMA foreign_keys = ON")
            cursor.close()
        with pytest.raises(ConfigError, match="without parents"):
            migrate.upgrade(engine)
    finally:
        engine.dispose()


def test_foreign_keys_hold_again_after_an_upgrade(engines):
    upgraded, _ = engines
    migrate.upgrade(upgraded)
    statement = text(
        "INSERT INTO session_grant (session_id, clinic_id, person_id) VALUES (:a,:a,:a)"
    )
    with pytest.raises(Exception, match=r"(?i)foreign key"), upgraded.begin() as connection:
        connection.execute(statement, {"a": "0" * 32})


def test_a_revision_that_fails_leaves_an_empty_database(tmp_path, monkeypatch):
    engine = make_engine(f"sqlite:///{tmp_path / 'broken.db'}")
    original = command.upgrade

    def fails(*args: Any) -> None:
        original(*args)
        raise ZeroDivisionError

    monkeypatch.setattr(command, "upgrade", fails)
    try:
        with pytest.raises(ZeroDivisionError):
            migrate.upgrade(engine)
        assert inspect(engine).get_table_names() == []
    finally:
        engine.dispose()
