"""The adverse-event register: kinds of events, their rates per 1,000 treatments, published ones."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

from tracker.domain import catalog

AFTER_DAYS = 7
"""An event belongs to the last session up to 7 days before it (working rule, as on /safety)."""

Z = 1.96
"""Standard normal quantile of a two-sided 95 % interval."""


class Event(StrEnum):
    """What is counted, the common kinds first."""

    BLEEDING = "bleeding"
    BRUISE = "bruise"
    PAIN_AFTER = "pain_after"
    WORSE = "worse"
    DROWSY = "drowsy"
    HEADACHE = "headache"
    NAUSEA = "nausea"
    DIZZY = "dizzy"
    URGENT = "urgent"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Published:
    """A published rate: events per 1,000 treatments (None where the study has none)."""

    brady: float | None = None
    boyce: float | None = None


PUBLISHED: dict[Event, Published] = {
    Event.BLEEDING: Published(46.5, 160),
    Event.BRUISE: Published(75.5, 77),
    Event.PAIN_AFTER: Published(21.9),
    Event.WORSE: Published(8.8),
    Event.DROWSY: Published(2.6),
    Event.HEADACHE: Published(1.4),
    Event.NAUSEA: Published(1.3),
    Event.RED: Published(0, 0.98),
}
"""Brady 2014, 7,629 treatments, and Boyce 2020, about 20,500: percentages times ten; the last line
stands beside their "significant" (none) and "major" (20, about 1 in 1,024)."""


def event_of(sign: str) -> Event:
    """What a sign of the ladder is counted as: its own kind, else by how soon one had to act."""
    found = catalog.signs()[sign]
    return Event(found.event or found.tier)


def event_of_side_effect(effect: str) -> Event:
    """What a side effect that was logged with soreness is counted as."""
    return Event(effect)


@dataclass(frozen=True, slots=True)
class Rate:
    """Events per 1,000 treatments with a 95 % interval."""

    per_thousand: float
    low: float
    high: float


def rate(count: int, treatments: int) -> Rate | None:
    """`count` treatments of `treatments` as a rate with its Wilson interval; None for none.

    Wilson 1927: holds for few events and few treatments too, and never leaves 0 to 1,000. Raises
    ValueError where more treatments had an event than there were.
    """
    if treatments == 0:
        return None
    if not 0 <= count <= treatments:
        raise ValueError(f"{count} of {treatments}")
    share = count / treatments
    square = Z * Z
    middle = share + square / (2 * treatments)
    spread = Z * sqrt(share * (1 - share) / treatments + square / (4 * treatments * treatments))
    whole = 1 + square / treatments
    low = 0.0 if count == 0 else (middle - spread) / whole
    high = 1.0 if count == treatments else (middle + spread) / whole
    return Rate(1000 * share, 1000 * low, 1000 * high)
