"""The small line of the caseload: some weeks of pain in one row, thousands of them on a page.

Whole numbers and relative steps keep it under 200 bytes; what all rows share, the mark of a session
with its 72 h, stands once on the page and is placed by reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tracker.domain.timeline import NEEDLING_WINDOW
from tracker.formats.svg import num, safe

STEP = 6
"""Units a day; the place of a day is `_LEFT + STEP * place`."""

_LEFT, _TOP, _BOTTOM, _UNIT = 4, 2, 46, 4
HEIGHT = 50

_WINDOW = STEP * int(NEEDLING_WINDOW / timedelta(days=1))

SESSION_MARK = (
    '<svg class="defs" aria-hidden="true"><defs><g id="needled">'
    f'<path class="band" d="M{_LEFT} {_TOP}h{_WINDOW}v{_BOTTOM - _TOP}h-{_WINDOW}z"/>'
    f'<path class="hook" d="M{_LEFT} {_BOTTOM}V{_TOP}h{_WINDOW}"/></g></defs></svg>'
)
"""A rule down at the session and along over the 72 h after it (source: NEEDLING_WINDOW); a page
with small lines holds it once, drawn by chart.css like the lines themselves."""


def small_line(
    values: Sequence[int | None],
    sessions: Sequence[int],
    *,
    days: int,
    label: str,
    usual: float | None = None,
) -> str:
    """Pain over `days` days as an SVG element on a fixed scale of 0 to 10, the first at the left.

    `values` holds a whole number from 0 to 10 a day up to today, which may come before the last
    place; None breaks the line. `sessions` are the places of needling sessions. `usual` is the
    level with which the words beside the line compare, drawn faintly; it is handed in, so that line
    and words can't disagree. `label` is read out in place of the drawing.
    """
    width = 2 * _LEFT + STEP * (days - 1)
    marks = "".join(
        f'<use href="#needled" x="{STEP * place}"/>' if place else '<use href="#needled"/>'
        for place in sessions
    )
    reach = STEP * (len(values) - 1) + _LEFT
    level = ""
    if usual is not None:
        # Solid: a dotted line would seem to bridge the gaps.
        level = f'<path class="usual" d="M0 {num(_BOTTOM - _UNIT * usual)}h{reach}"/>'
    floor = f'<path class="floor" d="M0 {HEIGHT - 2}h{reach}"/>'
    return (
        f'<svg class="spark" viewBox="0 0 {width} {HEIGHT}" role="img" aria-label="{safe(label)}">'
        f"{marks}{floor}{level}{_line(values)}</svg>"
    )


def _line(values: Sequence[int | None]) -> str:
    """One path for all days in relative steps, and a dot on the last one that was logged."""
    parts: list[str] = []
    last: tuple[int, int] | None = None
    is_broken = True
    for place, value in enumerate(values):
        if value is None:
            is_broken = True
            continue
        at = (_LEFT + STEP * place, _BOTTOM - _UNIT * value)
        if last is None:
            parts.append(f"M{at[0]} {at[1]}h0")
        else:
            dx, dy = at[0] - last[0], at[1] - last[1]
            step = f"{dx}{dy}" if dy < 0 else f"{dx} {dy}"
            # A day between two gaps is seen as the dot that a stroke of no length leaves.
            parts.append(f"m{step}h0" if is_broken else f"l{step}")
        last, is_broken = at, False
    if last is None:
        return ""
    return (
        f'<path class="pain-line" d="{"".join(parts)}"/>'
        f'<circle class="newest" cx="{last[0]}" cy="{last[1]}" r="3.5"/>'
    )
