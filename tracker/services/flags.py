"""Flags: raised by what patients log, mailed when pressing, acknowledged by the clinic's staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Row

from tracker.domain import flare
from tracker.domain.access import StaffActor
from tracker.domain.days import hours_between, local_day
from tracker.domain.errors import Invalid
from tracker.domain.safety import (
    FLAG_FRESH,
    FLAG_NOTE_MAX,
    MAIL_WITHIN,
    REMIND_AFTER,
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


@dataclass(frozen=True, slots=True)
class Seen:
    """A flag as the clinic's staff see it."""

    flag: Flag
    name: str
    is_own: bool
    answered_by: str = ""

    @property
    def tier(self) -> Tier:
        """How soon somebody has to act."""
        return Tier(self.flag.tier)


@dataclass(frozen=True, slots=True)
class Flags:
    """The page of flags: what presses, what can wait for a working day, what is answered."""

    pressing: Sequence[Seen]
    amber: Sequence[Seen]
    answered: Sequence[Seen]
    undelivered: Sequence[Row[Any]] = field(default_factory=tuple)


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
    _raise(
        scope,
        Flag(
            clinic_id=report.clinic_id,
            patient_id=report.patient_id,
            kind=FlagKind.SAFETY,
            tier=report.tier,
            episode_id=report.episode_id,
            source_id=report.entry_id,
            reason="reported",
            numbers=numbers,
            said_at=report.recorded_at,
        ),
        now,
    )


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
    _raise(
        scope,
        Flag(
            clinic_id=newest.clinic_id,
            patient_id=newest.patient_id,
            kind=FlagKind.SORENESS,
            tier=Tier.AMBER,
            episode_id=session.episode_id,
            source_id=newest.entry_id,
            subject_id=session.id,
            reason=found.reason,
            numbers=found.numbers,
            said_at=newest.felt_at,
        ),
        now,
    )


def raise_stretch(
    scope: Scope, line: Prescription, entry: StretchEntry, usual: int | None, now: datetime
) -> None:
    """Raise an AMBER flag where a stretch hurt too much; `usual` is the day's pain, if known."""
    if now - entry.recorded_at > FLAG_FRESH or not too_painful(entry.pain_during, usual):
        return
    if store.has_source(scope, entry.patient_id, FlagKind.STRETCH, entry.entry_id):
        return
    _raise(
        scope,
        Flag(
            clinic_id=entry.clinic_id,
            patient_id=entry.patient_id,
            kind=FlagKind.STRETCH,
            tier=Tier.AMBER,
            episode_id=line.episode_id,
            source_id=entry.entry_id,
            subject_id=line.series_id,
            reason="stretch_hurt",
            numbers={"stretch": line.stretch, "side": line.side, "pain": entry.pain_during},
            said_at=entry.recorded_at,
        ),
        now,
    )


def raise_course(
    scope: Scope, checkin: Checkin, episode: Episode, summary: EpisodeSummary, now: datetime
) -> None:
    """Raise an AMBER flag where a day's pain is a flare, or asks for a second thought.

    Read from the strips, which hold twelve weeks: no day is looked up. A day added later than two
    days after says nothing of now.
    """
    day = checkin.local_date
    if not flare.is_fresh(day, local_day(now, checkin.zone)):
        return
    pain = Strip(summary.pain_end, summary.pain)
    ratings = {day - timedelta(days=ago): value for ago, value in pain.logged(day)}
    sessions = needled_local(Strip(episode.session_end, episode.session_hours), day)
    for kind, rule, every in (
        (FlagKind.FLARE, flare.find_flare, REPEAT_AFTER),
        (FlagKind.REASSESS, flare.find_reassess, flare.REASSESS_EVERY),
    ):
        found = rule(ratings, sessions, day)
        if found is None or _is_told(scope, checkin, kind, now - every):
            continue
        _raise(
            scope,
            Flag(
                clinic_id=checkin.clinic_id,
                patient_id=checkin.patient_id,
                kind=kind,
                tier=Tier.AMBER,
                episode_id=episode.id,
                source_id=checkin.entry_id,
                subject_id=episode.id,
                reason=found.sign,
                numbers=found.numbers,
                said_at=checkin.recorded_at,
            ),
            now,
        )


def _is_told(scope: Scope, checkin: Checkin, kind: FlagKind, since: datetime) -> bool:
    """Whether a flag of a kind stands about this problem since a moment, or of this very day."""
    patient_id = checkin.patient_id
    return store.has_source(scope, patient_id, kind, checkin.entry_id) or bool(
        store.standing_of(scope, patient_id, kind, checkin.episode_id, since)
    )


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
    return Flag(
        clinic_id=row.clinic_id,
        patient_id=row.patient_id,
        id=uuid4(),
        kind=FlagKind.QUIET,
        tier=Tier.AMBER,
        episode_id=row.episode_id,
        source_id=source,
        subject_id=row.episode_id,
        reason=flare.Sign.QUIET,
        numbers={"since": row.last_logged_on.isoformat()},
        said_at=now,
        raised_at=now,
        note="",
    )


def quiet_source(episode_id: UUID, last_logged_on: date) -> UUID:
    """What stands for one silence where other flags name their entry."""
    return uuid5(episode_id, last_logged_on.isoformat())


def _raise(scope: Scope, flag: Flag, now: datetime) -> None:
    tier = Tier(flag.tier)
    found = store.standing_of(
        scope, flag.patient_id, flag.kind, flag.subject_id, now - REPEAT_AFTER
    )
    standing = [Standing(row.raised_at, frozenset(row.numbers.get("signs", ()))) for row in found]
    if not is_raised(tier, flag.numbers.get("signs", ()), standing, now):
        return
    flag.id, flag.raised_at, flag.note = uuid4(), now, ""
    scope.add(flag)
    scope.flush()
    if tier.is_pressing and records.is_sharing(scope, flag.clinic_id, flag.patient_id):
        _queue(scope.open_door(), flag.clinic_id, flag.patient_id, flag.id, 1, now)


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
    people = store.responsible(door, clinic_id, patient_id)
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


# Seeing and answering, as staff.


def see_flags(scope: Scope, now: datetime) -> Flags:
    """The clinic's flags, one's own patients first; a lead sees what could not be mailed too."""
    actor = staff(scope)
    rows = [_seen(actor, row) for row in store.open_flags(scope)]
    rows.sort(key=lambda seen: (list(Tier).index(seen.tier), not seen.is_own))
    names = {row.id: row.name for row in records.colleagues(scope)}
    return Flags(
        pressing=[seen for seen in rows if seen.tier.is_pressing],
        amber=[seen for seen in rows if not seen.tier.is_pressing],
        answered=[
            _seen(actor, row, names)
            for row in store.answered_flags(scope, now - SHOWN_FOR, SHOWN_MOST)
        ],
        undelivered=store.undelivered(scope, MAIL, now - SHOWN_FOR, now - MAIL_WITHIN)
        if actor.is_lead
        else (),
    )


def _seen(actor: StaffActor, row: Row[Any], names: dict[UUID, str] | None = None) -> Seen:
    flag: Flag = row.Flag
    by = (names or {}).get(flag.acknowledged_by, "") if flag.acknowledged_by else ""
    return Seen(flag, row.name, row.physio_id == actor.membership_id, by)


def open_of(scope: Scope, patient_id: UUID) -> list[Seen]:
    """What waits of one patient, the most pressing first."""
    actor = staff(scope)
    rows = [_seen(actor, row) for row in store.open_flags(scope, patient_id)]
    return sorted(rows, key=lambda seen: list(Tier).index(seen.tier))


def count_waiting(scope: Scope, *, own: bool = False) -> Waiting:
    """How many flags wait: the clinic's, or those of one's own patients."""
    actor = staff(scope)
    counts = store.open_counts(scope, actor.membership_id if own else None)
    pressing = sum(count for tier, count in counts.items() if Tier(tier).is_pressing)
    return Waiting(pressing, sum(counts.values()) - pressing)


def patients_flagged(scope: Scope) -> dict[UUID, Tier]:
    """The most pressing tier that waits, by patient."""
    staff(scope)
    found: dict[UUID, Tier] = {}
    for row in store.open_flags(scope):
        tiers = (Tier(row.Flag.tier), found.get(row.Flag.patient_id, Tier.EXPECTED))
        found[row.Flag.patient_id] = min(tiers, key=list(Tier).index)
    return found


def acknowledge(scope: Scope, flag_id: UUID, note: str, now: datetime) -> bool:
    """Take a flag on; False where somebody has done so already, whose word stands.

    Raises Invalid for a note that is too long, NotFound for a flag that is not the clinic's.
    """
    actor = staff(scope)
    note = note.replace("\0", "").strip()
    if len(note) > FLAG_NOTE_MAX:
        raise Invalid({"note": ["too_long"]})
    flag = _locked(scope, flag_id)
    if flag.acknowledged_at is not None:
        return False
    flag.acknowledged_at, flag.acknowledged_by, flag.note = now, actor.membership_id, note
    scope.flush()
    return True


def undo(scope: Scope, flag_id: UUID) -> None:
    """Take an acknowledgement back: the flag waits again. Raises NotFound."""
    staff(scope)
    flag = _locked(scope, flag_id)
    flag.acknowledged_at = flag.acknowledged_by = None
    scope.flush()


def _locked(scope: Scope, flag_id: UUID) -> Flag:
    """A flag with its patient's writes held back: of two who answer at once one is first."""
    flag = scope.get(Flag, Flag.id == flag_id)
    store.lock(scope, flag)
    return flag
