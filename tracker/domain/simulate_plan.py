"""What a simulated physio records: needling sessions and a programme of stretches in versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from tracker.domain.simulate_cast import Complaint, StretchDose
from tracker.domain.simulate_types import SimulatedMuscle, SimulatedPrescription, SimulatedSession
from tracker.domain.simulate_visits import Calendar

EVERY_DAY = frozenset(range(7))
FIVE_DAYS = frozenset(range(5))
"""30 s once a day, 5 days a week for 6 weeks worked (Bandy 1997): the usual programme."""

OTHER_DAYS = frozenset({0, 2, 4})
TECHNIQUES = ("pistoning", "pistoning", "pistoning", "deep", "deep", "superficial", "winding")
QUARTER = 15
OPENS, AFTERNOON, LAST_START = 8 * 60, 14 * 60, 17 * 60 + 15
"""Minutes of the day: the first session, the first one after lunch, the last one."""
LAST_AFTERNOON = 16 * 60

CHANGE_RATE = 0.2
"""The chance that a visit changes one line of the programme."""

SESSION_NOTES = (
    "Referred pain reproduced, settled within the session.",
    "Clear twitch responses, tolerated well.",
    "Range improved straight after.",
    "Asked for fewer insertions this time.",
    "Aftercare explained, programme checked.",
)


def draw_muscle(rng: Random, muscle: str, side: str) -> SimulatedMuscle:
    """One row of a session; superficial needling draws no twitches, twitches hurt a little more."""
    technique = rng.choice(TECHNIQUES)
    twitch = "0"
    if technique != "superficial":
        twitch = rng.choices(("0", "1-3", "4-6", ">6"), (20, 45, 25, 10))[0]
    pain = rng.gauss(4.4 if twitch in ("4-6", ">6") else 3.6, 1.6)
    return SimulatedMuscle(
        muscle, side, rng.randint(2, 8), technique, twitch, max(0, min(10, int(pain + 0.5)))
    )


def _muscles(rng: Random, complaint: Complaint, side: str) -> tuple[SimulatedMuscle, ...]:
    """The complaint's first muscle and others; a middle one is needled on one side or both."""
    others = list(complaint.muscles[1:])
    chosen = [complaint.muscles[0], *rng.sample(others, k=rng.randint(1, min(2, len(others))))]
    sides = (side,) if side != "middle" else rng.choice((("left",), ("right",), ("left", "right")))
    return tuple(draw_muscle(rng, muscle, each) for muscle in chosen for each in sides)


def draw_sessions(
    rng: Random,
    complaint: Complaint,
    side: str,
    calendar: Calendar,
    visits: Sequence[int],
    *,
    afternoons: bool,
) -> list[SimulatedSession]:
    """The session of each visit, on a quarter hour within working hours."""
    first, last = (AFTERNOON, LAST_AFTERNOON) if afternoons else (OPENS, LAST_START)
    sessions = []
    for visit in visits:
        minutes = rng.randrange(first, last + 1, QUARTER)
        note = rng.choice((*SESSION_NOTES, *[""] * 10))
        sessions.append(
            SimulatedSession(
                calendar.midnights[visit] + timedelta(minutes=minutes),
                _muscles(rng, complaint, side),
                note,
            )
        )
    return sessions


@dataclass(frozen=True, slots=True)
class ProgrammeWish:
    """What is asked of a programme: how many lines, on which days, when its lines change.

    `change_at` names the one visit that changes the first line; None leaves it to chance.
    """

    lines: int
    days: frozenset[int]
    change_at: int | None = None


def draw_wish(rng: Random) -> ProgrammeWish:
    """Two or three stretches, mostly on five days a week."""
    days = rng.choice((FIVE_DAYS, FIVE_DAYS, FIVE_DAYS, EVERY_DAY, OTHER_DAYS))
    return ProgrammeWish(rng.randint(2, 3), days)


def _first_version(
    dose: StretchDose, side: str, calendar: Calendar, day: int, wish: ProgrammeWish, series: int
) -> SimulatedPrescription:
    return SimulatedPrescription(
        stretch=dose.stretch,
        side=side if dose.one_sided else "middle",
        sets=1,
        repetitions=dose.repetitions,
        hold_seconds=dose.hold_seconds,
        days=wish.days,
        starts_on=calendar.days[day],
        ends_on=None,
        version=1,
        series=series,
    )


def _changed(rng: Random, line: SimulatedPrescription) -> SimulatedPrescription:
    """The same line with another dose: a set more or less, or a repetition."""
    if rng.random() < 0.5:  # noqa: PLR2004 - a fair coin
        return replace(line, sets=3 - line.sets)
    return replace(line, repetitions=line.repetitions + (1 if line.repetitions % 2 else -1))


def draw_programme(
    rng: Random,
    complaint: Complaint,
    side: str,
    calendar: Calendar,
    visits: Sequence[int],
    wish: ProgrammeWish,
) -> list[SimulatedPrescription]:
    """The prescriptions by series and version; nobody who was never needled has any.

    A visit from the third on may change one line: the old version ends the day before.
    """
    if not visits:
        return []
    start = rng.choice((0, visits[0]))
    doses = complaint.stretches[: wish.lines]
    series = [
        [_first_version(dose, side, calendar, start, wish, number)]
        for number, dose in enumerate(doses)
    ]
    for count, visit in enumerate(visits[2:], start=2):
        by_chance = wish.change_at is None and rng.random() < CHANGE_RATE
        if not by_chance and count != wish.change_at:
            continue
        versions = rng.choice(series) if by_chance else series[0]
        old = versions[-1]
        new = replace(_changed(rng, old), starts_on=calendar.days[visit], version=old.version + 1)
        versions[-1] = replace(old, ends_on=new.starts_on - timedelta(days=1))
        versions.append(new)
    return [line for versions in series for line in versions]
