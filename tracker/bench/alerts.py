"""How often the flare rule finds a flare, how often it speaks without one, and what asking buys.

The caseload is judged three times: as if no patient ever answered the question "Is this a bad
spell?", with answers, and with answers and days that patients call a bad spell unasked. How
patients answer and speak up is assumed, not measured: the assumptions are printed beside the
figures.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from tracker.bench.measure import Printer
from tracker.domain import flare
from tracker.domain.days import hours_between, to_utc
from tracker.domain.flare import Reply
from tracker.domain.response import spoilt_days
from tracker.domain.safety import REPEAT_AFTER, Rating, find_abnormal
from tracker.domain.simulate import SimulatedPatient, simulate_each
from tracker.domain.simulate_flags import first_bad_day, in_flare

PATIENTS, DAYS = 500, 90
SEEDS = (7, 8, 9, 10, 11)
TODAY = date(2026, 11, 22)
ZONE = "Europe/London"

FOUND_WITHIN = timedelta(days=3)
"""A flag up to three days after the onset has found its flare."""

SILENT = 0.2
"""Share of the questions that stay without an answer (an assumption of this bench)."""

CONFIRMED = 0.9
"""Share of the answers in a flare that say so (an assumption of this bench)."""

MISTAKEN = 0.1
"""Share of the answers outside a flare that call it one all the same (an assumption)."""


OWN_WORD = 0.3
"""Share of the flares that a patient calls so unasked: one who logs an eligible day of at most 5
days after the onset with pain 4 or more, on the first such day (an assumption of this bench)."""

OWN_MISTAKEN = 0.005
"""Share of the ordinary eligible check-ins with pain 4 or more that are marked by mistake (an
assumption)."""


@dataclass(slots=True)
class Tally:
    """What was counted over a caseload."""

    flares: int = 0
    loggable: int = 0
    found: int = 0
    found_of_loggable: int = 0
    flags: int = 0
    confirmed: int = 0
    false: int = 0
    denied: int = 0
    denied_in_flares: int = 0
    asked: int = 0
    spoken: int = 0
    spoken_mistaken: int = 0
    weeks: float = 0.0
    checkins: int = 0
    ordinary: int = 0
    ordinary_raising: int = 0
    raising: int = 0
    reassess: int = 0
    soreness: int = 0
    after_needling: int = 0


def bench_alerts(_folder: Path, printer: Printer, _given: argparse.Namespace) -> None:
    """500 patients over 90 days and several seeds, each check-in judged as it came in."""
    printer.row("patients, days, seeds", f"{PATIENTS}, {DAYS}, {len(SEEDS)}")
    printer.row(
        "assumed: no answer, flares confirmed, others too",
        f"{SILENT:.0%}, {CONFIRMED:.0%}, {MISTAKEN:.0%}",
    )
    printer.row(
        "assumed: flares and ordinary days called so unasked",
        f"{OWN_WORD:.0%}, {OWN_MISTAKEN:.1%}",
    )
    for words, is_answering, is_speaking in (
        ("nobody answers", False, False),
        ("with answers", True, False),
        ("with answers and the patient's own word", True, True),
    ):
        printer.say(f"  {words}:")
        tallies = [
            _count_all(seed, is_answering=is_answering, is_speaking=is_speaking) for seed in SEEDS
        ]
        show(tallies, printer)


def _count_all(seed: int, *, is_answering: bool, is_speaking: bool) -> Tally:
    """The caseload of one seed."""
    tally = Tally()
    rng = Random(seed) if is_answering else None  # noqa: S311 - a simulation
    own = Random(f"{seed}/word") if is_speaking else None  # noqa: S311 - a simulation
    for patient in simulate_each(seed, patients=PATIENTS, days=DAYS, today=TODAY):
        count(tally, patient, rng, _spoken(tally, patient, own) if own else ())
    return tally


def _spoken(tally: Tally, patient: SimulatedPatient, rng: Random) -> Collection[date]:
    """The days that a patient calls a bad spell unasked, as assumed above."""
    bad = [first_bad_day(patient, onset) for onset in patient.flares]
    said = {entry.local_date for entry in bad if entry and rng.random() < OWN_WORD}
    spoilt = spoilt_days(one.needled_at for one in patient.sessions)
    mistaken = {
        entry.local_date
        for entry in patient.checkins
        if entry.pain_average >= flare.BAD_LEAST
        and entry.local_date not in spoilt
        and not in_flare(entry.local_date, patient.flares)
        and rng.random() < OWN_MISTAKEN
    }
    tally.spoken += len(said)
    tally.spoken_mistaken += len(mistaken)
    return said | mistaken


def show(tallies: list[Tally], printer: Printer) -> None:
    """The figures of all seeds, the goals beside them; in brackets the worst and the best seed."""

    def total(name: str) -> float:
        return float(sum(getattr(tally, name) for tally in tallies))

    def share(part: str, whole: str) -> str:
        each = [100 * getattr(one, part) / getattr(one, whole) for one in tallies]
        spread = f" ({min(each):.1f} to {max(each):.1f})" if len(each) > 1 else ""
        return f"{100 * total(part) / total(whole):.1f} %{spread}"

    def per_weeks(name: str) -> str:
        return f"{100 * total(name) / total('weeks'):.1f}"

    printer.row("flares found within 3 days (goal 85 %)", share("found", "flares"))
    printer.row("flares with an eligible day logged by then", share("loggable", "flares"))
    printer.row("found of those", share("found_of_loggable", "loggable"))
    printer.row("false flare flags in 100 patient-weeks", per_weeks("false"))
    printer.row(
        "ordinary check-ins that raise a flag (goal 10 %)", share("ordinary_raising", "ordinary")
    )
    printer.row("all check-ins that raise a flag", share("raising", "checkins"))
    printer.row("check-ins after which the patient is asked", share("asked", "checkins"))
    printer.row(
        "days called so unasked in flares, by mistake",
        f"{total('spoken'):.0f}, {total('spoken_mistaken'):.0f}",
    )
    printer.row(
        "flags in 100 patient-weeks the patient's no closes, in a flare",
        f"{per_weeks('denied')}, {per_weeks('denied_in_flares')}",
    )
    printer.row(
        "flare flags (confirmed), second thoughts, soreness",
        f"{total('flags'):.0f} ({total('confirmed'):.0f}), {total('reassess'):.0f},"
        f" {total('soreness'):.0f}",
    )
    printer.row("flare flags or questions within 72 h of needles", f"{total('after_needling'):.0f}")


class Desk:
    """What stands of one patient's questions and flags, by the rules of `services/raising.py`.

    `rng` draws the answers; without it there is none.
    """

    def __init__(self, rng: Random | None) -> None:
        self.rng = rng
        self.asked_at: datetime | None = None
        self.raised_at: datetime | None = None
        self.reassessed_at: datetime | None = None

    def is_free(self, since: datetime | None, at: datetime, every: timedelta) -> bool:
        """Whether nothing of a kind stands since too short a time."""
        return since is None or at - since >= every


def count(
    tally: Tally, patient: SimulatedPatient, rng: Random | None, spoken: Collection[date] = ()
) -> None:
    """One patient's entries in the order in which they were made; without `rng` nobody answers.

    `spoken` are the days that the patient calls a bad spell unasked.
    """
    sessions = [one.needled_at for one in patient.sessions]
    known: dict[date, int] = {}
    told: list[date] = []
    desk = Desk(rng)
    for entry in sorted(patient.checkins, key=lambda one: one.recorded_at):
        day, at = entry.local_date, entry.recorded_at
        known[day] = entry.pain_average
        past = [needled for needled in sessions if needled <= at]
        is_ordinary = not in_flare(day, patient.flares)
        tally.checkins += 1
        tally.ordinary += is_ordinary
        if not flare.is_fresh(day, at.date()):
            continue
        before = tally.asked + tally.flags
        is_told, is_raising = _judge(
            tally, desk, known, past, day, at, is_ordinary=is_ordinary, is_said=day in spoken
        )
        if tally.asked + tally.flags > before and day in spoilt_days(past):
            tally.after_needling += 1
        if is_told:
            told.append(at.date())
        if desk.is_free(desk.reassessed_at, at, flare.REASSESS_EVERY) and flare.find_reassess(
            known, past, day
        ):
            desk.reassessed_at, is_raising = at, True
            tally.reassess += 1
        tally.raising += is_raising
        tally.ordinary_raising += is_raising and is_ordinary
    tally.weeks += (TODAY - patient.opened_on).days / 7
    tally.soreness += _soreness_flags(patient)
    for onset in patient.flares:
        if onset <= TODAY - FOUND_WITHIN:
            _count_flare(tally, patient, sessions, onset, told)


def _judge(
    tally: Tally,
    desk: Desk,
    known: Mapping[date, int],
    past: list[datetime],
    day: date,
    at: datetime,
    *,
    is_ordinary: bool,
    is_said: bool,
) -> tuple[bool, bool]:
    """One check-in: whether somebody is told of a flare by it, and whether that is a new flag."""
    find = flare.find_said if is_said else flare.find_possible
    if find(known, past, day) is None:
        return False, False
    reply = Reply.YES if is_said else None
    # A day that says so by itself is not asked about.
    if not is_said and desk.is_free(desk.asked_at, at, flare.ASK_EVERY):
        desk.asked_at = at
        tally.asked += 1
        if desk.rng is not None:
            reply = _reply(desk.rng, is_ordinary=is_ordinary)
    is_standing = not desk.is_free(desk.raised_at, at, REPEAT_AFTER)
    is_flare = flare.find_flare(known, past, day) is not None
    if is_standing:
        # The flag that waits says from now on that the patient confirms it.
        return reply is Reply.YES, False
    if reply is Reply.NO:
        tally.denied += is_flare
        tally.denied_in_flares += is_flare and not is_ordinary
        return False, False
    if not is_flare and reply is not Reply.YES:
        return False, False
    desk.raised_at = at
    tally.flags += 1
    tally.confirmed += reply is Reply.YES
    tally.false += is_ordinary
    return True, True


def _reply(rng: Random, *, is_ordinary: bool) -> Reply | None:
    """What a patient answers, as assumed above."""
    if rng.random() < SILENT:
        return None
    return Reply.YES if rng.random() < (MISTAKEN if is_ordinary else CONFIRMED) else Reply.NO


def _count_flare(
    tally: Tally,
    patient: SimulatedPatient,
    sessions: list[datetime],
    onset: date,
    told: Iterable[date],
) -> None:
    until = onset + FOUND_WITHIN
    is_found = any(onset <= day <= until for day in told)
    logged = {
        one.local_date: one.pain_average
        for one in patient.checkins
        if one.recorded_at.date() <= until
    }
    days = flare.eligible(logged, sessions, until)
    is_loggable = any(day >= onset for day, _pain in days)
    tally.flares += 1
    tally.found += is_found
    tally.loggable += is_loggable
    tally.found_of_loggable += is_found and is_loggable


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
