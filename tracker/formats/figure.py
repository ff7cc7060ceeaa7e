"""The stretch figures: poses of a jointed figure drawn as a small SVG, moving, still or as a strip.

Pure: a figure's data and a palette go in, SVG text comes out. A figure on the right side is drawn;
the left side is its mirror image.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import pairwise
from typing import Any

from tracker.domain import catalog
from tracker.formats.body import Body, Pose, blend
from tracker.formats.flesh import Part, lit, parts
from tracker.formats.kit import Thing, things
from tracker.formats.outline import hull, polygon, polyline, smooth
from tracker.formats.space import Camera, Flat, Vec, dot

WIDTH, HEIGHT = 640, 480
"""The drawing's own units: four to three, whatever the stretch."""

MARGIN = 6.0
"""Centimetres of air round a figure."""

STEP = 32.0
"""Degrees that a bone turns at most between two drawn poses: between them it looks 4 % shorter."""

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


Bases = Mapping[str, Pose]


_SEAMLESS = {
    "neck", "head", "hair", "fringe", "eye", "ear", "brow", "nose", "mouth", "tongue", "palm",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """One path of a drawing: its data in every frame, and how it is painted."""

    ink: str
    data: tuple[str, ...]
    is_body: bool = False
    stroke: float = 0.0

    @property
    def is_still(self) -> bool:
        return len(set(self.data)) == 1


class Figure:
    """A stretch's figure: bodies on the way through its key poses, seen through one window."""

    def __init__(self, data: Mapping[str, Any], bases: Bases, areas: Mapping[str, Any]) -> None:
        turn, *rise = data["view"]
        self._data = data
        self._areas = areas
        self.camera = Camera(turn, *rise)
        self.keys = [dict(bases.get(data.get("base", ""), {})) | pose for pose in data["poses"]]
        self.steps = [_steps(Body(one), Body(other)) for one, other in pairwise(self.keys)]
        self.bodies = [Body(self.keys[0])]
        for (one, other), steps in zip(pairwise(self.keys), self.steps, strict=True):
            self.bodies += [Body(blend(one, other, step / steps)) for step in range(1, steps + 1)]
        self.hold = len(self.bodies) - 1
        self._kit = [thing for given in data.get("kit", ()) for thing in things(given, self.camera)]
        self._parts = [
            parts(body, self.camera, near=data.get("near", ""), split=data.get("split", ()))
            for body in self.bodies
        ]
        self._frame()

    def frame_of(self, key: int) -> int:
        """The drawn pose of a key pose; -1 is the last."""
        return sum(self.steps[: key % len(self.keys)])

    # The window.

    def _frame(self) -> None:
        given = self._data.get("window")
        if given is None:
            x, y, width, height = self._extents()
            x, y, width, height = x - MARGIN, y - MARGIN, width + 2 * MARGIN, height + 2 * MARGIN
        else:
            middle_x, middle_y, height = given
            width = height * WIDTH / HEIGHT
            x, y = middle_x - width / 2, middle_y - height / 2
        self.scale = min(WIDTH / width, HEIGHT / height)
        self._left = x - (WIDTH / self.scale - width) / 2
        # What stands on the floor stays near the lower edge; what is left over goes above.
        self._top = y + height + (HEIGHT / self.scale - height) / 2

    def _extents(self) -> tuple[float, float, float, float]:
        spots = [
            (x + dx * radius, y + dy * radius)
            for found in self._parts
            for part in found
            for balls, _corners in part.blobs
            for point, radius in balls
            for x, y in [self.camera.see(point)]
            for dx, dy in ((1, 1), (-1, -1))
        ]
        spots += [
            self.camera.see(point)
            for thing in self._kit
            if not thing.is_loose
            for point in thing.points
            if isinstance(point, tuple)
        ]
        xs, ys = zip(*spots, strict=True)
        return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)

    def seen(self, point: Vec) -> Flat:
        """A point in the drawing's units, y downwards."""
        x, y = self.camera.see(point)
        return (x - self._left) * self.scale, (self._top - y) * self.scale

    # The shapes, from the back to the front.

    @cached_property
    def shapes(self) -> list[Shape]:
        """Everything that is drawn, from the back to the front."""
        layers: list[tuple[float, Shape]] = []
        if self._data.get("shadow", True):
            layers.append((-2000.0, self._shadow()))
        layers += [
            (self._lift(thing.name, self._depth(thing)), self._thing(thing)) for thing in self._kit
        ]
        only = self._data.get("only")
        names = [part.name for part in self._parts[0]]
        depths = {
            name: self._lift(
                name, sum(found[index].depth for found in self._parts) / len(self._parts)
            )
            for index, name in enumerate(names)
        }
        layers += [
            (depths[name], self._part([found[index] for found in self._parts]))
            for index, name in enumerate(names)
            if (only is None or name.rstrip("LR") in only) and self._is_seen(index)
        ]
        layers += self._lit(depths)
        layers += [(3000.0, shape) for shape in self._arrows()]
        return [shape for _depth, shape in sorted(layers, key=lambda layer: layer[0])]

    def _is_seen(self, index: int) -> bool:
        """Whether a part has any size: an eye that never looks this way has none."""
        return any(
            radius > 0
            for found in self._parts
            for balls, _corners in found[index].blobs
            for _point, radius in balls
        )

    def _lift(self, name: str, depth: float) -> float:
        lifts: Mapping[str, float] = self._data.get("lift", {})
        return depth + lifts.get(name, 0.0)

    def _depth(self, thing: Thing) -> float:
        if not thing.width:
            return thing.depth
        spots = [self._spot(point, self.bodies[self.hold]) for point in thing.points]
        return thing.depth + sum(self.camera.depth(spot) for spot in spots) / len(spots)

    def _spot(self, point: Any, body: Body) -> Vec:
        return body.place(point)

    def _thing(self, thing: Thing) -> Shape:
        if thing.width:
            lines = tuple(
                polyline([self.seen(self._spot(point, body)) for point in thing.points])
                for body in self.bodies
            )
            return Shape(thing.ink, lines, stroke=thing.width * self.scale)
        if thing.radius:
            circles = [(*self.seen(point), thing.radius * self.scale) for point in thing.points]
            return Shape(thing.ink, (smooth(hull(circles, 12)),))
        return Shape(thing.ink, (polygon([self.seen(point) for point in thing.points]),))

    def _part(self, over_time: Sequence[Part]) -> Shape:
        return Shape(
            over_time[self.hold].ink,
            tuple(self._outline(part) for part in over_time),
            is_body=over_time[0].name.rstrip("LR") not in _SEAMLESS,
        )

    def _outline(self, part: Part) -> str:
        return "".join(
            smooth(hull([(*self.seen(point), r * self.scale) for point, r in balls], corners))
            for balls, corners in part.blobs
        )

    def _lit(self, depths: Mapping[str, float]) -> Iterator[tuple[float, Shape]]:
        for name in self._data.get("lit", ()):
            area = name if isinstance(name, Mapping) else self._areas[name]
            for side in self._data.get("sides", "R"):
                found = [lit(body, self.camera, area, side) for body in self.bodies]
                nearest = max(depths[host] for host in found[0][1])
                yield (
                    nearest + 0.01,
                    Shape("lit", tuple(self._outline(part) for part, _hosts in found)),
                )

    def _shadow(self) -> Shape:
        floor = self._data.get("floor", 0.0)
        spots = [
            self.camera.see(point)[0]
            for body in (self.bodies[0], self.bodies[self.hold])
            for point in body.joints.values()
            if point[1] < floor + 30
        ]
        left, right = min(spots) - 8, max(spots) + 8
        hold = self.bodies[self.hold]
        deep = [
            self.camera.see((x, floor, z))[1] for x, y, z in hold.joints.values() if y < floor + 30
        ]
        top, low = max(deep) + 2.5, min(deep) - 2.5
        middle = (top + low) / 2
        half = max((top - low) / 2, 2.5)
        circles = [
            ((x - self._left) * self.scale, (self._top - middle) * self.scale, half * self.scale)
            for x in (left + half, right - half)
        ]
        return Shape("line", (smooth(hull(circles, 12)),))

    def _arrows(self) -> Iterator[Shape]:
        for given in self._data.get("arrows", ()):
            x, y = self.seen(self.bodies[self.hold].place(given["at"]))
            dx, dy = (part * self.scale for part in given.get("by", (0, 0)))
            line = _arrow((x + dx, y - dy), given, self.scale)
            yield Shape("arrow", (line,), stroke=ARROW)


def _arrow(start: Flat, given: Mapping[str, Any], scale: float) -> str:
    way = [part * scale for part in given["way"]]
    end = (start[0] + way[0], start[1] - way[1])
    bend = given.get("bend", 0.0) * scale
    length = math.hypot(*way)
    side = (way[1] / length * bend, way[0] / length * bend)
    control = ((start[0] + end[0]) / 2 + side[0], (start[1] + end[1]) / 2 + side[1])
    angle = math.atan2(end[1] - control[1], end[0] - control[0])
    barb = 2.6 * ARROW
    head = [
        (end[0] - barb * math.cos(angle + turn), end[1] - barb * math.sin(angle + turn))
        for turn in (0.6, -0.6)
    ]
    return (
        f"M{start[0]:.0f} {start[1]:.0f}Q{control[0]:.0f} {control[1]:.0f}"
        f" {end[0]:.0f} {end[1]:.0f}" + polyline([head[0], end, head[1]])
    )


def _steps(one: Body, other: Body) -> int:
    """How many poses are drawn on the way from one key pose to the next, the next included."""
    turns = [
        math.degrees(math.acos(max(-1.0, min(1.0, dot(frame.u, other.frames[name].u)))))
        for name, frame in one.frames.items()
    ]
    return min(max(math.ceil(max(turns) / STEP), 3), 4)


# Out as SVG.


def _head(width: int = WIDTH) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}">'


_NAMES = {item.name: f"c{index}" for index, item in enumerate(fields(Inks))}
ARROW, HALO, GLOW = 6.5, 3.2, 9.0
"""Widths of arrows, of the light seam round the body's parts, of a lit area's soft edge; units."""


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


def strip(figure: Figure, inks: Inks = PAPER, keys: Sequence[int] | None = None) -> str:
    """Key poses side by side in plain colours, for paper: the first and the last unless told."""
    chosen = list(keys) if keys is not None else [0, len(figure.keys) - 1]
    drawn = []
    for place, key in enumerate(chosen):
        frame = figure.frame_of(key)
        inner = "".join(
            _plain(shape, frame, inks)
            for shape in figure.shapes
            if key or shape.ink not in {"lit", "arrow"}
        )
        drawn.append(f'<g transform="translate({place * WIDTH} 0)">{inner}</g>')
    return f"{_head(WIDTH * len(chosen))}{''.join(drawn)}</svg>"


def _plain(shape: Shape, frame: int, inks: Inks) -> str:
    data, ink = _data(shape, frame), getattr(inks, shape.ink)
    if shape.stroke:
        return (
            f'<path d="{data}" fill="none" stroke="{ink}" stroke-width="{shape.stroke:.0f}"'
            ' stroke-linecap="round" stroke-linejoin="round"/>'
        )
    if shape.ink == "lit":
        edge = f' stroke="{ink}" stroke-width="{GLOW:g}" stroke-opacity=".4"'
        return f'<path d="{data}" fill="none"{edge}/><path d="{data}" fill="{ink}"/>'
    seam = (
        f'<path d="{data}" fill="{ink}" stroke="{inks.sheet}" stroke-width="{HALO:g}"'
        ' stroke-linejoin="round"/>'
    )
    return (seam if shape.is_body else "") + f'<path d="{data}" fill="{ink}"/>'
