"""Proves the sync protocol for long: `python -m tests.support.prove_sync --steps 100000`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import cheap
from tests.support.sync_machine import TALLY, SyncMachine, prepare
from tests.support.sync_world import Stage, World
from tracker.app import create_app, make_hub

STEPS_A_RUN = 200
RUNS_AT_ONCE = 25

DONE = ("steps", "runs", "said", "operations", "applied", "merged", "duplicate", "invalid",
        "not_found", "http deliveries", "lost answers", "replays", "401s", "sessions ended",
        "person switches", "mended", "forms", "questions answered")  # fmt: skip
FAULTS = ("losses", "doubles", "misfiled", "moments", "summaries")


def main(arguments: list[str] | None = None) -> int:
    """Run until there are enough steps and say what was done; a fault is raised as it is found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), lambda url: make_hub(cheap(url)))
        app = create_app(cheap(f"sqlite:///{folder}/app.db"))
        machine = prepare(
            lambda: World(stage.fresh(), stage.cast, stage.given, app),
            lambda world: stage.leave(world.hub),
        )
        machine.http_share = 15
        try:
            while TALLY["steps"] < asked.steps:
                run(machine, asked.seed + TALLY["runs"])
                say(f"{TALLY['steps']:,} steps in {time.monotonic() - began:.0f} s", end="\r")
        finally:
            tell(time.monotonic() - began)
    return 0


def run(machine: type[SyncMachine], seed: int) -> None:
    """Some runs of the machine, each over a fresh database."""
    settings = hypothesis.settings(
        max_examples=RUNS_AT_ONCE,
        stateful_step_count=STEPS_A_RUN,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        # A fault is told as it was met: making it smaller takes longer than the whole proof.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    hypothesis.seed(seed)(machine)
    run_state_machine_as_test(machine, settings=settings)


def tell(seconds: float) -> None:
    """What was done, and what went wrong."""
    say(f"Three phones of two people against one server for {seconds:.0f} s:")
    for name in (*DONE, *FAULTS):
        say(f"  {name:18} {TALLY[name]:>9,}")


def say(text: str, end: str = "\n") -> None:
    """A line for whoever sits there."""
    print(text, end=end, flush=True)  # noqa: T201 - a program speaks on standard output


if __name__ == "__main__":
    sys.exit(main())
