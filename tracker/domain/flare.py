"""The flare rule: when a patient's ratings stand out from their own last weeks.

Only eligible days count, so soreness after needling never raises anything. A flag says that
somebody should look; it never says what is the matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median

from tracker.domain.response import spoilt_days
from tracker.domain.statistics import (
    VERDICT_LEAST_DAYS,
    change_between,
    ewma,
    ewma_limits,
    mean_of,
    moving_range_limits,
)
from tracker.domain.statistics.control import RANGE_D2

BASE_DAYS = 14
BASE_LEAST = 5
"""The own level is that of the last 14 logged eligible days before those judged, 5 at least (RULE).
"""

JUDGED_DAYS = 2
RISE = 2.0
"""Both of the newest 2 logged eligible days 2 points or more over the median of the base (RULE;
flares averaged +2.8, Costa 2019)."""

SIGMA_LEAST = 1.0
"""The scatter of a day is taken as 1 point at least, however even a patient's days are (RULE)."""

WIDTH = 0.8
"""How many sigmas of the running average its upper limit lies above where it stood the day before.
3 is usual for machines (NIST 6.3.2.4) and finds under half of simulated flares in 3 days; 0.8 was
chosen by `tracker bench alerts`, which tells what it costs (RULE)."""

BAD_LEAST = 4
"""A single day under 4 of 10 is mild pain: the patient is asked, and nobody is told of a flare by
it. From 4 up a patient is offered to call a day a bad spell unasked (RULE)."""

ASK_WIDTH = 0.2
"""The same for the question to the patient, which is asked sooner than somebody is told: what an
answer buys, and how often it is asked for, `tracker bench alerts` prints too (RULE)."""

ASK_EVERY = timedelta(hours=48)
"""No second question about the same problem sooner (RULE, as for flags)."""

ASKED_FOR = timedelta(days=2)
"""A question is shown until it is answered, or its day is older than this (RULE)."""

JUDGED_APART = timedelta(days=4)
"""The two judged days lie at most so far apart: bad days weeks apart are no bad spell (RULE)."""

FRESH = timedelta(days=2)
"""A day added later than this says nothing of now (RULE)."""

HIGH_MEAN = 7.0
HIGH_DAYS = 7
"""A steady high level: a mean of 7 or more over 7 days, 5 of them logged (RULE)."""

VISITS_WITHOUT_CHANGE = 3
"""Visits after which no change asks for a second thought (RULE)."""

REASSESS_EVERY = timedelta(days=28)
"""A second thought is asked for once in four weeks (RULE, alert load)."""

QUIET_AFTER = timedelta(days=14)
QUIET_TOLD_UNTIL = timedelta(days=28)
"""Silence beyond 14 days is told once, in one line; one older than 28 days is no news (RULE)."""


class Sign(StrEnum):
    """Why somebody should look."""

    RISE = "flare_rise"
    LIFT = "flare_lift"
    SAID = "flare_said"
    HIGH = "steady_high"
    NO_CHANGE = "no_change"
    QUIET = "quiet"


class Reply(StrEnum):
    """What a patient answers to "Is this a bad spell?"."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found, with the numbers that its sentence carries."""

    sign: Sign
    numbers: dict[str, float] = field(default_factory=dict)


def eligible(
    ratings: Mapping[date, int], sessions: Sequence[datetime], today: date
) -> list[tuple[date, int]]:
    """The logged days up to `today` outside each session's 72 h, in order."""
    spoilt = spoilt_days(sessions)
    return sorted(
        (day, pain) for day, pain in ratings.items() if day <= today and day not in spoilt
    )


def find_flare(
    ratings: Mapping[date, int],
    sessions: Sequence[datetime],
    day: date,
    width: float = WIDTH,
    least: int = BAD_LEAST,
) -> Finding | None:
    """What the entry of `day` says of a flare; None for a day within 72 h of a session.

    Either the newest two days both lie 2 points or more over the median of the base, or the newest
    one, `least` or more, lifts the running average over its limit, `width` sigmas. `sessions` are
    naive wall times.
    """
    days = eligible(ratings, sessions, day)
    if not days or days[-1][0] != day:
        return None
    newest = days[-1][1]
    base, recent = days[:-JUDGED_DAYS][-BASE_DAYS:], days[-JUDGED_DAYS:]
    if len(base) >= BASE_LEAST and recent[-1][0] - recent[0][0] <= JUDGED_APART:
        usual = median(pain for _day, pain in base)
        if min(pain for _day, pain in recent) - usual >= RISE:
            return Finding(Sign.RISE, {"pain": newest, "usual": usual, "days": len(base)})
    if newest < least:
        return None
    return _find_lift([pain for _day, pain in days[-BASE_DAYS - 1 :]], width)


def find_possible(
    ratings: Mapping[date, int], sessions: Sequence[datetime], day: date
) -> Finding | None:
    """What of the entry of `day` is worth asking the patient about: each flare, and smaller rises.

    Nobody else is told of a smaller one unless the patient says that it is a bad spell.
    """
    return find_flare(ratings, sessions, day, ASK_WIDTH, least=0)


def find_said(
    ratings: Mapping[date, int], sessions: Sequence[datetime], day: date
) -> Finding | None:
    """What a day says that the patient calls a bad spell; None for one within 72 h of a session.

    It needs no base. Where a rule finds a flare too, that one speaks; else the usual level stands
    in the numbers where there are days enough to know it.
    """
    days = eligible(ratings, sessions, day)
    if not days or days[-1][0] != day:
        return None
    found = find_flare(ratings, sessions, day)
    if found is not None:
        return found
    base = [pain for _day, pain in days[-BASE_DAYS - 1 : -1]]
    numbers: dict[str, float] = {"pain": days[-1][1]}
    usual = ewma(range(len(base)), base)[-1] if len(base) >= BASE_LEAST else None
    if usual is not None:
        numbers |= {"usual": round(usual, 1), "days": len(base)}
    return Finding(Sign.SAID, numbers)


def _find_lift(pains: Sequence[int], width: float) -> Finding | None:
    """Whether the last rating lifts the running average of those before it over its limit.

    The average follows a course that falls, which the mean of two weeks does not. It goes rating by
    rating here: the longer the gap, the less a single rating may count for more.
    """
    *base, newest = pains
    if len(base) < BASE_LEAST:
        return None
    levels = ewma(range(len(pains)), pains)
    before, after = levels[-2], levels[-1]
    found = moving_range_limits(base)
    sigma = max(SIGMA_LEAST, found[1] / RANGE_D2 if found else 0.0)
    if before is None or after is None or after <= ewma_limits(before, sigma, width).upper:
        return None
    return Finding(Sign.LIFT, {"pain": newest, "usual": round(before, 1), "days": len(base)})


def find_reassess(
    ratings: Mapping[date, int], sessions: Sequence[datetime], day: date
) -> Finding | None:
    """A steady high level, or no change after three visits; None where neither can be said.

    No change compares the eligible days before the second visit with those since the last one: no
    responder, and no more than scatter, on 5 days each.
    """
    week = [ratings.get(day - timedelta(days=back)) for back in range(HIGH_DAYS)]
    mean = mean_of(week)
    if mean.value is not None and mean.n >= VERDICT_LEAST_DAYS and mean.value >= HIGH_MEAN:
        return Finding(Sign.HIGH, {"mean": mean.value, "days": mean.n})
    visits = sorted({needled.date() for needled in sessions if needled.date() <= day})
    if len(visits) < VISITS_WITHOUT_CHANGE:
        return None
    days = eligible(ratings, sessions, day)
    before = [pain for one, pain in days if one < visits[1]]
    after = [pain for one, pain in days if one >= visits[-1]]
    change = change_between(mean_of(before), mean_of(after))
    if change is None or change.is_beyond_scatter:
        return None
    return Finding(
        Sign.NO_CHANGE,
        {"before": change.before, "after": change.after, "visits": len(visits)},
    )


def is_fresh(day: date, today: date) -> bool:
    """Whether an entry made today for `day` is news."""
    return today - day <= FRESH
