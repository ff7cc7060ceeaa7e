"""Proves that no entry is lost: `python -m tests.support.prove_phone --runs 200 --seed 1`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.support.killing import Proof, Tally


def main(arguments: list[str] | None = None) -> int:
    """Kill a phone over and over; say what came of it, and give 1 where anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        sync_playwright() as playwright,
        Proof(playwright, Path(folder), asked.seed) as proof,
    ):
        proof.begin()
        for _ in range(asked.runs):
            proof.run()
        proof.drain()
        tally = proof.check()
    print(told(tally, time.monotonic() - began, asked.seed))  # noqa: T201 - a program speaks
    return 1 if tally.faults else 0


def told(tally: Tally, seconds: float, seed: int) -> str:
    """The whole result in a few lines."""
    figures = {
        "runs": tally.runs,
        "kills": tally.kills,
        "times that the screen said saved": tally.saves,
        "values that it called saved": tally.values_saved,
        "operations at the server": tally.operations,
        "losses": len(tally.losses),
        "doubles": len(tally.doubles),
        "values that nobody typed": len(tally.strangers),
        "taps that the page took back": len(tally.undone),
        "other oddities": len(tally.odd),
        "versions put out": tally.swaps,
        "new workers installed under an open page": tally.waited,
        "upgrades of the worker": tally.upgrades,
        "sessions ended": tally.ended,
        "restarts of the server": tally.restarts,
    }
    lines = [f"{number:>7,}  {what}" for what, number in figures.items()]
    lines += [f"weather: {_counted(tally.weather)}", f"killed: {_counted(tally.killed)}"]
    lines += [f"WRONG: {fault}" for fault in tally.faults]
    return "\n".join([*lines, f"seed {seed}, {seconds:.0f} s"])


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


if __name__ == "__main__":
    sys.exit(main())
