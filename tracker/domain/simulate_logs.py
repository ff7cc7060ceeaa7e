"""What a simulated patient logs: check-ins, soreness after needling, stretches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import exp
from operator import attrgetter
from random import Random

from tracker.domain.simulate_course import HOUR, LOGGED, MISSED, Diary, Person
from tracker.domain.simulate_types import (
    SimulatedCheckin,
    SimulatedMuscle,
    SimulatedPrescription,
    SimulatedSession,
    SimulatedSoreness,
    SimulatedStretch,
)

ALWAYS_ASKED = timedelta(hours=72)
"""Soreness is usually gone within 72 h (Martin-Pintado-Zugasti 2016)."""
LONGEST_ASKED = timedelta(days=7)
"""Soreness that stays is asked for until it is 0, at most 7 days (working rule)."""

MEAN_SORENESS, SORENESS_SPREAD = 3.45, 2.0
"""Points straight after needling, mean and SD: 34.8 on 0-100 without treatment (PMC7602246)."""

FAST_HOURS, SLOW_HOURS, FAST_SHARE = 6.0, 34.0, 0.55
"""Two decays: the steepest fall in the first 6 to 12 h, a ninth left at 48 h (3.8 of 34.8)."""

ABNORMAL_HOURS = 160.0
ABNORMAL_START = (7.2, 9.0)
ABNORMAL_RATE = 0.01
"""Decay, start and share of the sessions whose soreness is still 4 or more at 72 h."""

SIDE_EFFECT_RATES = (
    ("bleeding", 0.0465),
    ("bruise", 0.0755),
    ("drowsy", 0.0026),
    ("headache", 0.0014),
    ("nausea", 0.0013),
    ("dizzy", 0.0010),
)
"""Share of treatments (Brady 2014, 7,629 treatments); the one for dizziness is a working rule."""

TWITCHES = {"0": 0, "1-3": 2, "4-6": 5, ">6": 8}

NOTE_RATE = 0.04
BETTER, WORSE = -1.5, 1.5

NOTES_BETTER = (
    "Slept through for the first time in weeks.",
    "Carried the shopping without thinking about it.",
    "Good day, hardly noticed it.",
    "Long walk, no trouble afterwards.",
    "Much looser since the last visit.",
)
NOTES_WORSE = (
    "Woke up with it and it stayed all day.",
    "Lifted boxes at the weekend, paying for it now.",
    "Could not find a comfortable way to sit.",
    "Bad night, kept waking up.",
    "Worse after the long drive.",
)
NOTES_USUAL = (
    "Desk all day.",
    "Stiff in the morning, better after a shower.",
    "Busy at work, forgot my breaks.",
    "Did some gardening.",
    "Same as yesterday.",
    "Heat helps a bit.",
)


def _points(value: float) -> int:
    """A value on the scale: a whole number from 0 to 10."""
    return max(0, min(10, int(value + 0.5)))


def _note(rng: Random, pain: int, usual: float) -> str:
    """Mostly nothing; else a short sentence that suits the day."""
    if rng.random() > NOTE_RATE:
        return ""
    if pain - usual >= WORSE:
        return rng.choice(NOTES_WORSE)
    return rng.choice(NOTES_BETTER if pain - usual <= BETTER else NOTES_USUAL)


def draw_checkins(rng: Random, diary: Diary, pains: Sequence[int]) -> list[SimulatedCheckin]:
    """One check-in for each day that was logged or added later, in the order of the days."""
    checkins = []
    person, days = diary.person, diary.calendar.days
    usual = person.start
    strain = rng.uniform(1.0, 5.0)
    for day, later in enumerate(diary.logging):
        if later == MISSED:
            continue
        pain = pains[day]
        worst, stiffness, sleep, stress = _extras(rng, person, pain, strain)
        note = _note(rng, pain, usual)
        recorded_at = diary.moment(day + later)
        is_backfilled = later != LOGGED
        checkins.append(
            SimulatedCheckin(
                days[day], recorded_at, pain, worst, stiffness, sleep, stress, note, is_backfilled
            )
        )
        usual += 0.15 * (pain - usual)
    return checkins


def _extras(
    rng: Random, person: Person, pain: int, strain: float
) -> tuple[int | None, int | None, int | None, int | None]:
    """Worst pain, stiffness, sleep and stress (10 the worst), each given or left out."""
    random, share = rng.random, person.extras
    worst = min(10, pain + int(random() * 3.6)) if random() < share else None
    stiffness = _points(pain + 3.0 * random() - 1.8) if random() < share else None
    if random() > share:
        return worst, stiffness, None, None
    sleep = _points(0.5 * pain + 4.0 * random() - 1.0)
    return worst, stiffness, sleep, _points(strain + 4.0 * random() - 2.0)


def soreness_start(rng: Random, muscles: Sequence[SimulatedMuscle]) -> float:
    """Soreness in points straight after a session.

    More insertions, more local twitches (6 or more) and more pain during needling mean more
    soreness (Martin-Pintado-Zugasti 2016); the sizes of the three effects are working rules.
    """
    insertions = sum(row.insertions for row in muscles)
    twitches = sum(TWITCHES[row.twitch] for row in muscles)
    hurt = sum(row.pain_during for row in muscles) / len(muscles)
    load = 0.05 * (insertions - 14) + 0.07 * (twitches - 8) + 0.25 * (hurt - 4)
    return min(10.0, max(0.0, rng.gauss(MEAN_SORENESS + load, SORENESS_SPREAD)))


def soreness_left(hours: float) -> float:
    """The share of the first soreness still felt `hours` after an ordinary session."""
    fast, slow = exp(-hours / FAST_HOURS), exp(-hours / SLOW_HOURS)
    return FAST_SHARE * fast + (1 - FAST_SHARE) * slow


def _moments(rng: Random, diary: Diary, visit: int, needled_at: datetime) -> list[datetime]:
    """When soreness could be logged: after needling, next morning, each logged evening."""
    calendar, completion = diary.calendar, diary.person.completion
    moments = []
    if rng.random() < completion:
        moments.append(needled_at + timedelta(minutes=rng.randint(35, 75)))
    if visit < calendar.last_active and rng.random() < completion:
        morning = timedelta(seconds=rng.randint(27 * HOUR // 4, 9 * HOUR))
        moments.append(calendar.midnights[visit + 1] + morning)
    for day in range(visit, min(visit + 8, calendar.last_active + 1)):
        moment = diary.moment(day)
        if diary.logging[day] == LOGGED and moment > needled_at + timedelta(hours=3):
            moments.append(moment)
    return sorted(moments)


def draw_soreness(
    rng: Random, diary: Diary, visits: Sequence[int], sessions: Sequence[SimulatedSession]
) -> list[SimulatedSoreness]:
    """The soreness entries of all sessions in the order of time, each until the next session."""
    entries: list[SimulatedSoreness] = []
    last_session = len(sessions) - 1
    for index, (visit, session) in enumerate(zip(visits, sessions, strict=True)):
        is_slow = rng.random() < ABNORMAL_RATE
        if diary.person.story.slow_soreness and index == last_session:
            is_slow = True
        moments = _moments(rng, diary, visit, session.needled_at)
        if index < last_session:
            following = sessions[index + 1].needled_at
            moments = [moment for moment in moments if moment < following]
        entries += _session_soreness(rng, index, session, moments, is_slow=is_slow)
    return entries


def _session_soreness(
    rng: Random,
    index: int,
    session: SimulatedSession,
    moments: Sequence[datetime],
    *,
    is_slow: bool,
) -> list[SimulatedSoreness]:
    """One session's entries, asked for to 72 h, then until 0, at most 7 days.

    Side effects stand in the first entry.
    """
    start = rng.uniform(*ABNORMAL_START) if is_slow else soreness_start(rng, session.muscles)
    effects = tuple(effect for effect, rate in SIDE_EFFECT_RATES if rng.random() < rate)
    entries: list[SimulatedSoreness] = []
    last: int | None = None
    for felt_at in moments:
        since = felt_at - session.needled_at
        if since > LONGEST_ASKED or (since > ALWAYS_ASKED and last == 0):
            break
        last = _soreness(rng, start, since.total_seconds() / HOUR, is_slow=is_slow)
        entries.append(SimulatedSoreness(index, felt_at, last, () if entries else effects))
    return entries


def _soreness(rng: Random, start: float, hours: float, *, is_slow: bool) -> int:
    """The rating felt `hours` after a session; it scatters less the less is left."""
    level = start * (exp(-hours / ABNORMAL_HOURS) if is_slow else soreness_left(hours))
    spread = 0.0 if is_slow else 0.1 + 0.1 * level
    return _points(level + rng.gauss(0.0, spread))


def draw_stretch_entries(
    rng: Random,
    person: Person,
    checkins: Sequence[SimulatedCheckin],
    prescriptions: Sequence[SimulatedPrescription],
) -> list[SimulatedStretch]:
    """What became of the due stretches on logged days, in the order of the days.

    Who logs no check-in logs no stretch, so the share done on logged days is the adherence over
    the completion. A third of what was not done is logged as such, the rest stays unlogged.
    """
    share = min(0.98, person.adherence / person.completion)
    entries: list[SimulatedStretch] = []
    for index, line in enumerate(prescriptions):
        starts_on, ends_on, due = line.starts_on, line.ends_on, line.days
        for checkin in checkins:
            day = checkin.local_date
            if day < starts_on or day.weekday() not in due:
                continue
            if ends_on is not None and day > ends_on:
                break
            hurt = checkin.pain_average - person.start
            chance = share if hurt < WORSE else 0.5 * share
            draw = rng.random()
            if draw < chance:
                entries.append(_tried(rng, index, line, checkin))
            elif draw < chance + 0.35 * (1 - chance):
                entries.append(_not_done(rng, index, checkin, is_bad=hurt >= WORSE))
    # Stable: the lines of one day stay in the order of the programme.
    entries.sort(key=attrgetter("local_date"))
    return entries


def _tried(
    rng: Random, index: int, line: SimulatedPrescription, checkin: SimulatedCheckin
) -> SimulatedStretch:
    """Done, partly (where there are sets to leave out) or too hard."""
    draw, sets = rng.random(), line.sets
    outcome, sets_done, lift = "done", sets, -1.5
    reason = None
    if draw < 0.03:  # noqa: PLR2004 - a share, used once
        outcome, sets_done, reason, lift = "too_hard", 0, "more_pain", 2.0
    elif draw < 0.15 and sets > 1:  # noqa: PLR2004 - a share, used once
        outcome, sets_done = "partly", rng.randint(1, sets - 1)
        reason = rng.choice((None, "no_time", "more_pain"))
    pain = None
    if rng.random() < 0.5:  # noqa: PLR2004 - a share, used once
        pain = _points(checkin.pain_average + lift + 2.0 * rng.random() - 1.0)
    return _entry(rng, index, checkin, outcome, sets_done, pain, reason)


def _not_done(
    rng: Random, index: int, checkin: SimulatedCheckin, *, is_bad: bool
) -> SimulatedStretch:
    """Logged as not done, mostly with a reason."""
    reasons: tuple[str | None, ...] = ("no_time", "no_time", "forgot", "unsure", "felt_low", "ill")
    if is_bad:
        reasons = ("more_pain", "more_pain", "more_pain", "no_time")
    return _entry(rng, index, checkin, "could_not", 0, None, rng.choice((*reasons, None)))


def _entry(
    rng: Random,
    index: int,
    checkin: SimulatedCheckin,
    outcome: str,
    sets_done: int,
    pain: int | None,
    reason: str | None,
) -> SimulatedStretch:
    """An entry made within 20 minutes after the day's check-in."""
    return SimulatedStretch(
        index,
        checkin.local_date,
        checkin.recorded_at + timedelta(seconds=30 + int(1170 * rng.random())),
        outcome,
        sets_done,
        pain,
        reason,
        checkin.backfilled,
    )
