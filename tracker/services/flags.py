"""Flags as the clinic's staff see them; `flag_steps.py` holds what is done about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from tracker.domain import flare
from tracker.domain.access import StaffActor
from tracker.domain.days import day_bounds, local_day
from tracker.domain.safety import MAIL_WITHIN, NEXT_ACTIONS, Action, FlagKind, Step, Tier
from tracker.services.flag_mail import MAIL
from tracker.services.patients import staff
from tracker.store import flags as store
from tracker.store import records
from tracker.store.schema import Flag
from tracker.store.scope import Scope

SHOWN_FOR = timedelta(days=14)
SHOWN_MOST = 50
"""How long, and how many, acknowledged flags and failed mails are shown."""

LOAD_WEEKS = 8
"""Weeks whose flags are counted for each physio."""


@dataclass(frozen=True, slots=True)
class Done:
    """One step of a flag's history, with the names of who did it and whom it was handed to."""

    step: Step
    at: datetime
    by: str
    to: str
    until: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A flag as the clinic's staff see it; `phone` and `is_joined` are its patient's."""

    flag: Flag
    name: str
    is_own: bool
    phone: str = ""
    is_joined: bool = False
    answered_by: str = ""
    handed_to: str = ""
    history: Sequence[Done] = ()

    @property
    def tier(self) -> Tier:
        """How soon somebody has to act."""
        return Tier(self.flag.tier)

    @property
    def actions(self) -> Sequence[Action]:
        """What is offered beside it, the likeliest first."""
        return NEXT_ACTIONS[FlagKind(self.flag.kind)]

    @property
    def said(self) -> str:
        """What the patient answered: yes, no, or nothing yet."""
        return str(self.flag.numbers.get("said", ""))


@dataclass(frozen=True, slots=True)
class Flags:
    """The page of flags: what presses, what can wait for a working day, what is answered."""

    pressing: Sequence[Seen]
    amber: Sequence[Seen]
    snoozed: Sequence[Seen]
    answered: Sequence[Seen]
    colleagues: Sequence[Row[Any]] = ()
    """(id, name) of whom a flag can be handed to."""
    undelivered: Sequence[Row[Any]] = field(default_factory=tuple)

    @property
    def own_amber(self) -> list[Seen]:
        """What waits of one's own."""
        return [seen for seen in self.amber if seen.is_own]

    @property
    def other_amber(self) -> list[Seen]:
        """What waits of colleagues, or of nobody."""
        return [seen for seen in self.amber if not seen.is_own]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many flags wait for somebody."""

    pressing: int
    amber: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.pressing + self.amber


def see_flags(scope: Scope, now: datetime) -> Flags:
    """The clinic's flags, one's own patients first; a lead sees what could not be mailed too."""
    actor = staff(scope)
    waiting = store.open_flags(scope, now)
    snoozed = store.snoozed_flags(scope, now)
    answered = store.answered_flags(scope, now - SHOWN_FOR, SHOWN_MOST)
    see = _seer(scope, actor, [row.Flag for row in (*waiting, *snoozed, *answered)])
    rows = sorted(
        map(see, waiting),
        # Who confirms a bad spell comes before who has not answered.
        key=lambda seen: (_order(seen), not seen.is_own, seen.said != flare.Reply.YES),
    )
    return Flags(
        pressing=[seen for seen in rows if seen.tier.is_pressing],
        amber=[seen for seen in rows if not seen.tier.is_pressing],
        snoozed=[see(row) for row in snoozed],
        answered=[see(row) for row in answered],
        colleagues=others(scope),
        undelivered=store.undelivered(scope, MAIL, now - SHOWN_FOR, now - MAIL_WITHIN)
        if actor.is_lead
        else (),
    )


def others(scope: Scope) -> Sequence[Row[Any]]:
    """The colleagues who work here now, without oneself."""
    actor = staff(scope)
    return [
        row
        for row in records.colleagues(scope)
        if row.ended_at is None and row.id != actor.membership_id
    ]


def open_of(scope: Scope, patient_id: UUID, now: datetime | None = None) -> list[Seen]:
    """What waits of one patient, the most pressing first."""
    actor = staff(scope)
    rows = store.open_flags(scope, now, patient_id)
    see = _seer(scope, actor, [row.Flag for row in rows])
    return sorted(map(see, rows), key=_order)


def _order(seen: Seen) -> int:
    return list(Tier).index(seen.tier)


def _seer(scope: Scope, actor: StaffActor, found: Sequence[Flag]) -> Callable[[Row[Any]], Seen]:
    """What makes a row of (Flag, name, physio_id, phone, person_id) a flag as it is seen."""
    steps = store.steps_of(scope, [flag.id for flag in found])
    names = {row.id: row.name for row in records.colleagues(scope)} if found else {}
    history: dict[UUID, list[Done]] = {}
    for row in steps:
        history.setdefault(row.flag_id, []).append(
            Done(
                Step(row.step),
                row.made_at,
                names.get(row.made_by, ""),
                names.get(row.handed_to, "") if row.handed_to else "",
                row.until,
                row.note,
            )
        )

    def see(row: Row[Any]) -> Seen:
        flag: Flag = row.Flag
        return Seen(
            flag,
            row.name,
            (flag.handed_to or row.physio_id) == actor.membership_id,
            row.phone or "",
            row.person_id is not None,
            names.get(flag.acknowledged_by, "") if flag.acknowledged_by else "",
            names.get(flag.handed_to, "") if flag.handed_to else "",
            history.get(flag.id, ()),
        )

    return see


def count_waiting(scope: Scope, *, own: bool = False, now: datetime | None = None) -> Waiting:
    """How many flags wait: the clinic's, or one's own. Without `now` what is snoozed counts too."""
    actor = staff(scope)
    counts = store.open_counts(scope, now, actor.membership_id if own else None)
    pressing = sum(count for tier, count in counts.items() if Tier(tier).is_pressing)
    return Waiting(pressing, sum(counts.values()) - pressing)


# How many there are.


@dataclass(frozen=True, slots=True)
class Load:
    """How many flags were raised for one physio's patients, week by week, the oldest first.

    `name` is empty for patients whom nobody looks after.
    """

    name: str
    weeks: Sequence[int]
    is_own: bool = False


def see_load(scope: Scope, now: datetime) -> tuple[Sequence[date], Sequence[Load]]:
    """The Mondays of the last 8 weeks, this one included, and each physio's flags in them.

    A lead sees everybody's, a physio the own.
    """
    actor = staff(scope)
    monday = local_day(now, actor.clinic_zone)
    monday -= timedelta(days=monday.weekday())
    mondays = [monday - timedelta(weeks=back) for back in reversed(range(LOAD_WEEKS))]
    starts = [day_bounds(day, actor.clinic_zone)[0] for day in mondays]
    only = None if actor.is_lead else actor.membership_id
    counts = store.raised_counts(scope, starts, only)
    people = {
        row.id: row.name
        for row in records.colleagues(scope)
        if row.id in counts or (row.ended_at is None and only in {None, row.id})
    }
    loads = [
        Load(name, counts.get(key, [0] * LOAD_WEEKS), key == actor.membership_id)
        for key, name in people.items()
    ]
    if None in counts:
        loads.append(Load("", counts[None]))
    return mondays, loads
