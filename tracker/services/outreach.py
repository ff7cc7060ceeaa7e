"""Mail: what is due, put once into the outbox, and sent: each at most once a period.

Exactly once does not exist over SMTP. A row is claimed with a lease, handed over, and marked last,
with the same Message-ID on every try: a crash between the two can double one mail, never lose one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from tracker.domain.access import Role, StaffActor
from tracker.domain.errors import Expired
from tracker.domain.schedule import daily_period, week_days, weekly_period
from tracker.services import accounts, caseload, held, joining, limits
from tracker.services.ports import Mailer, MailFault, Message
from tracker.services.secrets import Secrets
from tracker.store import outreach as post
from tracker.store.scope import Database, Door

LEASE = timedelta(minutes=5)
TRIES = 8
BATCH = 200
WORKER = "worker"
ALIVE = timedelta(seconds=90)
_UNSUBSCRIBE = "unsubscribe"


class MailKind(StrEnum):
    """The mails there are; digests can be unsubscribed, the other two were asked for."""

    DAILY = "daily_digest"
    WEEKLY = "weekly_digest"
    RESET = "password_reset"
    NEW_PHONE = "new_phone"

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


@dataclass(slots=True)
class Counts:
    """What one run did."""

    queued: int = 0
    sent: int = 0
    dropped: int = 0
    failed: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)


def run_due(
    database: Database, secrets: Secrets, mailer: Mailer, render: Renderer, now: datetime
) -> Counts:
    """Everything due at `now`, once: queue the period's digests, send what waits, tidy up."""
    counts = Counts()
    with database.door(writes=True) as door:
        counts.queued = queue_digests(door, now)
        post.beat(door, WORKER, now)
        limits.forget_old(door, now)
        held.forget_old(door, now)
    send_waiting(database, secrets, mailer, render, now, counts)
    return counts


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


def send_waiting(
    database: Database,
    secrets: Secrets,
    mailer: Mailer,
    render: Renderer,
    now: datetime,
    counts: Counts,
) -> None:
    """Send what waits, a batch at a time, over one connection."""
    try:
        while True:
            with database.door() as door:
                keys = post.waiting(door, now, BATCH)
            if not keys:
                return
            for key in keys:
                _send_one(database, secrets, mailer, render, key, now, counts)
    finally:
        mailer.close()


def _send_one(
    database: Database,
    secrets: Secrets,
    mailer: Mailer,
    render: Renderer,
    key: int,
    now: datetime,
    counts: Counts,
) -> None:
    with database.door(writes=True) as door:
        if not post.claim(door, key, now, now + LEASE):
            return
        letter = _letter(door, secrets, key, now)
        attempts = getattr(post.recipient(door, key), "attempts", TRIES)
        if letter is None:
            post.finish(door, key, "dropped", now)
            counts.dropped += 1
            return
    try:
        mailer.send(render(letter))
    except MailFault as fault:
        with database.door(writes=True) as door:
            is_over = attempts >= TRIES
            wait = now + timedelta(minutes=2 ** min(attempts, 8))
            state = "failed" if is_over else "waiting"
            post.finish(door, key, state, now, fault=str(fault), again_at=wait)
        counts.failed += 1
        return
    with database.door(writes=True) as door:
        post.finish(door, key, "sent", now)
    counts.sent += 1
    counts.by_kind[letter.kind] = counts.by_kind.get(letter.kind, 0) + 1


def _letter(door: Door, secrets: Secrets, key: int, now: datetime) -> Letter | None:
    """The letter as it is due now; None when it is no longer wanted or has nothing to say."""
    row = post.recipient(door, key)
    if row is None or row.ended_at is not None or not row.email:
        return None
    kind = MailKind(row.kind)
    if kind.is_digest and row.is_on is False:
        return None
    found = _facts(door, secrets, row, kind, now)
    if found is None:
        return None
    path, facts = found
    ticket = None
    if kind.is_digest:
        ticket = secrets.sign(_UNSUBSCRIBE, [str(row.clinic_id), str(row.person_id), kind.value])
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
    token = joining.invite_again_by_mail(door, secrets, row.clinic_id, row.person_id, now)
    return (f"/join/{token}", {}) if token else None


def _daily_facts(door: Door, row: Any, now: datetime) -> tuple[str, dict[str, Any]] | None:
    """Counts only; a quiet day, on which nobody needs a look or fell silent, sends nothing."""
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
    seen = caseload.see_caseload(door.scope(actor), now)
    if not seen.need_look and not seen.silent:
        return None
    return "/patients", {
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
