"""How often the flare rule finds a flare, and how often it speaks without one."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from tracker.bench.measure import Printer
from tracker.domain import flare
from tracker.domain.days import hours_between, to_utc
from tracker.domain.flare import Finding
from tracker.domain.safety import REPEAT_AFTER, Rating, find_abnormal
from tracker.domain.simulate import SimulatedPatient, simulate_each

PATIENTS, DAYS, SEED = 500, 90, 7
TODAY = date(2026, 11, 22)
ZONE = "Europe/London"

FOUND_WITHIN = timedelta(days=3)
"""A flag up to three days after the onset has found its flare."""

FLARE_LASTS = timedelta(days=10)
"""A simulated flare with its tail: flags in these days are not false, its check-ins not ordinary.
"""


@dataclass(slots=True)
class Tally:
    """What was counted over a caseload."""

    flares: int = 0
    loggable: int = 0
    found: int = 0
    found_of_loggable: int = 0
    alerts: int = 0
    false: int = 0
    weeks: float = 0.0
    checkins: int = 0
    ordinary: int = 0
    ordinary_raising: int = 0
    raising: int = 0
    reassess: int = 0
    soreness: int = 0


def bench_alerts(_folder: Path, printer: Printer, _given: argparse.Namespace) -> None:
    """500 patients over 90 days, each check-in judged with what was known at its moment."""
    tally = Tally()
    for patient in simulate_each(SEED, patients=PATIENTS, days=DAYS, today=TODAY):
        count(tally, patient)
    show(tally, printer)


def show(tally: Tally, printer: Printer) -> None:
    """The figures, the goals beside them."""

    def share(part: float, whole: float) -> str:
        return f"{100 * part / whole:.1f} %" if whole else "none"

    printer.row("patients, patient-weeks", f"{PATIENTS}, {tally.weeks:.0f}")
    printer.row(
        "flares found within 3 days (goal 85 %)",
        f"{share(tally.found, tally.flares)} of {tally.flares}",
    )
    printer.row(
        "of those with an eligible day logged by then",
        f"{share(tally.found_of_loggable, tally.loggable)} of {tally.loggable}",
    )
    printer.row("false flare flags in 100 patient-weeks", f"{100 * tally.false / tally.weeks:.2f}")
    printer.row(
        "ordinary check-ins that raise a flag (goal 10 %)",
        f"{share(tally.ordinary_raising, tally.ordinary)} of {tally.ordinary}",
    )
    printer.row("all check-ins that raise a flag", f"{share(tally.raising, tally.checkins)}")
    printer.row(
        "flare flags, second thoughts, soreness",
        f"{tally.alerts}, {tally.reassess}, {tally.soreness}",
    )


def count(tally: Tally, patient: SimulatedPatient) -> None:
    """One patient's entries in the order in which they were made."""
    sessions = [one.needled_at for one in patient.sessions]
    flares = [day for day in patient.flares if day <= TODAY - FOUND_WITHIN]
    known: dict[date, int] = {}
    raised: list[tuple[datetime, date]] = []
    last: dict[str, datetime] = {}
    for entry in sorted(patient.checkins, key=lambda one: one.recorded_at):
        day, at = entry.local_date, entry.recorded_at
        known[day] = entry.pain_average
        past = [needled for needled in sessions if needled <= at]
        is_ordinary = not _in_flare(day, patient.flares)
        tally.checkins += 1
        tally.ordinary += is_ordinary
        is_raising = False
        if flare.is_fresh(day, at.date()):
            if _raises(last, "flare", REPEAT_AFTER, at, flare.find_flare, known, past, day):
                raised.append((at, day))
                is_raising = True
            every = flare.REASSESS_EVERY
            if _raises(last, "reassess", every, at, flare.find_reassess, known, past, day):
                tally.reassess += 1
                is_raising = True
        tally.raising += is_raising
        tally.ordinary_raising += is_raising and is_ordinary
    tally.alerts += len(raised)
    tally.false += sum(not _in_flare(day, patient.flares) for _at, day in raised)
    tally.weeks += (TODAY - patient.opened_on).days / 7
    tally.soreness += _soreness_flags(patient)
    for onset in flares:
        until = onset + FOUND_WITHIN
        is_found = any(onset <= at.date() <= until for at, _day in raised)
        told = {
            one.local_date: one.pain_average
            for one in patient.checkins
            if one.recorded_at.date() <= until
        }
        days = flare.eligible(told, sessions, until)
        is_loggable = any(day >= onset for day, _pain in days)
        tally.flares += 1
        tally.found += is_found
        tally.loggable += is_loggable
        tally.found_of_loggable += is_found and is_loggable


def _in_flare(day: date, flares: Iterable[date]) -> bool:
    return any(onset <= day <= onset + FLARE_LASTS for onset in flares)


def _raises(
    last: dict[str, datetime],
    kind: str,
    every: timedelta,
    at: datetime,
    rule: Callable[[dict[date, int], list[datetime], date], Finding | None],
    known: dict[date, int],
    sessions: list[datetime],
    day: date,
) -> bool:
    if kind in last and at - last[kind] < every:
        return False
    if rule(known, sessions, day) is None:
        return False
    last[kind] = at
    return True


def _soreness_flags(patient: SimulatedPatient) -> int:
    """Flags of abnormal soreness, with their own pause of 48 h."""
    total = 0
    for place, session in enumerate(patient.sessions):
        start = to_utc(session.needled_at, ZONE)
        ratings: list[Rating] = []
        moments: list[datetime] = []
        for entry in patient.soreness:
            if entry.session != place:
                continue
            ratings.append(
                Rating(hours_between(start, to_utc(entry.felt_at, ZONE)), entry.soreness)
            )
            if find_abnormal(ratings) and (
                not moments or entry.felt_at - moments[-1] >= REPEAT_AFTER
            ):
                moments.append(entry.felt_at)
        total += len(moments)
    return total
