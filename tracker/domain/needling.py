"""A needling session: what is recorded of it, and how long soreness is asked about after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tracker.domain.days import hours_between

SORENESS_ALWAYS_HOURS = 72
"""Post-needling soreness is usually gone within 72 h (Martin-Pintado-Zugasti 2016): always ask."""

SORENESS_LATEST_HOURS = 7 * 24
"""Soreness that stays is asked about until it is 0, at most 7 days (working rule)."""

INSERTIONS_MAX = 60
"""More needle insertions into one muscle in one session is a slip of the finger (working rule)."""


class Side(StrEnum):
    """The patient's left and right, never the viewer's."""

    LEFT = "left"
    RIGHT = "right"
    MIDDLE = "middle"


class Technique(StrEnum):
    """How the needle was used."""

    SUPERFICIAL = "superficial"
    DEEP = "deep"
    PISTONING = "pistoning"
    WINDING = "winding"
    ELECTRICAL = "electrical"


class Twitch(StrEnum):
    """Local twitch responses, counted in bands."""

    NONE = "0"
    FEW = "1-3"
    SEVERAL = "4-6"
    MANY = ">6"


@dataclass(frozen=True, slots=True)
class MuscleRow:
    """One needled muscle of a session: one row, as a physio records it."""

    muscle: str
    side: Side
    insertions: int
    technique: Technique
    twitch: Twitch | None = None
    pain_during: int | None = None


def is_soreness_asked(needled_at: datetime, now: datetime, last_soreness: int | None) -> bool:
    """Whether soreness is asked about now.

    Always to 72 h after a session, then until it was 0, at most 7 days. `last_soreness` is the
    newest rating (0-10) of this session, None when there is none: silence is not zero.
    """
    hours = hours_between(needled_at, now)
    if hours < 0:
        return False
    if hours <= SORENESS_ALWAYS_HOURS:
        return True
    return hours <= SORENESS_LATEST_HOURS and last_soreness != 0
