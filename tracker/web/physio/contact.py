"""Reaching a patient: the telephone number, and a prepared nudge."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, render_template, request
from flask_babel import gettext as _

from tracker.domain.errors import Invalid
from tracker.services import nudges, patients
from tracker.web.access import for_staff, hub, now, reading, writing
from tracker.web.messages import text_of
from tracker.web.physio.parts import pages
from tracker.web.responses import see_other


@pages.post("/patients/<uuid:patient_id>/phone")
@for_staff
def note_phone(patient_id: UUID) -> Response:
    """Note it, change it or, left empty, take it away."""
    try:
        with writing() as scope:
            patients.note_phone(scope, patient_id, request.form.get("phone", ""))
        flash(_("Saved."), "done")
    except Invalid as fault:
        flash(" ".join(text_of(code) for codes in fault.errors.values() for code in codes), "error")
    return see_other("physio.show_patient", patient_id=patient_id, _anchor="phone")


@pages.get("/patients/<uuid:patient_id>/nudge")
@for_staff
def show_nudge(patient_id: UUID) -> str:
    """The prepared mail, to be read before it goes out."""
    with reading() as scope:
        nudge = nudges.prepare(scope, patient_id, now())
        message = hub().render(nudge.letter)
        return render_template("physio/nudge.html", nudge=nudge, message=message)


@pages.post("/patients/<uuid:patient_id>/nudge")
@for_staff
def send_nudge(patient_id: UUID) -> Response:
    """Send it."""
    try:
        with writing() as scope:
            taken_on = nudges.send(scope, patient_id, now())
    except Invalid:
        # Sent a moment ago, or no longer possible: the page says which.
        flash(_("Not sent: see why below."), "error")
        return see_other("physio.show_nudge", patient_id=patient_id)
    if taken_on:
        flash(_("The nudge goes out within a minute. The flag is acknowledged."), "done")
    else:
        flash(_("The nudge goes out within a minute."), "done")
    return see_other("physio.show_patient", patient_id=patient_id)
