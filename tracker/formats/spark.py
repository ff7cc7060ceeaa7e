"""The small line of the caseload: four weeks of pain in one row, some hundred of them on a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache

from tracker.domain.timeline import NEEDLING_WINDOW
from tracker.formats.svg import SCREEN, Palette, num, safe

WIDTH, HEIGHT = 240, 56

_LEFT, _RIGHT, _TOP, _BOTTOM = 4.0, 236.0, 4, 52
_UNIT = 4.8
"""Units a point of pain: 0 to 10 take the whole height, less the last day's dot."""

_WINDOW_DAYS = NEEDLING_WINDOW / timedelta(days=1)

_YS = tuple(" " + num(_BOTTOM - _UNIT * value) for value in range(11))
_LONELY = re.compile(r"(M[^ML]+)(?=M|$)")


def spark_svg(
    values: Sequence[int | None],
    sessions: Sequence[float] = (),
    *,
    label: str,
    palette: Palette = SCREEN,
    uid: str = "",
    usual: float | None = None,
) -> str:
    """Pain of the last days as an SVG element of 240 by 56 units, on a fixed scale of 0 to 10.

    `values` holds a whole number from 0 to 10 for each local day, the newest last; None breaks the
    line. `sessions` are needling sessions in days from the midnight that opens the first of these
    days: 2.5 is the third day's noon, which is where that day's value stands. Each is a rule down
    at the session and along over the 72 h after it (source: NEEDLING_WINDOW). `usual` is the level
    with which the words beside the line compare, drawn faintly; it is handed in, so that line and
    words can't disagree. `label` is read out in place of the drawing. `uid`, if given, becomes the
    element's id. There are no ids inside, so any number may stand on a page.
    """
    xs = _day_xs(len(values))
    identity = f' id="{safe(uid)}"' if uid else ""
    needles = _needles(sessions, len(values), palette) if sessions else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="spark"{identity} role="img"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}" aria-label="{safe(label)}">'
        f"{needles}{_levels(usual, palette)}{_line(values, xs, palette)}</svg>"
    )


@lru_cache(maxsize=32)
def _day_xs(count: int) -> tuple[str, ...]:
    step = (_RIGHT - _LEFT) / max(count, 1)
    return tuple(num(_LEFT + step * (index + 0.5)) for index in range(count))


@lru_cache(maxsize=256)
def _levels(usual: float | None, ink: Palette) -> str:
    floor = f'<path d="M0 {_BOTTOM}.5h{WIDTH}" stroke="{ink.line}"/>'
    if usual is None:
        return floor
    y = num(_BOTTOM - _UNIT * usual)
    return (
        # Solid: a dotted line would seem to bridge the gaps.
        f'{floor}<path class="usual" d="M0 {y}h{WIDTH}" stroke="{ink.ink_2}" stroke-opacity=".35"/>'
    )


def _needles(sessions: Sequence[float], count: int, ink: Palette) -> str:
    """Two paths for all sessions: the soft bands, and the hooks that show them without colour."""
    step = (_RIGHT - _LEFT) / max(count, 1)
    bands, hooks = [], []
    for at in sessions:
        end = min(at + _WINDOW_DAYS, count)
        start = max(at, 0)
        if end <= start:
            continue
        x, span = _LEFT + step * start, step * (end - start)
        bands.append(f"M{x:.1f} {_TOP - 2}h{span:.1f}V{_BOTTOM}h-{span:.1f}z")
        hooks.append(f"M{x:.1f} {_BOTTOM}V{_TOP - 2}" if at >= 0 else f"M{x:.1f} {_TOP - 2}")
        hooks.append(f"h{span:.1f}")
    if not bands:
        return ""
    return (
        f'<path d="{"".join(bands)}" fill="{ink.needle_soft}"/>'
        f'<path d="{"".join(hooks)}" fill="none" stroke="{ink.needle}" stroke-width="1.4"/>'
    )


def _line(values: Sequence[int | None], xs: Sequence[str], ink: Palette) -> str:
    """One path for all days, and a dot on the last one that was logged."""
    parts: list[str] = []
    first = True
    x, value = "", None
    for day_x, day_value in zip(xs, values, strict=True):
        if day_value is None:
            first = True
            continue
        parts.append(("M" if first else "L") + day_x + _YS[day_value])
        first = False
        x, value = day_x, day_value
    if value is None:
        return ""
    # A day between two gaps has no line to be seen by: an M that another M follows gets a stroke.
    data = _LONELY.sub(r"\1h1.5h-3", "".join(parts))
    return (
        f'<path class="pain-line" d="{data}" fill="none" stroke="{ink.teal}"'
        ' stroke-width="2" stroke-linejoin="round" stroke-linecap="round"/>'
        f'<circle cx="{x}" cy="{_YS[value][1:]}" r="3.4" fill="{ink.teal}"/>'
    )
