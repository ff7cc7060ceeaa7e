"""Measures beside the day's log: what is asked when, what can be answered, what a change means."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from tracker.domain.needling import DEGREES, Side


class Measure(StrEnum):
    """What is asked beside the day's log, the rarest first: the first that is due is asked."""

    CHANGE = "change"
    ACTIVITIES = "activities"
    WEEKLY = "weekly"


WEEKLY_ITEMS = ("pain", "enjoyment", "activity")
"""Our own three questions on the last 7 days: 0 = none or not at all, 10 = the worst."""

CHANGE_ITEM = "change"

CHANGE_SCALE = range(-3, 4)
"""Seven points from very much worse to very much better since the treatment began."""

ITEM_SCALE = range(11)
"""Whole numbers from 0 to 10; of an activity 0 = unable, 10 = as before the problem."""

EVERY = {
    Measure.WEEKLY: timedelta(days=7),
    Measure.CHANGE: timedelta(days=28),
    Measure.ACTIVITIES: timedelta(days=7),
}
"""How long after the last time a measure is due again (clinical ground, section 3)."""

AFTER_SESSION = timedelta(days=3)
"""A session asks for the activities again, but not within these days of the last time (rule)."""

CHOOSE_AGAIN = timedelta(days=28)
"""Who did not want to name activities is asked again after so long (working rule)."""

ACTIVITIES_MOST = 5
"""Activities of the patient's own choosing in force at a time (Stratford 1995)."""

ACTIVITY_MAX = 80
"""Characters of an activity's name."""

MDC90_ITEM = 3
MDC90_MEAN = 2
"""Points by which one activity, or the mean of several, has to change to be more than the usual
scatter between two ratings (MDC90 of the patient-specific functional scale, Stratford 1995)."""

QUESTION_MAX = 500
"""Characters of a question for the next visit."""

ANSWER_MAX = 300
"""Characters of a physio's note beside an answered question."""

GOALS_MOST = 5
GOAL_MAX = 120

MOVEMENTS: Mapping[str, range] = {
    "neck_rotation": range(111),
    "neck_side_bend": range(81),
    "neck_flexion": range(101),
    "neck_extension": range(111),
    "shoulder_elevation": range(191),
    "shoulder_external_rotation": range(121),
    "shoulder_internal_rotation": range(121),
    "trunk_flexion": range(131),
    "trunk_side_bend": range(71),
    "hip_flexion": range(151),
    "hip_internal_rotation": range(81),
    "straight_leg_raise": range(131),
    "knee_flexion": range(171),
    "knee_extension": range(-40, 26),
    "ankle_dorsiflexion": range(-30, 61),
}
"""Movements that are measured by hand, each with the degrees that a joint can show; below 0 where
it does not reach its zero. Wide on purpose: what lies outside is a slip (working rule)."""

MOVEMENT_MAX = 60

Values = Mapping[str, int | None]
"""What was answered of a measure by item; an item that is left out or None was not answered."""


# What is asked when.


@dataclass(frozen=True, slots=True)
class Past:
    """What there is of one episode: from when it is treated, and each measure's last day.

    A measure that was skipped counts as asked: nobody is asked twice for saying no once.
    """

    opened_on: date
    asked: Mapping[Measure, date] = field(default_factory=dict)
    last_session: date | None = None
    activity_count: int = 0


def next_due(past: Past, day: date) -> Measure | None:
    """The one measure to ask on a day, None for none.

    At most one a day, and none on the day on which the treatment begins: the log comes first.
    """
    if day <= past.opened_on or any(last >= day for last in past.asked.values()):
        return None
    return next((measure for measure in Measure if is_due(past, measure, day)), None)


def is_due(past: Past, measure: Measure, day: date) -> bool:
    """Whether a measure's time has come, whatever else is asked on the day."""
    last = past.asked.get(measure)
    every = EVERY[measure]
    if last is None:
        # A change since the beginning needs some time to have passed since then.
        return measure is not Measure.CHANGE or day - past.opened_on >= every
    if measure is Measure.ACTIVITIES:
        if not past.activity_count:
            return day - last >= CHOOSE_AGAIN
        session = past.last_session
        if session is not None and last < session <= day and day - last >= AFTER_SESSION:
            return True
    return day - last >= every


# What can be answered.


def answered(values: Values) -> dict[str, int]:
    """The items that have a number: a missing one is missing, never 0."""
    return {item: value for item, value in values.items() if value is not None}


def scale_of(measure: Measure) -> range:
    """The numbers that an item of a measure takes."""
    return CHANGE_SCALE if measure is Measure.CHANGE else ITEM_SCALE


def value_faults(
    measure: Measure, values: Values, activities: Collection[str]
) -> dict[str, list[str]]:
    """What can't be an answer: message codes by item. No answer at all is none: it was skipped."""
    items: Collection[str] = {
        Measure.WEEKLY: WEEKLY_ITEMS,
        Measure.CHANGE: (CHANGE_ITEM,),
        Measure.ACTIVITIES: activities,
    }[measure]
    faults: dict[str, list[str]] = {}
    for item, value in values.items():
        if item not in items:
            faults[item] = ["unknown"]
        elif value is not None and value not in scale_of(measure):
            faults[item] = ["change_scale" if measure is Measure.CHANGE else "scale"]
    return faults


def degrees_fault(movement: str, side: str, degrees: int) -> dict[str, list[str]]:
    """What can't be a range of motion: a movement without a name, degrees no such joint shows."""
    faults: dict[str, list[str]] = {}
    if not movement.strip():
        faults["movement"] = ["movement_needed"]
    elif len(movement) > MOVEMENT_MAX:
        faults["movement"] = ["too_long"]
    if side not in {*Side}:
        faults["side"] = ["unknown"]
    if degrees not in MOVEMENTS.get(movement, DEGREES):
        faults["degrees"] = ["degrees_of_movement" if movement in MOVEMENTS else "degrees"]
    return faults


def tidy_names(names: Sequence[str]) -> list[str]:
    """Names as they are kept: without empty ones and doubles, whatever their capitals."""
    kept: dict[str, str] = {}
    for name in names:
        words = " ".join(name.split())
        if words:
            kept.setdefault(words.casefold(), words)
    return list(kept.values())


# What it means.


@dataclass(frozen=True, slots=True)
class Score:
    """A mean over `n` of `of` items; None where too few were answered."""

    value: float | None
    n: int
    of: int


def weekly_score(values: Values) -> Score:
    """The mean of the weekly three, 0-10; of fewer than three it is none."""
    given = [value for item, value in answered(values).items() if item in WEEKLY_ITEMS]
    of = len(WEEKLY_ITEMS)
    return Score(sum(given) / of if len(given) == of else None, len(given), of)


def activities_score(values: Values, activities: Collection[str]) -> Score:
    """The mean of those of some activities that were rated, 0-10."""
    given = [value for item, value in answered(values).items() if item in activities]
    return Score(sum(given) / len(given) if given else None, len(given), len(activities))


@dataclass(frozen=True, slots=True)
class Shift:
    """From the first rating to the newest, over the `n` activities that were rated twice."""

    first: float
    now: float
    n: int
    first_on: date
    now_on: date
    is_beyond: bool
    """Whether it is at least MDC90: MDC90_ITEM for one activity, MDC90_MEAN for a mean."""

    @property
    def change(self) -> float:
        """Points, above 0 for better."""
        return self.now - self.first


def shift_of(entries: Sequence[tuple[date, Values]], activities: Collection[str]) -> Shift | None:
    """How far activities moved; None while none was rated on two days. Oldest entry first.

    The same activities stand on both sides, so that a new or retired one moves no mean.
    """
    rated: dict[str, list[tuple[date, int]]] = {item: [] for item in activities}
    for day, values in entries:
        for item, value in answered(values).items():
            if item in rated:
                rated[item].append((day, value))
    twice = [pairs for pairs in rated.values() if len(pairs) > 1]
    if not twice:
        return None
    first, now = (sum(pairs[end][1] for pairs in twice) for end in (0, -1))
    n = len(twice)
    limit = MDC90_ITEM if n == 1 else MDC90_MEAN
    return Shift(
        first / n,
        now / n,
        n,
        min(pairs[0][0] for pairs in twice),
        max(pairs[-1][0] for pairs in twice),
        # In whole points: a mean of 0.1s must not fall short of its limit.
        abs(now - first) >= limit * n,
    )
