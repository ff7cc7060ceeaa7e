"""Flags of a simulated patient: raised by the product's own rules, answered as a clinic would."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from tracker.domain import flare
from tracker.domain.days import hours_between
from tracker.domain.flare import Reply
from tracker.domain.safety import REPEAT_AFTER, FlagKind, Rating, find_abnormal
from tracker.domain.simulate_types import SimulatedPatient

LOOKED_BACK = timedelta(weeks=8)
"""As far back as flags are counted by week."""

FLARE_LASTS = timedelta(days=10)
"""A simulated flare with its tail: its days are not ordinary, a flag in them is not false."""

CONFIRMED, DENIED = 0.75, 0.5
"""Shares of the patients who say yes in a flare, and no outside one; the others say nothing."""

ANSWERED_AFTER = timedelta(days=2)
OPENS, SATURDAY = time(8, 40), 5

NOTES = ("", "", "", "Called: two easier days, then on as before.", "Left a message.",
         "Fewer sets until the next visit.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class SimulatedFlag:
    """One flag; times are naive wall times. `source` names the entry, `session` a soreness flag's.

    `said` is the patient's answer about a flare, which closes the flag where it is no.
    """

    kind: FlagKind
    reason: str
    numbers: dict[str, Any]
    raised_at: datetime
    source: tuple[object, ...]
    session: int | None = None
    said: Reply | None = None
    acknowledged_at: datetime | None = None
    note: str = field(default="")


def in_flare(day: date, onsets: Iterable[date]) -> bool:
    """Whether a day lies in one of the flares that were simulated."""
    return any(onset <= day <= onset + FLARE_LASTS for onset in onsets)


def draw_flags(patient: SimulatedPatient, today: date) -> list[SimulatedFlag]:
    """What eight weeks up to today raised, oldest first; what is two days old has been answered."""
    rng = Random(f"{patient.name}/flags")  # noqa: S311 - synthetic people, drawn from a name
    found = sorted((*_course(patient, today, rng), *_soreness(patient, today)), key=_moment)
    return [_answered(flag, today, rng) for flag in found]


def _moment(flag: SimulatedFlag) -> datetime:
    return flag.raised_at


def _course(patient: SimulatedPatient, today: date, rng: Random) -> Iterator[SimulatedFlag]:
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
            told = rule(known, sessions, day)
            if told is None or (kind in raised and at - raised[kind] < every):
                continue
            raised[kind] = at
            said = _said(patient, day, rng) if kind is FlagKind.FLARE else None
            source = ("checkin", day)
            yield SimulatedFlag(kind, told.sign, told.numbers, at, source, said=said)


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
    return SimulatedFlag(
        flag.kind, flag.reason, flag.numbers, flag.raised_at, flag.source, flag.session,
        flag.said, datetime.combine(day, OPENS), note,
    )  # fmt: skip
