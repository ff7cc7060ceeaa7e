"""Measures of a simulated patient: made to follow the pain that was logged, when it was asked.

Asked by the product's own rule (`measures.next_due`), so that a demo never shows what no patient
would have been asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from tracker.domain.measures import (
    ACTIVITIES_MOST,
    CHANGE_ITEM,
    WEEKLY_ITEMS,
    Measure,
    Past,
    next_due,
)
from tracker.domain.simulate_types import SimulatedCheckin, SimulatedPatient

WEEK = timedelta(days=7)

ANSWERED = 0.82
"""Share of asked measures that are answered; about half of the others are skipped by a tap."""

ACTIVITIES: Mapping[str, tuple[str, ...]] = {
    "neck": ("Turning my head when I drive", "Reading in bed", "Working at the screen for an hour",
             "Swimming front crawl"),
    "head": ("Working at the screen for an hour", "Sleeping through the night",
             "Concentrating in meetings"),
    "shoulder": ("Reaching the top shelf", "Putting on my coat", "Sleeping on my side",
                 "Carrying the shopping", "Throwing a ball for the dog"),
    "hip": ("Climbing two flights of stairs", "Walking for half an hour", "Putting on my socks",
            "Sleeping on my side"),
    "upper back": ("Sitting at my desk for an hour", "Hanging out the washing",
                   "Carrying my toddler"),
    "forearm": ("Opening a jar", "Typing for half an hour", "Carrying the shopping",
                "Playing tennis"),
    "low back": ("Sitting through a film", "Lifting a crate of water", "Tying my shoes",
                 "Gardening for an hour"),
    "thigh": ("Running five kilometres", "Kneeling on the floor", "Climbing two flights of stairs",
              "Getting out of the car"),
    "foot": ("The first steps in the morning", "Walking for half an hour", "Standing at work"),
}  # fmt: skip

MOTIONS: Mapping[str, tuple[str, int, int]] = {
    "neck": ("neck_rotation", 78, 4),
    "head": ("neck_rotation", 80, 3),
    "shoulder": ("shoulder_elevation", 172, 9),
    "hip": ("hip_internal_rotation", 42, 3),
    "low back": ("trunk_flexion", 92, 6),
    "thigh": ("straight_leg_raise", 85, 5),
    "foot": ("ankle_dorsiflexion", 22, 2),
}
"""By region: the movement, its degrees without pain, and degrees lost with each point of it."""

QUESTIONS = (
    "Can I go back to swimming next week, or is that too early?",
    "The sore spot moved a little further down after last time. Is that normal?",
    "Should I do the stretches before or after work?",
    "Is it fine to sleep on that side again?",
    "How many more sessions do you think I need?",
)
ANSWERS = ("Yes, gently, every other day.", "Usual for two days; call if it stays.", "")

GOALS = (
    "Sleep through the night",
    "Back to the Saturday run",
    "A day at work without tablets in the bag",
    "Play with the children on the floor",
    "An hour in the garden",
)


@dataclass(frozen=True, slots=True)
class SimulatedMeasure:
    """A measure as it was answered, or skipped where there is no answer.

    Activities are answered by their place in the list, as text.
    """

    measure: Measure
    local_date: date
    recorded_at: datetime
    answers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SimulatedMotion:
    """Degrees of one movement: of a session before and after, or by hand with no `after`."""

    day: date
    movement: str
    side: str
    before: int
    after: int | None


@dataclass(frozen=True, slots=True)
class SimulatedQuestion:
    """A question for the next visit; `answer` is None while it is open."""

    asked_at: datetime
    words: str
    answered_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True)
class SimulatedMeasures:
    """Everything that is measured of one patient; `sessions` are by their moments."""

    activities: tuple[str, ...]
    named_at: datetime | None
    entries: tuple[SimulatedMeasure, ...]
    sessions: Mapping[datetime, SimulatedMotion]
    by_hand: tuple[SimulatedMotion, ...]
    questions: tuple[SimulatedQuestion, ...]
    goals: tuple[tuple[str, date | None], ...]


def draw_measures(of: SimulatedPatient) -> SimulatedMeasures:
    """What one patient is measured by; the same patient gives the same every time."""
    told = "".join(str(entry.pain_average) for entry in of.checkins)
    rng = Random(f"measures/{of.name}/{of.year_of_birth}/{told}")  # noqa: S311 - synthetic people
    names = _names(rng, of)
    entries = _entries(rng, of, names)
    rated = [entry for entry in entries if entry.measure is Measure.ACTIVITIES and entry.answers]
    return SimulatedMeasures(
        activities=names if rated else (),
        named_at=rated[0].recorded_at if rated else None,
        entries=tuple(entries),
        sessions=_session_motions(rng, of),
        by_hand=_by_hand(rng, of),
        questions=_questions(rng, of),
        goals=_goals(rng, of),
    )


def _names(rng: Random, of: SimulatedPatient) -> tuple[str, ...]:
    known = ACTIVITIES.get(of.region, ACTIVITIES["low back"])
    if of.sessions and rng.random() < 0.1:  # noqa: PLR2004 - who never names any
        return ()
    count = min(rng.randint(2, 4), len(known), ACTIVITIES_MOST)
    return tuple(rng.sample(known, count))


def _mean(of: SimulatedPatient, day: date) -> float | None:
    """The pain that was logged in the seven days up to one."""
    pains = [entry.pain_average for entry in of.checkins if day - WEEK < entry.local_date <= day]
    return sum(pains) / len(pains) if pains else None


def _entries(rng: Random, of: SimulatedPatient, names: Sequence[str]) -> list[SimulatedMeasure]:
    """What was asked on the days on which something was logged, the oldest first."""
    asked: dict[Measure, date] = {}
    visits = [session.needled_at.date() for session in of.sessions]
    traits = [rng.uniform(-1.2, 1.2) for _ in names]
    begun = _mean(of, of.opened_on + WEEK)
    found: list[SimulatedMeasure] = []
    for entry in sorted(of.checkins, key=lambda one: one.local_date):
        day = entry.local_date
        if entry.backfilled:
            continue
        sessions = [visit for visit in visits if visit <= day]
        is_named = any(one.measure is Measure.ACTIVITIES and one.answers for one in found)
        count = len(names) if is_named else 0
        past = Past(of.opened_on, asked, max(sessions, default=None), count)
        measure = next_due(past, day)
        if measure is None:
            continue
        is_answered = rng.random() < ANSWERED
        if not is_answered and rng.random() < 0.5:  # noqa: PLR2004 - simply not looked at
            continue
        asked[measure] = day
        answers = _answers(rng, measure, of, entry, traits, begun) if is_answered else {}
        found.append(SimulatedMeasure(measure, day, entry.recorded_at, answers))
    return found


def _whole(value: float, low: int = 0, high: int = 10) -> int:
    return min(max(round(value), low), high)


def _answers(
    rng: Random,
    measure: Measure,
    of: SimulatedPatient,
    entry: SimulatedCheckin,
    traits: Sequence[float],
    begun: float | None,
) -> dict[str, int]:
    mean = _mean(of, entry.local_date)
    pain = entry.pain_average if mean is None else mean
    if measure is Measure.ACTIVITIES:
        return {
            str(place): _whole(9.6 - 1.05 * pain + trait + rng.gauss(0, 0.5))
            for place, trait in enumerate(traits)
        }
    if measure is Measure.WEEKLY:
        shares = dict(zip(WEEKLY_ITEMS, (1.0, 0.9, 0.8), strict=True))
        return {item: _whole(pain * share + rng.gauss(0, 0.5)) for item, share in shares.items()}
    start = begun if begun is not None else of.recalled_pain
    return {CHANGE_ITEM: _whole((start - pain) / 1.4 + rng.gauss(0, 0.4), -3, 3)}


def _session_motions(rng: Random, of: SimulatedPatient) -> dict[datetime, SimulatedMotion]:
    if of.region not in MOTIONS or rng.random() < 0.15:  # noqa: PLR2004 - a physio who takes none
        return {}
    movement, free, loss = MOTIONS[of.region]
    found = {}
    for session in of.sessions:
        day = session.needled_at.date()
        pain = _mean(of, day) or of.recalled_pain
        before = round(free - loss * pain + rng.gauss(0, 2))
        after = before + rng.randint(2, 9)
        found[session.needled_at] = SimulatedMotion(day, movement, of.side, before, after)
    return found


def _by_hand(rng: Random, of: SimulatedPatient) -> tuple[SimulatedMotion, ...]:
    """One reading at the beginning, before any needle."""
    if of.region not in MOTIONS or not of.sessions:
        return ()
    movement, free, loss = MOTIONS[of.region]
    degrees = round(free - loss * of.recalled_pain + rng.gauss(0, 2))
    return (SimulatedMotion(of.opened_on, movement, of.side, degrees, None),)


def _questions(rng: Random, of: SimulatedPatient) -> tuple[SimulatedQuestion, ...]:
    """An older one that was answered at a session, and for some an open one since the last."""
    found = []
    words = rng.sample(QUESTIONS, 2)
    entries = [entry for entry in of.checkins if not entry.backfilled]
    visits = [session.needled_at for session in of.sessions]
    if visits and rng.random() < 0.4:  # noqa: PLR2004 - about every other patient asks something
        earlier = [entry for entry in entries if entry.recorded_at < visits[-1]]
        if earlier:
            asked_at = earlier[-1].recorded_at
            answered_at = visits[-1] + timedelta(minutes=30)
            answer = rng.choice(ANSWERS)
            found.append(SimulatedQuestion(asked_at, words[0], answered_at, answer))
    later = [entry for entry in entries if not visits or entry.recorded_at > visits[-1]]
    if later and rng.random() < 0.45:  # noqa: PLR2004
        found.append(SimulatedQuestion(later[-1].recorded_at, words[1], None, ""))
    return tuple(found)


def _goals(rng: Random, of: SimulatedPatient) -> tuple[tuple[str, date | None], ...]:
    words = rng.sample(GOALS, rng.randint(1, 2)) if of.sessions else []
    latest = _mean(of, of.checkins[-1].local_date) if of.checkins else None
    is_well = latest is not None and latest < 2  # noqa: PLR2004 - a goal is reached by then
    reached = of.checkins[-1].local_date if is_well else None
    return tuple((one, reached if place == 0 else None) for place, one in enumerate(words))
