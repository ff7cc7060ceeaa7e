"""The printed sheet of a programme: its words in the reader's language, and the answer with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, make_response
from flask_babel import gettext as _

from tracker.domain.catalog import Stretch
from tracker.domain.prescription import Dose
from tracker.formats.sheet import SheetLine, SheetWords, draw_sheet
from tracker.web.language import day as long_day
from tracker.web.words import days_words, dose_words, of_stretch, stretch_name, weekday_names


@dataclass(frozen=True, slots=True)
class Person:
    """Whose sheet it is: a sheet lies about, so it names nobody by more than the first name."""

    clinic: str
    name: str
    complaint: str

    @property
    def first_name(self) -> str:
        """The first of the names."""
        return (self.name.split() or [""])[0]


def sheet_line(stretch: Stretch, side: str, dose: Dose, note: str) -> SheetLine:
    """One stretch as it stands on paper."""
    return SheetLine(
        stretch=stretch.id,
        name=stretch_name(stretch, side),
        dose=dose_words(dose),
        days_words=days_words(dose.days),
        steps=" ".join(_sentence(of_stretch(step, stretch)) for step in stretch.steps),
        note=note,
        caution=_sentence(of_stretch(stretch.caution, stretch)) if stretch.caution else "",
        days=dose.days,
        times=dose.sets,
    )


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def as_sheet(person: Person, lines: Sequence[SheetLine], made_on: date) -> Response:
    """The sheet as a PDF that the browser shows."""
    words = SheetWords(
        clinic=person.clinic,
        title=_("Your stretches, %(name)s", name=person.first_name),
        subject=person.complaint,
        made=_("Made on %(day)s", day=long_day(made_on)),
        general=_("Stretch until you feel a pull, not pain. Breathe on calmly while you hold."),
        ticks=_("Tick what you did."),
        week_of=_("Week of"),
        weekdays=weekday_names(),
        empty=_("No stretches are prescribed right now."),
        page=_("page"),
        stop=_("If a stretch hurts much more than before, stop it and tell your clinic."),
    )
    answer = make_response(draw_sheet(words, lines, made_on))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = 'inline; filename="stretches.pdf"'
    return answer
