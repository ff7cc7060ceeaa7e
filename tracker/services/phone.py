"""What a phone keeps of a patient: who it is, and the last 14 days with the plan behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from tracker.domain.days import latest_day_anywhere
from tracker.services import flares
from tracker.services.daybook import Moment
from tracker.services.secrets import Secrets
from tracker.store import logs
from tracker.store.schema import Episode
from tracker.store.scope import Scope

KEPT_DAYS = 14
"""Days of entries that may stay on a phone."""


def who(secrets: Secrets, person_id: UUID) -> str:
    """What a phone tells people apart by: stable, and of no use anywhere else."""
    return secrets.keyed_hash("who", str(person_id))[:32]


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows behind the days from `first` on."""

    first: date
    last: date
    episodes: Sequence[Episode]
    checkins: Sequence[Any]
    days: Sequence[Any]
    soreness: Sequence[Any]
    stretches: Sequence[Any]
    sessions: Sequence[Any]
    prescriptions: Sequence[Any]
    asked: Sequence[Any]


def see_kept(scope: Scope, moment: Moment) -> Kept:
    """The last 14 days, today included, wherever on earth today is."""
    last = latest_day_anywhere(moment.now)
    first = moment.today - timedelta(days=KEPT_DAYS - 1)
    span = (first, last)
    sessions = logs.sessions_between(
        scope, moment.now - timedelta(days=KEPT_DAYS + 8), moment.now + timedelta(days=1)
    )
    episodes = logs.open_episodes(scope)
    return Kept(
        first,
        last,
        episodes,
        logs.checkins_between(scope, *span),
        logs.diary_days_between(scope, *span),
        [row for row in logs.soreness_of(scope, sessions) if row.local_date >= first],
        logs.stretch_entries_between(scope, *span),
        sessions,
        logs.prescriptions_between(scope, *span),
        flares.see_asked(scope, moment.today, episodes),
    )
