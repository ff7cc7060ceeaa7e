"""Small lines below an episode's time line: one measure each, on the same days from left to right.

One drawing serves a phone and a desk. It is stretched across the time line's plot (chart.css gives
it the same margins), its strokes are not, and all words stand round it on the page. Points that lie
too far apart are not joined: a gap is a gap. A value taken before and after is a bar from an open
dot to a full one. Nothing rests on colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.timeline import Timeline
from tracker.formats.svg import SCREEN, Palette, num, path, polyline

DAY = 10
"""Units of a day from left to right: its noon is a whole number."""

LANE = 40
"""Units from the top of the scale to its foot."""

_ABOVE = 4
"""Units by which a needle stands out of the lane."""

_DOT, _HOLE = 6.6, 3.8
"""Widths of a dot and of what an open one leaves free, in pixels."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A value on a day; `before` is what it was earlier on that day, where both were taken."""

    day: date
    value: float
    before: float | None = None


def small_line_svg(
    line: Timeline,
    marks: Sequence[Mark],
    *,
    scale: tuple[float, float],
    reach: int,
    palette: Palette = SCREEN,
) -> str:
    """One measure as an SVG element on the days of `line`, whose needling sessions are marked.

    `scale` is the least and the greatest value, `reach` the most days between two marks that are
    joined. Marks outside of the days are left out. The page says in words what is drawn, so the
    drawing itself is not read out.
    """
    ink, width = palette, line.length * DAY
    low, high = scale

    def y(value: float) -> float:
        return LANE - (min(max(value, low), high) - low) / (high - low) * LANE

    shown = [mark for mark in marks if line.start <= mark.day <= line.end]
    at = [(line.noon(mark.day) * DAY, y(mark.value)) for mark in shown]
    pairs = [
        (across, up, y(mark.before))
        for mark, (across, up) in zip(shown, at, strict=True)
        if mark.before is not None
    ]
    levels = dict.fromkeys((0.0, y(0))) if low < 0 < high else (0.0,)
    before = [(across, up) for across, _up, up in pairs]
    body = (
        path("".join(f"M0 {num(up)}H{width}" for up in levels), "grid", f'stroke="{ink.line}"'),
        path(f"M0 {LANE}H{width}", "floor", f'stroke="{ink.ink_2}" stroke-opacity=".5"'),
        path(_needles(line), "shaft", f'stroke="{ink.needle}" stroke-width="1.2"'),
        path(
            "".join(polyline(run) for run in _runs(shown, at, reach)), "joined",
            f'stroke="{ink.teal}" stroke-width="1.6" stroke-linejoin="round"',
        ),
        path(
            "".join(f"M{num(across)} {num(foot)}V{num(up)}" for across, up, foot in pairs),
            "before-after", f'stroke="{ink.teal}" stroke-width="1.2"',
        ),
        _dots(before, "before", ink.teal, _DOT),
        _dots(before, "hole", ink.sheet, _HOLE),
        _dots(at, "value", ink.teal, _DOT),
    )  # fmt: skip
    return (
        f'<svg viewBox="0 0 {width} {LANE}" preserveAspectRatio="none" fill="none"'
        f' data-days="0 {DAY}" data-plot="-{_ABOVE} {LANE}">{"".join(body)}</svg>'
    )


def _needles(line: Timeline) -> str:
    """Each session through the lane."""
    at = [line.position(mark.needled_local) * DAY for mark in line.visible_marks()]
    return "".join(f"M{num(one)} -{_ABOVE}V{LANE}" for one in at if one >= 0)


def _dots(at: Sequence[tuple[float, float]], name: str, paint: str, size: float) -> str:
    """Strokes without a length but with round ends: they stay round however wide the drawing is."""
    data = "".join(f"M{num(across)} {num(up)}h0" for across, up in at)
    return path(data, name, f'stroke="{paint}" stroke-width="{num(size)}" stroke-linecap="round"')


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
