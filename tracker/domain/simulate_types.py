"""The records of a simulated caseload, as plain values without behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class SimulatedMuscle:
    """One needled muscle of a session.

    `muscle` is an id of the muscle list, `side` left, right or middle, `technique` superficial,
    deep, pistoning or winding, `twitch` the band of local twitches (0, 1-3, 4-6, >6) and
    `pain_during` 0-10.
    """

    muscle: str
    side: str
    insertions: int
    technique: str
    twitch: str
    pain_during: int


@dataclass(frozen=True, slots=True)
class SimulatedSession:
    """One needling session; `needled_at` is naive local wall-clock time."""

    needled_at: datetime
    muscles: tuple[SimulatedMuscle, ...]
    note: str


@dataclass(frozen=True, slots=True)
class SimulatedPrescription:
    """One version of one line of the programme, valid from `starts_on` to `ends_on`, both included.

    `days` are weekday numbers (0 = Monday), `sets` are sets a day, `series` numbers the lines of
    one patient: version 2 of a series starts the day after version 1 ended.
    """

    stretch: str
    side: str
    sets: int
    repetitions: int
    hold_seconds: int
    days: frozenset[int]
    starts_on: date
    ends_on: date | None
    version: int
    series: int


@dataclass(frozen=True, slots=True)
class SimulatedCheckin:
    """One local day's check-in; every scale is 0-10 with 10 the worst, None where not given."""

    local_date: date
    recorded_at: datetime
    pain_average: int
    pain_worst: int | None
    stiffness: int | None
    sleep: int | None
    stress: int | None
    note: str
    backfilled: bool
    is_flare: bool = False


@dataclass(frozen=True, slots=True)
class SimulatedSoreness:
    """Soreness 0-10 where the needles went; `session` is an index into the patient's sessions."""

    session: int
    felt_at: datetime
    soreness: int
    side_effects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SimulatedStretch:
    """What became of one prescription on one local day it was due.

    `prescription` is an index into the patient's prescriptions, `outcome` done, partly, too_hard or
    could_not, `reason` more_pain, no_time, forgot, unsure, felt_low, ill or None.
    """

    prescription: int
    local_date: date
    recorded_at: datetime
    outcome: str
    sets_done: int
    pain_during: int | None
    reason: str | None
    backfilled: bool


@dataclass(frozen=True, slots=True)
class SimulatedPatient:
    """One invented patient with one complaint and everything logged about it.

    `story` is the archetype the course was drawn from and `flares` are the true onset days: what
    an alert rule ought to find. Entries stand in the order of their days.
    """

    name: str
    year_of_birth: int
    story: str
    complaint: str
    region: str
    side: str
    opened_on: date
    recalled_pain: int
    sessions: tuple[SimulatedSession, ...]
    prescriptions: tuple[SimulatedPrescription, ...]
    checkins: tuple[SimulatedCheckin, ...]
    soreness: tuple[SimulatedSoreness, ...]
    stretch_entries: tuple[SimulatedStretch, ...]
    flares: tuple[date, ...]
