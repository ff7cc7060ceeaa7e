"""Raising flags, inside the write that gives cause; silence is found by the worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Row

from tracker.domain import flare
from tracker.domain.days import hours_between, local_day
from tracker.domain.safety import (
    FLAG_FRESH,
    REPEAT_AFTER,
    FlagKind,
    Rating,
    Standing,
    Tier,
    find_abnormal,
    is_raised,
)
from tracker.domain.strip import Strip
from tracker.domain.too_painful import too_painful
from tracker.services import flag_mail, flares
from tracker.store import flags as store
from tracker.store import logs, records
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
    scope: Scope,
    checkin: Checkin,
    episode: Episode,
    summary: EpisodeSummary,
    now: datetime,
    *,
    was_flare: bool = False,
) -> None:
    """Raise an AMBER flag where a day's pain is a flare, or asks for a second thought.

    Read from the strips, which hold twelve weeks: no day is looked up. A day added later than two
    days after says nothing of now. Where it may be a flare, the patient is asked too, unless the
    day says so by itself. `was_flare` is whether it said so before this save.
    """
    day = checkin.local_date
    is_fresh = flare.is_fresh(day, local_day(now, checkin.zone))
    if not is_fresh and checkin.is_flare >= was_flare:
        return
    pain = Strip(summary.pain_end, summary.pain)
    ratings = {day - timedelta(days=ago): value for ago, value in pain.logged(day)}
    sessions = needled_local(Strip(episode.session_end, episode.session_hours), day)
    if checkin.is_flare != was_flare:
        flares.follow(scope, checkin, now)
    if was_flare and not checkin.is_flare:
        _take_word_back(scope, checkin, flare.find_flare(ratings, sessions, day), now)
    if not is_fresh:
        return
    if checkin.is_flare and not was_flare:
        _take_word(scope, checkin, flare.find_said(ratings, sessions, day), now)
    flares.ask(scope, checkin, flare.find_possible(ratings, sessions, day), now)
    for kind, rule, every in (
        (FlagKind.FLARE, flare.find_flare, REPEAT_AFTER),
        (FlagKind.REASSESS, flare.find_reassess, flare.REASSESS_EVERY),
    ):
        found = rule(ratings, sessions, day)
        if found is None or _is_told(scope, checkin, kind, now - every):
            continue
        _raise(scope, checkin, _of_course(checkin, kind, found), now)


def _of_course(checkin: Checkin, kind: FlagKind, found: flare.Finding) -> Cause:
    """A day's pain as the cause of a flag."""
    return Cause(
        kind,
        Tier.AMBER,
        found.sign,
        found.numbers,
        checkin.recorded_at,
        checkin.episode_id,
        checkin.entry_id,
        checkin.episode_id,
    )


# The patient's own word that it is a bad spell: said in the check-in, or asked for.

_SAID_IN = "said_in"
"""In a flag's numbers: the check-in whose word it carries. An answer to a question has none."""


def _take_word(scope: Scope, checkin: Checkin, found: flare.Finding | None, now: datetime) -> None:
    """Confirm what waits of the spell, as a yes to the question does, or raise it.

    `found` is None for a day within 72 h of needling, whose word is kept and raises nothing.
    """
    if found is None:
        return
    told = {"said": flare.Reply.YES.value, _SAID_IN: str(checkin.entry_id)}
    about = [
        flag
        for flag in _flares_since(scope, checkin)
        if flag.source_id == checkin.entry_id
        or (flag.raised_at > now - REPEAT_AFTER and not _is_denied(flag))
    ]
    for flag in about:
        if flag.source_id == checkin.entry_id and flag.reason == flare.Sign.SAID:
            flag.reason, flag.numbers = found.sign, {**found.numbers, **told}
        if flag.numbers.get("said") != flare.Reply.YES:
            flag.numbers = {**flag.numbers, **told}
        if flag.acknowledged_at is None:
            flag.closed_at = None
    if not about:
        cause = _of_course(checkin, FlagKind.FLARE, found)
        _raise(scope, checkin, replace(cause, numbers={**cause.numbers, **told}), now)


def _take_word_back(
    scope: Scope, checkin: Checkin, found: flare.Finding | None, now: datetime
) -> None:
    """The day no longer calls itself a bad spell: what stands by its word alone closes quietly.

    What a rule found stays, and no longer says so. Where another of these days says it still, that
    one's word stands in this one's place.
    """
    day = checkin.local_date
    others = logs.bad_spells_between(
        scope, checkin.episode_id, day - flare.FRESH, day + flare.FRESH
    )
    for flag in _flares_since(scope, checkin):
        if flag.numbers.get(_SAID_IN) != str(checkin.entry_id):
            continue
        if others:
            flag.numbers = {**flag.numbers, _SAID_IN: str(others[0].entry_id)}
        elif flag.reason != flare.Sign.SAID:
            flag.numbers = _bare(flag)
        elif found is not None:
            flag.reason, flag.numbers = found.sign, found.numbers
        else:
            flag.numbers = {**_bare(flag), "said": flare.Reply.NO.value}
            if flag.acknowledged_at is None:
                flag.closed_at = now


def _bare(flag: Flag) -> dict[str, Any]:
    """A flag's numbers without the patient's word."""
    return {name: told for name, told in flag.numbers.items() if name not in {"said", _SAID_IN}}


def _flares_since(scope: Scope, checkin: Checkin) -> Sequence[Flag]:
    """The flare flags that a day's word can be about."""
    since = checkin.recorded_at - REPEAT_AFTER
    return store.standing_of(scope, checkin.patient_id, FlagKind.FLARE, checkin.episode_id, since)


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
        flag.numbers = {**_bare(flag), **told}
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
        flag_mail.queue_round(scope.open_door(), flag.clinic_id, flag.patient_id, flag.id, 1, now)


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
