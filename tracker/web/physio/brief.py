"""The brief: one page to read in a minute before the patient comes in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response, render_template

from tracker.domain.errors import NotFound
from tracker.services import patients
from tracker.services.brief import see_brief
from tracker.web.access import for_staff, now, reading, staff_actor, zone
from tracker.web.asked import asked_id
from tracker.web.briefs import Told, as_pdf, for_clinic
from tracker.web.physio.parts import pages


@pages.get("/patients/<uuid:patient_id>/brief")
@for_staff
def show_brief(patient_id: UUID) -> str:
    """One patient in short; `?episode=` chooses the problem."""
    episodes, told = _told(patient_id)
    return render_template("physio/brief.html", told=told, episodes=episodes, patient_id=patient_id)


@pages.get("/patients/<uuid:patient_id>/brief.pdf")
@for_staff
def print_brief(patient_id: UUID) -> Response:
    """The same on one sheet of paper."""
    _episodes, told = _told(patient_id)
    return as_pdf(told)


def _told(patient_id: UUID) -> tuple[Sequence[Any], Told]:
    """The patient's problems, and the brief of one of them; raises NotFound."""
    with reading() as scope:
        patient, episodes, shares = patients.see_patient(scope, patient_id)
        episode = patients.choose_episode(episodes, asked_id("episode"))
        if episode is None:
            raise NotFound("episode")
        brief = see_brief(scope, episode, now(), zone(), is_shared=shares)
        return episodes, for_clinic(brief, patient, staff_actor().clinic_name, zone())
