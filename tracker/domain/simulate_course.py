"""How a simulated complaint runs: true pain day by day, flares, and the days that are logged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, sqrt
from random import Random

from tracker.domain.simulate_cast import Story
from tracker.domain.simulate_visits import Calendar

DAY_SCATTER = 1.1
"""SD of one person's days, points on 0-10. A daily rating's reliability is about 0.65 (Heapy 2014):
with an SD of 2 between people the days scatter by 2 * sqrt(0.35) = 1.18, rounding included."""

DAY_CORRELATION = 0.3
"""Correlation of a day's scatter with the day before; a bad day drags on (working rule)."""

RELIEF_SHAPE = (0.0, 0.5, 1.0, 0.9, 0.8, 0.65, 0.5, 0.35, 0.2, 0.1)
"""Share of a session's passing relief on days 0, 1, 2 ...: pain had improved 2 days after needling
but not at once (PMC5106437)."""

FLARE_TAIL = (0.5, 0.2)
"""Share of the rise left on the two days after a flare."""

FLARES_APART = 30
"""More days than this lie between two onsets."""

HOUR = 3600
SPREAD_SECONDS = 40 * 60
EARLIEST, LATEST = 6 * HOUR, 23 * HOUR + 20 * 60
"""Seconds: SD of the time of logging, and its bounds in the day, clear of any change of clocks."""

ADDED_LATER = 0.1
"""Share of the missed days that are added later (working rule)."""

MISSED, LOGGED = -1, 0
"""What became of a day; a positive number says how many days later it was added."""


@dataclass(frozen=True, slots=True)
class Person:
    """One patient's drawn traits; pains and relief in points, `evening` in seconds of the day."""

    story: Story
    start: float
    end: float
    fall_days: float
    relief: float
    scatter: float
    completion: float
    adherence: float
    evening: int
    extras: float


def draw_person(rng: Random, story: Story) -> Person:
    """The traits of one patient living through `story`."""
    start = rng.uniform(*story.start)
    return Person(
        story=story,
        start=start,
        end=start if story.end is None else rng.uniform(*story.end),
        fall_days=rng.uniform(*story.fall_days),
        relief=rng.uniform(*story.relief),
        scatter=DAY_SCATTER * rng.uniform(0.75, 1.25),
        completion=rng.uniform(*story.completion),
        adherence=rng.uniform(*story.adherence),
        evening=int(HOUR * rng.choice(story.evenings)),
        extras=rng.choice(story.extras),
    )


@dataclass(frozen=True, slots=True)
class Flare:
    """A bad spell: `rise` points from `onset` on, reached after `ramp` days, for `length` days."""

    onset: int
    rise: float
    ramp: int
    length: int


def flare_of_today(rng: Random, calendar: Calendar) -> Flare:
    """A flare that began 2 or 3 days ago, at once, and lasts beyond today."""
    return Flare(calendar.today - rng.randint(2, 3), rng.uniform(3.3, 4.0), 0, 8)


def past_flares(rng: Random, calendar: Calendar, visits: Sequence[int]) -> list[Flare]:
    """About one flare in 60 days, over by now, +2 to +4 for 3 to 8 days (mean +2.8, Costa 2019).

    None begins within 3 days after a session, where it could not be told from the needling's own
    aggravation, and more than 30 days lie between two of them.
    """
    count = len(calendar.days)
    near = {visit + offset for visit in visits for offset in range(4)}
    anywhere = range(min(20, count // 3), count - 12)
    free = [day for day in anywhere if day not in near] or list(anywhere)
    flares: list[Flare] = []
    while free and len(flares) <= count // 60:
        onset = rng.choice(free)
        rise = min(4.0, max(2.0, rng.gauss(2.9, 0.5)))
        flares.append(Flare(onset, rise, rng.randint(0, 2), rng.randint(3, 8)))
        free = [day for day in free if abs(day - onset) > FLARES_APART]
    return sorted(flares, key=lambda flare: flare.onset)


def flare_rises(flares: Sequence[Flare], count: int) -> list[float]:
    """Points added on each of `count` days by the flares."""
    rises = [0.0] * count
    for flare in flares:
        ramp = [flare.rise * (step + 1) / (flare.ramp + 1) for step in range(flare.ramp)]
        plateau = [flare.rise] * (flare.length - flare.ramp)
        tail = [flare.rise * share for share in FLARE_TAIL]
        for offset, rise in enumerate(ramp + plateau + tail):
            if flare.onset + offset < count:
                rises[flare.onset + offset] = rise
    return rises


def draw_levels(person: Person, visits: Sequence[int], rises: Sequence[float]) -> list[float]:
    """True pain on each day, before scatter and rounding.

    The lasting fall begins the day after the first session; each session adds a passing relief.
    """
    first = visits[0] + 1 if visits else len(rises)
    fall = person.start - person.end
    keep = exp(-1.0 / person.fall_days)
    levels = []
    left = 1.0
    for day, rise in enumerate(rises):
        levels.append(person.end + fall * left + rise)
        if day >= first:
            left *= keep
    for visit in visits:
        for offset, share in enumerate(RELIEF_SHAPE[: len(levels) - visit]):
            levels[visit + offset] -= person.relief * share
    return levels


def draw_pains(
    rng: Random, person: Person, levels: Sequence[float], rises: Sequence[float]
) -> list[int]:
    """The rating 0-10 of each day: its level with autocorrelated scatter, rounded."""
    fresh = person.scatter * sqrt(1 - DAY_CORRELATION**2)
    is_sure = person.story.flare == "now"
    noise = rng.gauss(0.0, person.scatter)
    pains = []
    for level, rise in zip(levels, rises, strict=True):
        # A demo's flare of today must show: its days scatter upward only.
        shown = abs(noise) if is_sure and rise else noise
        pains.append(max(0, min(10, int(level + shown + 0.5))))
        noise = DAY_CORRELATION * noise + rng.gauss(0.0, fresh)
    return pains


@dataclass(frozen=True, slots=True)
class Diary:
    """When somebody logs: what became of each day, and at which second of each day they log."""

    person: Person
    calendar: Calendar
    logging: list[int]
    seconds: list[int]

    def moment(self, day: int) -> datetime:
        """The usual moment of logging on `day`."""
        return self.calendar.midnights[day] + timedelta(seconds=self.seconds[day])


def draw_diary(rng: Random, person: Person, calendar: Calendar) -> Diary:
    """On the day of joining in the clinic's hours, then about the usual hour."""
    usual = person.evening
    seconds = [int(rng.gauss(usual, SPREAD_SECONDS)) for _ in calendar.days]
    seconds = [max(EARLIEST, min(LATEST, second)) for second in seconds]
    seconds[0] = rng.randint(9 * HOUR, 16 * HOUR)
    return Diary(person, calendar, _draw_logging(rng, person, calendar), seconds)


def _draw_logging(rng: Random, person: Person, calendar: Calendar) -> list[int]:
    """MISSED, LOGGED or the days until it was added later, for each day.

    Gaps come in runs: the chance to log rises after a logged day and falls after a missed one.
    About one missed day in ten is added 1 or 2 days later, never today.
    """
    rate = person.completion
    after_logged, after_missed = rate + 0.25 * (1 - rate), 0.75 * rate
    sure_from = min(calendar.last_active, calendar.today - 1) - person.story.sure_days + 1
    days = [MISSED] * len(calendar.days)
    chance = rate
    for day in range(calendar.last_active + 1):
        is_sure = day == 0 or sure_from <= day < calendar.today or _ends_here(calendar, day)
        if is_sure or rng.random() < chance:
            days[day], chance = LOGGED, after_logged
            continue
        chance = after_missed
        later = rng.randint(1, 2)
        if rng.random() < ADDED_LATER and day + later <= min(
            calendar.last_active, calendar.today - 1
        ):
            days[day] = later
    return days


def _ends_here(calendar: Calendar, day: int) -> bool:
    """Whether the silence of a silent story begins after this day, which therefore is logged."""
    return day == calendar.last_active < calendar.today
