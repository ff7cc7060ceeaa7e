"""The programme: stretches prescribed, changed as new versions, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Response, flash, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.domain import catalog
from tracker.domain.days import local_day
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.pause import Days
from tracker.domain.prescription import (
    CHANGEOVER_SECONDS,
    FIVE_DAYS,
    MANY_MINUTES,
    MANY_STRETCHES,
    Dose,
    TimeOfDay,
    busiest_day,
    days_mask,
    default_dose,
    is_too_much,
    weekdays_of,
)
from tracker.services import library, needling, patients, pauses, programme, templates
from tracker.services.programme import NewPrescription
from tracker.web import forms
from tracker.web.access import for_staff, now, reading, staff_actor, writing, zone
from tracker.web.asked import asked_id
from tracker.web.messages import text_of
from tracker.web.physio.parts import Posted, choose_open, pages, say_waited, still_open, today
from tracker.web.responses import again, see_other
from tracker.web.sheets import Person, as_sheet, sheet_line
from tracker.web.shelf import known
from tracker.web.words import join

PROPOSALS = 6
"""Stretches proposed at once: more is a library, which stands below."""


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
    *,
    pause_form: forms.PauseForm | None = None,
    template_form: forms.TemplateForm | None = None,
) -> str:
    patient, episodes, _shares = patients.see_patient(scope, patient_id)
    episode = choose_open(episodes, episode_id)
    old = programme.find_version(scope, patient_id, changing) if changing else None
    lines = programme.see_programme(scope, episode, today())
    running = [line for line in lines if line.is_running]
    count, minutes = busiest_day((line.row.days, line.minutes) for line in running)
    have = {line.row.stretch for line in running}
    chosen = request.args.get("muscle", "")
    form = form or _dose_form(scope, episode, old)
    shelf = library.see_shelf(scope)
    wanted = next((one for one in shelf if one.id == form.stretch.data), None)
    return render_template(
        "physio/programme.html",
        patient=patient,
        episode=episode,
        episodes=still_open(episodes),
        lines=lines,
        minutes=minutes,
        is_much=is_too_much(count, minutes),
        limits=(MANY_STRETCHES, MANY_MINUTES, CHANGEOVER_SECONDS),
        needled=needling.last_session(scope, episode)[1],
        proposals=_proposals(scope, episode, chosen, have),
        chosen=chosen,
        muscles=[m for m in catalog.muscles().values() if catalog.stretches_for([m.id])],
        library=shelf,
        library_sides={one.id: "1" if one.has_side else "" for one in shelf},
        against=catalog.conflicts(wanted, programme.ruled_out(episode)) if wanted else [],
        form=form,
        side=templates.side_of(episode.regions),
        templates=templates.see_templates(scope),
        pauses=pauses.see_pauses(scope, episode, today()),
        pause=pause_form or forms.PauseForm(data={"first_day": today()}),
        template=template_form or forms.TemplateForm(),
        days=weekdays_of(_days(posted) if posted else old.days if old else FIVE_DAYS),
        old=old,
        current=today(),
    )


@dataclass(frozen=True, slots=True)
class Proposal:
    """A stretch to prescribe with one tap: its dose, and which needled muscles it serves."""

    stretch: catalog.Stretch
    dose: Dose
    muscles: Sequence[str]


def _proposals(scope: Any, episode: Any, chosen: str, have: set[str]) -> list[Proposal]:
    """For the muscle that was chosen, else for those needled last; none that is ruled out."""
    if chosen in catalog.muscles():
        muscles = [chosen]
        found = [
            stretch
            for stretch in catalog.propose(muscles, programme.ruled_out(episode))
            if stretch.id not in have
        ]
    else:
        muscles = [row.muscle for row in needling.last_session(scope, episode)[1]]
        found = programme.propose(scope, episode, have)
    return [
        Proposal(one, default_dose(one), [m for m in dict.fromkeys(muscles) if m in one.muscles])
        for one in found[:PROPOSALS]
    ]


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
                for name in (
                    "stretch",
                    "side",
                    "sets",
                    "repetitions",
                    "hold_seconds",
                    "time_of_day",
                    "note",
                )
            }
        )
    asked = request.args.get("stretch", "")
    stretch = library.find_many(scope, [asked]).get(asked)
    first = stretch or next(iter(catalog.stretches().values()))
    dose = default_dose(first)
    return forms.PrescriptionForm(
        data={
            "stretch": first.id,
            "side": templates.side_of(episode.regions),
            "sets": dose.sets,
            "repetitions": dose.repetitions,
            "hold_seconds": dose.hold_seconds,
        }
    )


def _days(posted: Posted) -> int:
    return days_mask(int(value) for value in posted.getlist("days") if value in {*"0123456"})


def _given(form: forms.PrescriptionForm) -> NewPrescription:
    days = _days(request.form)
    dose = Dose(
        form.sets.data,
        form.repetitions.data,
        form.hold_seconds.data,
        days,
        form.time_of_day.data or TimeOfDay.ANY,
    )
    return NewPrescription(
        form.stretch.data, form.side.data, dose, form.note.data, form.is_confirmed.data
    )


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
        programme.end(scope, patient_id, prescription_id, now(), today())
    flash(_("The stretch is ended. What was prescribed and done stays readable."), "done")
    return _back(patient_id)


def _back(patient_id: UUID) -> Response:
    """To the programme of the episode that a form was about."""
    episode_id = id_or_none(request.form, "episode") or asked_id("episode")
    return see_other("physio.show_programme", patient_id=patient_id, episode=episode_id)


@pages.post("/patients/<uuid:patient_id>/programme/<uuid:prescription_id>/resume")
@for_staff
def resume_prescription(patient_id: UUID, prescription_id: UUID) -> Response:
    """Undo an end of today."""
    try:
        with writing() as scope:
            programme.resume(scope, patient_id, prescription_id, today())
    except Invalid:
        flash(text_of("prescribed_already"), "error")
    else:
        flash(_("The stretch goes on as before."), "done")
    return _back(patient_id)


@pages.get("/patients/<uuid:patient_id>/programme/history")
@for_staff
def show_history(patient_id: UUID) -> str:
    """What was prescribed when, the newest first."""
    with reading() as scope:
        patient, episodes, _shares = patients.see_patient(scope, patient_id)
        episode = patients.choose_episode(episodes, asked_id("episode"))
        if episode is None:
            raise NotFound("episode")
        changes = programme.see_history(scope, episode)
        names = programme.names_of(scope)
    days = [
        (day, list(made)) for day, made in groupby(changes, lambda one: local_day(one.at, zone()))
    ]
    return render_template(
        "physio/programme_history.html", patient=patient, episode=episode, days=days, names=names
    )


@pages.get("/patients/<uuid:patient_id>/programme.pdf")
@for_staff
def print_programme(patient_id: UUID) -> Response:
    """The programme on one sheet of paper, for whoever has no phone at hand."""
    with reading() as scope:
        patient, episodes, _shares = patients.see_patient(scope, patient_id)
        episode = choose_open(episodes, asked_id("episode"))
        lines = [line for line in programme.see_programme(scope, episode, today())
                 if line.is_running]  # fmt: skip
        clinic = staff_actor().clinic_name
    drawn = [sheet_line(line.stretch, line.row.side, line.dose, line.row.note) for line in lines]
    return as_sheet(Person(clinic, patient.name, episode.complaint), drawn, today())


# Pauses.


@pages.post("/patients/<uuid:patient_id>/programme/pause")
@for_staff
def pause_programme(patient_id: UUID) -> Response:
    """Ask for no stretches on some days."""
    form = forms.PauseForm(request.form)
    episode_id = id_or_none(request.form, "episode")
    try:
        form.check()
        with writing() as scope:
            pauses.pause(
                scope, patient_id, episode_id or UUID(int=0),
                Days(form.first_day.data, form.last_day.data), form.reason.data, now(), today(),
            )  # fmt: skip
    except Invalid as fault:
        form.take_errors(fault.errors)
        with reading() as scope:
            return again(
                _programme_page(scope, patient_id, None, None, episode_id, pause_form=form)
            )
    flash(_("The programme is paused. Paused days count neither way."), "done")
    return _back(patient_id)


@pages.post("/patients/<uuid:patient_id>/programme/pause/<uuid:pause_id>/end")
@for_staff
def end_pause(patient_id: UUID, pause_id: UUID) -> Response:
    """Ask for the stretches again from today on."""
    with writing() as scope:
        pauses.end_pause(scope, patient_id, pause_id, now(), today())
    flash(_("The pause is over from today on."), "done")
    return _back(patient_id)


# Templates.


@pages.post("/patients/<uuid:patient_id>/programme/template")
@for_staff
def save_template(patient_id: UUID) -> Response:
    """Keep this programme under a name, for the whole clinic."""
    form = forms.TemplateForm(request.form)
    episode_id = id_or_none(request.form, "episode")
    try:
        form.check()
        with writing() as scope:
            templates.save(
                scope, patient_id, episode_id or UUID(int=0), form.name.data, now(), today()
            )
    except Invalid as fault:
        form.take_errors(fault.errors)
        with reading() as scope:
            return again(
                _programme_page(scope, patient_id, None, None, episode_id, template_form=form)
            )
    flash(_("Kept as a template. Everybody in the clinic can use it."), "done")
    return _back(patient_id)


@pages.post("/patients/<uuid:patient_id>/programme/apply")
@for_staff
def apply_template(patient_id: UUID) -> Response:
    """Copy a template's stretches into this programme."""
    episode_id = id_or_none(request.form, "episode")
    template_id = id_or_none(request.form, "template")
    with writing() as scope:
        copied = templates.apply(
            scope, patient_id, episode_id or UUID(int=0), template_id or UUID(int=0), now(), today()
        )
    said = ngettext(
        "%(num)d stretch is added: change it as you like.",
        "%(num)d stretches are added: change them as you like.",
        copied.count,
    )
    flash(said if copied.count else _("Nothing is added."), "done")
    if copied.had:
        flash(_("In the programme already: %(names)s.", names=_names(copied.had)), "info")
    if copied.ruled_out:
        flash(
            _("Left out because of the screening: %(names)s.", names=_names(copied.ruled_out)),
            "info",
        )
    return _back(patient_id)


def _names(stretch_ids: Sequence[str]) -> str:
    names = [known(one) for one in stretch_ids]
    return join([one.name if one.is_own else _(one.name) for one in names])


@pages.get("/programmes")
@for_staff
def list_templates() -> str:
    """The clinic's templates."""
    with reading() as scope:
        return _templates_page(scope)


def _templates_page(
    scope: Any, posted: UUID | None = None, form: forms.TemplateForm | None = None
) -> str:
    return render_template(
        "physio/templates.html",
        templates=templates.see_templates(scope),
        posted=posted,
        form=form,
    )


@pages.post("/programmes/<uuid:template_id>")
@for_staff
def change_template(template_id: UUID) -> Response:
    """Rename a template, or delete it."""
    if request.form.get("action") == "delete":
        with writing() as scope:
            name = templates.delete(scope, template_id)
        flash(_("“%(name)s” is deleted. Programmes made from it stay.", name=name), "done")
        return see_other("physio.list_templates")
    form = forms.TemplateForm(request.form)
    try:
        form.check()
        with writing() as scope:
            templates.rename(scope, template_id, form.name.data)
    except Invalid as fault:
        form.take_errors(fault.errors)
        with reading() as scope:
            templates.find(scope, template_id)
            return again(_templates_page(scope, template_id, form))
    flash(_("Saved."), "done")
    return see_other("physio.list_templates")


def id_or_none(posted: Posted, name: str) -> UUID | None:
    """An id in a form, None where there is none; raises NotFound for anything else."""
    text = posted.get(name)
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as fault:
        raise NotFound(name) from fault
