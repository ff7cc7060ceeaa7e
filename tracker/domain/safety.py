"""The signs of the safety ladder and their tiers: the highest tier that was answered wins."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from tracker.domain import catalog


class Tier(StrEnum):
    """How soon somebody has to act, the soonest first (working rule of the safety ladder)."""

    RED = "red"
    URGENT = "urgent"
    AMBER = "amber"
    EXPECTED = "expected"


def tier_of(signs: Iterable[str]) -> Tier:
    """The highest tier among some signs; raises KeyError for a sign that is not on the list."""
    known = catalog.answers().signs
    tiers = {Tier(known[sign]) for sign in signs}
    return next(tier for tier in Tier if tier in tiers)
