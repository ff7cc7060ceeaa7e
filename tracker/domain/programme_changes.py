"""What was prescribed when: the changes behind a programme's versions, by day and bundled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from tracker.domain.prescription import Dose

SETTLES_AFTER = timedelta(minutes=5)
"""A programme is told to the patient once it rests this long: no half-done edit (working rule)."""

NEWS_FOR = timedelta(days=14)
"""A change older than two weeks is no news, seen or not (working rule)."""


class Turn(StrEnum):
    """What became of a line."""

    STARTED = "started"
    CHANGED = "changed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one line as it was prescribed; `ended_at` where the line was ended with it."""

    series: UUID
    number: int
    stretch: str
    side: str
    dose: Dose
    note: str
    at: datetime
    by: UUID | None = None
    ended_at: datetime | None = None
    ended_by: UUID | None = None

    @property
    def content(self) -> tuple[object, ...]:
        """What the patient is asked to do."""
        return (self.stretch, self.side, self.dose, self.note)


@dataclass(frozen=True, slots=True)
class Change:
    """One turn of one line; `before` is None for a start, `after` for an end."""

    turn: Turn
    at: datetime
    by: UUID | None
    before: Version | None
    after: Version | None

    @property
    def version(self) -> Version:
        """The version that the change speaks of: the new one, or the one that ended."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - one of the two is always there
        return found


def changes(versions: Iterable[Version]) -> list[Change]:
    """Every change behind some versions, oldest first."""
    found: list[Change] = []
    for line in _by_series(versions):
        found.append(Change(Turn.STARTED, line[0].at, line[0].by, None, line[0]))
        found += [Change(Turn.CHANGED, new.at, new.by, old, new) for old, new in pairwise(line)]
        last = line[-1]
        if last.ended_at is not None:
            found.append(Change(Turn.ENDED, last.ended_at, last.ended_by, last, None))
    return sorted(found, key=lambda change: change.at)


def bundle(versions: Sequence[Version], seen_at: datetime | None, now: datetime) -> list[Change]:
    """What is new to a patient who last looked at `seen_at`, one change a line at most.

    Nothing while the newest change is under five minutes old. What was begun and ended since, or
    changed back, is nothing at all.
    """
    since = max(filter(None, (seen_at, now - NEWS_FOR)))
    new = [change for change in changes(versions) if change.at > since]
    if not new or now - new[-1].at < SETTLES_AFTER:
        return []
    by_series: dict[UUID, list[Change]] = {}
    for change in new:
        by_series.setdefault(change.version.series, []).append(change)
    return [net for line in by_series.values() if (net := _net(line)) is not None]


def _net(line: Sequence[Change]) -> Change | None:
    """Several turns of one line as one."""
    before, last = line[0].before, line[-1]
    if before is None and last.after is None:
        return None
    if before is None:
        return Change(Turn.STARTED, last.at, last.by, None, last.after)
    if last.after is None:
        return Change(Turn.ENDED, last.at, last.by, before, None)
    if before.content == last.after.content:
        return None
    return Change(Turn.CHANGED, last.at, last.by, before, last.after)


def _by_series(versions: Iterable[Version]) -> list[list[Version]]:
    lines: dict[UUID, list[Version]] = {}
    for version in sorted(versions, key=lambda version: version.number):
        lines.setdefault(version.series, []).append(version)
    return list(lines.values())
