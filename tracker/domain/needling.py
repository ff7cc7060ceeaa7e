"""A needling session: what is recorded of it, and how long soreness is asked about after it."""

from __future__ import annotations

from collections.abc import Sequence
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


class CoTreatment(StrEnum):
    """What else was done in the same visit."""

    MANUAL = "manual"
    HEAT = "heat"
    MASSAGE = "massage"
    STIMULATION = "stimulation"
    EXERCISE = "exercise"


GAUGES = range(10, 61)
"""Needle diameters in hundredths of a millimetre (working rule)."""

LENGTHS = range(5, 151)
"""Needle lengths in mm (working rule)."""

MINUTES = range(1, 181)
"""How long a visit takes, in min; 30 unless something else is said (working rule)."""

USUAL_MINUTES = 30

HERTZ = range(1, 201)
"""Frequency of electrical needling in Hz (working rule)."""

MILLIAMPS_MOST = 30.0
"""Current of electrical needling in mA (working rule)."""

NEEDLES_MOST = 200
"""Needles of one session (working rule)."""

DEGREES = range(-60, 361)
"""A range of motion in degrees; below 0 where a joint does not reach its zero (working rule)."""

MOTIONS_MOST = 6
LOT_MOST = 40
REASON_MOST = 200
MOVEMENT_MOST = 60


@dataclass(frozen=True, slots=True)
class MuscleRow:
    """One needled muscle of a session: one row, as a physio records it.

    `gauge` is the needle's diameter in hundredths of a millimetre, `length` and `depth` are in mm,
    `dwell` in min; `hertz` and `milliamps` belong to electrical needling, `lot` is the batch.
    """

    muscle: str
    side: Side
    insertions: int
    technique: Technique
    twitch: Twitch | None = None
    pain_during: int | None = None
    gauge: int | None = None
    length: int | None = None
    depth: int | None = None
    dwell: int | None = None
    hertz: int | None = None
    milliamps: float | None = None
    lot: str = ""
    referred_pain: bool = False
    bleeding: bool = False
    bruising: bool = False


@dataclass(frozen=True, slots=True)
class Motion:
    """A named movement in degrees, before and after."""

    movement: str
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is recorded of a session besides its muscles (section 4 of the clinical ground).

    `minutes` is the visit's length; pain is 0-10; `consent_scope` and `screening` are as they stood
    when both were asked again, None where that was not recorded.
    """

    minutes: int = USUAL_MINUTES
    needles_in: int | None = None
    needles_out: int | None = None
    needles_reason: str = ""
    pain_before: int | None = None
    pain_after: int | None = None
    motions: tuple[Motion, ...] = ()
    co_treatments: tuple[CoTreatment, ...] = ()
    is_aftercare_given: bool = False
    consent_scope: tuple[str, ...] | None = None
    screening: tuple[str, ...] | None = None


def session_faults(rows: Sequence[MuscleRow], facts: Facts) -> dict[str, list[str]]:
    """What can't be in a session: message codes by field, with its place behind a row's field.

    A needle goes no deeper than it is long and stays no longer than the visit; current belongs to
    electrical needling, and that to a consent that names it; each needle that went in came out, or
    it is said what became of it.
    """
    found: dict[str, list[str]] = {}
    for place, row in enumerate(rows):
        for name, code in _row_faults(row, facts.minutes):
            found.setdefault(f"{name}-{place}", []).append(code)
    scope = facts.consent_scope
    is_electrical = any(row.technique is Technique.ELECTRICAL for row in rows)
    if is_electrical and scope is not None and "electrical" not in scope:
        found["consent_scope"] = ["consent_electrical"]
    if facts.needles_in != facts.needles_out and not facts.needles_reason.strip():
        found["needles_out"] = ["needles_differ"]
    for place, motion in enumerate(facts.motions):
        if not motion.movement.strip():
            found[f"movement-{place}"] = ["movement_needed"]
    return found


def _row_faults(row: MuscleRow, minutes: int) -> Sequence[tuple[str, str]]:
    faults = []
    if row.insertions not in range(1, INSERTIONS_MAX + 1):
        faults.append(("insertions", "insertions"))
    if row.pain_during is not None and row.pain_during not in range(11):
        faults.append(("pain_during", "scale"))
    if row.depth is not None and row.length is not None and row.depth > row.length:
        faults.append(("depth", "depth_over_length"))
    if row.dwell is not None and row.dwell > minutes:
        faults.append(("dwell", "dwell_over_session"))
    if row.technique is not Technique.ELECTRICAL:
        if row.hertz is not None:
            faults.append(("hertz", "electrical_only"))
        if row.milliamps is not None:
            faults.append(("milliamps", "electrical_only"))
    return faults


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
