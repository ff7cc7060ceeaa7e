"""Smooth outlines round circles: the skin of the jointed figure, as short path data."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from tracker.formats.space import Flat

Circle = tuple[float, float, float]
"""Centre and radius in the unit of the drawing, y downwards."""


def hull(circles: Sequence[Circle], corners: int) -> list[Flat]:
    """Control points of the smooth outline that wraps circles, `corners` of them.

    They are the outermost points in fixed directions against the way from the first circle to the
    last, so that an outline keeps its points while it turns. A quadratic B-spline runs inside its
    control points; the radii are enlarged by as much.
    """
    first, last = circles[0], circles[-1]
    axis = math.atan2(last[1] - first[1], last[0] - first[0])
    swell = 1 / math.cos(math.pi / corners)
    points = []
    for index in range(corners):
        angle = axis + 2 * math.pi * (index + 0.5) / corners
        cos, sin = math.cos(angle), math.sin(angle)
        reached, x, y, out = -math.inf, 0.0, 0.0, 0.0
        for circle_x, circle_y, radius in circles:
            far = circle_x * cos + circle_y * sin + radius * swell
            if far > reached:
                reached, x, y, out = far, circle_x, circle_y, radius * swell
        points.append((x + cos * out, y + sin * out))
    return points


def smooth(points: Sequence[Flat]) -> str:
    """Path data of the closed quadratic B-spline of control points, in whole relative numbers.

    Each further corner costs one pair of numbers: the curve's controls mirror each other. Rounding
    is carried on from point to point, so that no control is off by more than one.
    """
    start = _middle(points[-1], points[0])
    control = (round(points[0][0]), round(points[0][1]))
    text = f"M{start[0]} {start[1]}q{_pair(control, start)}"
    here = start
    for index in range(len(points)):
        if index:
            control = (2 * here[0] - control[0], 2 * here[1] - control[1])
        is_last = index == len(points) - 1
        there = start if is_last else _middle(control, points[index + 1])
        text += ("t" if index == 1 else " " if there[0] >= here[0] else "") + _pair(there, here)
        here = there
    return text + "z"


def _middle(one: Flat, other: Flat) -> tuple[int, int]:
    return round((one[0] + other[0]) / 2), round((one[1] + other[1]) / 2)


def _pair(to: tuple[int, int], here: tuple[int, int]) -> str:
    x, y = to[0] - here[0], to[1] - here[1]
    return f"{x}{'' if y < 0 else ' '}{y}"


def polygon(points: Sequence[Flat]) -> str:
    """Path data of a closed polygon in whole numbers."""
    return "M" + "L".join(f"{round(x)} {round(y)}" for x, y in points) + "z"


def polyline(points: Sequence[Flat]) -> str:
    """Path data of an open line in whole numbers."""
    return "M" + "L".join(f"{round(x)} {round(y)}" for x, y in points)


def within(data: str, width: float, height: float) -> str:
    """Path data of filled outlines, cut off at a window: for renderers that can't clip.

    What is inside altogether stays as it was; what is outside altogether is nothing.
    """
    kept = ""
    for part in re.findall("M[^M]+", data):
        points = _flattened(part)
        cut = _cut(points, width, height)
        kept += part if cut == points else polygon(cut) if cut else ""
    return kept


def _flattened(part: str) -> list[Flat]:
    """Points along one outline of ours: a polygon's corners, or four to each bend."""
    head, *bends = re.split("[qt]", part.rstrip("z"))
    numbers = [[int(number) for number in re.findall(r"-?\d+", run)] for run in (head, *bends)]
    points = [(float(x), float(y)) for x, y in _pairs(numbers[0])]
    if not bends:
        return points
    steps = _pairs([*numbers[1], *(numbers[2] if len(numbers) > 2 else ())])
    here, control = points[0], (0.0, 0.0)
    for index, (dx, dy) in enumerate(steps):
        if index == 0:
            control = (here[0] + dx, here[1] + dy)
            continue
        there = (here[0] + dx, here[1] + dy)
        points += [_bend(here, control, there, share / 4) for share in range(1, 5)]
        control = (2 * there[0] - control[0], 2 * there[1] - control[1])
        here = there
    return points


def _pairs(numbers: Sequence[float]) -> list[Flat]:
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _bend(one: Flat, control: Flat, other: Flat, share: float) -> Flat:
    a, b, c = (1 - share) ** 2, 2 * share * (1 - share), share**2
    return (
        one[0] * a + control[0] * b + other[0] * c,
        one[1] * a + control[1] * b + other[1] * c,
    )


def _cut(points: Sequence[Flat], width: float, height: float) -> list[Flat]:
    """A polygon inside a rectangle from the origin (Sutherland and Hodgman)."""
    kept = list(points)
    for axis, limit, sign in ((0, 0.0, 1), (0, width, -1), (1, 0.0, 1), (1, height, -1)):
        inside = [sign * (point[axis] - limit) >= 0 for point in kept]
        if all(inside):
            continue
        before, kept = kept, []
        for index, point in enumerate(before):
            last = before[index - 1]
            if inside[index] != inside[index - 1]:
                share = (limit - last[axis]) / (point[axis] - last[axis])
                kept.append(
                    (last[0] + (point[0] - last[0]) * share, last[1] + (point[1] - last[1]) * share)
                )
            if inside[index]:
                kept.append(point)
    return kept
