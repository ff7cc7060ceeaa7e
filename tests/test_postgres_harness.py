"""The throw-away PostgreSQL starts, serves, and leaves nothing behind."""

import os
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.support import postgres
from tests.support.postgres import PostgresServer

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("postgres")]


def process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def dsn(server: PostgresServer, database: str) -> str:
    return server.url(database).replace("+psycopg", "")


def test_serves_databases_of_its_own_and_leaves_nothing_behind():
    server = PostgresServer.start()
    try:
        pid = server.pid
        assert pid is not None
        server.create_database("test_gw0")
        with psycopg.connect(dsn(server, "test_gw0")) as connection:
            assert connection.execute("SELECT lower('ÄÖ')").fetchone() == ("äö",)
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
    finally:
        server.stop()
    assert server.pid is None
    assert not process_exists(pid)
    assert not server.folder.exists()


def test_a_database_made_again_is_empty_and_open_connections_do_not_matter():
    with PostgresServer.start() as server:
        server.create_database("again")
        with psycopg.connect(dsn(server, "again"), autocommit=True) as connection:
            connection.execute("CREATE TABLE left_over (id int)")
            engine = create_engine(server.create_database("again"))
            try:
                with engine.connect() as fresh:
                    count = text("SELECT count(*) FROM pg_tables WHERE tablename = 'left_over'")
                    assert fresh.scalar(count) == 0
            finally:
                engine.dispose()


def test_two_servers_stand_side_by_side():
    with PostgresServer.start() as one, PostgresServer.start() as other:
        assert one.port != other.port
        assert one.folder != other.folder


def test_missing_programs_say_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgres, "DEBIAN_PROGRAMS", tmp_path)
    with pytest.raises(RuntimeError, match="apt-get install postgresql"):
        PostgresServer.start()


def test_a_server_that_cannot_start_shows_its_log(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(postgres.SERVER_SETTINGS, "max_connections", "none")
    with pytest.raises(RuntimeError, match="max_connections"):
        PostgresServer.start()


def test_a_taken_port_is_left_for_another(monkeypatch: pytest.MonkeyPatch):
    with PostgresServer.start() as first:
        ports = iter([first.port, postgres._free_port()])
        monkeypatch.setattr(postgres, "_free_port", lambda: next(ports))
        with PostgresServer.start() as second:
            assert second.port != first.port
            assert second.create_database("works").endswith("/works")
