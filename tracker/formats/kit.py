"""What a stretch needs beside the body: chairs, walls, mats, towels and straps, as plain shapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tracker.formats.space import Camera, Vec, X, Y, Z, dot, mix, times

SEAT = 45.0
"""Height of a chair's seat, cm."""

_BEHIND = -500.0


@dataclass(frozen=True, slots=True)
class Thing:
    """A flat shape, a round bar (`radius`) or a line (`width`) through points in space.

    A line's points may be places of the body, as in a pose. What is `loose` may run out of the
    window.
    """

    ink: str
    points: Sequence[Any]
    depth: float = 0.0
    radius: float = 0.0
    width: float = 0.0
    is_loose: bool = False
    name: str = ""


def things(given: Mapping[str, Any], camera: Camera) -> Iterator[Thing]:
    """The shapes of one piece of equipment, as `data/figures.json` names it."""
    lift = given.get("lift", 0.0)
    name = given.get("name", "")
    is_loose = given.get("loose", False)
    if "chair" in given:
        yield from _chair(given, camera)
    elif "box" in given:
        yield from _box(given["box"], camera, lift, is_loose=is_loose, ink=given.get("ink", "kit"))
    elif "mat" in given:
        x0, z0, x1, z1 = given["mat"]
        yield from _box((x0, -2.0, z0, x1, 0.0, z1), camera, _BEHIND, is_loose=True, ink="mat")
    elif "wall" in given:
        yield from _box(given["wall"], camera, _BEHIND + lift, is_loose=True)
    elif "bar" in given:
        ends = [_vec(point) for point in given["bar"]]
        depth = camera.depth(mix(ends[0], ends[-1], 0.5)) + lift
        yield Thing(given.get("ink", "band"), ends, depth, radius=given["r"], name=name)
    else:
        yield Thing(given.get("ink", "band"), given["line"], lift, width=given["width"], name=name)


def _vec(given: Sequence[float]) -> Vec:
    x, y, z = given
    return x, y, z


def _box(
    corners: Sequence[float],
    camera: Camera,
    lift: float = 0.0,
    *,
    is_loose: bool = False,
    ink: str = "kit",
) -> Iterator[Thing]:
    """The sides of an upright box that are seen."""
    low, high = _vec(corners[:3]), _vec(corners[3:])
    depth = camera.depth(mix(low, high, 0.5)) + lift
    toward = camera.toward
    for axis, way in enumerate((X, Y, Z)):
        tone = f"{ink}_top" if axis == 1 else _tone(ink, dot(way, toward))
        for side, sign in ((low, -1.0), (high, 1.0)):
            if dot(times(way, sign), toward) > 0.02:
                yield Thing(tone, _face(low, high, side, axis), depth, is_loose=is_loose)


def _tone(ink: str, facing: float) -> str:
    return ink if abs(facing) > 0.6 else f"{ink}_side"


def _face(low: Vec, high: Vec, side: Vec, axis: int) -> list[Vec]:
    one, other = (index for index in range(3) if index != axis)
    points = []
    for first, second in ((low, low), (high, low), (high, high), (low, high)):
        point = [0.0, 0.0, 0.0]
        point[axis], point[one], point[other] = side[axis], first[one], second[other]
        points.append(_vec(point))
    return points


def _chair(given: Mapping[str, Any], camera: Camera) -> Iterator[Thing]:
    """A chair whose seat's middle is at x, z; it faces forward, or backward with `back` -1."""
    x, z = given["chair"]
    back = -20.0 * given.get("back", 1)
    has_back = given.get("has_back", True)
    for leg_x in (x - 19, x + 19):
        for leg_z in (z - 19, z + 19):
            yield from _box(
                (leg_x - 1.7, 0, leg_z - 1.7, leg_x + 1.7, SEAT - 3, leg_z + 1.7), camera, -60
            )
    yield from _box((x - 22, SEAT - 4, z - 22, x + 22, SEAT, z + 22), camera, -45)
    if has_back:
        middle = x + back
        for post in (z - 19.5, z + 19.5):
            yield from _box((middle - 1.5, SEAT, post - 1.7, middle + 1.5, 88, post + 1.7), camera)
        yield from _box((middle - 1.5, 66, z - 21.2, middle + 1.5, 90, z + 21.2), camera)
