"""A clinic's own stretch: what it is made of, and what it may hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID, uuid5

from tracker.domain import catalog
from tracker.domain.prescription import LIMITS

NAME_MOST = 80
STEPS_MOST = 6
STEP_MOST = 200
CAUTION_MOST = 300
MUSCLES_MOST = 8
SIDES = ("one_side", "both_at_once")
_MARK = "own-"


@dataclass(frozen=True, slots=True)
class OwnStretch:
    """What a clinic writes of a stretch; the dose is what a prescription begins with."""

    name: str
    steps: tuple[str, ...]
    caution: str
    muscles: tuple[str, ...]
    sides: str
    sets: int
    repetitions: int
    hold_seconds: int


def key_of(clinic_id: UUID, form_id: UUID) -> str:
    """The id of an own stretch: a form sent twice makes one, and no other clinic can make it."""
    return f"{_MARK}{uuid5(clinic_id, str(form_id))}"


def is_own(stretch_id: str) -> bool:
    """Whether an id belongs to a clinic's own stretch, existing or not."""
    return stretch_id.startswith(_MARK)


def split_steps(text: str) -> tuple[str, ...]:
    """One step a line; numbers and dashes that people put before a step are taken off."""
    lines = (re.sub(r"^\s*(?:\d{1,2}[.)]\s+|[-*•]\s+)", "", line) for line in text.splitlines())
    return tuple(line.strip() for line in lines if line.strip())


def faults(given: OwnStretch) -> dict[str, list[str]]:
    """What is wrong with it, as message codes beside their fields."""
    found = {
        "name": _of_text(given.name, NAME_MOST, "needed"),
        "steps": _of_steps(given.steps),
        "caution": _of_text(given.caution, CAUTION_MOST),
        "muscles": _of_muscles(given.muscles),
        "sides": "" if given.sides in SIDES else "unknown",
    }
    for name, (least, most) in LIMITS.items():
        found[name] = "" if least <= getattr(given, name) <= most else f"{name}_range"
    return {name: [code] for name, code in found.items() if code}


def _of_text(text: str, most: int, empty: str = "") -> str:
    if not text:
        return empty
    return "too_long" if len(text) > most else ""


def _of_steps(steps: tuple[str, ...]) -> str:
    if not steps:
        return "steps_needed"
    is_long = len(steps) > STEPS_MOST or max(map(len, steps)) > STEP_MOST
    return "steps_long" if is_long else ""


def _of_muscles(muscles: tuple[str, ...]) -> str:
    if not set(muscles) <= set(catalog.muscles()):
        return "unknown"
    return "muscles_many" if len(muscles) > MUSCLES_MOST else ""
