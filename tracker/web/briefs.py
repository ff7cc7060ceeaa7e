"""The brief's page and its sheet of paper, for the clinic and for the patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response
from flask_babel import gettext as _

from tracker.formats.brief import BriefWords, Drawings, Part, draw_brief
from tracker.services.brief import Brief
from tracker.web.brief_words import Reader, brief_parts, brief_text
from tracker.web.insight_words import curve_words
from tracker.web.language import day as long_day


@dataclass(frozen=True, slots=True)
class Told:
    """A brief in words, ready to be shown, drawn or copied."""

    brief: Brief
    title: str
    subject: str
    clinic: str
    made: str
    parts: Sequence[Part]
    is_own: bool

    @property
    def places(self) -> list[tuple[str, str]]:
        """What was needled in the last session, for the body map."""
        return [(row.muscle, row.side) for row in self.brief.muscles]

    @property
    def text(self) -> str:
        """Everything as plain text."""
        about = f"{self.title} · {self.subject}" if self.subject else self.title
        return brief_text(self.parts, title=about, made=f"{self.clinic} · {self.made}")


def for_clinic(brief: Brief, patient: Any, clinic: str, zone: str) -> Told:
    """The brief as the physio reads it."""
    reader = Reader(zone, is_own=False, has_joined=patient.person_id is not None)
    return Told(
        brief,
        patient.name,
        _("born %(year)s", year=patient.year_of_birth),
        clinic,
        _made(brief),
        brief_parts(brief, reader),
        is_own=False,
    )


def for_patient(brief: Brief, name: str, clinic: str, zone: str) -> Told:
    """The brief as the patient reads it, to take along or to share."""
    return Told(
        brief,
        _("For your visit"),
        name,
        clinic,
        _made(brief),
        brief_parts(brief, Reader(zone, is_own=True)),
        is_own=True,
    )


def _made(brief: Brief) -> str:
    return _("Made on %(day)s", day=f"{long_day(brief.made_on)} {brief.made_on.year}")


def as_pdf(told: Told) -> Response:
    """The brief as a PDF that the browser shows."""
    brief = told.brief
    aligned = brief.aligned if brief.has_curve else None
    curve = curve_words(aligned, None, is_own=told.is_own) if aligned else None
    drawings = Drawings(told.places, aligned, curve)
    words = BriefWords(told.clinic, told.title, told.subject, told.made, (_("Front"), _("Back")))
    answer = make_response(draw_brief(words, told.parts, drawings, brief.made_on))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = 'inline; filename="brief.pdf"'
    return answer
