"""A patient's telephone number, so that a flag that says to call can be answered with one tap."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request
from flask_babel import gettext as _

from tracker.domain.errors import Invalid
from tracker.services import patients
from tracker.web.access import for_staff, writing
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
