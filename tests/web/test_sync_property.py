"""Phones in any order of saying, sending, losing answers and sessions agree with the server.

`make prove-sync` runs the same machine for a hundred thousand steps.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import cheap
from tests.support.sync_machine import prepare
from tests.support.sync_world import Stage, World
from tracker.app import make_hub

SHORT = settings(
    max_examples=6,
    stateful_step_count=40,
    deadline=None,
    # A step is several transactions of a real database.
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    return Stage(tmp_path_factory.mktemp("stage"), lambda url: make_hub(cheap(url)))


def test_phones_and_server_agree_and_nothing_is_lost(stage, bare_app):
    machine = prepare(
        lambda: World(stage.fresh(), stage.cast, stage.given, bare_app),
        lambda world: stage.leave(world.hub),
    )
    run_state_machine_as_test(machine, settings=SHORT)


@pytest.mark.postgres
def test_they_do_so_on_the_other_engine_too(stage, bare_app, postgres_store):
    def open_world() -> World:
        hub = make_hub(cheap(postgres_store.fresh()))
        stage.put_into(hub.database)
        return World(hub, stage.cast, stage.given, bare_app)

    machine = prepare(open_world, lambda world: world.database.dispose())
    run_state_machine_as_test(machine, settings=settings(SHORT, max_examples=5))
