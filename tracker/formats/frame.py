"""What stands round the data of a time line: its lanes, grid, dates, headings and key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.domain.timeline import Timeline, stretch_share
from tracker.formats.svg import Palette, dot, label, num, path, text_width

NARROW = 360
WIDE = 820
"""Widths of the drawing in its own units: one for a phone, one for a desk."""

_TOP_OF_SCALE = 10
_BOLD = ' font-weight="600"'


@dataclass(frozen=True, slots=True)
class TimelineWords:
    """Every word on a time line, in the reader's language; untrusted text may stand in any.

    `title` and `description` are read out in place of the drawing. `pain`, `soreness` and
    `stretches` head the lanes. `window` ("72 hours after needling"), `added_later`, `done`,
    `partly` and `not_done` are the key. `empty` stands in a frame without a rating. `today` names
    the right edge when the range ends today, else it is "". `tick` writes a day under the axis.
    """

    title: str
    description: str
    pain: str
    soreness: str
    stretches: str
    window: str
    added_later: str
    done: str
    partly: str
    not_done: str
    empty: str
    tick: Callable[[date], str]
    today: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """A band of the drawing, in its units, that carries one scale."""

    top: float
    height: float

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def y(self, value: float) -> float:
        """Height of a value on the fixed scale from 0 (bottom) to 10 (top)."""
        return self.bottom - value * self.height / _TOP_OF_SCALE


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything stands: the lanes from top to bottom and the plot from left to right."""

    line: Timeline
    words: TimelineWords
    ink: Palette
    uid: str
    width: float
    pain: Lane
    soreness: Lane | None
    stretches: Lane | None

    left = 26.0

    @property
    def right(self) -> float:
        return self.width - 4

    @property
    def day_width(self) -> float:
        return (self.right - self.left) / self.line.length

    @property
    def floor(self) -> float:
        return (self.stretches or self.soreness or self.pain).bottom

    def x(self, position: float) -> float:
        """Where a position in days from the first midnight stands, kept inside the plot."""
        return min(max(self.left + position * self.day_width, self.left), self.right)


def plan_for(
    timeline: Timeline, words: TimelineWords, ink: Palette, uid: str, width: float
) -> Plan:
    """Lay out the lanes for a drawing `width` units wide, phone or desk by that width."""
    roomy = width > (NARROW + WIDE) / 2
    days = timeline.inside()
    pain = Lane(64 if timeline.visible_marks() else 32, 208 if roomy else 168)
    floor = pain.bottom
    soreness = stretches = None
    # A lane that has nothing to say is left out: who was never needled reads nothing of soreness.
    if timeline.visible_marks() or any(day.soreness is not None for day in days):
        soreness = Lane(floor + 44, 56 if roomy else 48)
        floor = soreness.bottom
    if any(stretch_share(day) is not None for day in days):
        stretches = Lane(floor + 36, 18)
    return Plan(timeline, words, ink, uid, width, pain, soreness, stretches)


def grid(plan: Plan) -> str:
    """Level lines at 0, 2 … 10 for pain and at 0, 5, 10 for soreness, with their numbers."""
    lines: list[str] = []
    floors: list[str] = []
    numbers = []
    for lane, step in ((plan.pain, 2), (plan.soreness, 5)):
        if lane is None:
            continue
        for value in range(0, _TOP_OF_SCALE + 1, step):
            y = lane.y(value)
            (lines if value else floors).append(f"M{num(plan.left)} {num(y)}H{num(plan.right)}")
            if lane is plan.pain or value != step:
                numbers.append(
                    label(plan.left - 8, y + 4.5, str(value), plan.ink.ink_2, anchor="end")
                )
    return (
        path("".join(lines), "grid", f'stroke="{plan.ink.line}"')
        + path("".join(floors), "floor", f'stroke="{plan.ink.ink_2}" stroke-opacity=".5"')
        + "".join(numbers)
    )


def axis(plan: Plan) -> str:
    """Ticks and dates under the lowest lane, and today's edge with its word."""
    line, ink = plan.line, plan.ink
    y = plan.floor + 6
    minor = range(line.length) if line.length <= 21 else _mondays(line)
    ticks = "".join(f"M{num(plan.x(offset + 0.5))} {num(y)}v4" for offset in minor)
    parts = [path(ticks, "tick", f'stroke="{ink.ink_2}" stroke-opacity=".6"')]
    last = plan.right + 4
    if plan.words.today:
        last = plan.right - text_width(plan.words.today) * 1.1 - 12
        edge = f"M{num(plan.right)} {num(plan.pain.top - 6)}V{num(y + 4)}"
        parts.append(path(edge, "today", f'stroke="{ink.ink_2}" stroke-width="1.2"'))
        parts.append(label(plan.right, y + 19, plan.words.today, ink.ink, anchor="end", more=_BOLD))
    for offset in _dated(plan):
        x, text = plan.x(offset + 0.5), plan.words.tick(line.start + timedelta(days=offset))
        half = text_width(text) / 2
        if x - half >= 0 and x + half <= last:
            parts.append(label(x, y + 19, text, ink.ink_2, anchor="middle"))
    return "".join(parts)


def _mondays(line: Timeline) -> range:
    return range(-line.start.weekday() % 7, line.length, 7)


def _dated(plan: Plan) -> Sequence[int]:
    """Offsets of the days that carry a date: every other day of a short range, else Mondays.

    As many as there is room for, counted back from the end, where the reader looks first.
    """
    line = plan.line
    widest = max(text_width(plan.words.tick(day)) for day in (line.start, line.end))
    most = max(int((plan.right - plan.left) / (widest + 16)), 1)
    for step in (1, 2):
        if -(-line.length // step) <= most:
            return range((line.length - 1) % step, line.length, step)
    mondays = _mondays(line)
    return mondays[:: -max(-(-len(mondays) // most), 1)]


def headings(plan: Plan) -> str:
    """Each lane's name above it."""
    named = (
        (13.0, plan.words.pain),
        (plan.soreness.top - 14 if plan.soreness else None, plan.words.soreness),
        (plan.stretches.top - 9 if plan.stretches else None, plan.words.stretches),
    )
    return "".join(
        label(0, y, words, plan.ink.ink, more=_BOLD) for y, words in named if y is not None
    )


def key(plan: Plan) -> tuple[str, float]:
    """The key of whatever is on the drawing, in as many rows as it takes; and the whole height."""
    x, y = 0.0, plan.floor + 50
    parts = []
    for group in _key_groups(plan):
        needs = [18 + text_width(words) for _, words in group]
        together = sum(needs) + 16 * (len(needs) - 1)
        for (glyph, words), need in zip(group, needs, strict=True):
            if x and x + min(max(need, together), plan.width) > plan.width:
                x, y = 0.0, y + 21
            together = 0
            parts.append(f'<g transform="translate({num(x)} {num(y)})">{glyph}')
            parts.append(label(18, 0, words, plan.ink.ink_2) + "</g>")
            x += need + 16
    return "".join(parts), (y + 6 if parts else plan.floor + 32)


def _key_groups(plan: Plan) -> Iterator[list[tuple[str, str]]]:
    """Glyphs with their words; a group stays in one row where it fits."""
    ink, words = plan.ink, plan.words
    if plan.line.visible_marks():
        band = f'<path d="M0-11h13v13h-13z" fill="url(#{plan.uid}-h)"/>'
        edge = f'<path d="M0-11v13" stroke="{ink.needle}" stroke-width="1.4"/>'
        yield [(band + edge, words.window)]
    if any(day.backfilled and day.pain is not None for day in plan.line.inside()):
        yield [(dot(6.5, -4.5, 3, "key", ink.sheet, ink.teal), words.added_later)]
    if plan.stretches:
        frame = f'<path d="M1.5-11h8v13h-8z" fill="{ink.sheet}" stroke="{ink.teal}"/>'
        shares = ((13, words.done), (6, words.partly), (0, words.not_done))
        yield [
            (f'{frame}<path d="M1.5 2v-{share}h8v{share}z" fill="{ink.teal}"/>', text)
            for share, text in shares
        ]
