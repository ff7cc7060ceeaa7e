"""The brief on paper: one sheet of A4, text on the left, the body and the soreness on the right.

Nothing rests on colour: it is drawn in greys and prints as it looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib.resources import files
from io import BytesIO

from fpdf import FPDF, XPos, YPos
from fpdf.fonts import TTFFont

from tracker.domain.curve import Aligned
from tracker.formats.bodymap import VIEWS, Inks, Map, Place
from tracker.formats.curve import CurveWords, curve_svg
from tracker.formats.svg import Palette

MARGIN = 16.0
"""mm on each side."""

ASIDE = 64.0
"""mm, the width of the column of drawings."""

GAP = 8.0
"""mm between the columns."""

SIZES = (10.5, 9.5, 8.5, 7.5, 6.5, 5.5)
"""Sizes of the text in points: the largest at which everything stands on one page."""

CURVE_UNITS = 290.0
"""Width of the soreness drawing in its own units, of which its text is 13 high."""

INK = (20, 20, 20)
QUIET = (85, 85, 85)
LINE = (150, 150, 150)

GREY = Inks(skin="#f2f2f2", edge="#6e6e6e", lit="#2b2b2b")
GREYS = Palette(
    sheet="#ffffff",
    ink="#141414",
    ink_2="#555555",
    line="#d0d0d0",
    teal="#333333",
    teal_soft="#eeeeee",
    needle="#141414",
    needle_soft="#e6e6e6",
    font="sans",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part in the reader's words: its name, what matters most, and what more there is."""

    name: str
    lead: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BriefWords:
    """What stands around the parts, in the reader's language; `views` names front and back."""

    clinic: str
    title: str
    subject: str
    made: str
    views: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Drawings:
    """The needled places, and the soreness since with its words, where there is any."""

    muscles: Sequence[Place] = ()
    aligned: Aligned | None = None
    curve: CurveWords | None = None


def draw_brief(
    words: BriefWords, parts: Sequence[Part], drawings: Drawings, made_on: date
) -> bytes:
    """The brief as a PDF of one page; the same input gives the same bytes."""
    for size in SIZES:
        pdf = _Sheet(words, size)
        pdf.set_creation_date(datetime.combine(made_on, time.min, UTC))
        pdf.add_page()
        if pdf.fill(parts, drawings) or size == SIZES[-1]:
            break
        pdf.let_go()
    return bytes(pdf.output())


class _Sheet(FPDF):
    """The page under way; all its text is sized by `size` points."""

    def __init__(self, words: BriefWords, size: float) -> None:
        super().__init__(format="A4")
        self._words = words
        self._size = size
        fonts = files("tracker").joinpath("data", "fonts")
        self.add_font("sans", "", str(fonts.joinpath("dejavu-sans-regular.ttf")))
        self.add_font("sans", "B", str(fonts.joinpath("dejavu-sans-bold.ttf")))
        self.set_margins(MARGIN, MARGIN, MARGIN)
        # One page, whatever there is: what does not fit at one size is drawn again at the next.
        self.set_auto_page_break(False)
        self.set_title(words.title)
        self.set_author(words.clinic)

    def let_go(self) -> None:
        """Close the fonts of a sheet that is not used: only its output would."""
        for font in self.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def fill(self, parts: Sequence[Part], drawings: Drawings) -> bool:
        """Draw everything; False where it runs over the foot of the page."""
        self._head()
        top = self.get_y()
        if drawings.muscles or drawings.aligned:
            aside_end = self._aside(drawings, top)
            self.set_right_margin(MARGIN + ASIDE + GAP)
        else:
            aside_end = top
        self.set_xy(MARGIN, top)
        for part in parts:
            self._part(part)
        end = max(self.get_y(), aside_end)
        self._foot()
        return end <= self.h - MARGIN - 6

    def _head(self) -> None:
        self._say(self._words.clinic, 0.85, QUIET)
        self._say(self._words.title, 1.8, INK, "B")
        if self._words.subject:
            self._say(self._words.subject, 1, QUIET)
        self.ln(2)

    def _foot(self) -> None:
        self.set_right_margin(MARGIN)
        self.set_xy(MARGIN, self.h - MARGIN)
        self.set_font("sans", "", 8)
        self.set_text_color(*QUIET)
        self.cell(0, 5, self._words.made, align="C")

    def _say(
        self, text: str, scale: float, ink: tuple[int, int, int] = INK, style: str = ""
    ) -> None:
        """A paragraph over the column; a word longer than it is broken."""
        size = self._size * scale
        self.set_font("sans", style, size)
        self.set_text_color(*ink)
        self.multi_cell(0, size * 0.48, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _part(self, part: Part) -> None:
        self.set_draw_color(*LINE)
        self.set_line_width(0.25)
        self.line(MARGIN, self.get_y(), self.w - self.r_margin, self.get_y())
        self.ln(1.6)
        self._say(part.name, 0.85, QUIET, "B")
        if part.lead:
            self._say(part.lead, 1.15, INK, "B")
        for line in part.lines:
            self._say(line, 1)
        self.ln(2.6)

    def _aside(self, drawings: Drawings, top: float) -> float:
        """The body and the soreness; gives where they end."""
        left = self.w - MARGIN - ASIDE
        y = top
        if drawings.muscles:
            y = self._body(drawings.muscles, left, y)
        if drawings.aligned is not None and drawings.curve is not None:
            drawn = curve_svg(
                drawings.aligned,
                words=drawings.curve,
                uid="curve",
                palette=GREYS,
                width=CURVE_UNITS,
            )
            image = self.image(BytesIO(drawn.encode()), left, y, ASIDE, 0)
            y += image.rendered_height
        return y

    def _body(self, muscles: Sequence[Place], left: float, top: float) -> float:
        drawn = Map(muscles=muscles, inks=GREY)
        width = ASIDE / 2 - 2
        height = 0.0
        for place, (view, name) in enumerate(zip(VIEWS, self._words.views, strict=True)):
            x = left + place * (width + 4)
            svg = drawn.draw(view)
            image = self.image(BytesIO(svg.encode()), x, top, width, 0)
            height = image.rendered_height
            self.set_xy(x, top + height)
            self.set_font("sans", "", 8)
            self.set_text_color(*QUIET)
            self.cell(width, 5, name, align="C")
        return top + height + 9
