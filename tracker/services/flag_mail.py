"""Mail about flags that press: who gets one, when, and whether it is still due."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tracker.domain.safety import REMIND_AFTER
from tracker.store import flags as store
from tracker.store import outreach as post
from tracker.store.scope import Door

MAIL = "safety"
"""The outbox's kind of a mail about a flag; its period is the flag with the round."""


def queue_mails(door: Door, now: datetime) -> int:
    """Queue what is due of the flags that press: the first round, the second 30 min later."""
    return sum(
        queue_round(door, row.clinic_id, row.patient_id, row.id, round_of(row.raised_at, now), now)
        for row in store.pressing(door)
    )


def round_of(raised_at: datetime, now: datetime) -> int:
    """Which round of mails a flag is due that nobody has acknowledged."""
    return 2 if now - raised_at >= REMIND_AFTER else 1


def queue_round(
    door: Door, clinic_id: UUID, patient_id: UUID, flag_id: UUID, number: int, now: datetime
) -> int:
    """Queue one round's mails about a flag to whom it concerns; how many were new."""
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
