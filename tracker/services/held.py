"""Forms that came after their session had ended: kept sealed for their own person, briefly."""

from __future__ import annotations

import secrets as random_secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from tracker.domain.errors import Expired
from tracker.services.secrets import Secrets
from tracker.store.schema import HeldForm, Person
from tracker.store.scope import Door

KEEP = timedelta(days=30)
"""How long a held form waits for its person to sign in again."""

_BOUND = "form-person"


@dataclass(frozen=True, slots=True)
class Held:
    """What was typed, where it was going, and when it came."""

    token: str
    path: str
    fields: list[tuple[str, str]]
    held_at: datetime


def bind(secrets: Secrets, person_id: UUID) -> str:
    """A form's proof of whose page it stood on: it can hold an entry, and nothing else."""
    return secrets.sign(_BOUND, str(person_id))


def is_bound(secrets: Secrets, bound: str, person_id: UUID) -> bool:
    """Whether a form's proof names this person; False for a forged one."""
    try:
        return bool(secrets.unsign(_BOUND, bound) == str(person_id))
    except Expired:
        return False


def hold(
    door: Door,
    secrets: Secrets,
    bound: str,
    path: str,
    fields: list[tuple[str, str]],
    now: datetime,
) -> str:
    """Seal a form for the person it is bound to; gives the token for their cookie.

    Raises Expired when the proof is forged or its person is no more.
    """
    person_id = UUID(secrets.unsign(_BOUND, bound))
    if door.session.get(Person, person_id) is None:
        raise Expired("person")
    token = random_secrets.token_urlsafe(32)
    content: dict[str, Any] = {"path": path, "fields": fields}
    door.session.add(
        HeldForm(
            token_hash=secrets.keyed_hash("held", token),
            person_id=person_id,
            sealed=secrets.seal(person_id, content),
            held_at=now,
        )
    )
    door.session.flush()
    return token


def look(door: Door, secrets: Secrets, token: str, person_id: UUID, now: datetime) -> Held | None:
    """A held form, for its own person; it stays until `discard`, so that a crash loses nothing.

    A form of somebody else is discarded.
    """
    row = door.session.get(HeldForm, secrets.keyed_hash("held", token))
    if row is None or now - row.held_at > KEEP:
        return None
    if row.person_id != person_id:
        discard(door, secrets, token)
        return None
    content = secrets.unseal(person_id, row.sealed)
    if content is None:
        return None
    fields = [(name, value) for name, value in content["fields"]]
    return Held(token, content["path"], fields, row.held_at)


def discard(door: Door, secrets: Secrets, token: str) -> None:
    """Let a held form go: it is saved or shown by now, or somebody else signed in."""
    door.run(delete(HeldForm).where(HeldForm.token_hash == secrets.keyed_hash("held", token)))


def forget_old(door: Door, now: datetime) -> None:
    """Drop what nobody came back for."""
    door.run(delete(HeldForm).where(HeldForm.held_at < now - KEEP))
