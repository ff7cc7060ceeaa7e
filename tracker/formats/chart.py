"""The charts of the product, drawn as SVG: here an episode's time line, in spark.py the small one.

One drawing serves screen, paper and mail; only the palette differs. No style attribute, style
element or script is written (the pages' policy forbids them), and no meaning rests on colour
alone: pain is a line with round dots, soreness open diamonds on a lane of its own, a needling
session a needle with a hatched band, and the stretches are cells that fill from the bottom.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tracker.domain.timeline import (
    NEEDLING_WINDOW,
    NeedlingMark,
    Timeline,
    logged_runs,
    stretch_share,
)
from tracker.formats.frame import (
    NARROW,
    WIDE,
    Lane,
    Plan,
    TimelineWords,
    axis,
    grid,
    headings,
    key,
    plan_for,
)
from tracker.formats.svg import (
    HEX,
    SCREEN,
    Palette,
    dot,
    label,
    num,
    path,
    polyline,
    rectangle,
    safe,
    shorten,
    text_width,
)

__all__ = [
    "HEX", "NARROW", "SCREEN", "WIDE", "Palette", "TimelineWords",
    "timeline_pair", "timeline_svg",
]  # fmt: skip

DOTS_UP_TO_DAYS = 42
"""Six weeks: longer ranges draw the line alone, with dots only where the line would hide a day."""

_DAY = 10
"""Units of a day inside of a lane: its noon is a whole number."""

_KEEP_STROKE = ' vector-effect="non-scaling-stroke"'

_WINDOW_DAYS = NEEDLING_WINDOW / timedelta(days=1)


def timeline_svg(
    timeline: Timeline,
    *,
    words: TimelineWords,
    uid: str,
    palette: Palette = SCREEN,
    width: float = WIDE,
) -> str:
    """One episode's time line as an SVG element.

    `width` is the drawing's width in its own units; the element itself fills its container. Text is
    13 of these units high, so draw about as wide as it will be shown: NARROW for a phone, WIDE for
    a desk. `uid` (letters, digits, hyphens) begins every id and must differ between the drawings
    of a page. A day stands at its noon; a needling session at its wall time, and the 72 h after it
    are hatched (see NEEDLING_WINDOW for the source).
    """
    plan = plan_for(timeline, words, palette, safe(uid), width)
    body = "".join(
        (
            _windows(plan),
            grid(plan),
            axis(plan),
            _needles(plan),
            _stretches(plan),
            _soreness(plan),
            _pain(plan),
            headings(plan),
        )
    )
    keys, height = key(plan)
    return _drawing(plan, body + keys, height)


def timeline_pair(timeline: Timeline, *, words: TimelineWords, uid: str) -> str:
    """The time line twice, for a phone and for a desk; chart.css shows the one that fits."""
    narrow = timeline_svg(timeline, words=words, uid=f"{uid}-n", width=NARROW)
    wide = timeline_svg(timeline, words=words, uid=f"{uid}-w", width=WIDE)
    return f'<div class="chart-pair">{narrow}{wide}</div>'


def _drawing(plan: Plan, body: str, height: float) -> str:
    uid, ink, words = plan.uid, plan.ink, plan.words
    name = "chart-narrow" if plan.width <= NARROW else "chart-wide"
    font = f' font-family="{ink.font}"' if ink.font else ""
    hatch = (
        f'<defs><pattern id="{uid}-h" width="6" height="6" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate(45)"><path d="M0 0h6v6h-6z" fill="{ink.needle_soft}"/>'
        f'<path d="M.5 0v6" stroke="{ink.needle}" stroke-opacity=".3"/></pattern></defs>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {name}" role="img" direction="ltr"'
        f' viewBox="0 0 {num(plan.width)} {num(height)}" aria-labelledby="{uid}-t {uid}-d"'
        f' data-days="{num(plan.left)} {plan.day_width:.3f}"'
        f' data-plot="{num(plan.pain.top)} {num(plan.floor)}" font-size="13"{font}>'
        f'<title id="{uid}-t">{safe(words.title)}</title>'
        f'<desc id="{uid}-d">{safe(words.description)}</desc>{hatch}{body}</svg>'
    )


def _inside(plan: Plan, lane: Lane, body: str) -> str:
    """What is drawn in a lane in tenths of days and in values.

    Its paths are the same in both drawings of a pair, which a packed page then holds once.
    """
    if not body:
        return ""
    scale = f"{plan.day_width / _DAY:.5f} {num(-lane.height / 10)}"
    at = f"translate({num(plan.left)} {num(lane.bottom)}) scale({scale})"
    return f'<g transform="{at}">{body}</g>'


def _windows(plan: Plan) -> str:
    """The 72 h after each session, hatched, so that they show in black and white too."""
    parts = []
    for mark in plan.line.visible_marks():
        start = plan.line.position(mark.needled_local)
        x0, x1 = plan.x(start), plan.x(start + _WINDOW_DAYS)
        parts += [
            f'<rect class="window" x="{x0:.3f}" y="{num(lane.top)}" width="{x1 - x0:.3f}"'
            f' height="{num(lane.height)}" fill="url(#{plan.uid}-h)"/>'
            for lane in (plan.pain, plan.soreness)
            if lane
        ]
    return "".join(parts)


def _needles(plan: Plan) -> str:
    """Each session as a needle through the lanes, with a handle on top and its words above."""
    line, ink = plan.line, plan.ink
    marks = [mark for mark in line.visible_marks() if line.position(mark.needled_local) >= 0]
    xs = [plan.x(line.position(mark.needled_local)) for mark in marks]
    top = plan.pain.top
    parts = []
    for mark, x, (middle, text) in zip(marks, xs, _above(plan, marks, xs), strict=True):
        shaft = f"M{x:.3f} {num(top - 12)}V{num(plan.pain.bottom)}"
        if plan.soreness:
            shaft += f"M{x:.3f} {num(plan.soreness.top)}V{num(plan.soreness.bottom)}"
        handle = f"M{x:.3f} {num(top - 21)}v9"
        parts.append(
            f'<g class="mark"><title>{safe(mark.label)}</title>'
            f'<path class="shaft" d="{shaft}" stroke="{ink.needle}" stroke-width="1.4"/>'
            f'<path d="{handle}" stroke="{ink.needle}" stroke-width="4" stroke-linecap="round"/>'
            + (label(middle, top - 29, text, ink.needle, anchor="middle") if text else "")
            + "</g>"
        )
    return "".join(parts)


def _above(
    plan: Plan, marks: Sequence[NeedlingMark], xs: Sequence[float]
) -> list[tuple[float, str]]:
    """Middle and words of each mark's label: all bear their label, or else all their date.

    A mixture would leave the reader guessing why one session is named and the next one dated.
    """
    named = _placed(plan, xs, [mark.label for mark in marks])
    if all(text for _, text in named):
        return named
    return _placed(plan, xs, [plan.words.tick(mark.needled_local.date()) for mark in marks])


def _placed(plan: Plan, xs: Sequence[float], texts: Sequence[str]) -> list[tuple[float, str]]:
    """Texts above their needles, moved aside where they must, never off or over another needle.

    The newest session is served first; one without room stays without words (its title has them).
    """
    placed = []
    edge = plan.width
    for index in reversed(range(len(xs))):
        x = xs[index]
        start = min(xs[index - 1] + 4, x - 2) if index else 0.0
        text = shorten(texts[index], edge - start)
        width = text_width(text)
        left = min(max(x - width / 2, start), edge - width)
        if text and left <= x <= left + width:
            placed.append((left + width / 2, text))
            edge = left - 8
        else:
            placed.append((x, ""))
            edge = min(edge, x - 4)
    return placed[::-1]


def _stretches(plan: Plan) -> str:
    """A cell for each day with something due, filled from the bottom by the share that was done."""
    lane = plan.stretches
    if lane is None:
        return ""
    width = min(max(plan.day_width * 0.64, 1.6), 14)
    cell = width / plan.day_width * _DAY
    frames, fills = [], []
    for day in plan.line.inside():
        share = stretch_share(day)
        if share is None:
            continue
        x = plan.line.noon(day.day) * _DAY - cell / 2
        frames.append(rectangle(x, 0, cell, 10))
        if share:
            fills.append(rectangle(x, 0, cell, share * 10))
    thin = "0.7" if width < 5 else "1"
    due = path(
        "".join(frames),
        "due",
        f'fill="{plan.ink.sheet}" stroke="{plan.ink.teal}" stroke-width="{thin}"{_KEEP_STROKE}',
    )
    return _inside(plan, lane, due + path("".join(fills), "done", f'fill="{plan.ink.teal}"'))


def _soreness(plan: Plan) -> str:
    """Open diamonds on a dashed line, in a lane of their own.

    Soreness is not the complaint's pain (PMC5106437): asked apart and stored apart, it is drawn
    apart too, so that a sore day after needling never looks like a worse neck.
    """
    lane, line = plan.soreness, plan.line
    if lane is None:
        return ""
    size = min(max(plan.day_width * 0.4, 2.6), 4.4)
    dashes, diamonds = [], []
    for run in logged_runs(line.inside(), lambda day: day.soreness):
        at = [(line.soreness_position(d.day), d.soreness or 0) for d in run]
        dashes.append(polyline([(days * _DAY, value) for days, value in at]))
        diamonds += [
            f"M{num(plan.x(days))} {num(lane.y(value) - size)}l{num(size)} {num(size)}"
            f"l{num(-size)} {num(size)}l{num(-size)} {num(-size)}z"
            for days, value in at
        ]
    ink = plan.ink
    dashed = (
        f'fill="none" stroke="{ink.needle}" stroke-width="1.2" stroke-dasharray="2.5 2.5"'
        f"{_KEEP_STROKE}"
    )
    return _inside(plan, lane, path("".join(dashes), "soreness-line", dashed)) + path(
        "".join(diamonds),
        "soreness",
        f'fill="{ink.sheet}" stroke="{ink.needle}" stroke-width="1.4"',
    )


def _pain(plan: Plan) -> str:
    """The main line, broken where a day is missing, with dots; hollow means added later."""
    line, lane, ink = plan.line, plan.pain, plan.ink
    runs = logged_runs(line.inside(), lambda day: day.pain)
    if not runs:
        middle = (plan.left + plan.right) / 2
        # A rim of paper round the letters: a 72 h band may lie behind them.
        rim = f' stroke="{ink.sheet}" stroke-width="6" paint-order="stroke"'
        return label(middle, lane.y(5) + 4, plan.words.empty, ink.ink_2, anchor="middle", more=rim)
    radius = min(max(plan.day_width * 0.32, 1.7), 3)
    paths, dots = [], []
    for run in runs:
        paths.append(polyline([(line.noon(d.day) * _DAY, d.pain or 0) for d in run]))
        for day in run:
            x, y = plan.x(line.noon(day.day)), lane.y(day.pain or 0)
            if day.backfilled:
                dots.append(dot(x, y, radius, "hollow", ink.sheet, ink.teal))
            elif line.length <= DOTS_UP_TO_DAYS or len(run) == 1:
                dots.append(dot(x, y, radius, "logged", ink.teal, ink.teal))
    weight = num(2 if plan.width <= NARROW else 2.6)
    drawn = path(
        "".join(paths), "pain-line",
        f'fill="none" stroke="{ink.teal}" stroke-width="{weight}" stroke-linejoin="round"'
        f' stroke-linecap="round"{_KEEP_STROKE}',
    )  # fmt: skip
    return _inside(plan, lane, drawn) + "".join(dots)
