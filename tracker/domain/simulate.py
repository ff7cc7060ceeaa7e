"""A made-up caseload for the demo clinic and for benches: deterministic, and nobody's data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from random import Random

from tracker.domain.simulate_cast import (
    COMPLAINTS,
    HIP,
    SHOULDER,
    STORIES,
    STORY,
    Complaint,
    Story,
    name_of,
)
from tracker.domain.simulate_course import (
    Flare,
    Person,
    draw_diary,
    draw_levels,
    draw_pains,
    draw_person,
    flare_of_today,
    flare_rises,
    past_flares,
)
from tracker.domain.simulate_logs import draw_checkins, draw_soreness, draw_stretch_entries
from tracker.domain.simulate_plan import (
    EVERY_DAY,
    ProgrammeWish,
    draw_programme,
    draw_sessions,
    draw_wish,
)
from tracker.domain.simulate_types import (
    SimulatedCheckin,
    SimulatedMuscle,
    SimulatedPatient,
    SimulatedPrescription,
    SimulatedSession,
    SimulatedSoreness,
    SimulatedStretch,
)
from tracker.domain.simulate_visits import (
    Calendar,
    draw_calendar,
    last_visit,
    plan_visits,
    working_days_ago,
)

__all__ = [
    "LEAST_DAYS",
    "MOST_PATIENTS",
    "SimulatedCheckin",
    "SimulatedMuscle",
    "SimulatedPatient",
    "SimulatedPrescription",
    "SimulatedSession",
    "SimulatedSoreness",
    "SimulatedStretch",
    "simulate",
    "simulate_each",
    "simulate_other",
]

LEAST_DAYS = 42
"""Fewer days hold no story that falls over weeks."""

MOST_PATIENTS = 2490
"""There are no more different names."""


@dataclass(frozen=True, slots=True)
class _Lead:
    """The first patient of a clinic, who is somebody in particular.

    `visits_ago` are the sessions (afternoons) in days before today, None for an ordinary course.
    """

    name: str
    year_of_birth: int
    story: Story
    complaint: Complaint
    side: str
    span: int | None
    visits_ago: tuple[int, ...] | None
    wish: ProgrammeWish | None


# Pat opens the demo: needled yesterday, today still open to be logged, ten weeks that show a fall.
_PAT = _Lead(
    name="Pat Okafor",
    year_of_birth=1981,
    story=replace(
        STORY["responder"],
        start=(6.3, 6.5),
        end=(1.5, 1.7),
        fall_days=(16.0, 18.0),
        completion=(0.92, 0.94),
        adherence=(0.74, 0.78),
        silent=(1, 1),
        sure_days=12,
        evenings=(20.25,),
        extras=(0.9,),
    ),
    complaint=SHOULDER,
    side="left",
    span=70,
    visits_ago=(57, 50, 43, 29, 15, 1),
    wish=ProgrammeWish(lines=3, days=EVERY_DAY, change_at=3),
)
_NORA = _Lead(
    "Nora Lindgren",
    1974,
    replace(STORY["slow_responder"], completion=(0.85, 0.9)),
    HIP,
    side="right",
    span=None,
    visits_ago=None,
    wish=None,
)
_LEADS = {"harbour": _PAT, "other": _NORA}


def simulate(
    seed: int, *, patients: int = 24, days: int = 120, today: date, until: time | None = None
) -> tuple[SimulatedPatient, ...]:
    """The demo clinic's caseload, Pat Okafor first, over the `days` days that end `today`.

    The same arguments give the same caseload, and a patient does not depend on how many there are.
    From 14 patients on every story comes at least once; who opened when is spread over the first
    quarter of the days. Times are naive local wall-clock times; with `until` (the local time of
    day now) nothing is recorded later than that today. Sources of the numbers: soreness
    Martin-Pintado-Zugasti 2016 and PMC7602246, side effects Brady 2014, scatter of daily ratings
    Heapy 2014, flares Costa 2019, stretches Bandy 1997 and Nicolson 2018, completion PMC6379815.
    Raises ValueError under 1 or over 2,490 patients, or under 42 days.
    """
    return tuple(simulate_each(seed, patients=patients, days=days, today=today, until=until))


def simulate_other(
    seed: int, *, patients: int = 6, days: int = 120, today: date, until: time | None = None
) -> tuple[SimulatedPatient, ...]:
    """The second clinic's caseload, Nora Lindgren first; otherwise as `simulate`."""
    each = simulate_each(
        seed, patients=patients, days=days, today=today, until=until, clinic="other"
    )
    return tuple(each)


def simulate_each(
    seed: int,
    *,
    patients: int,
    days: int,
    today: date,
    until: time | None = None,
    clinic: str = "harbour",
) -> Iterator[SimulatedPatient]:
    """The patients of `simulate` one by one, for a caseload too large to hold in memory."""
    if not 1 <= patients <= MOST_PATIENTS:
        raise ValueError(f"patients must be from 1 to {MOST_PATIENTS}")
    if days < LEAST_DAYS:
        raise ValueError(f"days must be at least {LEAST_DAYS}")
    return (_patient(seed, clinic, index, days, today, until) for index in range(patients))


def _patient(
    seed: int, clinic: str, index: int, days: int, today: date, until: time | None
) -> SimulatedPatient:
    """One patient from a stream of random numbers of their own."""
    rng = Random(f"{clinic}/{seed}/{index}")  # noqa: S311 - synthetic people, not secrets
    lead = _LEADS[clinic] if index == 0 else _draw_lead(rng, clinic, index, today)
    span = None if lead.span is None else min(lead.span, days - 2)
    calendar = draw_calendar(rng, lead.story, span=span, days=days, today=today)
    course = _draw_course(rng, lead, calendar)
    patient = _log(rng, lead, calendar, course)
    return patient if until is None else _cut(patient, datetime.combine(today, until))


def _draw_lead(rng: Random, clinic: str, index: int, today: date) -> _Lead:
    """Anybody: the first ones are cast, one for each story, the others come as chance has it."""
    story = STORIES[index - 1] if index <= len(STORIES) else _any_story(rng)
    complaint = rng.choice(COMPLAINTS)
    age = max(19, min(86, int(rng.gauss(48, 15))))
    return _Lead(
        name=name_of(index, backwards=clinic != "harbour"),
        year_of_birth=today.year - age,
        story=story,
        complaint=complaint,
        side="middle" if complaint.middle else rng.choice(("left", "right")),
        span=None,
        visits_ago=None,
        wish=None,
    )


def _any_story(rng: Random) -> Story:
    return rng.choices(STORIES, [story.weight for story in STORIES])[0]


@dataclass(frozen=True, slots=True)
class _Course:
    """What happens to a patient, before anything of it is logged."""

    person: Person
    visits: list[int]
    flares: list[Flare]
    pains: list[int]


def _draw_course(rng: Random, lead: _Lead, calendar: Calendar) -> _Course:
    """Visits, flares and each day's pain."""
    story = lead.story
    person = draw_person(rng, story)
    flares = [flare_of_today(rng, calendar)] if story.flare == "now" else []
    last = last_visit(story, calendar, flares[0].onset if flares else None)
    visits = _visits_of(rng, lead, calendar, last)
    if story.flare == "past":
        flares = past_flares(rng, calendar, visits)
    rises = flare_rises(flares, len(calendar.days))
    levels = draw_levels(person, visits, rises)
    return _Course(person, visits, flares, draw_pains(rng, person, levels, rises))


def _visits_of(rng: Random, lead: _Lead, calendar: Calendar, last: int) -> list[int]:
    if lead.visits_ago is None:
        visits = plan_visits(rng, lead.story, calendar, last)
        return [*visits, working_days_ago(calendar, 4)] if lead.story.slow_soreness else visits
    # Yesterday stands even at a weekend, because the demo opens on the day after needling.
    return [
        calendar.today - ago if ago == 1 else working_days_ago(calendar, ago)
        for ago in lead.visits_ago
        if ago < calendar.today - 5
    ]


def _log(rng: Random, lead: _Lead, calendar: Calendar, course: _Course) -> SimulatedPatient:
    """Everything recorded of the course, by physio and patient."""
    person, visits = course.person, course.visits
    complaint, side = lead.complaint, lead.side
    is_afternoon = lead.visits_ago is not None
    sessions = draw_sessions(rng, complaint, side, calendar, visits, afternoons=is_afternoon)
    wish = lead.wish or draw_wish(rng)
    programme = draw_programme(rng, complaint, side, calendar, visits, wish)
    diary = draw_diary(rng, person, calendar)
    checkins = draw_checkins(rng, diary, course.pains)
    soreness = draw_soreness(rng, diary, visits, sessions)
    stretches = draw_stretch_entries(rng, person, checkins, programme)
    words = complaint.words
    return SimulatedPatient(
        name=lead.name,
        year_of_birth=lead.year_of_birth,
        story=lead.story.id,
        complaint=words if side == "middle" else f"{side.capitalize()} {words}",
        region=complaint.region,
        side=side,
        opened_on=calendar.days[0],
        recalled_pain=max(0, min(10, int(rng.gauss(person.start + 0.4, 0.8) + 0.5))),
        sessions=tuple(sessions),
        prescriptions=tuple(programme),
        checkins=tuple(checkins),
        soreness=tuple(soreness),
        stretch_entries=tuple(stretches),
        flares=tuple(calendar.days[flare.onset] for flare in course.flares),
    )


def _cut(patient: SimulatedPatient, now: datetime) -> SimulatedPatient:
    """The patient without the entries made after `now`."""
    return replace(
        patient,
        checkins=tuple(entry for entry in patient.checkins if entry.recorded_at <= now),
        soreness=tuple(entry for entry in patient.soreness if entry.felt_at <= now),
        stretch_entries=tuple(
            entry for entry in patient.stretch_entries if entry.recorded_at <= now
        ),
    )
