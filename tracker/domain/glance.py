"""What a row of the caseload tells at a glance: news since the last look, and the small line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from tracker.domain.strip import Strip
from tracker.domain.triage import NEEDS_LOOK, SILENT_DAYS, Kind

LOOK = timedelta(minutes=30)
"""A look lasts half an hour: a page loaded again within it still shows the same news (RULE)."""

FILTERS_MOST = 12
FILTER_NAME_MAX = 40


class Show(StrEnum):
    """Which rows are asked for."""

    ALL = "all"
    LOOK = "look"
    DUE = "due"
    CHANGED = "changed"
    STRETCHES = "stretches"
    QUIET = "quiet"


# What changed.


class News(StrEnum):
    """What became of a patient, in the one word that a row can carry."""

    FLARE = "flare"
    LONG_SORENESS = "long_soreness"
    STEADY_HIGH = "steady_high"
    SILENT = "silent"
    QUIET = "quiet"
    BACK = "back"
    EASED = "eased"
    JOINED = "joined"
    STOPPED = "stopped"
    SHARES = "shares"


_HIDDEN = (Kind.NOT_JOINED, Kind.NOT_SHARING)


def news_between(before: Kind | None, after: Kind, gap: int) -> News | None:
    """The news of a judgement that follows another; None where it says the same, or is the first.

    `gap` is how many days lie between the last entry that the first one knew and the newest one.
    What asks for a look comes before everything else.
    """
    if before is None or (after is before and after in _HIDDEN):
        return None
    if after in NEEDS_LOOK and after is not before:
        return News(after.value)
    if after is Kind.NOT_SHARING:
        return News.STOPPED if before is not Kind.NOT_JOINED else None
    if before in _HIDDEN:
        return News.JOINED if before is Kind.NOT_JOINED else News.SHARES
    return _of_log(before, after, gap)


def _of_log(before: Kind, after: Kind, gap: int) -> News | None:
    """The same for who shares before and after."""
    if gap > SILENT_DAYS:
        return News.BACK
    if after in {Kind.SILENT, Kind.QUIET}:
        return News(after.value) if after is not before else None
    is_over = before in NEEDS_LOOK and after not in NEEDS_LOOK
    return News.EASED if is_over else None


def look_at(
    looked_at: datetime | None, since_at: datetime | None, now: datetime
) -> tuple[datetime, datetime | None]:
    """(when the look that goes on began, since when things are news) for a look at `now`."""
    if looked_at is None:
        return now, None
    if now - looked_at < LOOK:
        return looked_at, since_at
    return now, looked_at


# The small line.

BEFORE, AFTER = 14, 28
"""Days of the small line before and after the last session. A session longer ago than that, or
none, leaves the line to end today."""


@dataclass(frozen=True, slots=True)
class SmallLine:
    """The small line as laid out: a character a day as in a strip, the first day at place 0.

    `is_laid` says that the last session stands at place BEFORE; `sessions` are the places of all
    sessions in sight. It ends with today.
    """

    days: str
    is_laid: bool
    sessions: Sequence[int]


def lay(pain: Strip, session_hours: Strip, today: date) -> SmallLine:
    """Lay out the last weeks around the last session, so that rows can be compared."""
    ago = [days for days in session_hours.days_ago(today) if days >= 0]
    is_laid = bool(ago) and ago[0] <= AFTER
    length = BEFORE + (ago[0] if is_laid else AFTER) + 1
    return SmallLine(
        pain.text_of(today, length),
        is_laid,
        [length - 1 - days for days in reversed(ago) if days < length],
    )
