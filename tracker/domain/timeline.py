"""A time line: what is known of each local day of one episode, and its needling sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

NEEDLING_WINDOW = timedelta(hours=72)
"""Post-needling soreness is usually gone within 72 h (Martín-Pintado-Zugasti 2016; PMC7602246).

Until then a rating mixes the complaint with the needling (pain was better at 2 days, not at once:
PMC5106437), so these hours are shown apart and left out when response is judged.
"""

RANGE_CHOICES = ("2w", "6w", "12w", "session")
"""The ranges a reader can choose: weeks up to today, or since the last needling session."""

_WEEKS = {"2w": 2, "6w": 6, "12w": 12}
_WEEKS_WITHOUT_SESSION = 6

SINCE_SESSION_MOST = timedelta(days=366)
"""A session may lie years back; more days than a year's make a page that no phone can open."""


@dataclass(frozen=True, slots=True)
class TimelineDay:
    """One local day of one episode.

    `pain` and `soreness` are whole numbers from 0 to 10, None when not logged: never zero.
    `stretches_done` counts in stretches, a partly done one as 0.5; `stretches_due` is 0 on a day
    of rest. `backfilled` says that the day's pain was added later.
    """

    day: date
    pain: int | None
    soreness: int | None
    stretches_done: float
    stretches_due: int
    backfilled: bool = False


@dataclass(frozen=True, slots=True)
class NeedlingMark:
    """A needling session on the patient's wall clock (naive), with a short label for its mark."""

    needled_local: datetime
    label: str
    session_id: str = ""

    @property
    def window_end_local(self) -> datetime:
        """The wall time at which the 72 h after the session are over."""
        return self.needled_local + NEEDLING_WINDOW


@dataclass(frozen=True, slots=True)
class Timeline:
    """The days `start` to `end`, both included; `days` holds only those with anything known.

    Raises ValueError when the end lies before the start or the days are not ascending.
    """

    start: date
    end: date
    days: tuple[TimelineDay, ...] = ()
    marks: tuple[NeedlingMark, ...] = ()

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("a time line ends on its first day or later")
        if any(later.day <= earlier.day for earlier, later in pairwise(self.days)):
            raise ValueError("the days of a time line ascend, each standing once")

    @property
    def length(self) -> int:
        """How many local days the time line spans."""
        return (self.end - self.start).days + 1

    def inside(self) -> tuple[TimelineDay, ...]:
        """The known days that lie within the range."""
        return tuple(day for day in self.days if self.start <= day.day <= self.end)

    def visible_marks(self) -> list[NeedlingMark]:
        """The sessions whose 72 h touch the range, oldest first; the session may lie before it."""
        visible = [
            mark
            for mark in self.marks
            if self.position(mark.window_end_local) > 0
            and self.position(mark.needled_local) < self.length
        ]
        return sorted(visible, key=lambda mark: mark.needled_local)

    def position(self, wall: datetime) -> float:
        """Days from the first midnight of the range to a naive wall time; may lie outside it."""
        return (wall - datetime.combine(self.start, time.min)) / timedelta(days=1)

    def noon(self, day: date) -> float:
        """Where a day's rating stands: its noon, in days from the first midnight."""
        return (day - self.start).days + 0.5

    def soreness_position(self, day: date) -> float:
        """Where a day's soreness stands, in days from the first midnight of the range.

        At noon, but never before the needle: on the day of a session, midway between the session
        and midnight, because that soreness can only belong to the hours after it.
        """
        needled = [m.needled_local for m in self.marks if m.needled_local.date() == day]
        if not needled:
            return self.noon(day)
        return (self.position(max(needled)) + self.noon(day) + 0.5) / 2


def logged_runs(
    days: Iterable[TimelineDay], value: Callable[[TimelineDay], int | None]
) -> list[list[TimelineDay]]:
    """The days on which `value` was logged, in runs without a missing day: a gap stays a gap."""
    runs: list[list[TimelineDay]] = []
    for day in days:
        if value(day) is None:
            continue
        if runs and day.day - runs[-1][-1].day == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def stretch_share(day: TimelineDay) -> float | None:
    """The share of the due stretches that was done, 0 to 1; None when there is nothing to show.

    More than was due counts as all of it; stretching on a day of rest as all of it too.
    """
    if day.stretches_due <= 0:
        return 1.0 if day.stretches_done > 0 else None
    return min(max(day.stretches_done / day.stretches_due, 0.0), 1.0)


def range_start(choice: str, today: date, last_session_day: date | None, opened_on: date) -> date:
    """The first day to show for one of `RANGE_CHOICES`; raises ValueError for another word.

    "2w" is the fourteen days that end with today. "session" starts on the day of the last needling
    session, a year back at most, and is six weeks when there was none. No range starts before the
    episode was opened, or after today.
    """
    if choice not in RANGE_CHOICES:
        raise ValueError("not a range of the time line")
    if choice == "session" and last_session_day is not None:
        first = max(last_session_day, today - SINCE_SESSION_MOST)
    else:
        weeks = _WEEKS.get(choice, _WEEKS_WITHOUT_SESSION)
        first = today - timedelta(weeks=weeks) + timedelta(days=1)
    return min(max(first, opened_on), today)
