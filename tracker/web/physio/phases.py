"""The physio's own marks: where a phase begins, and taking that back."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request
from flask_babel import gettext as _

from tracker.domain.errors import Invalid
from tracker.services import insight
from tracker.web import forms
from tracker.web.access import for_staff, now, writing
from tracker.web.physio.parts import pages
from tracker.web.physio.records import patient_page
from tracker.web.responses import again, see_other


@pages.post("/patients/<uuid:patient_id>/episodes/<uuid:episode_id>/phases")
@for_staff
def add_phase(patient_id: UUID, episode_id: UUID) -> Response:
    """Mark the start of a phase."""
    form = forms.MarkForm(request.form)
    try:
        form.check()
        with writing() as scope:
            insight.add_mark(scope, patient_id, episode_id, form.day.data, form.words.data, now())
    except Invalid as fault:
        form.take_errors(fault.errors)
        return again(patient_page(patient_id, episode_id, form))
    flash(_("The phase is marked."), "done")
    return see_other(
        "physio.show_patient", patient_id=patient_id, episode=episode_id, _anchor="response"
    )


@pages.post("/patients/<uuid:patient_id>/phases/<uuid:mark_id>/remove")
@for_staff
def remove_phase(patient_id: UUID, mark_id: UUID) -> Response:
    """Take a mark away, or put it back."""
    is_undo = bool(request.form.get("undo"))
    with writing() as scope:
        episode_id = insight.remove_mark(scope, patient_id, mark_id, now(), undo=is_undo)
    flash(_("The phase is marked again.") if is_undo else _("The mark is removed."), "done")
    return see_other(
        "physio.show_patient", patient_id=patient_id, episode=episode_id, _anchor="response"
    )
