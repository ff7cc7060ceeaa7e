"""Mail: what is due, put once into the outbox, and sent: each at most once a period.

Exactly once does not exist over SMTP. A row is claimed with a lease, handed over, and marked last,
with the same Message-ID on every try: a crash between the two can double one mail, never lose one.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from tracker.domain.access import Role, StaffActor
from tracker.domain.days import local_time
from tracker.domain.errors import Expired
from tracker.domain.schedule import daily_period, week_days, weekly_period
from tracker.services import (
    accounts,
    caseload,
    flag_mail,
    flags,
    held,
    judging,
    limits,
    patient_joining,
    raising,
)
from tracker.services.faults import STORE_FAULTS
from tracker.services.ports import Mailer, MailFault, Message
from tracker.services.secrets import Secrets
from tracker.store import outreach as post
from tracker.store.scope import Database, Door

LEASE = timedelta(minutes=5)
TRIES = 8
BATCH = 200
WORKER = "worker"
BEAT_EVERY = timedelta(seconds=20)
ALIVE = timedelta(seconds=90)
_UNSUBSCRIBE = "unsubscribe"
_log = logging.getLogger("tracker.outreach")


class MailKind(StrEnum):
    """The mails there are; digests can be unsubscribed, the others were asked for or can't wait."""

    DAILY = "daily_digest"
    WEEKLY = "weekly_digest"
    RESET = "password_reset"
    NEW_PHONE = "new_phone"
    SAFETY = flag_mail.MAIL
    NUDGE = "nudge"

    @property
    def is_digest(self) -> bool:
        """Whether it comes by itself and can be turned off."""
        return self in {MailKind.DAILY, MailKind.WEEKLY}


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail's templates are filled from; nothing in it names a patient or a score."""

    kind: MailKind
    language: str
    to: str
    name: str
    clinic_name: str
    message_id: str
    path: str
    facts: dict[str, Any]
    unsubscribe: str | None


Renderer = Callable[[Letter], Message]
Clock = Callable[[], datetime]


@dataclass(slots=True)
class Counts:
    """What one run did."""

    queued: int = 0
    sent: int = 0
    dropped: int = 0
    failed: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Round:
    """One run: what it works with, what it did, and when it last gave a sign of life."""

    database: Database
    secrets: Secrets
    mailer: Mailer
    render: Renderer
    clock: Clock
    beat_at: datetime
    counts: Counts = field(default_factory=Counts)

    def tick(self) -> datetime:
        """The moment now; every 20 s it leaves a sign of life, however long the round takes."""
        now = self.clock()
        if now - self.beat_at >= BEAT_EVERY:
            with self.database.door(writes=True) as door:
                post.beat(door, WORKER, now)
            self.beat_at = now
        return now


def run_due(
    database: Database,
    secrets: Secrets,
    mailer: Mailer,
    render: Renderer,
    now: datetime,
    clock: Clock | None = None,
) -> Counts:
    """Everything due at `now`, once: queue the period's digests, send what waits, tidy up.

    Leases and signs of life follow the `clock`, which goes on during a long round; without one
    the whole round stands at `now`.
    """
    judging.judge_everybody(database, now)
    with database.door(writes=True) as door:
        queued = flag_mail.queue_mails(door, now) + queue_digests(door, now)
        raising.raise_quiet(door, now)
        post.beat(door, WORKER, now)
        limits.forget_old(door, now)
        held.forget_old(door, now)
    this = _Round(database, secrets, mailer, render, clock or (lambda: now), now)
    this.counts.queued = queued
    _send_waiting(this)
    return this.counts


def queue_digests(door: Door, now: datetime) -> int:
    """Put every digest whose local period has come into the outbox; how many were new."""
    queued = 0
    for member in post.staff_with_mail(door):
        period = daily_period(now, member.zone)
        if period:
            queued += post.put_once(
                door, member.clinic_id, member.person_id, MailKind.DAILY, period, now
            )
    for patient in post.patients_with_mail(door):
        period = weekly_period(now, patient.zone)
        if period:
            queued += post.put_once(
                door, patient.clinic_id, patient.person_id, MailKind.WEEKLY, period, now
            )
    return queued


def _send_waiting(this: _Round) -> None:
    """Send what waits, a batch at a time, over one connection.

    A long batch is looked at anew every 20 s: what can't wait goes first.
    """
    if not this.mailer.is_open:
        return
    try:
        while True:
            now = this.tick()
            with this.database.door() as door:
                keys = post.waiting(door, now, BATCH)
            if not keys:
                return
            for key in keys:
                _send_one(this, key)
                if this.clock() - now >= BEAT_EVERY:
                    break
    finally:
        this.mailer.close()


def _send_one(this: _Round, key: int) -> None:
    now = this.tick()
    # The claim commits first: a mail that makes all else fail has still used up a try.
    with this.database.door(writes=True) as door:
        attempts = post.claim(door, key, now, now + LEASE)
    if not attempts:
        return
    if attempts > TRIES:
        # Earlier tries never came to an end: the process went down with them.
        _give_back(this, key, attempts, "unfinished")
        return
    try:
        with this.database.door(writes=True) as door:
            letter = _letter(door, this.secrets, key, now)
        if letter is not None:
            this.mailer.send(this.render(letter))
    except STORE_FAULTS:
        # Nothing can be marked either; the lease runs out and the mail's next try comes.
        raise
    except MailFault as fault:
        _give_back(this, key, attempts, str(fault))
        return
    except Exception as fault:  # noqa: BLE001 - one poisoned mail must not keep the others
        # The fault's own words may hold an address or a name: its kind and place have to do.
        frame = traceback.extract_tb(fault.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        _log.error("Mail %d failed: %s at %s", key, type(fault).__name__, where)
        _give_back(this, key, attempts, type(fault).__name__)
        return
    with this.database.door(writes=True) as door:
        post.finish(door, key, "sent" if letter else "dropped", this.clock())
    if letter is None:
        this.counts.dropped += 1
        return
    this.counts.sent += 1
    this.counts.by_kind[letter.kind] = this.counts.by_kind.get(letter.kind, 0) + 1


def _give_back(this: _Round, key: int, attempts: int, fault: str) -> None:
    """Let a mail that failed wait for its next try, each time longer, or give it up."""
    now = this.clock()
    state = "failed" if attempts >= TRIES else "waiting"
    again_at = now + timedelta(minutes=2 ** min(attempts, 8))
    with this.database.door(writes=True) as door:
        post.finish(door, key, state, now, fault=fault, again_at=again_at)
    this.counts.failed += 1


def _letter(door: Door, secrets: Secrets, key: int, now: datetime) -> Letter | None:
    """The letter as it is due now; None when it is no longer wanted or has nothing to say."""
    row = post.recipient(door, key)
    if row is None or row.ended_at is not None or not row.email:
        return None
    kind = MailKind(row.kind)
    if kind.is_digest and (row.is_on is False or _is_past(row, kind, now)):
        return None
    # Who wants no weekly mail wants no nudge either: one switch turns both off.
    stopped_by = MailKind.WEEKLY if kind is MailKind.NUDGE else kind
    if kind is MailKind.NUDGE and not wishes(door, row.clinic_id, row.person_id, stopped_by):
        return None
    found = _facts(door, secrets, row, kind, now)
    if found is None:
        return None
    path, facts = found
    ticket = None
    if stopped_by.is_digest:
        whose = [str(row.clinic_id), str(row.person_id), stopped_by.value]
        ticket = secrets.sign(_UNSUBSCRIBE, whose)
    return Letter(
        kind=kind,
        language=row.language,
        to=row.email,
        name=row.name,
        clinic_name=row.clinic_name,
        message_id=row.message_id,
        path=path,
        facts=facts,
        unsubscribe=ticket,
    )


def _is_past(row: Any, kind: MailKind, now: datetime) -> bool:
    """Whether a digest's time is over: a daily one's with its day, a weekly one's with Monday."""
    if kind is MailKind.DAILY:
        return local_time(now, row.zone).date() > date.fromisoformat(row.period)
    _first, sunday = week_days(row.period)
    return local_time(now, row.own_zone).date() > sunday + timedelta(days=1)


def _facts(
    door: Door, secrets: Secrets, row: Any, kind: MailKind, now: datetime
) -> tuple[str, dict[str, Any]] | None:
    if kind is MailKind.DAILY:
        return _daily_facts(door, row, now)
    if kind is MailKind.WEEKLY:
        first, last = week_days(row.period)
        week = post.week_of(door, row.clinic_id, row.person_id, first, last)
        return "/today", {"days": week.days, "stretches": week.stretches}
    if kind is MailKind.RESET:
        person = accounts.find_staff_person(door, row.email)
        if person is None:
            return None
        return f"/reset/{accounts.reset_ticket(secrets, person)}", {}
    if kind in {MailKind.NUDGE, MailKind.SAFETY}:
        return _flag_facts(door, row, kind, now)
    # Each try makes a link anew, for only its hash is kept: of those made before none shall work.
    post.void_mailed_invitations(door, row.clinic_id, row.person_id, now)
    token = patient_joining.invite_again_by_mail(door, secrets, row.clinic_id, row.person_id, now)
    return (f"/join/{token}", {}) if token else None


def _flag_facts(
    door: Door, row: Any, kind: MailKind, now: datetime
) -> tuple[str, dict[str, Any]] | None:
    """What comes of flags: a report's mail to staff, a nudge to the patient."""
    if kind is MailKind.NUDGE:
        return "/today", {"number": post.clinic_number(door, row.clinic_id)}
    said = flag_mail.mail_facts(door, row.clinic_id, row.period, now)
    return ("/flags", said) if said is not None else None


def _daily_facts(door: Door, row: Any, now: datetime) -> tuple[str, dict[str, Any]] | None:
    """Counts only; a quiet day, with nobody to look at, nudge or answer, sends nothing."""
    if row.role not in {Role.PHYSIO, Role.LEAD}:
        return None
    actor = StaffActor(
        person_id=row.person_id,
        session_id=UUID(int=0),
        clinic_id=row.clinic_id,
        membership_id=row.membership_id,
        role=Role(row.role),
        name=row.name,
        language=row.language,
        clinic_name=row.clinic_name,
        clinic_zone=row.zone,
    )
    scope = door.scope(actor)
    seen = caseload.see_caseload(scope, now)
    waiting = flags.count_waiting(scope, own=True, now=now).total
    if not (seen.need_look or seen.silent or waiting):
        return None
    return "/patients", {
        "flags": waiting,
        "need_look": seen.need_look,
        "silent": seen.silent,
        "quiet": len(seen.quiet),
        "total": seen.total,
    }


# Asked for by people.


def ask_reset(door: Door, email: str, now: datetime) -> None:
    """Queue a reset mail where the address signs in; the caller answers the same either way."""
    person = accounts.find_staff_person(door, email)
    if person is None:
        return
    for member in post.staff_with_mail(door):
        if member.person_id == person.id:
            period = now.isoformat(timespec="minutes")
            post.put_once(door, member.clinic_id, person.id, MailKind.RESET, period, now)
            return


def ask_new_phone(door: Door, email: str, now: datetime) -> None:
    """Queue a link for each joined record that a clinic keeps under this address."""
    for row in post.people_with_email(door, email.strip().lower()):
        period = now.isoformat(timespec="minutes")
        post.put_once(door, row.clinic_id, row.person_id, MailKind.NEW_PHONE, period, now)


# Subscriptions.


def read_unsubscribe(secrets: Secrets, ticket: str) -> tuple[UUID, UUID, MailKind]:
    """Whose mail of which kind a signed link turns off; raises Expired for a forged one."""
    clinic_id, person_id, kind = secrets.unsign(_UNSUBSCRIBE, ticket)
    try:
        return UUID(clinic_id), UUID(person_id), MailKind(kind)
    except ValueError as fault:
        raise Expired("unsubscribe") from fault


def set_wish(door: Door, who: tuple[UUID, UUID, MailKind], now: datetime, *, is_on: bool) -> None:
    """Turn one kind of mail on or off."""
    clinic_id, person_id, kind = who
    post.set_subscription(door, clinic_id, person_id, kind, now, is_on=is_on)


def wishes(door: Door, clinic_id: UUID, person_id: UUID, kind: MailKind) -> bool:
    """Whether a person gets one kind of mail (on, unless turned off)."""
    return post.find_subscription(door, clinic_id, person_id, kind) is not False


def is_worker_alive(door: Door, now: datetime) -> bool:
    """Whether the worker left a sign of life lately."""
    beat = post.last_beat(door, WORKER)
    return beat is not None and now - beat < ALIVE
