"""The body map: front and back, with regions to tap and muscles to mark.

One half is drawn in `data/bodymap.json` (x from the midline outwards, y down from the crown) and
mirrored. Left and right are the patient's: seen from the front, the patient's left lies on the
right of the picture.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from tracker.formats.svg import num, polyline, safe

View = Literal["front", "back"]
Point = tuple[float, float]
Place = tuple[str, str]
"""A region or a muscle, and the patient's side: left, right or middle."""

VIEWS: tuple[View, ...] = ("front", "back")
HALVES = ("left", "right")
WIDTH, HEIGHT = 208, 412
_MID = WIDTH / 2


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a muscle lies: an ellipse on one half of one view, turned clockwise by degrees."""

    view: View
    x: float
    y: float
    across: float
    along: float
    turn: float


@dataclass(frozen=True, slots=True)
class Body:
    """The drawing's data: half an outline, the regions' half shapes by view, the muscles."""

    outline: tuple[Point, ...]
    regions: Mapping[View, Mapping[str, tuple[Point, ...]]]
    muscles: Mapping[str, Spot]


@cache
def body() -> Body:
    """The drawing as it stands in the data file."""
    text = files("tracker").joinpath("data", "bodymap.json").read_text(encoding="utf-8")
    data = json.loads(text)
    return Body(
        outline=tuple((x, y) for x, y in data["outline"]),
        regions={
            view: {name: tuple((x, y) for x, y in shape) for name, shape in shapes.items()}
            for view, shapes in data["regions"].items()
        },
        muscles={name: Spot(*spot) for name, spot in data["muscles"].items()},
    )


def _sign(view: View, side: str) -> int:
    """Which way a half goes from the midline: 1 to the right of the picture."""
    return 1 if (side == "left") == (view == "front") else -1


def _curve(points: Sequence[Point]) -> str:
    """A closed smooth line through points (Catmull-Rom as cubic segments)."""
    count = len(points)
    parts = [f"M{num(points[0][0])} {num(points[0][1])}"]
    for n in range(count):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = (points[(n + k) % count] for k in (-1, 0, 1, 2))
        parts.append(
            f"C{num(bx + (cx - ax) / 6)} {num(by + (cy - ay) / 6)}"
            f" {num(cx - (dx - bx) / 6)} {num(cy - (dy - by) / 6)} {num(cx)} {num(cy)}"
        )
    return "".join(parts) + "z"


@cache
def outline() -> str:
    """Path data of the whole silhouette, the same from both sides."""
    half = body().outline
    right = [(_MID + x, y) for x, y in half]
    left = [(_MID - x, y) for x, y in reversed(half) if x]
    return _curve(right + left)


def _shape(view: View, side: str, points: Sequence[Point]) -> str:
    sign = _sign(view, side)
    return polyline([(_MID + sign * x, y) for x, y in points]) + "z"


def _ellipse(spot: Spot, side: str) -> str:
    sign = _sign(spot.view, side)
    x, y = num(_MID + sign * spot.x), num(spot.y)
    size = f'cx="{x}" cy="{y}" rx="{num(spot.across)}" ry="{num(spot.along)}"'
    return size + (f' transform="rotate({num(sign * spot.turn)} {x} {y})"' if spot.turn else "")


@dataclass(frozen=True, slots=True)
class Inks:
    """The paints of a drawing that no style sheet reaches: mail, PDF and paper."""

    skin: str
    edge: str
    lit: str


PAPER = Inks(skin="#f1f3f0", edge="#7d8c8c", lit="#b4541f")


def regions_file() -> str:
    """Both views with their regions to tap, as one file that a phone fetches when it needs them."""
    drawn = "".join(Map(taps="region", key="place").draw(view) for view in VIEWS)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{drawn}</svg>'


@dataclass(frozen=True, slots=True)
class Map:
    """What a drawing shows.

    Lit places are marked. With `taps` ("region" or "muscle") every place of that kind is there to
    be tapped, lit or not, and says which it is in `data-place` ("name side"); with "lit" the lit
    muscles alone. `key` keeps two drawings on one page apart. Without `inks` a style sheet paints.
    """

    regions: Collection[Place] = ()
    muscles: Collection[Place] = ()
    taps: Literal["region", "muscle", "lit", ""] = ""
    key: str = "body"
    inks: Inks | None = None

    def views(self) -> list[View]:
        """The views on which anything is lit, both where nothing is."""
        lit = {name for name, _side in self.muscles}
        found = {spot.view for name, spot in body().muscles.items() if name in lit}
        return [view for view in VIEWS if view in found] or list(VIEWS)

    def draw(self, view: View, title: str = "") -> str:
        """One view as an SVG element; an empty title hides it, for maps beside their own list."""
        # Without a hyphen: what draws for paper finds a clip path by letters, digits and _ alone.
        line = f"{self.key}_{view}"
        said = f' role="img" aria-label="{safe(title)}"' if title else ' aria-hidden="true"'
        return (
            f'<svg class="body-map" xmlns="http://www.w3.org/2000/svg" data-view="{view}"'
            f' viewBox="0 0 {WIDTH} {HEIGHT}"{said}><defs><path id="{line}" d="{outline()}"/>'
            f'<clipPath id="{line}_cut">{self._cut(line)}</clipPath></defs>'
            f'<use class="skin" href="#{line}"{self._paint("skin")}/>'
            f'<g clip-path="url(#{line}_cut)">{"".join(self._marks(view))}</g>'
            f'<use class="edge" href="#{line}"{self._paint("edge")}/></svg>'
        )

    def _cut(self, line: str) -> str:
        """The outline once more; what draws for paper knows no reference inside a clip path."""
        return f'<use href="#{line}"/>' if self.inks is None else f'<path d="{outline()}"/>'

    def _marks(self, view: View) -> Iterator[str]:
        own = body()
        for name, points in own.regions[view].items():
            for side in HALVES:
                yield self._mark("region", (name, side), f'path d="{_shape(view, side, points)}"')
        for name, spot in own.muscles.items():
            for side in HALVES if spot.view == view else ():
                yield self._mark("muscle", (name, side), f"ellipse {_ellipse(spot, side)}")

    def _mark(self, kind: str, place: Place, shape: str) -> str:
        lit = self.regions if kind == "region" else self.muscles
        is_on = place in lit or (place[0], "middle") in lit
        if not is_on and kind != self.taps:
            return ""
        is_tapped = kind == ("muscle" if self.taps == "lit" else self.taps)
        where = f' data-place="{place[0]} {place[1]}"' if is_tapped else ""
        return f'<{shape} class="{kind}{" on" if is_on else ""}"{where}{self._paint("lit")}/>'

    def _paint(self, part: str) -> str:
        if self.inks is None:
            return ""
        if part == "edge":
            return f' fill="none" stroke="{self.inks.edge}" stroke-width="1.2"'
        return f' fill="{self.inks.skin if part == "skin" else self.inks.lit}"'
