"""A phone that is killed while somebody logs loses nothing that its screen called saved."""

from __future__ import annotations

import pytest

from tests.support.killing import Proof, Typed, _match

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RUNS = 6
"""`make prove-phone` does 200."""


@pytest.fixture
def proof(driver, tmp_path):
    """One profile, one server."""
    with Proof(driver, tmp_path, seed=20) as made:
        made.begin()
        yield made


def test_what_the_screen_called_saved_stands_at_the_server_once(proof):
    for _ in range(RUNS):
        proof.run()
    proof.drain()
    tally = proof.check()
    assert not tally.faults, "\n".join(tally.faults)
    assert tally.kills >= RUNS
    assert tally.values_saved
    assert tally.operations


def typed(*values):
    return [Typed(value, "then") for value in values]


def test_the_ledger_sees_what_is_doubled_lost_or_strange():
    assert _match(["4"], typed("4")) == {0}
    assert _match([], typed("4")) == set()
    assert _match(["4", "5"], typed("4", "9", "5")) == {0, 2}
    assert _match(["4", "4"], typed("4")) is None
    assert _match(["5", "4"], typed("4", "5")) is None
    assert _match(["6"], typed("4")) is None


def test_the_ledger_tells_of_a_server_that_forgets(proof):
    """Were a row gone, the proof would say so: it is no proof otherwise."""
    cell = ("day", "", "2026-11-22", "note")
    proof.ledger.typed[cell].append(Typed("Stairs were hard.", "then", is_saved=True))
    proof.ledger.typed["episode", "e", "2026-11-22", "pain_average"] += [
        Typed("4", "then", is_saved=True, is_sent=True),
        Typed("5", "then"),
    ]
    tally = proof.check()
    assert len(tally.losses) == 3
    assert not tally.doubles
