"""The pen of the charts: palettes, numbers, safe text and how much room it takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

TEXT_PX = 13.0
"""Size of all text in a chart, in units of its viewBox."""

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SLIM = frozenset("iljtfrI.,:;'|!()[] ·-")
_BROAD = frozenset("mwMW@%–—…")
_WIDE_EM, _BROAD_EM, _CAPITAL_EM, _USUAL_EM, _SLIM_EM = 1.0, 0.95, 0.7, 0.61, 0.37


@dataclass(frozen=True, slots=True)
class Palette:
    """The inks of a chart as SVG paints, and the font family ("" takes the page's own)."""

    sheet: str
    ink: str
    ink_2: str
    line: str
    teal: str
    teal_soft: str
    needle: str
    needle_soft: str
    font: str = ""


SCREEN = Palette(
    sheet="var(--sheet)",
    ink="var(--ink)",
    ink_2="var(--ink-2)",
    line="var(--line)",
    teal="var(--teal)",
    teal_soft="var(--teal-soft)",
    needle="var(--needle)",
    needle_soft="var(--needle-soft)",
)
"""For pages: the custom properties of the style sheet, so light and dark need one drawing."""

HEX = Palette(
    sheet="#ffffff",
    ink="#1d2a2d",
    ink_2="#55666a",
    line="#d5d0c5",
    teal="#0b6b6f",
    teal_soft="#dff0ee",
    needle="#b4541f",
    needle_soft="#fbeadf",
    font="Noto Sans, DejaVu Sans, Arial, sans-serif",
)
"""For mail, PDF and paper: plain colours, because renderers outside a browser paint var() black."""


def num(value: float) -> str:
    """A coordinate with at most one decimal, as short as it goes."""
    text = f"{value:.1f}"
    return text.removesuffix(".0")


def safe(text: str) -> str:
    """Text from outside, fit for an XML text node or attribute; what XML forbids is left out."""
    return escape(_FORBIDDEN.sub("", text))


def text_width(text: str, size: float = TEXT_PX) -> float:
    """A generous estimate of the width of `text` in a plain sans-serif, in the unit of `size`."""
    return size * sum(_em(char) for char in text)


def _em(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return _WIDE_EM
    if char in _SLIM:
        return _SLIM_EM
    if char in _BROAD:
        return _BROAD_EM
    return _CAPITAL_EM if char.isupper() else _USUAL_EM


def shorten(text: str, room: float, size: float = TEXT_PX) -> str:
    """`text` if it fits into `room`, else as much as fits before one of its commas, else nothing.

    Half a word reads as another word and half a muscle's name as another muscle: never cut there.
    """
    if text_width(text, size) <= room:
        return text
    parts = text.split(", ")
    for count in range(len(parts) - 1, 0, -1):
        head = ", ".join(parts[:count]) + " …"
        if text_width(head, size) <= room:
            return head
    return ""


def label(x: float, y: float, text: str, fill: str, *, anchor: str = "", more: str = "") -> str:
    """A text element at a baseline; `text` may come from anybody, the other arguments may not."""
    at = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{num(x)}" y="{num(y)}" fill="{fill}"{at}{more}>{safe(text)}</text>'


def polyline(points: Sequence[tuple[float, float]]) -> str:
    """Path data through `points`: one M, then an L for each further point."""
    return "".join(
        f"{'L' if index else 'M'}{num(x)} {num(y)}" for index, (x, y) in enumerate(points)
    )


def rectangle(x: float, y: float, width: float, height: float) -> str:
    """Path data of an upright rectangle."""
    return f"M{num(x)} {num(y)}h{num(width)}v{num(height)}h{num(-width)}z"


def path(data: str, name: str, paint: str) -> str:
    """A path element of class `name`, or nothing when there is nothing to draw."""
    return f'<path class="{name}" d="{data}" {paint}/>' if data else ""


def dot(x: float, y: float, radius: float, name: str, fill: str, stroke: str) -> str:
    """A round dot of class `name`."""
    return (
        f'<circle class="{name}" cx="{num(x)}" cy="{num(y)}" r="{num(radius)}" fill="{fill}"'
        f' stroke="{stroke}" stroke-width="1.4"/>'
    )
