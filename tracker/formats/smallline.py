"""Small lines beside an episode's time line: one measure each, on the same days from left to right.

They share the time line's margins, so that in one column a day stands under the same day. Points
that lie too far apart are not joined: a gap is a gap. A value taken before and after is a bar from
an open dot to a full one. Nothing rests on colour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.timeline import Timeline
from tracker.formats.frame import NARROW, WIDE, Plan
from tracker.formats.svg import SCREEN, Palette, dot, label, num, path, polyline, safe, text_width

_TOP, _LANE = 26.0, 46.0
_FLOOR = _TOP + _LANE
HEIGHT = _FLOOR + 22

_BOLD = ' font-weight="600"'


@dataclass(frozen=True, slots=True)
class Mark:
    """A value on a day; `before` is what it was earlier on that day, where both were taken."""

    day: date
    value: float
    before: float | None = None


@dataclass(frozen=True, slots=True)
class LineWords:
    """What stands on a small line, in the reader's language; any of it may come from outside.

    `title` stands above it and `latest` at its end; `description` is read out in its place. `low`
    and `high` are the ends of its scale, `first` and `last` the ends of its days.
    """

    title: str
    description: str
    latest: str
    low: str
    high: str
    first: str
    last: str


def small_line_svg(
    line: Timeline,
    marks: Sequence[Mark],
    *,
    words: LineWords,
    uid: str,
    scale: tuple[float, float],
    reach: int,
    palette: Palette = SCREEN,
    width: float = WIDE,
) -> str:
    """One measure as an SVG element on the days of `line`, whose needling sessions are marked.

    `scale` is the least and the greatest value, `reach` the most days between two marks that are
    joined; `uid` begins every id. Marks outside of the days are left out.
    """
    ink, key = palette, safe(uid)
    left, right = Plan.left, width - 4
    day_width = (right - left) / line.length

    def x(position: float) -> float:
        return left + position * day_width

    def y(value: float) -> float:
        low, high = scale
        return _FLOOR - (min(max(value, low), high) - low) / (high - low) * _LANE

    shown = [mark for mark in marks if line.start <= mark.day <= line.end]
    at = [(x(line.noon(mark.day)), y(mark.value)) for mark in shown]
    body = [_frame(left, right, scale, ink), _sessions(line, x, ink)]
    body.append(
        path(
            "".join(polyline(run) for run in _runs(shown, at, reach)), "small-line",
            f'fill="none" stroke="{ink.teal}" stroke-width="1.6" stroke-linejoin="round"',
        )
    )  # fmt: skip
    for mark, (across, up) in zip(shown, at, strict=True):
        if mark.before is not None:
            rise = f"M{num(across)} {num(y(mark.before))}V{num(up)}"
            body.append(path(rise, "before-after", f'stroke="{ink.teal}" stroke-width="1.2"'))
            body.append(dot(across, y(mark.before), 2.6, "before", ink.sheet, ink.teal))
        body.append(dot(across, up, 2.6, "value", ink.teal, ink.teal))
    body.append(_texts(words, left, right, ink))
    name = "chart-narrow" if width <= NARROW else "chart-wide"
    font = f' font-family="{ink.font}"' if ink.font else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {name}" role="img" direction="ltr"'
        f' viewBox="0 0 {num(width)} {num(HEIGHT)}" aria-labelledby="{key}-t {key}-d"'
        f' font-size="13"{font}><title id="{key}-t">{safe(words.title)}</title>'
        f'<desc id="{key}-d">{safe(words.description)}</desc>{"".join(body)}</svg>'
    )


def small_line_pair(
    line: Timeline,
    marks: Sequence[Mark],
    *,
    words: LineWords,
    uid: str,
    scale: tuple[float, float],
    reach: int,
) -> str:
    """The small line twice, for a phone and for a desk; chart.css shows the one that fits."""
    drawn = [
        small_line_svg(
            line, marks, words=words, uid=f"{uid}-{end}", scale=scale, reach=reach, width=width
        )
        for end, width in (("n", NARROW), ("w", WIDE))
    ]
    return f'<div class="chart-pair">{"".join(drawn)}</div>'


def _frame(left: float, right: float, scale: tuple[float, float], ink: Palette) -> str:
    """Level lines at both ends of the scale, and at 0 where it lies between them."""
    low, high = scale
    edge = f"M{num(left)} {num(_TOP)}H{num(right)}"
    if low < 0 < high:
        middle = _FLOOR + low / (high - low) * _LANE
        edge += f"M{num(left)} {num(middle)}H{num(right)}"
    floor = f"M{num(left)} {num(_FLOOR)}H{num(right)}"
    return path(edge, "grid", f'stroke="{ink.line}"') + path(
        floor, "floor", f'stroke="{ink.ink_2}" stroke-opacity=".5"'
    )


def _sessions(line: Timeline, x: Callable[[float], float], ink: Palette) -> str:
    """Each session as a needle through the lane."""
    at = [line.position(mark.needled_local) for mark in line.visible_marks()]
    shafts = "".join(f"M{num(x(one))} {num(_TOP - 4)}V{num(_FLOOR)}" for one in at if one >= 0)
    return path(shafts, "shaft", f'stroke="{ink.needle}" stroke-width="1.2"')


def _runs(
    marks: Sequence[Mark], at: Sequence[tuple[float, float]], reach: int
) -> list[list[tuple[float, float]]]:
    """The places of marks that may be joined, run by run."""
    runs: list[list[tuple[float, float]]] = []
    last: date | None = None
    for mark, place in zip(marks, at, strict=True):
        if last is not None and (mark.day - last).days <= reach:
            runs[-1].append(place)
        else:
            runs.append([place])
        last = mark.day
    return [run for run in runs if len(run) > 1]


def _texts(words: LineWords, left: float, right: float, ink: Palette) -> str:
    """Title and newest value above, the scale's ends aside, the days' ends below."""
    room = right - text_width(words.latest) * 1.1 - 10
    return "".join(
        (
            label(0, 13, _cut(words.title, room), ink.ink, more=_BOLD),
            label(right, 13, words.latest, ink.teal, anchor="end", more=_BOLD),
            label(left - 4, _TOP + 8, words.high, ink.ink_2, anchor="end"),
            label(left - 4, _FLOOR + 1, words.low, ink.ink_2, anchor="end"),
            label(left, _FLOOR + 17, words.first, ink.ink_2),
            label(right, _FLOOR + 17, words.last, ink.ink_2, anchor="end"),
        )
    )


def _cut(title: str, room: float) -> str:
    """As much of a title as there is room for; the page has it whole beside the drawing."""
    if text_width(title) * 1.05 <= room:
        return title
    while title and text_width(title + "…") * 1.05 > room:
        title = title[:-1]
    return title.rstrip() + "…"
