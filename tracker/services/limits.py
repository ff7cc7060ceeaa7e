"""Rate limits in SQL: the same for every process, on both engines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from tracker.domain.errors import Limited
from tracker.services.secrets import Secrets
from tracker.store.schema import RateWindow
from tracker.store.scope import Door


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` tries in each `seconds` long window."""

    name: str
    count: int
    seconds: int


SIGN_IN_BY_ADDRESS = Limit("sign-in.address", 30, 900)
SIGN_IN_BY_EMAIL = Limit("sign-in.email", 8, 900)
CODE_BY_ADDRESS = Limit("code.address", 10, 900)
CODE_OVERALL = Limit("code.overall", 300, 3600)
MAIL_BY_EMAIL = Limit("mail.email", 3, 3600)
MAIL_BY_ADDRESS = Limit("mail.address", 10, 3600)


def check(door: Door, secrets: Secrets, limit: Limit, who: str, now: datetime) -> None:
    """Look whether tries are left, without counting one; raises Limited."""
    key, window = _place(secrets, limit, who, now)
    row = door.session.get(RateWindow, (key, window))
    if row is not None and row.count >= limit.count:
        raise Limited(limit.seconds - int(now.timestamp()) % limit.seconds)


def _place(secrets: Secrets, limit: Limit, who: str, now: datetime) -> tuple[str, int]:
    window = int(now.timestamp()) // limit.seconds * limit.seconds
    return secrets.keyed_hash("rate", f"{limit.name}:{who}"), window


def count_try(door: Door, secrets: Secrets, limit: Limit, who: str, now: datetime) -> None:
    """Count one try in its own short transaction; raises Limited beyond the limit.

    The caller commits before the try itself, so that a failing try is still counted.
    """
    key, window = _place(secrets, limit, who, now)
    dialect = door.session.get_bind().dialect.name
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = (
        insert(RateWindow)
        .values(key=key, window=window, count=1)
        .on_conflict_do_update(
            index_elements=["key", "window"], set_={"count": RateWindow.count + 1}
        )
        .returning(RateWindow.count)
    )
    if (door.session.scalar(statement) or 0) > limit.count:
        raise Limited(limit.seconds - int(now.timestamp()) % limit.seconds)


def forget_old(door: Door, now: datetime) -> None:
    """Drop windows that began more than a day ago; the key never told who it was."""
    door.run(delete(RateWindow).where(RateWindow.window < int(now.timestamp()) - 86400))
