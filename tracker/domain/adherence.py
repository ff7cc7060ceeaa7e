"""Adherence: how much of what was prescribed was done, over the days on which it was due.

100 * sum(min(done, prescribed)) / sum(prescribed), counted in stretches: a stretch on a due day is
prescribed once, and is done whole when every set was done, half when some were, else not at all.
Excused days leave both sums. What was not logged is missing, and counts as not done in the score
alone: it is told apart from what was logged as not done. More than was due never makes up for less.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from tracker.domain.pause import Days, is_paused
from tracker.domain.prescription import Outcome, Prescription

SCORE_DAYS = 28
"""The score looks back four weeks up to yesterday: today is not over yet. Excused days do not make
the window longer."""


REASONS = ("more_pain", "no_time", "forgot", "unsure", "felt_low", "ill")
"""The reasons by the number that their day's character stands for: append, never change."""


def halves_done(outcome: str, sets_done: int, sets: int) -> int:
    """What was done of one stretch on one day, in halves: 2 all of it, 1 some of it, 0 none.

    The sets count where they were counted; "partly" of which no whole set was counted is some of
    it. "Done" is all of it, as it was said.
    """
    if outcome == Outcome.DONE or sets_done >= sets:
        return 2
    return 1 if sets_done > 0 or outcome == Outcome.PARTLY else 0


@dataclass(frozen=True, slots=True)
class Entry:
    """What was logged of one line on one day."""

    line: UUID
    day: date
    halves: int
    provenance: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Adherence:
    """A score's parts: `done` counts in stretches, a half done one as 0.5."""

    due: int
    done: float
    logged: int
    """Due stretches of which something was logged."""
    not_done: int
    """Of these: logged as not done at all."""
    excused: int
    """Days on which something would have been due and nothing was asked."""
    provenance: Mapping[str, int] = field(default_factory=dict)
    """How we know of what was done, by Provenance: how many stretches."""
    reasons: Mapping[str, int] = field(default_factory=dict)
    """Why stretches were not done, or not all of them: how often each, most often first."""

    @property
    def not_logged(self) -> int:
        """Due stretches of which nothing is known."""
        return self.due - self.logged

    @property
    def percent(self) -> int | None:
        """0 to 100, None where nothing was due: no score is not a score of zero."""
        return round(100 * self.done / self.due) if self.due else None


def measure(
    lines: Sequence[Prescription],
    entries: Iterable[Entry],
    excused: Sequence[Days],
    first: date,
    last: date,
) -> Adherence:
    """The adherence from `first` to `last`, both included.

    Entries on days that are excused, or on which their line was not due, count nowhere.
    """
    logged = {(entry.line, entry.day): entry for entry in entries}
    due = 0
    off: set[date] = set()
    counted: list[Entry] = []
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        asked = [line.id for line in lines if line.is_due(day)]
        if asked and is_paused(excused, day):
            off.add(day)
            continue
        due += len(asked)
        counted += [logged[line, day] for line in asked if (line, day) in logged]
    return Adherence(
        due=due,
        done=sum(entry.halves for entry in counted) / 2,
        logged=len(counted),
        not_done=sum(1 for entry in counted if entry.halves == 0),
        excused=len(off),
        provenance=_tally(entry.provenance for entry in counted if entry.halves),
        reasons=_tally(entry.reason for entry in counted if entry.reason and entry.halves < 2),  # noqa: PLR2004 - two halves
    )


def _tally(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())


def score_days(today: date) -> tuple[date, date]:
    """First and last day that the score looks at."""
    return today - timedelta(days=SCORE_DAYS), today - timedelta(days=1)
