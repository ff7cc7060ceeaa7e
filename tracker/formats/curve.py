"""Soreness by hours since needling: the newest session over the earlier ones, and the own band.

Hours stand on a square-root scale, because soreness falls most in the first of them. The newest
session is a solid line with open diamonds, earlier ones are thin and dashed, the band is filled
with an edge: nothing rests on colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from tracker.domain.curve import HOURS_SHOWN, Aligned, Band
from tracker.formats.frame import NARROW, WIDE, Lane
from tracker.formats.svg import SCREEN, Palette, label, num, path, polyline, safe, text_width

EARLIER_MOST = 6
"""Earlier sessions drawn; older ones are in the band alone."""

_LEFT, _TOP, _HEIGHT = 26.0, 30.0, 190.0


@dataclass(frozen=True, slots=True)
class CurveWords:
    """Every word on the drawing. `hours` stands under the axis, `newest` … `band` are the key."""

    title: str
    description: str
    soreness: str
    hours: str
    newest: str
    earlier: str
    band: str


@dataclass(frozen=True, slots=True)
class _Plot:
    seen: Aligned
    words: CurveWords
    ink: Palette
    width: float
    lane: Lane

    def x(self, hours: float) -> float:
        """Where an hour since needling stands."""
        share = sqrt(max(hours, 0) / self.seen.last_hour)
        return _LEFT + min(share, 1) * (self.width - 12 - _LEFT)

    def at(self, hours: float, value: float) -> tuple[float, float]:
        return self.x(hours), self.lane.y(value)


def curve_svg(
    seen: Aligned, *, words: CurveWords, uid: str, palette: Palette = SCREEN, width: float = WIDE
) -> str:
    """The aligned curves as an SVG element, `width` units wide; text is 13 units high."""
    plot = _Plot(seen, words, palette, width, Lane(_TOP, _HEIGHT))
    keys, height = _key(plot)
    body = _band(plot) + _grid(plot) + _earlier(plot) + _newest(plot) + keys
    mark = safe(uid)
    name = "chart-narrow" if width <= NARROW else "chart-wide"
    font = f' font-family="{palette.font}"' if palette.font else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {name}" role="img" direction="ltr"'
        f' viewBox="0 0 {num(width)} {num(height)}" aria-labelledby="{mark}-t {mark}-d"'
        f' data-stops="{" ".join(num(plot.x(hours)) for hours, _ in seen.newest.points)}"'
        f' data-plot="{num(plot.lane.top)} {num(plot.lane.bottom)}"'
        f' font-size="13"{font}><title id="{mark}-t">{safe(words.title)}</title>'
        f'<desc id="{mark}-d">{safe(words.description)}</desc>{body}</svg>'
    )


def curve_pair(seen: Aligned, *, words: CurveWords, uid: str) -> str:
    """The curves twice, for a phone and for a desk; chart.css shows the one that fits."""
    narrow = curve_svg(seen, words=words, uid=f"{uid}-n", width=NARROW)
    wide = curve_svg(seen, words=words, uid=f"{uid}-w", width=WIDE)
    return f'<div class="chart-pair">{narrow}{wide}</div>'


def _grid(plot: _Plot) -> str:
    ink, lane = plot.ink, plot.lane
    right = plot.width - 12
    parts = [
        path(
            "".join(f"M{num(_LEFT)} {num(lane.y(v))}H{num(right)}" for v in (2, 4, 6, 8, 10)),
            "grid",
            f'stroke="{ink.line}"',
        ),
        path(f"M{num(_LEFT)} {num(lane.bottom)}H{num(right)}", "floor", f'stroke="{ink.ink_2}"'),
        label(0, 13, plot.words.soreness, ink.ink, more=' font-weight="600"'),
    ]
    parts += [
        label(_LEFT - 8, lane.y(v) + 4.5, str(v), ink.ink_2, anchor="end") for v in range(0, 11, 2)
    ]
    edge = -8.0
    for hours in HOURS_SHOWN:
        if hours > plot.seen.last_hour:
            break
        x = plot.x(hours)
        parts.append(path(f"M{num(x)} {num(lane.bottom)}v5", "tick", f'stroke="{ink.ink_2}"'))
        if x - 9 > edge:
            parts.append(label(x, lane.bottom + 20, str(hours), ink.ink_2, anchor="middle"))
            edge = x + 11
    middle = (_LEFT + right) / 2
    parts.append(label(middle, lane.bottom + 39, plot.words.hours, ink.ink_2, anchor="middle"))
    return "".join(parts)


def _band(plot: _Plot) -> str:
    """The own band in runs without a gap, with its middle dotted."""
    parts = []
    for run in _runs(plot.seen.band):
        top = [plot.at(one.hours, one.high) for one in run]
        foot = [plot.at(one.hours, one.low) for one in reversed(run)]
        parts.append(
            path(
                polyline([*top, *foot]) + "z",
                "band",
                f'fill="{plot.ink.needle_soft}" stroke="{plot.ink.needle}" stroke-opacity=".35"',
            )
        )
    return "".join(parts)


def _runs(band: Sequence[Band]) -> list[list[Band]]:
    runs: list[list[Band]] = []
    for one in band:
        if runs and one.hours - runs[-1][-1].hours <= _STEP:
            runs[-1].append(one)
        else:
            runs.append([one])
    return [run for run in runs if len(run) > 1]


_STEP = 3
"""Hours between two values of a band without a gap."""


def _earlier(plot: _Plot) -> str:
    data = "".join(
        polyline([plot.at(hours, value) for hours, value in one.points])
        for one in plot.seen.earlier[-EARLIER_MOST:]
    )
    return path(
        data,
        "earlier",
        f'fill="none" stroke="{plot.ink.ink_2}" stroke-opacity=".55" stroke-dasharray="3 3"'
        ' stroke-linejoin="round"',
    )


def _newest(plot: _Plot) -> str:
    points = [plot.at(hours, value) for hours, value in plot.seen.newest.points]
    diamonds = "".join(_diamond(x, y) for x, y in points)
    return path(
        polyline(points),
        "newest",
        f'fill="none" stroke="{plot.ink.needle}" stroke-width="2.2" stroke-linejoin="round"',
    ) + path(
        diamonds,
        "soreness",
        f'fill="{plot.ink.sheet}" stroke="{plot.ink.needle}" stroke-width="1.6"',
    )


def _diamond(x: float, y: float, size: float = 4.6) -> str:
    return (
        f"M{num(x)} {num(y - size)}l{num(size)} {num(size)}l{num(-size)} {num(size)}"
        f"l{num(-size)} {num(-size)}z"
    )


def _key(plot: _Plot) -> tuple[str, float]:
    ink, words = plot.ink, plot.words
    line = f'<path d="M0-5h18" stroke="{ink.needle}" stroke-width="2.2"/>'
    gem = path(_diamond(9, -5, 4), "key", f'fill="{ink.sheet}" stroke="{ink.needle}"')
    groups = [(line + gem, words.newest)]
    if plot.seen.earlier:
        thin = f'<path d="M0-5h18" stroke="{ink.ink_2}" stroke-dasharray="3 3"/>'
        groups.append((thin, words.earlier))
    if any(_runs(plot.seen.band)):
        box = f'<path d="M0-11h18v12h-18z" fill="{ink.needle_soft}" stroke="{ink.needle}"/>'
        groups.append((box, words.band))
    x, y = 0.0, plot.lane.bottom + 64
    parts = []
    for glyph, text in groups:
        need = 24 + text_width(text)
        if x and x + need > plot.width:
            x, y = 0.0, y + 21
        parts.append(f'<g transform="translate({num(x)} {num(y)})">{glyph}')
        parts.append(label(24, 0, text, ink.ink_2) + "</g>")
        x += need + 16
    return "".join(parts), y + 8
