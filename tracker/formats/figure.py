"""The stretch figures as small SVG files: moving, still, or as a strip for paper.

Pure: a figure and its inks go in, SVG text comes out. A figure on the right side is drawn; the left
side is its mirror image.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

from tracker.domain import catalog
from tracker.formats.outline import within
from tracker.formats.scene import HEIGHT, WIDTH, Figure, Shape

__all__ = ["HEIGHT", "NIGHT", "PAPER", "WIDTH", "Figure", "Inks", "moving", "still", "strip"]

REST, MOVE, HOLD = 0.8, 1.9, 3.0
"""Seconds at the start, on the way to a key pose, and in the last one."""


@dataclass(frozen=True, slots=True)
class Inks:
    """What a figure is painted with."""

    sheet: str
    skin: str
    skin_far: str
    palm: str
    hair: str
    top: str
    top_far: str
    legs: str
    legs_far: str
    lit: str
    kit: str
    kit_top: str
    kit_side: str
    mat: str
    mat_top: str
    mat_side: str
    band: str
    line: str
    arrow: str
    tongue: str


PAPER = Inks(
    sheet="#ffffff",
    skin="#c08a63",
    skin_far="#a87550",
    palm="#d9ab87",
    hair="#43332b",
    top="#2f8f8f",
    top_far="#237173",
    legs="#44606c",
    legs_far="#334b56",
    lit="#ffb53e",
    kit="#cfc2a9",
    kit_top="#e2d8c4",
    kit_side="#bbac90",
    mat="#b9d3ce",
    mat_top="#d7e8e4",
    mat_side="#a9c6c1",
    band="#8a5a86",
    line="#ded6c6",
    arrow="#a44a18",
    tongue="#d97b74",
)
"""On paper and in the light."""

NIGHT = Inks(
    sheet="#1b2224",
    skin="#c99a76",
    skin_far="#a57a59",
    palm="#dfb797",
    hair="#6b5347",
    top="#4fb0ad",
    top_far="#398785",
    legs="#7d9aa8",
    legs_far="#5d7886",
    lit="#ffc766",
    kit="#4b4a44",
    kit_top="#5c5a52",
    kit_side="#3e3d38",
    mat="#1f3b3f",
    mat_top="#28494d",
    mat_side="#1a3336",
    band="#c791c1",
    line="#323c3f",
    arrow="#f2a675",
    tongue="#d97b74",
)
"""In the dark."""


def _head(width: int = WIDTH) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}">'


_NAMES = {item.name: f"c{index}" for index, item in enumerate(fields(Inks))}
GAP = 24
"""Units between two poses of a strip."""

HALO, GLOW = 3.2, 9.0
"""Widths of the light seam round the body's parts and of a lit area's soft edge, in units."""


def _style(shapes: Sequence[Shape]) -> str:
    """The inks in the light and in the dark: an image has a style of its own."""
    used = {shape.ink for shape in shapes}

    def rules(inks: Inks) -> str:
        fills = "".join(
            f".{name}{{fill:{getattr(inks, ink)}}}.s{name}{{stroke:{getattr(inks, ink)}}}"
            if ink in {"arrow", "band", "lit"}
            else f".{name}{{fill:{getattr(inks, ink)}}}"
            for ink, name in _NAMES.items()
            if ink in used
        )
        return f"{fills}.b{{stroke:{inks.sheet}}}"

    return (
        f"<style>.b{{stroke-width:{HALO:g};stroke-linejoin:round;paint-order:stroke}}"
        f".l{{fill-opacity:.9;stroke-width:{GLOW:g};stroke-opacity:.4;paint-order:stroke}}"
        ".s{fill:none;stroke-linecap:round;stroke-linejoin:round}"
        f"{rules(PAPER)}@media(prefers-color-scheme:dark){{{rules(NIGHT)}}}</style>"
    )


def _classes(shape: Shape) -> str:
    name = _NAMES[shape.ink]
    if shape.stroke:
        return f'class="s s{name}" stroke-width="{shape.stroke:.0f}"'
    if shape.ink == "lit":
        return f'class="l {name} s{name}"'
    return f'class="{name} b"' if shape.is_body else f'class="{name}"'


def load(stretch_id: str) -> Figure:
    """The figure of one of the product's stretches; raises KeyError."""
    data = catalog.figures()
    return Figure(data["figures"][stretch_id], data["bases"], data["areas"])


def still(figure: Figure, key: int = -1) -> str:
    """One key pose for a page, the last one unless told: light and dark, nothing moves."""
    frame = figure.frame_of(key)
    shapes = figure.shapes
    drawn = "".join(f'<path {_classes(shape)} d="{_data(shape, frame)}"/>' for shape in shapes)
    return f"{_head()}{_style(shapes)}{drawn}</svg>"


def _data(shape: Shape, frame: int) -> str:
    return shape.data[0] if len(shape.data) == 1 else shape.data[frame]


def moving(figure: Figure) -> str:
    """The figure for a page: start, stretch, hold and back, over and over."""
    clock = _Clock(figure)
    drawn = []
    shapes = figure.shapes
    for shape in shapes:
        first = f'<path {_classes(shape)} d="{_data(shape, figure.hold)}"'
        inner = clock.fade() if shape.ink in {"lit", "arrow"} else ""
        if not shape.is_still:
            inner += clock.animate("d", [shape.data[index] for index in clock.order])
        drawn.append(f"{first}>{inner}</path>" if inner else f"{first}/>")
    return f"{_head()}{_style(shapes)}{''.join(drawn)}</svg>"


class _Clock:
    """When each drawn pose is reached: slowly out of a rest and slowly into the next."""

    def __init__(self, figure: Figure) -> None:
        forth, when = [0.0, REST], REST
        for steps in figure.steps:
            forth += [when + MOVE * _eased(step / steps) for step in range(1, steps + 1)]
            when += MOVE
        held, self.length = when + HOLD, 2 * when + HOLD - REST
        # Back the same way, each move as slow as it came.
        back = [self.length - (each - REST) for each in reversed(forth[1:])]
        there = list(range(figure.hold + 1))
        self.order = [0, *there, *reversed(there)]
        self._keys = self._shares([*forth, *back])
        self._fade = self._shares([0, REST, when, held, held + MOVE, self.length])

    def _shares(self, times: Sequence[float]) -> str:
        return ";".join(_short(time / self.length) for time in times)

    def animate(self, name: str, values: Sequence[str]) -> str:
        """An attribute that runs through the poses."""
        return self._animate(name, self._keys, ";".join(values))

    def fade(self) -> str:
        """There while it is stretched."""
        return self._animate("opacity", self._fade, "0;0;1;1;0;0")

    def _animate(self, name: str, keys: str, values: str) -> str:
        return (
            f'<animate attributeName="{name}" dur="{self.length:.1f}s" repeatCount="indefinite"'
            f' keyTimes="{keys}" values="{values}"/>'
        )


def _eased(share: float) -> float:
    """When a share of a movement is done, as a share of its time: slow at both ends."""
    return math.acos(1 - 2 * share) / math.pi


def _short(share: float) -> str:
    return f"{share:.3f}".strip("0").rstrip(".") or "0"


def strip(
    figure: Figure,
    inks: Inks = PAPER,
    keys: Sequence[int] | None = None,
    *,
    is_mirrored: bool = False,
) -> str:
    """Key poses side by side in plain colours, for paper: the first and the last unless told."""
    chosen = list(keys) if keys is not None else [0, len(figure.keys) - 1]
    width = len(chosen) * (WIDTH + GAP) - GAP
    drawn = []
    for place, key in enumerate(chosen):
        frame = figure.frame_of(key)
        inner = "".join(
            _plain(shape, frame, inks)
            for shape in figure.shapes
            if key or shape.ink not in {"lit", "arrow"}
        )
        left = place * (WIDTH + GAP)
        turned = f"translate({left + WIDTH} 0) scale(-1 1)"
        at = turned if is_mirrored else f"translate({left} 0)"
        drawn.append(f'<g transform="{at}">{inner}</g>')
    return f"{_head(width)}{''.join(drawn)}</svg>"


def _plain(shape: Shape, frame: int, inks: Inks) -> str:
    data, ink = _data(shape, frame), getattr(inks, shape.ink)
    if shape.stroke:
        return (
            f'<path d="{data}" fill="none" stroke="{ink}" stroke-width="{shape.stroke:.0f}"'
            ' stroke-linecap="round" stroke-linejoin="round"/>'
        )
    # Renderers of paper know no clipping, and a window may leave out part of a body.
    data = within(data, WIDTH, HEIGHT)
    if not data:
        return ""
    if shape.ink == "lit":
        edge = f' stroke="{ink}" stroke-width="{GLOW:g}" stroke-opacity=".4"'
        return f'<path d="{data}" fill="none"{edge}/><path d="{data}" fill="{ink}"/>'
    seam = (
        f'<path d="{data}" fill="{ink}" stroke="{inks.sheet}" stroke-width="{HALO:g}"'
        ' stroke-linejoin="round"/>'
    )
    return (seam if shape.is_body else "") + f'<path d="{data}" fill="{ink}"/>'
