"""A programme on paper: A4, the stretches with dose and steps, and boxes to tick for two weeks."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib.resources import files
from io import BytesIO
from typing import NamedTuple

from fpdf import FPDF, XPos, YPos

from tracker.domain import catalog
from tracker.formats import figure

MARGIN = 16.0
"""mm on each side."""

FIGURE = 34.0
"""mm, the side of the square that a stretch's figure stands in."""

BOX = 4.2
"""mm, the side of a box to tick."""

WEEKS = 2

INK = (28, 40, 43)
QUIET = (82, 99, 104)
LINE = (190, 186, 176)
TEAL = (11, 100, 104)

# A name may hold a letter that the font lacks: an empty box is drawn, and no line of log a letter.
logging.getLogger("fpdf.output").setLevel(logging.ERROR)
logging.getLogger("fontTools").setLevel(logging.ERROR)


class Box(NamedTuple):
    """A place on the page, in mm from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One stretch in the reader's words; `days` is its mask, `times` how often on such a day."""

    stretch: str
    name: str
    dose: str
    days_words: str
    steps: str
    note: str
    caution: str
    days: int
    times: int


@dataclass(frozen=True, slots=True)
class SheetWords:
    """Everything else that stands on the sheet, in the reader's language."""

    clinic: str
    title: str
    subject: str
    made: str
    general: str
    ticks: str
    week_of: str
    weekdays: Sequence[str]
    empty: str
    page: str
    stop: str


def draw_sheet(words: SheetWords, lines: Sequence[SheetLine], made_on: date) -> bytes:
    """The sheet as a PDF; the same input gives the same bytes."""
    pdf = _Sheet(words)
    pdf.set_creation_date(datetime.combine(made_on, time.min, UTC))
    pdf.add_page()
    pdf.head()
    if not lines:
        pdf.say(words.empty, 11)
    for line in lines:
        pdf.stretch(line)
    if lines:
        pdf.say(words.stop, 9.5, QUIET)
        pdf.ticks(lines)
    return bytes(pdf.output())


def draw_figure(pdf: FPDF, stretch: str, box: Box) -> bool:
    """Draw a stretch's key poses into a box; False where a clinic's own has no drawing."""
    if stretch not in catalog.figures()["figures"]:
        return False
    drawn = figure.strip(figure.load(stretch))
    pdf.image(BytesIO(drawn.encode()), box.x, box.y, box.width, box.height, keep_aspect_ratio=True)
    return True


class _Sheet(FPDF):
    """The sheet under way."""

    def __init__(self, words: SheetWords) -> None:
        super().__init__(format="A4")
        self._words = words
        fonts = files("tracker").joinpath("data", "fonts")
        self.add_font("sans", "", str(fonts.joinpath("dejavu-sans-regular.ttf")))
        self.add_font("sans", "B", str(fonts.joinpath("dejavu-sans-bold.ttf")))
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN + 6)
        self.set_title(words.title)
        self.set_author(words.clinic)

    # The frame.

    def footer(self) -> None:
        """The page's number."""
        self.set_y(-MARGIN)
        self._pen(8.5, QUIET)
        self.cell(0, 5, f"{self._words.made} · {self._words.page} {self.page_no()}", align="C")

    def head(self) -> None:
        """Whose sheet it is."""
        self._pen(9.5, QUIET)
        self.cell(0, 5, self._words.clinic, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self._pen(20, INK, "B")
        self.multi_cell(0, 10, self._words.title, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.say(self._words.subject, 10.5, QUIET)
        self.ln(1.5)
        self.say(self._words.general, 10.5)
        self.ln(2)

    def say(self, text: str, size: float, ink: tuple[int, int, int] = INK, style: str = "") -> None:
        """A paragraph over the whole width that is left."""
        self._pen(size, ink, style)
        self.multi_cell(0, size * 0.5, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _pen(self, size: float, ink: tuple[int, int, int], style: str = "") -> None:
        self.set_font("sans", style, size)
        self.set_text_color(*ink)

    # One stretch.

    def stretch(self, line: SheetLine) -> None:
        """A stretch in one piece: on the next page where it does not fit on this one."""
        with self.offset_rendering() as trial:
            self._stretch(line)
        if trial.page_break_triggered:
            self.add_page()
        self._stretch(line)

    def _stretch(self, line: SheetLine) -> None:
        self.set_draw_color(*LINE)
        self.set_line_width(0.25)
        top = self.get_y() + 3
        self.line(MARGIN, self.get_y(), self.w - MARGIN, self.get_y())
        has_figure = draw_figure(self, line.stretch, Box(MARGIN, top, FIGURE, FIGURE))
        self.set_left_margin(MARGIN + (FIGURE + 5 if has_figure else 0))
        self.set_xy(self.l_margin, top)
        self.say(line.name, 13, INK, "B")
        self.say(f"{line.dose} · {line.days_words}", 10.5, TEAL, "B")
        self.ln(0.8)
        self.say(line.steps, 10.5)
        if line.note:
            self.say(f"“{line.note}”", 10.5, TEAL)
        if line.caution:
            self.say(line.caution, 9, QUIET)
        self.set_left_margin(MARGIN)
        self.set_xy(MARGIN, max(self.get_y(), top + (FIGURE if has_figure else 0)) + 3)

    # Boxes to tick.

    def ticks(self, lines: Sequence[SheetLine]) -> None:
        """A row a stretch and a column a weekday, for each week."""
        row = BOX + 3.2
        for _ in range(WEEKS):
            if self.get_y() + 14 + row * len(lines) > self.h - self.b_margin:
                self.add_page()
            self.ln(4)
            self._ticks_head()
            for line in lines:
                self._ticks_row(line, row)

    def _ticks_head(self) -> None:
        self._pen(10.5, INK, "B")
        self.cell(self._names, 7, f"{self._words.ticks} {self._words.week_of} ______")
        self._pen(9, QUIET)
        for name in self._words.weekdays:
            self.cell(self._day, 7, name, align="C")
        self.ln(7)

    @property
    def _names(self) -> float:
        return (self.w - 2 * MARGIN) * 0.44

    @property
    def _day(self) -> float:
        return (self.w - 2 * MARGIN - self._names) / 7

    def _ticks_row(self, line: SheetLine, height: float) -> None:
        top = self.get_y()
        self._pen(9.5, INK)
        self.cell(self._names, height, _fitting(self, line.name, self._names - 2))
        for weekday in range(7):
            left = MARGIN + self._names + weekday * self._day
            if line.days & (1 << weekday):
                self._boxes(left, top + (height - BOX) / 2, line.times)
        self.set_xy(MARGIN, top + height)

    def _boxes(self, left: float, top: float, times: int) -> None:
        """One box a time, next to each other as far as a day's column is wide."""
        count = min(times, 3)
        side = BOX if count < 3 else BOX * 0.8
        gap = 0.7
        start = left + (self._day - count * side - (count - 1) * gap) / 2
        self.set_draw_color(*INK)
        for n in range(count):
            self.rect(start + n * (side + gap), top, side, side)


def _fitting(pdf: FPDF, text: str, width: float) -> str:
    """As much of a text as fits into so many mm of one line."""
    if pdf.get_string_width(text) <= width:
        return text
    while text and pdf.get_string_width(f"{text}…") > width:
        text = text[:-1]
    return f"{text.rstrip()}…"
