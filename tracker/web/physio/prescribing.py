"""The programme: stretches prescribed, changed as new versions, ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, flash, render_template, request
from flask_babel import gettext as _

from tracker.domain import catalog
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.prescription import FIVE_DAYS, Dose, days_mask, is_too_much, weekdays_of
from tracker.services import library, needling, patients, programme
from tracker.services.programme import NewPrescription
from tracker.web import forms
from tracker.web.access import for_staff, now, reading, writing
from tracker.web.patient import asked_id
from tracker.web.physio.parts import Posted, choose_open, pages, say_waited, still_open, today
from tracker.web.responses import again, see_other


@pages.get("/patients/<uuid:patient_id>/programme")
@for_staff
def show_programme(patient_id: UUID) -> str:
    """An episode's stretches, with those that fit the last needled muscles proposed."""
    with reading() as scope:
        return _programme_page(scope, patient_id, None, asked_id("change"), asked_id("episode"))


def _programme_page(
    scope: Any,
    patient_id: UUID,
    posted: Posted | None,
    changing: UUID | None,
    episode_id: UUID | None,
    form: forms.PrescriptionForm | None = None,
) -> str:
    patient, episodes, _shares = patients.see_patient(scope, patient_id)
    episode = choose_open(episodes, episode_id)
    old = programme.find_version(scope, patient_id, changing) if changing else None
    lines = programme.see_programme(scope, episode, today())
    running = [line for line in lines if not line.is_ended]
    minutes = sum(line.minutes for line in running)
    have = {line.row.stretch for line in running}
    needled = [row.muscle for row in needling.last_muscles(scope, episode)]
    return render_template(
        "physio/programme.html",
        patient=patient,
        episode=episode,
        episodes=still_open(episodes),
        lines=lines,
        minutes=minutes,
        is_much=is_too_much(len(running), minutes),
        proposals=[s for s in catalog.stretches_for(needled) if s.id not in have][:6],
        library=library.see_shelf(scope),
        form=form or _dose_form(scope, episode, old),
        days=weekdays_of(_days(posted) if posted else old.days if old else FIVE_DAYS),
        old=old,
        current=today(),
    )


def reopen_programme(posted: Posted, patient_id: UUID) -> str:
    """A dose's form that waited, as it was."""
    changing, episode_id = id_or_none(posted, "change"), id_or_none(posted, "episode")
    with reading() as scope:
        _patient, episodes, _shares = patients.see_patient(scope, patient_id)
        choose_open(episodes, episode_id)
        if changing is not None:
            programme.find_version(scope, patient_id, changing)
        say_waited()
        form = forms.PrescriptionForm(posted)
        return _programme_page(scope, patient_id, posted, changing, episode_id, form)


def _dose_form(scope: Any, episode: Any, old: Any) -> forms.PrescriptionForm:
    if old is not None:
        return forms.PrescriptionForm(
            data={
                name: getattr(old, name)
                for name in ("stretch", "side", "sets", "repetitions", "hold_seconds", "note")
            }
        )
    asked = request.args.get("stretch", "")
    stretch = library.find_many(scope, [asked]).get(asked)
    side = episode.regions[0].get("side", "both") if episode.regions else "both"
    data: dict[str, Any] = {"sets": 1, "repetitions": 3, "hold_seconds": 30}
    if stretch is not None:
        data = {
            "stretch": stretch.id,
            "sets": min(stretch.sets, 2),
            "repetitions": stretch.repetitions,
            "hold_seconds": stretch.hold_seconds,
        }
    return forms.PrescriptionForm(
        data={**data, "side": side if side in {"left", "right"} else "both"}
    )


def _days(posted: Posted) -> int:
    return days_mask(int(value) for value in posted.getlist("days") if value in {*"0123456"})


def _given(form: forms.PrescriptionForm) -> NewPrescription:
    days = _days(request.form)
    dose = Dose(form.sets.data, form.repetitions.data, form.hold_seconds.data, days)
    return NewPrescription(form.stretch.data, form.side.data, dose, form.note.data)


@pages.post("/patients/<uuid:patient_id>/programme")
@for_staff
def change_programme(patient_id: UUID) -> Response:
    """Prescribe a stretch, or change one as a new version."""
    form = forms.PrescriptionForm(request.form)
    changing = id_or_none(request.form, "change")
    episode_id = id_or_none(request.form, "episode") or asked_id("episode")
    try:
        form.check()
        _prescribe(patient_id, episode_id, form, changing)
    except Invalid as fault:
        form.take_errors(fault.errors)
        with reading() as scope:
            return again(
                _programme_page(scope, patient_id, request.form, changing, episode_id, form)
            )
    flash(_("The programme is changed."), "done")
    return see_other("physio.show_programme", patient_id=patient_id, episode=episode_id)


def _prescribe(
    patient_id: UUID,
    episode_id: UUID | None,
    form: forms.PrescriptionForm,
    changing: UUID | None,
) -> None:
    if changing is not None:
        with writing() as scope:
            programme.change(scope, patient_id, changing, _given(form), now(), today())
        return
    # Read apart: what a scope read before the patient is locked would stay as it was then.
    with reading() as scope:
        _patient, episodes, _shares = patients.see_patient(scope, patient_id)
        episode_id = choose_open(episodes, episode_id).id
    with writing() as scope:
        programme.prescribe(scope, patient_id, episode_id, _given(form), now(), today())


@pages.post("/patients/<uuid:patient_id>/programme/<uuid:prescription_id>/end")
@for_staff
def end_prescription(patient_id: UUID, prescription_id: UUID) -> Response:
    """End a stretch; its history stays."""
    with writing() as scope:
        programme.end(scope, patient_id, prescription_id, today())
    flash(_("The stretch is ended. What was prescribed and done stays readable."), "done")
    return see_other(
        "physio.show_programme", patient_id=patient_id, episode=request.args.get("episode")
    )


def id_or_none(posted: Posted, name: str) -> UUID | None:
    """An id in a form, None where there is none; raises NotFound for anything else."""
    text = posted.get(name)
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as fault:
        raise NotFound(name) from fault
