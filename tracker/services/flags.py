"""Flags: raised by what patients log, mailed when pressing, seen by the clinic's staff."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Row

from tracker.domain import flare
from tracker.domain.access import StaffActor
from tracker.domain.days import day_bounds, hours_between, local_day
from tracker.domain.safety import (
    FLAG_FRESH,
    MAIL_WITHIN,
    NEXT_ACTIONS,
    REMIND_AFTER,
    REPEAT_AFTER,
    Action,
    FlagKind,
    Rating,
    Standing,
    Step,
    Tier,
    find_abnormal,
    is_raised,
)
from tracker.domain.strip import Strip
from tracker.domain.too_painful import too_painful
from tracker.services import flares
from tracker.services.patients import staff
from tracker.store import flags as store
from tracker.store import outreach as post
from tracker.store import records
from tracker.store.schema import (
    Checkin,
    Episode,
    EpisodeSummary,
    Flag,
    NeedlingSession,
    Prescription,
    SafetyReport,
    SorenessEntry,
    StretchEntry,
)
from tracker.store.scope import Door, Scope

MAIL = "safety"
"""The outbox's kind of a mail about a flag; its period is the flag with the round."""

SHOWN_FOR = timedelta(days=14)
SHOWN_MOST = 50
"""How long, and how many, acknowledged flags and failed mails are shown."""

LOAD_WEEKS = 8
"""Weeks whose flags are counted for each physio."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What raises a flag: how soon somebody has to act, what it is about, the numbers behind it."""

    kind: FlagKind
    tier: Tier
    reason: str
    numbers: dict[str, Any]
    said_at: datetime
    episode_id: UUID | None
    source_id: UUID
    """The entry that says it: one entry raises one flag of a kind."""
    subject_id: UUID | None = None


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


# Raising, inside the patient's own write.


def raise_report(scope: Scope, report: SafetyReport, now: datetime) -> None:
    """Raise the flag of a new safety report, where its tier asks for one, and queue its mails."""
    needled_at = store.last_needled(scope, report.recorded_at, report.patient_id)
    numbers: dict[str, Any] = {"signs": list(report.signs)}
    if needled_at is not None:
        numbers["days"] = (report.recorded_at - needled_at).days
    cause = Cause(
        FlagKind.SAFETY,
        Tier(report.tier),
        "reported",
        numbers,
        report.recorded_at,
        report.episode_id,
        report.entry_id,
    )
    _raise(scope, report, cause, now)


def raise_soreness(
    scope: Scope,
    session: NeedlingSession,
    ratings: Sequence[SorenessEntry],
    newest: SorenessEntry,
    now: datetime,
) -> None:
    """Raise an AMBER flag where a rating is abnormal among those of its session up to it."""
    if now - newest.felt_at > FLAG_FRESH:
        return
    found = find_abnormal(
        [
            Rating(hours_between(session.needled_at, row.felt_at), row.soreness)
            for row in ratings
            if row.felt_at <= newest.felt_at
        ]
    )
    if found is None or store.has_source(
        scope, newest.patient_id, FlagKind.SORENESS, newest.entry_id
    ):
        return
    cause = Cause(
        FlagKind.SORENESS,
        Tier.AMBER,
        found.reason,
        found.numbers,
        newest.felt_at,
        session.episode_id,
        newest.entry_id,
        session.id,
    )
    _raise(scope, newest, cause, now)


def raise_stretch(
    scope: Scope, line: Prescription, entry: StretchEntry, usual: int | None, now: datetime
) -> None:
    """Raise an AMBER flag where a stretch hurt too much; `usual` is the day's pain, if known."""
    if now - entry.recorded_at > FLAG_FRESH or not too_painful(entry.pain_during, usual):
        return
    if store.has_source(scope, entry.patient_id, FlagKind.STRETCH, entry.entry_id):
        return
    cause = Cause(
        FlagKind.STRETCH,
        Tier.AMBER,
        "stretch_hurt",
        {"stretch": line.stretch, "side": line.side, "pain": entry.pain_during},
        entry.recorded_at,
        line.episode_id,
        entry.entry_id,
        line.series_id,
    )
    _raise(scope, entry, cause, now)


def raise_course(
    scope: Scope, checkin: Checkin, episode: Episode, summary: EpisodeSummary, now: datetime
) -> None:
    """Raise an AMBER flag where a day's pain is a flare, or asks for a second thought.

    Read from the strips, which hold twelve weeks: no day is looked up. A day added later than two
    days after says nothing of now. Where it may be a flare, the patient is asked too.
    """
    day = checkin.local_date
    if not flare.is_fresh(day, local_day(now, checkin.zone)):
        return
    pain = Strip(summary.pain_end, summary.pain)
    ratings = {day - timedelta(days=ago): value for ago, value in pain.logged(day)}
    sessions = needled_local(Strip(episode.session_end, episode.session_hours), day)
    flares.ask(scope, checkin, flare.find_possible(ratings, sessions, day), now)
    for kind, rule, every in (
        (FlagKind.FLARE, flare.find_flare, REPEAT_AFTER),
        (FlagKind.REASSESS, flare.find_reassess, flare.REASSESS_EVERY),
    ):
        found = rule(ratings, sessions, day)
        if found is None or _is_told(scope, checkin, kind, now - every):
            continue
        cause = Cause(
            kind,
            Tier.AMBER,
            found.sign,
            found.numbers,
            checkin.recorded_at,
            episode.id,
            checkin.entry_id,
            episode.id,
        )
        _raise(scope, checkin, cause, now)


def answer_flare(
    scope: Scope, asked_id: UUID, reply: flare.Reply, now: datetime
) -> tuple[int, int]:
    """Take a patient's word on a bad spell; raises NotFound for a question that is not theirs.

    Gives the question's revision as it was met, and as it is now.

    Yes makes the flag of that day say so, or raises it where the rise alone was too small. No
    closes what waits of it, quietly: it stays in the history. The last word stands.
    """
    question, was = flares.note_answer(scope, asked_id, reply, now)
    patient_id, since = question.patient_id, question.asked_at - REPEAT_AFTER
    is_yes = reply is flare.Reply.YES
    about = [
        flag
        for flag in store.standing_of(scope, patient_id, FlagKind.FLARE, question.episode_id, since)
        # No speaks of its own day alone, yes of the whole spell.
        if flag.source_id == question.source_id or (is_yes and not _is_denied(flag))
    ]
    told = {"said": reply.value}
    for flag in about:
        flag.numbers = {**flag.numbers, **told}
        if flag.acknowledged_at is None:
            flag.closed_at = None if is_yes else now
    if is_yes and not about and now - question.asked_at <= FLAG_FRESH:
        cause = Cause(
            FlagKind.FLARE,
            Tier.AMBER,
            question.reason,
            {**question.numbers, **told},
            question.asked_at,
            question.episode_id,
            question.source_id,
            question.episode_id,
        )
        _raise(scope, question, cause, now)
    scope.flush()
    return was, question.rev


def _is_told(scope: Scope, checkin: Checkin, kind: FlagKind, since: datetime) -> bool:
    """Whether a flag of a kind stands about this problem since a moment, or of this very day."""
    patient_id = checkin.patient_id
    return store.has_source(scope, patient_id, kind, checkin.entry_id) or bool(
        _standing(scope, patient_id, kind, checkin.episode_id, since)
    )


def _standing(
    scope: Scope, patient_id: UUID, kind: str, subject_id: UUID | None, since: datetime
) -> list[Flag]:
    """The flags that a new one would only repeat.

    One that the patient called just a bad day is none: a second such day says something new.
    """
    found = store.standing_of(scope, patient_id, kind, subject_id, since)
    return [flag for flag in found if not _is_denied(flag)]


def _is_denied(flag: Flag) -> bool:
    return flag.numbers.get("said") == flare.Reply.NO


def needled_local(strip: Strip, day: date) -> list[datetime]:
    """The sessions of a strip up to a day as naive wall times, to the hour."""
    return [
        datetime.combine(day - timedelta(days=ago), time(hour)) for ago, hour in strip.logged(day)
    ]


def raise_quiet(door: Door, now: datetime) -> int:
    """Raise one flag a silence for who has logged nothing for more than 14 days; how many.

    A silence is known by the day of the last entry, so it is told once, however often this runs.
    """
    today = now.date()
    rows = store.gone_quiet(
        door, today - flare.QUIET_TOLD_UNTIL, today - flare.QUIET_AFTER - timedelta(days=1)
    )
    sources = {quiet_source(row.episode_id, row.last_logged_on): row for row in rows}
    new = set(sources) - store.known_sources(door, FlagKind.QUIET, sources)
    door.session.add_all(_quiet_flag(sources[source], source, now) for source in new)
    door.session.flush()
    return len(new)


def _quiet_flag(row: Row[Any], source: UUID, now: datetime) -> Flag:
    cause = Cause(
        FlagKind.QUIET,
        Tier.AMBER,
        flare.Sign.QUIET,
        {"since": row.last_logged_on.isoformat()},
        now,
        row.episode_id,
        source,
        row.episode_id,
    )
    return _make(row, cause, now)


def quiet_source(episode_id: UUID, last_logged_on: date) -> UUID:
    """What stands for one silence where other flags name their entry."""
    return uuid5(episode_id, last_logged_on.isoformat())


def _raise(scope: Scope, whose: Any, cause: Cause, now: datetime) -> None:
    """Raise a flag beside those that stand, unless it would only repeat one of them."""
    found = _standing(scope, whose.patient_id, cause.kind, cause.subject_id, now - REPEAT_AFTER)
    standing = [Standing(row.raised_at, frozenset(row.numbers.get("signs", ()))) for row in found]
    if not is_raised(cause.tier, cause.numbers.get("signs", ()), standing, now):
        return
    flag = _make(whose, cause, now)
    scope.add(flag)
    scope.flush()
    if cause.tier.is_pressing and records.is_sharing(scope, flag.clinic_id, flag.patient_id):
        _queue(scope.open_door(), flag.clinic_id, flag.patient_id, flag.id, 1, now)


def _make(whose: Any, cause: Cause, now: datetime) -> Flag:
    """A flag of a patient; `whose` is any row of theirs."""
    return Flag(
        clinic_id=whose.clinic_id,
        patient_id=whose.patient_id,
        id=uuid4(),
        kind=cause.kind,
        tier=cause.tier,
        reason=cause.reason,
        numbers=cause.numbers,
        episode_id=cause.episode_id,
        source_id=cause.source_id,
        subject_id=cause.subject_id,
        said_at=cause.said_at,
        raised_at=now,
        note="",
    )


# Mail.


def queue_mails(door: Door, now: datetime) -> int:
    """Queue what is due of the flags that press: the first round, the second 30 min later."""
    return sum(
        _queue(door, row.clinic_id, row.patient_id, row.id, round_of(row.raised_at, now), now)
        for row in store.pressing(door)
    )


def round_of(raised_at: datetime, now: datetime) -> int:
    """Which round of mails a flag is due that nobody has acknowledged."""
    return 2 if now - raised_at >= REMIND_AFTER else 1


def _queue(
    door: Door, clinic_id: UUID, patient_id: UUID, flag_id: UUID, number: int, now: datetime
) -> int:
    people = store.responsible(door, clinic_id, patient_id, flag_id)
    period = f"{flag_id}.{number}"
    return sum(post.put_once(door, clinic_id, person, MAIL, period, now) for person in people)


def mail_facts(door: Door, clinic_id: UUID, period: str, now: datetime) -> dict[str, Any] | None:
    """What a queued mail says now: whether it is the second; None when it is no longer due.

    Somebody has acknowledged it, it is no longer shared, or the second round says it by now.
    """
    flag_id, _, number = period.partition(".")
    raised_at = store.find_pressing(door, clinic_id, UUID(flag_id))
    if raised_at is None or int(number) < round_of(raised_at, now):
        return None
    return {"is_again": int(number) > 1}


# Seeing them, as staff; `services/flag_steps.py` holds what is done about them.


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
