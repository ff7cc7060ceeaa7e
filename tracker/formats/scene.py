"""A stretch's figure in its window: poses become bodies, bodies become shapes in their order."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

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

NEAR_FLOOR = 30.0
"""Below this height, cm, a joint has a shadow."""

ARROW = 6.5
"""Width of an arrow, in the drawing's units."""

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
    """A stretch's figure: bodies on the way through its key poses, seen through one window.

    Its data: `view` (turn and rise of the camera), `base` and `poses` (each pose adds to the base),
    `kit`, `lit` (names of `areas`) on `sides`, `arrows`. A `window` (middle and height, cm) sets
    what is seen where it is not everything, `only` names the parts that are drawn, `split`
    and `near` ask for more of them, `lift` moves one nearer (cm), `shadow` may be off.
    """

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
        spots = [self.bodies[self.hold].place(point) for point in thing.points]
        return thing.depth + sum(self.camera.depth(spot) for spot in spots) / len(spots)

    def _thing(self, thing: Thing) -> Shape:
        if thing.width:
            lines = tuple(
                polyline([self.seen(body.place(point)) for point in thing.points])
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
            for side in self._data.get("sides", "R"):
                found = [lit(body, self.camera, self._areas[name], side) for body in self.bodies]
                nearest = max(depths[host] for host in found[0][1])
                yield (
                    nearest + 0.01,
                    Shape("lit", tuple(self._outline(part) for part, _hosts in found)),
                )

    def _shadow(self) -> Shape:
        """A soft patch on the floor, under what is near it."""
        spots = [
            self.camera.see(point)[0]
            for body in (self.bodies[0], self.bodies[self.hold])
            for point in body.joints.values()
            if point[1] < NEAR_FLOOR
        ]
        left, right = min(spots) - 8, max(spots) + 8
        hold = self.bodies[self.hold]
        deep = [
            self.camera.see((x, 0.0, z))[1] for x, y, z in hold.joints.values() if y < NEAR_FLOOR
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
