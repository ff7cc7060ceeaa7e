"""Flags of a simulated patient: raised by the product's own rules, answered as a clinic would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from tracker.domain import flare
from tracker.domain.days import hours_between
from tracker.domain.flare import Reply
from tracker.domain.response import spoilt_days
from tracker.domain.safety import REPEAT_AFTER, FlagKind, Rating, find_abnormal
from tracker.domain.simulate_types import SimulatedCheckin, SimulatedPatient

LOOKED_BACK = timedelta(weeks=8)
"""As far back as flags are counted by week."""

FLARE_LASTS = timedelta(days=10)
"""A simulated flare with its tail: its days are not ordinary, a flag in them is not false."""

CONFIRMED, DENIED = 0.75, 0.5
"""Shares of the patients who say yes in a flare, and no outside one; the others say nothing."""

WORD_WITHIN = timedelta(days=5)
"""Until how long after the onset somebody calls a day a bad spell unasked."""

SPEAKS_UP = 0.5
"""Share of the demo's flares that are called so unasked: more than is likely, to be seen."""

ANSWERED_AFTER = timedelta(days=2)
OPENS, SATURDAY = time(8, 40), 5

NOTES = ("", "", "", "Called: two easier days, then on as before.", "Left a message.",
         "Fewer sets until the next visit.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class SimulatedFlag:
    """One flag; times are naive wall times. `source` names the entry, `session` a soreness flag's.

    `said` is the patient's word about a flare, which closes the flag where it is no; `said_on` the
    day whose check-in said so unasked.
    """

    kind: FlagKind
    reason: str
    numbers: dict[str, Any]
    raised_at: datetime
    source: tuple[object, ...]
    session: int | None = None
    said: Reply | None = None
    said_on: date | None = None
    acknowledged_at: datetime | None = None
    note: str = field(default="")


def in_flare(day: date, onsets: Iterable[date]) -> bool:
    """Whether a day lies in one of the flares that were simulated."""
    return any(onset <= day <= onset + FLARE_LASTS for onset in onsets)


def first_bad_day(patient: SimulatedPatient, onset: date) -> SimulatedCheckin | None:
    """The first day of a flare on which somebody may well call it one unasked; None without."""
    spoilt = spoilt_days(one.needled_at for one in patient.sessions)
    for entry in patient.checkins:
        day = entry.local_date
        is_bad = entry.pain_average >= flare.BAD_LEAST and day not in spoilt
        if is_bad and onset <= day <= onset + WORD_WITHIN:
            return entry
    return None


def speak_up(patient: SimulatedPatient) -> SimulatedPatient:
    """The patient, who in some of the flares has called the first bad day a bad spell unasked."""
    rng = Random(f"{patient.name}/word")  # noqa: S311 - synthetic people, drawn from a name
    bad = [first_bad_day(patient, onset) for onset in patient.flares]
    said = {entry.local_date for entry in bad if entry and rng.random() < SPEAKS_UP}
    return replace(
        patient,
        checkins=tuple(
            replace(entry, is_flare=True) if entry.local_date in said else entry
            for entry in patient.checkins
        ),
    )


def draw_flags(patient: SimulatedPatient, today: date) -> list[SimulatedFlag]:
    """What eight weeks up to today raised, oldest first; what is two days old has been answered."""
    rng = Random(f"{patient.name}/flags")  # noqa: S311 - synthetic people, drawn from a name
    found = sorted((*_course(patient, today, rng), *_soreness(patient, today)), key=_moment)
    return [_answered(flag, today, rng) for flag in found]


def _moment(flag: SimulatedFlag) -> datetime:
    return flag.raised_at


def _course(patient: SimulatedPatient, today: date, rng: Random) -> list[SimulatedFlag]:
    found: list[SimulatedFlag] = []
    rules = (
        (FlagKind.FLARE, flare.find_flare, REPEAT_AFTER),
        (FlagKind.REASSESS, flare.find_reassess, flare.REASSESS_EVERY),
    )
    known: dict[date, int] = {}
    raised: dict[FlagKind, datetime] = {}
    for entry in sorted(patient.checkins, key=lambda one: one.recorded_at):
        day, at = entry.local_date, entry.recorded_at
        known[day] = entry.pain_average
        if at.date() < today - LOOKED_BACK or not flare.is_fresh(day, at.date()):
            continue
        sessions = [one.needled_at for one in patient.sessions if one.needled_at <= at]
        for kind, rule, every in rules:
            is_word = entry.is_flare and kind is FlagKind.FLARE
            told = flare.find_said(known, sessions, day) if is_word else rule(known, sessions, day)
            if told is None:
                continue
            if kind in raised and at - raised[kind] < every:
                if is_word:
                    _confirm(found, day)
                continue
            raised[kind] = at
            said = _said(patient, day, rng) if kind is FlagKind.FLARE else None
            source = ("checkin", day)
            found.append(SimulatedFlag(kind, told.sign, told.numbers, at, source, said=said))
            if is_word:
                _confirm(found, day)
    return found


def _confirm(found: list[SimulatedFlag], day: date) -> None:
    """The newest flare's flag carries the word of a day."""
    place = max(n for n, one in enumerate(found) if one.kind is FlagKind.FLARE)
    found[place] = replace(found[place], said=Reply.YES, said_on=day)


def _said(patient: SimulatedPatient, day: date, rng: Random) -> Reply | None:
    is_flare = in_flare(day, patient.flares)
    if rng.random() >= (CONFIRMED if is_flare else DENIED):
        return None
    return Reply.YES if is_flare else Reply.NO


def _soreness(patient: SimulatedPatient, today: date) -> Iterator[SimulatedFlag]:
    for place, session in enumerate(patient.sessions):
        ratings: list[Rating] = []
        raised: datetime | None = None
        for entry in patient.soreness:
            if entry.session != place:
                continue
            at = entry.felt_at
            ratings.append(Rating(hours_between(session.needled_at, at), entry.soreness))
            told = find_abnormal(ratings)
            if told is None or at.date() < today - LOOKED_BACK:
                continue
            if raised is None or at - raised >= REPEAT_AFTER:
                raised = at
                source = ("soreness", place, at.isoformat())
                yield SimulatedFlag(
                    FlagKind.SORENESS, told.reason, dict(told.numbers), at, source, place
                )


def _answered(flag: SimulatedFlag, today: date, rng: Random) -> SimulatedFlag:
    """Acknowledged on the next working morning, unless it is new or closed by the patient."""
    note = rng.choice(NOTES)
    if flag.said is Reply.NO or flag.raised_at.date() > today - ANSWERED_AFTER:
        return flag
    day = flag.raised_at.date() + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    if day >= today:
        return flag
    answered_at = datetime.combine(day, OPENS)
    return replace(flag, acknowledged_at=answered_at, note=note)
