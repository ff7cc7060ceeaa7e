"""Points and turns in space, in centimetres: x is forward, y is up, z is to the figure's right."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Vec = tuple[float, float, float]
Flat = tuple[float, float]

X: Vec = (1.0, 0.0, 0.0)
Y: Vec = (0.0, 1.0, 0.0)
Z: Vec = (0.0, 0.0, 1.0)
_TINY = 1e-6


def add(*parts: Vec) -> Vec:
    """The sum of vectors."""
    x = y = z = 0.0
    for part in parts:
        x, y, z = x + part[0], y + part[1], z + part[2]
    return x, y, z


def times(vector: Vec, factor: float) -> Vec:
    """A vector made longer or shorter."""
    return vector[0] * factor, vector[1] * factor, vector[2] * factor


def minus(one: Vec, other: Vec) -> Vec:
    """From `other` to `one`."""
    return one[0] - other[0], one[1] - other[1], one[2] - other[2]


def dot(one: Vec, other: Vec) -> float:
    """The scalar product."""
    return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]


def cross(one: Vec, other: Vec) -> Vec:
    """The vector product."""
    return (
        one[1] * other[2] - one[2] * other[1],
        one[2] * other[0] - one[0] * other[2],
        one[0] * other[1] - one[1] * other[0],
    )


def size(vector: Vec) -> float:
    """The length of a vector."""
    return math.sqrt(dot(vector, vector))


def mix(one: Vec, other: Vec, share: float) -> Vec:
    """The point between two, `share` of the way from the first to the second."""
    rest = 1 - share
    return (
        one[0] * rest + other[0] * share,
        one[1] * rest + other[1] * share,
        one[2] * rest + other[2] * share,
    )


def unit(vector: Vec, instead: Vec = X) -> Vec:
    """A vector of length one, or `instead` where there is no direction."""
    length = size(vector)
    return times(vector, 1 / length) if length > _TINY else instead


def across(vector: Vec, axis: Vec, instead: Vec = Y) -> Vec:
    """The direction of `vector` at a right angle to the unit vector `axis`."""
    flat = minus(vector, times(axis, dot(vector, axis)))
    if size(flat) > _TINY:
        return unit(flat)
    other = minus(instead, times(axis, dot(instead, axis)))
    return unit(other, cross(axis, X))


@dataclass(frozen=True, slots=True)
class Frame:
    """A place with its own directions: forward, up along the spine, to the right."""

    at: Vec
    f: Vec = X
    u: Vec = Y
    r: Vec = Z

    def way(self, by: Sequence[float]) -> Vec:
        """A way given in the frame's own directions, in the world's."""
        return add(times(self.f, by[0]), times(self.u, by[1]), times(self.r, by[2]))

    def point(self, by: Sequence[float]) -> Vec:
        """A point given in the frame's own directions, in the world's."""
        return add(self.at, self.way(by))

    def moved(self, at: Vec) -> Frame:
        """The same directions elsewhere."""
        return Frame(at, self.f, self.u, self.r)

    def flexed(self, degrees: float) -> Frame:
        """Bent forward."""
        u, f = _turn(self.u, self.f, degrees)
        return Frame(self.at, f, u, self.r)

    def tipped(self, degrees: float) -> Frame:
        """Bent to the right."""
        u, r = _turn(self.u, self.r, degrees)
        return Frame(self.at, self.f, u, r)

    def twisted(self, degrees: float) -> Frame:
        """Turned to the right."""
        f, r = _turn(self.f, self.r, degrees)
        return Frame(self.at, f, self.u, r)


def _turn(one: Vec, other: Vec, degrees: float) -> tuple[Vec, Vec]:
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    return (
        add(times(one, cos), times(other, sin)),
        add(times(other, cos), times(one, -sin)),
    )


class Camera:
    """Where a figure is looked at from, without perspective.

    `turn` 0 sees its front, 90 its right side (facing right), 180 its back; `rise` lifts the eye.
    """

    def __init__(self, turn: float, rise: float = 0.0) -> None:
        around, above = math.radians(turn), math.radians(rise)
        level = add(times(X, math.cos(around)), times(Z, math.sin(around)))
        self.right = add(times(X, math.sin(around)), times(Z, -math.cos(around)))
        self.up = add(times(Y, math.cos(above)), times(level, -math.sin(above)))
        self.toward = add(times(Y, math.sin(above)), times(level, math.cos(above)))

    def see(self, point: Vec) -> Flat:
        """A point as it is seen: to the right and up, in centimetres."""
        return dot(point, self.right), dot(point, self.up)

    def depth(self, point: Vec) -> float:
        """How near a point is, in centimetres; more is nearer."""
        return dot(point, self.toward)


def reach(root: Vec, target: Vec, upper: float, lower: float, pole: Vec) -> tuple[Vec, Vec]:
    """The middle and the end of two bones that reach for `target`, bending toward `pole`.

    What is too far or too near is reached for as far as the bones go.
    """
    way = minus(target, root)
    most, least = (upper + lower) * 0.9995, abs(upper - lower) + 0.5
    far = min(max(size(way), least), most)
    axis = unit(way, (0.0, -1.0, 0.0))
    along = (far * far + upper * upper - lower * lower) / (2 * far)
    out = math.sqrt(max(upper * upper - along * along, 0.0))
    middle = add(root, times(axis, along), times(across(pole, axis), out))
    return middle, add(root, times(axis, far))
