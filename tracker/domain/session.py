"""How long a sign-in holds: months for a patient's phone, a working day for staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class SessionKind(StrEnum):
    """Whose sign-in a session row is."""

    PATIENT = "patient"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Lifetime:
    """An idle and an absolute limit."""

    idle: timedelta
    absolute: timedelta


LIFETIMES = {
    SessionKind.PATIENT: Lifetime(timedelta(days=120), timedelta(days=400)),
    SessionKind.STAFF: Lifetime(timedelta(hours=4), timedelta(hours=12)),
}

SEEN_EVERY = timedelta(minutes=10)
"""Last-seen is written at most this often: a page view is not a write."""


def is_alive(kind: SessionKind, created_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Whether a session that was made and last seen then still holds at `now`."""
    limits = LIFETIMES[kind]
    return now - created_at < limits.absolute and now - seen_at < limits.idle
