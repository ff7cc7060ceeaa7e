"""The safety ladder's rules: signs with their tiers, what is said besides, soreness, repeats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from tracker.domain import catalog
from tracker.domain.catalog import Sign

NEEDLED_LATELY = timedelta(days=7)
"""How long after needles the advice speaks of them: air around the lung showed itself between
30 min and the next day in the case reports, one patient waited 2 days (working rule: 7 days)."""

MAIL_WITHIN = timedelta(minutes=1)
"""RED and URGENT reach the physio, the lead and the cover within a minute (working rule); what has
not gone out by then is shown to the lead."""

REMIND_AFTER = timedelta(minutes=30)
"""Mailed again, once, after 30 minutes without an acknowledgement (working rule)."""

REPEAT_AFTER = timedelta(hours=48)
"""No second flag of one kind about the same thing within 48 h (working rule, alert load); RED and
URGENT reports always raise one."""

FLAG_FRESH = timedelta(days=7)
"""Soreness felt longer ago than a week raises no flag: it is history, not news (working rule)."""

FLAG_NOTE_MAX = 500
"""Characters of an acknowledgement's note: a line, not a record."""

SORE_LASTING, SORE_LASTING_FROM_HOURS = 4, 72
"""Abnormal: 4 or more of 10 at 72 h, when most soreness is gone (working rule)."""

SORE_RISE, SORE_RISE_AFTER_HOURS = 2, 48
"""Abnormal: a rise of 2 or more after 48 h, over the lowest rating since the last one before that
(working rule). Soreness falls from the first hours on, so a rise that late is something new."""

SORE_STRONG, SORE_STRONG_AFTER_HOURS = 8, 24
"""Abnormal: 8 or more of 10 after 24 h (working rule)."""

SORE_LATE, SORE_LATE_FROM_HOURS = 2, 6 * 24
"""Abnormal: 2 or more of 10 on day 7, which begins 6 times 24 h after needling (working rule)."""


class Tier(StrEnum):
    """How soon somebody has to act, the soonest first (working rule of the safety ladder)."""

    RED = "red"
    URGENT = "urgent"
    AMBER = "amber"
    EXPECTED = "expected"

    @property
    def is_pressing(self) -> bool:
        """Whether it is mailed at once and raised each time."""
        return self in {Tier.RED, Tier.URGENT}


class Group(StrEnum):
    """The questions of the ladder in the order in which they are asked."""

    FIRST = "first"
    NERVE = "nerve"
    FEVER = "fever"
    URGENT = "urgent"
    AMBER = "amber"
    EXPECTED = "expected"


class Needled(StrEnum):
    """What is known of somebody's needles: it changes the explanation, never the question."""

    NEVER = "never"
    LATELY = "lately"
    BEFORE = "before"
    UNKNOWN = "unknown"


class Extra(StrEnum):
    """What an advice says besides."""

    NEEDLES = "needles"
    """Say when and where you had needles."""
    LUNG = "lung"
    """Rarely a needle lets air escape around the lung."""
    MATERNITY = "maternity"
    """Call your maternity unit."""
    DROWSY = "drowsy"
    """Do not drive while drowsy."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do: the highest tier that was answered, and what is said besides."""

    tier: Tier
    extras: frozenset[Extra]


def tier_of(signs: Iterable[str]) -> Tier:
    """The highest tier among some signs; raises KeyError for a sign that is not on the list."""
    known = catalog.signs()
    tiers = {Tier(known[sign].tier) for sign in signs}
    return next(tier for tier in Tier if tier in tiers)


def needled_state(last_session_at: datetime | None, now: datetime) -> Needled:
    """What is known of a patient's needles, from the last session in the clinic's records."""
    if last_session_at is None:
        return Needled.NEVER
    return Needled.LATELY if now - last_session_at <= NEEDLED_LATELY else Needled.BEFORE


def advice_for(signs: Sequence[str], needled: Needled) -> Advice:
    """The advice for some signs (at least one, all known; else KeyError or StopIteration)."""
    known = [catalog.signs()[sign] for sign in signs]
    tier = tier_of(signs)
    extras = {Extra(sign.extra) for sign in known if sign.extra}
    if tier is Tier.RED and needled in {Needled.LATELY, Needled.UNKNOWN}:
        extras.add(Extra.NEEDLES)
        if any(sign.group == Group.FIRST for sign in known):
            extras.add(Extra.LUNG)
    return Advice(tier, frozenset(extras))


def asked_signs(needled: Needled) -> dict[Group, list[Sign]]:
    """The signs by group, as they are asked: who was never needled reads nothing of needles."""
    return {
        group: [
            sign
            for sign in catalog.signs().values()
            if sign.group == group and not (sign.is_about_needles and needled is Needled.NEVER)
        ]
        for group in Group
    }


ASKED_WITH_SORENESS = (
    "spreading_redness",
    "heat",
    "fever",
    "fast_growing_swelling",
    "weak_limb",
)
"""Asked at once when soreness is abnormal: an infection must not wait for a digest."""


# Soreness.


class SoreReason(StrEnum):
    """Which part of the rule a rating met."""

    STRONG = "sore_strong"
    LASTING = "sore_lasting"
    RISING = "sore_rising"
    LATE = "sore_late"


@dataclass(frozen=True, slots=True)
class Rating:
    """One rating of soreness, 0-10, at so many hours after the needles."""

    hours: float
    soreness: int


@dataclass(frozen=True, slots=True)
class Abnormal:
    """An abnormal rating: which part of the rule it met, and the numbers behind it."""

    reason: SoreReason
    numbers: dict[str, float] = field(default_factory=dict)


def find_abnormal(ratings: Sequence[Rating]) -> Abnormal | None:
    """What the rule says of the newest of a session's ratings, which may come in any order."""
    if not ratings:
        return None
    *earlier, newest = sorted(ratings, key=lambda rating: rating.hours)
    value, hours = newest.soreness, newest.hours
    numbers: dict[str, float] = {"soreness": value, "hours": int(hours)}
    if value >= SORE_STRONG and hours > SORE_STRONG_AFTER_HOURS:
        return Abnormal(SoreReason.STRONG, numbers)
    if value >= SORE_LASTING and hours >= SORE_LASTING_FROM_HOURS:
        return Abnormal(SoreReason.LASTING, numbers)
    base = _base_of_rise(earlier)
    if hours > SORE_RISE_AFTER_HOURS and base is not None and value - base >= SORE_RISE:
        return Abnormal(SoreReason.RISING, {**numbers, "from": base})
    if value >= SORE_LATE and hours >= SORE_LATE_FROM_HOURS:
        return Abnormal(SoreReason.LATE, numbers)
    return None


def _base_of_rise(earlier: Sequence[Rating]) -> int | None:
    """The lowest rating since the last one up to 48 h."""
    before = [rating for rating in earlier if rating.hours <= SORE_RISE_AFTER_HOURS][-1:]
    since = [rating for rating in earlier if rating.hours > SORE_RISE_AFTER_HOURS]
    return min((rating.soreness for rating in (*before, *since)), default=None)


def sore_limits() -> dict[str, int]:
    """The rule's numbers by name, for the phone, which has to ask before anything is sent."""
    return {
        "lasting": SORE_LASTING,
        "lasting_hours": SORE_LASTING_FROM_HOURS,
        "rise": SORE_RISE,
        "rise_hours": SORE_RISE_AFTER_HOURS,
        "strong": SORE_STRONG,
        "strong_hours": SORE_STRONG_AFTER_HOURS,
        "late": SORE_LATE,
        "late_hours": SORE_LATE_FROM_HOURS,
    }


# Flags.


class FlagKind(StrEnum):
    """What a flag is about; later kinds are added here."""

    SAFETY = "safety"
    SORENESS = "soreness"
    STRETCH = "stretch"
    FLARE = "flare"
    REASSESS = "reassess"
    QUIET = "quiet"


class Step(StrEnum):
    """What somebody of the clinic does about a flag."""

    ACKNOWLEDGED = "acknowledged"
    UNDONE = "undone"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    NOTED = "noted"
    HANDED = "handed"
    CLOSED = "closed"
    REOPENED = "reopened"
    NUDGED = "nudged"


class Action(StrEnum):
    """The next action that is offered beside a flag."""

    CALL = "call"
    NUDGE = "nudge"
    PROGRAMME = "programme"
    EXCUSE = "excuse"


NEXT_ACTIONS: dict[FlagKind, tuple[Action, ...]] = {
    FlagKind.SAFETY: (Action.CALL,),
    FlagKind.SORENESS: (Action.CALL, Action.EXCUSE),
    FlagKind.STRETCH: (Action.PROGRAMME, Action.CALL, Action.EXCUSE),
    FlagKind.FLARE: (Action.CALL, Action.PROGRAMME, Action.EXCUSE),
    FlagKind.REASSESS: (Action.PROGRAMME, Action.CALL),
    FlagKind.QUIET: (Action.NUDGE, Action.CALL),
}
"""What is offered first, second ... beside a flag, by what it is about (working rule)."""

SNOOZES = (1, 3, 7)
"""Days for which an amber flag can be put off; what presses can't be (working rule)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A flag of the same kind and subject that stands already."""

    raised_at: datetime
    signs: frozenset[str] = frozenset()


def is_raised(tier: Tier, signs: Iterable[str], standing: Sequence[Standing], at: datetime) -> bool:
    """Whether a new flag is raised beside those that stand (same patient, kind and subject).

    Never for what is expected; always for RED and URGENT; AMBER where the last 48 h brought none,
    or where it names a sign that none of those named.
    """
    if tier is Tier.EXPECTED:
        return False
    if tier.is_pressing:
        return True
    lately = [flag for flag in standing if at - flag.raised_at < REPEAT_AFTER]
    told = frozenset[str]().union(*(flag.signs for flag in lately))
    return not lately or not set(signs) <= told
