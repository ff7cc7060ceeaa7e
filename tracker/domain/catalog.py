"""The product's own lists (muscles, stretches, answers), read once from the data files."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Muscle:
    """A muscle that can be needled; `plain` is what patients read."""

    id: str
    latin: str
    english: str
    plain: str
    region: str
    has_lung_risk: bool
    caution: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the library with its default dose: the product's, or a clinic's own.

    `picture` names the content of a clinic's own picture; it is empty where there is none.
    """

    id: str
    name: str
    muscles: tuple[str, ...]
    position: str
    caution: str
    sides: str
    kind: str
    hold_seconds: int
    repetitions: int
    sets: int
    ask_first: tuple[str, ...]
    may_be_proposed: bool
    steps: tuple[str, ...] = ()
    is_own: bool = False
    is_retired: bool = False
    picture: str = ""

    @property
    def has_side(self) -> bool:
        """Whether it is done for one side at a time."""
        return self.sides == "one_side"


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of the safety ladder; `plain` is what patients read.

    `event` is the kind it is counted as in the adverse-event register, `extra` what its advice
    says besides; both are empty for most.
    """

    id: str
    tier: str
    group: str
    plain: str
    is_about_needles: bool
    event: str
    extra: str


@dataclass(frozen=True, slots=True)
class Answers:
    """The fixed answers that are tapped: signs with their tiers, reasons, side effects."""

    signs: dict[str, str]
    reasons: tuple[str, ...]
    side_effects: tuple[str, ...]


def _read(name: str) -> dict[str, Any]:
    text = files("tracker").joinpath("data", name).read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


@cache
def muscles() -> dict[str, Muscle]:
    """All muscles by id, in the list's order."""
    return {
        row["id"]: Muscle(
            id=row["id"],
            latin=row["latin"],
            english=row["english"],
            plain=row["plain"],
            region=row["region"],
            has_lung_risk=row["lungRisk"],
            caution=row["needlingCaution"],
        )
        for row in _read("muscles.json")["muscles"]
    }


@cache
def stretches() -> dict[str, Stretch]:
    """All stretches by id, in the list's order."""
    return {
        row["id"]: Stretch(
            id=row["id"],
            name=row["name"],
            muscles=tuple(row["muscles"]),
            position=row["position"],
            caution=row["caution"],
            sides=row["sides"],
            kind=row["kind"],
            hold_seconds=row["holdSeconds"],
            repetitions=row["repetitions"],
            sets=row["setsPerDay"],
            ask_first=tuple(row["askFirst"]),
            may_be_proposed=row["autoPropose"],
            steps=tuple(row["steps"]),
        )
        for row in _read("stretches.json")["stretches"]
    }


@cache
def answers() -> Answers:
    """The ids that phones and forms may send; their words stand with the words of the pages."""
    data = _read("answers.json")
    return Answers(
        signs={row["id"]: row["tier"] for row in data["signs"]},
        reasons=tuple(data["reasons"]),
        side_effects=tuple(data["side_effects"]),
    )


@cache
def figures() -> dict[str, Any]:
    """The drawn figures' data: bases, areas of muscles, and one figure a stretch."""
    return _read("figures.json")


@cache
def signs() -> dict[str, Sign]:
    """The signs of the safety ladder by id, in the order in which they are asked."""
    return {
        row["id"]: Sign(
            id=row["id"],
            tier=row["tier"],
            group=row["group"],
            plain=row["plain"],
            is_about_needles=row.get("needles", False),
            event=row.get("event", ""),
            extra=row.get("extra", ""),
        )
        for row in _read("answers.json")["signs"]
    }


@cache
def standing() -> tuple[str, str]:
    """The standing of the two lists (muscles, stretches), as their files state it."""
    return _read("muscles.json")["status"], _read("stretches.json")["status"]


def regions() -> tuple[str, ...]:
    """Body regions in the order of the muscle list, without the catch-all."""
    seen = dict.fromkeys(muscle.region for muscle in muscles().values())
    return tuple(region for region in seen if region != "other")


def stretches_for(muscle_ids: list[str]) -> list[Stretch]:
    """The stretches that may be proposed for needled muscles, most muscles served first."""
    wanted = set(muscle_ids)
    fitting = [s for s in stretches().values() if s.may_be_proposed and wanted & set(s.muscles)]
    return sorted(fitting, key=lambda s: -len(wanted & set(s.muscles)))


def propose(muscle_ids: list[str], ruled_out: Collection[str]) -> list[Stretch]:
    """The stretches to propose for needled muscles; none that the screening rules out."""
    return [s for s in stretches_for(muscle_ids) if not conflicts(s, ruled_out)]


def conflicts(stretch: Stretch, ruled_out: Collection[str]) -> list[str]:
    """What the screening found (ids as in `ask_first`) that speaks against a stretch."""
    return [asked for asked in stretch.ask_first if asked in ruled_out]
