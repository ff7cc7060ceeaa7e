"""A small scatter of sessions: a dose below, what came of it beside; no line under five points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.domain.curve import line_through
from tracker.formats.frame import Lane
from tracker.formats.svg import SCREEN, Palette, dot, label, num, path, safe

WIDTH, HEIGHT = 240.0, 190.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 26.0, 228.0, 26.0, 148.0


@dataclass(frozen=True, slots=True)
class ScatterWords:
    """`across` stands under the drawing, `up` over it; `title` and `description` are read out."""

    title: str
    description: str
    across: str
    up: str


def scatter_svg(
    points: Sequence[tuple[float, float]],
    *,
    words: ScatterWords,
    uid: str,
    top: float = 10,
    palette: Palette = SCREEN,
) -> str:
    """Points as an SVG element; values rise from 0, or from the lowest below it, to `top` at least.

    Points that fall together are one larger dot. From five points on Theil-Sen's line is drawn.
    """
    ink, mark = palette, safe(uid)
    low = min(0.0, *(y for _, y in points)) if points else 0.0
    high = max([top, *(y for _, y in points)])
    most = max([1.0, *(x for x, _ in points)])
    lane = Lane(_TOP, _BOTTOM - _TOP)

    def at(x: float, y: float) -> tuple[float, float]:
        share = (y - low) / (high - low)
        return _LEFT + 6 + x / most * (_RIGHT - _LEFT - 12), lane.y(share * 10)

    floor = at(0, 0)[1]
    parts = [
        path(
            f"M{num(_LEFT)} {num(_TOP)}V{num(_BOTTOM)}M{num(_LEFT)} {num(floor)}H{num(_RIGHT)}",
            "floor",
            f'stroke="{ink.ink_2}" stroke-opacity=".6"',
        )
    ]
    for value in dict.fromkeys((low, 0.0, high)):
        y = at(0, value)[1] + 4.5
        parts.append(label(_LEFT - 6, y, _short(value), ink.ink_2, anchor="end"))
    parts.append(label(_LEFT + 6, _BOTTOM + 17, "0", ink.ink_2, anchor="middle"))
    parts.append(label(_RIGHT - 6, _BOTTOM + 17, _short(most), ink.ink_2, anchor="middle"))
    line = line_through(points)
    if line is not None:
        first, last = min(x for x, _ in points), max(x for x, _ in points)
        ends = [at(x, min(max(line.at(x), low), high)) for x in (first, last)]
        (x0, y0), (x1, y1) = ends
        data = f"M{num(x0)} {num(y0)}L{num(x1)} {num(y1)}"
        parts.append(path(data, "trend", f'stroke="{ink.ink_2}" stroke-dasharray="5 3"'))
    for (x, y), count in Counter(points).items():
        across, up = at(x, y)
        # Whole units are exact enough, and a page has many of them.
        parts.append(
            dot(round(across), round(up), 3.4 + count, "point", ink.needle_soft, ink.needle)
        )
    parts.append(label(0, 13, words.up, ink.ink, more=' font-weight="600"'))
    middle = (_LEFT + _RIGHT) / 2
    parts.append(label(middle, HEIGHT - 8, words.across, ink.ink_2, anchor="middle"))
    font = f' font-family="{ink.font}"' if ink.font else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart scatter" role="img" direction="ltr"'
        f' viewBox="0 0 {num(WIDTH)} {num(HEIGHT)}" aria-labelledby="{mark}-t {mark}-d"'
        f' font-size="13"{font}><title id="{mark}-t">{safe(words.title)}</title>'
        f'<desc id="{mark}-d">{safe(words.description)}</desc>{"".join(parts)}</svg>'
    )


def _short(value: float) -> str:
    return num(round(value, 1))
