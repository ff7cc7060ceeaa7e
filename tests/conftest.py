"""Fixtures: a migrated database on either engine, the application over it, and the cast.

Whatever uses `database` (or `app`, `client`, `cast`, ...) runs twice, on SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

import hypothesis
import pytest
import time_machine
from flask import Flask
from sqlalchemy import event

from tests.support.cast import NOW, Cast, House, Maker, Somebody
from tests.support.clients import Browser
from tests.support.databases import Film, PostgresStore, SqliteStore, share_compiled
from tests.support.postgres import PostgresServer
from tracker.app import create_app, make_hub
from tracker.config import Settings
from tracker.services.hub import Hub
from tracker.services.secrets import Secrets
from tracker.store.scope import Database

hypothesis.settings.register_profile("aftercare", deadline=None)
hypothesis.settings.load_profile("aftercare")

SECRET = "only-for-tests-" + "x" * 33

Visit = Callable[..., Browser]


def cheap(url: str, **more) -> Settings:
    """Settings with the cheapest password hashes there are."""
    return Settings(url, SECRET, argon2_time_cost=1, argon2_memory_kib=32, **more)


# Once per worker.


@pytest.fixture(scope="session")
def sqlite_store(tmp_path_factory) -> SqliteStore:
    return SqliteStore(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with PostgresServer.start() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_store(postgres_server) -> Iterator[PostgresStore]:
    store = PostgresStore(postgres_server)
    yield store
    store.close()


@pytest.fixture(scope="session")
def film(sqlite_store, tmp_path_factory) -> Film:
    url = sqlite_store.fresh(tmp_path_factory.mktemp("film"))
    return Film(url, Secrets(cheap(url)))


@pytest.fixture(scope="session")
def bare_app(sqlite_store, tmp_path_factory) -> Flask:
    """One application a worker, so that templates compile once; each test gives it a database."""
    return create_app(cheap(sqlite_store.fresh(tmp_path_factory.mktemp("app"))))


# Each test its own.


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request, tmp_path) -> str:
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_store").fresh(tmp_path))
    return str(request.getfixturevalue("postgres_store").fresh())


@pytest.fixture
def settings(database_url) -> Settings:
    return cheap(database_url)


def _do_not_wait_for_the_disk(connection, _record) -> None:
    """No test here cuts the power; those that do open databases of their own."""
    connection.execute("PRAGMA synchronous = OFF")


@pytest.fixture
def hub(settings) -> Iterator[Hub]:
    made = make_hub(settings)
    share_compiled(made.database)
    if made.database.engine.dialect.name == "sqlite":
        event.listen(made.database.engine, "connect", _do_not_wait_for_the_disk)
    yield made
    made.database.dispose()


@pytest.fixture
def database(hub: Hub) -> Database:
    return hub.database


@pytest.fixture
def secrets(hub: Hub) -> Secrets:
    return hub.secrets


@pytest.fixture
def maker(database, secrets) -> Maker:
    """Makes more clinics and people than the cast has."""
    return Maker(database, secrets)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The wall clock, standing at `now`; `clock.move_to(...)` and `clock.shift(...)` turn it."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def cast(database, film) -> Cast:
    cast: Cast = film.put_into(database)
    return cast


@pytest.fixture
def app(hub, bare_app, clock) -> Flask:
    app: Flask = bare_app
    app.extensions["aftercare"] = hub
    return app


@pytest.fixture
def visit(app, maker) -> Visit:
    """Sign somebody in: `visit(cast.alice)` is her phone, `visit()` is nobody's."""

    def open_browser(who: Somebody | None = None, *besides: House) -> Browser:
        browser = Browser(app)
        if who is None:
            return browser
        return browser.carry(maker.open(who, datetime.now(NOW.tzinfo), *besides).token)

    return open_browser


@pytest.fixture
def client(visit: Visit) -> Browser:
    """A phone on which nobody is signed in."""
    return visit()


@pytest.fixture
def with_settings(app, hub) -> Callable[..., None]:
    """Change some of the running application's settings."""

    def change(**more: object) -> None:
        settings = replace(hub.settings, **more)
        app.extensions["aftercare"] = replace(hub, settings=settings)

    return change
