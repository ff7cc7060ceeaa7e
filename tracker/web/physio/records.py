"""Each patient's record: the time line, the way in, the episodes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _

from tracker.domain import catalog
from tracker.domain.errors import Invalid
from tracker.domain.safety import FLAG_NOTE_MAX
from tracker.domain.triage import ORDER, Kind
from tracker.services import (
    flags,
    insight,
    measures,
    patient_joining,
    patients,
    programme,
    progress,
)
from tracker.services.episode_rows import read_rows
from tracker.services.invitations import NewInvitation
from tracker.services.patients import NewEpisode, NewPatient
from tracker.web import forms
from tracker.web.access import for_staff, hub, now, reading, writing, zone
from tracker.web.asked import RANGES, asked_id, range_choice
from tracker.web.messages import text_of
from tracker.web.physio.parts import Posted, pages, say_waited, today
from tracker.web.responses import again, draw_qr, see_other

# Patients.

_SILENT = (ORDER[Kind.SILENT], ORDER[Kind.QUIET])
"""The caseload's reasons that a nudge, which says that nothing was heard for a while, answers."""


@pages.get("/patients/new")
@for_staff
def new_patient() -> str:
    """A record to begin with."""
    return _patient_form(forms.PatientForm(data={"opened_on": today(), "is_own": True}))


def _patient_form(form: forms.PatientForm) -> str:
    return render_template("physio/patient_new.html", form=form, regions=catalog.regions())


def reopen_patient(posted: Posted) -> str:
    """A new record's form that waited, as it was."""
    say_waited()
    return _patient_form(forms.PatientForm(posted))


@pages.post("/patients/new")
@for_staff
def add_patient() -> Response:
    """Make the record, then its invitation."""
    form = forms.PatientForm(request.form)
    try:
        form.check()
        with writing() as scope:
            given = NewPatient(
                name=form.name.data,
                year_of_birth=form.year_of_birth.data,
                email=form.email.data,
                is_own=form.is_own.data,
                phone=form.phone.data,
                episode=_episode(form),
            )
            patient_id = patients.add_patient(scope, given, now(), today()).id
            made = patient_joining.invite_patient(scope, hub().secrets, patient_id, now())
            return _invitation_page(scope, patient_id, made)
    except Invalid as fault:
        form.take_errors(fault.errors)
        return again(_patient_form(form))


def _episode(form: forms.EpisodeForm) -> NewEpisode:
    return NewEpisode(
        complaint=form.complaint.data,
        region=form.region.data,
        side=form.side.data,
        opened_on=form.opened_on.data,
        next_visit_on=form.next_visit_on.data,
        also=tuple(_place(one) for one in form.also.data or ()),
    )


def _place(text: str) -> tuple[str, str]:
    region, _space, side = text.rpartition(" ")
    return region, side


@pages.post("/patients/<uuid:patient_id>/invitation")
@for_staff
def invite(patient_id: UUID) -> Response:
    """A fresh way in; shown once."""
    try:
        with writing() as scope:
            made = patient_joining.invite_patient(scope, hub().secrets, patient_id, now())
            return _invitation_page(scope, patient_id, made)
    except Invalid:
        flash(text_of("new_phone_by_mail"), "error")
        return see_other("physio.show_patient", patient_id=patient_id)


def _invitation_page(scope: Any, patient_id: UUID, made: NewInvitation) -> Response:
    patient, _episodes, _shares = patients.see_patient(scope, patient_id)
    link = hub().settings.base_url + url_for("auth.join", token=made.token)
    return make_response(
        render_template(
            "physio/invitation.html", patient=patient, made=made, link=link, qr=draw_qr(link)
        )
    )


@pages.get("/patients/<uuid:patient_id>")
@for_staff
def show_patient(patient_id: UUID) -> str:
    """One patient: the time line, the response, sessions, programme."""
    return patient_page(patient_id, asked_id("episode"), forms.MarkForm(data={"day": today()}))


def patient_page(patient_id: UUID, wanted: UUID | None, mark: forms.MarkForm) -> str:
    """One patient's page with one episode, and the form of a phase as it stands."""
    choice = range_choice()
    with reading() as scope:
        patient, episodes, shares = patients.see_patient(scope, patient_id)
        episode = patients.choose_episode(episodes, wanted)
        seen = sessions = lines = told = measured = None
        flagged = flags.open_of(scope, patient_id, now())
        if episode is not None:
            rows = read_rows(scope, episode, today())
            sessions = rows.treated
            seen = progress.see_progress(
                scope, episode, choice, now(), zone(), is_shared=shares, rows=rows
            )
            lines = programme.see_programme(scope, episode, today(), rows.programme)
            measured = measures.see_measures(scope, episode, now(), zone(), rows.sessions)
            if shares:
                muscle = request.args.get("muscle")
                told = insight.see_insight(scope, episode, now(), zone(), muscle=muscle, rows=rows)
        return render_template(
            "physio/patient.html",
            patient=patient,
            episodes=episodes,
            episode=episode,
            shares=shares,
            is_silent=shares and patient.place in _SILENT,
            flagged=flagged,
            colleagues=flags.others(scope) if flagged else (),
            now=now(),
            note_max=FLAG_NOTE_MAX,
            seen=seen,
            told=told,
            measured=measured,
            mark=mark,
            sessions=sessions or [],
            lines=[line for line in lines or [] if not line.is_ended],
            choice=choice,
            ranges=RANGES,
            current=today(),
        )


@pages.post("/patients/<uuid:patient_id>/own")
@for_staff
def take_over(patient_id: UUID) -> Response:
    """Make a patient one's own, or give the patient back to everybody."""
    with writing() as scope:
        patients.take_over(scope, patient_id, is_own=request.form.get("own") == "on")
    return see_other("physio.show_patient", patient_id=patient_id)


# Episodes.


@pages.get("/patients/<uuid:patient_id>/episodes/new")
@for_staff
def new_episode(patient_id: UUID) -> str:
    """Another complaint."""
    with reading() as scope:
        patient, _episodes, _shares = patients.see_patient(scope, patient_id)
        return _episode_form(patient, forms.EpisodeForm(data={"opened_on": today()}))


def _episode_form(patient: Any, form: forms.EpisodeForm) -> str:
    return render_template(
        "physio/episode_new.html", patient=patient, form=form, regions=catalog.regions()
    )


def reopen_episode(posted: Posted, patient_id: UUID) -> str:
    """A new episode's form that waited, as it was."""
    with reading() as scope:
        patient, _episodes, _shares = patients.see_patient(scope, patient_id)
        say_waited()
        return _episode_form(patient, forms.EpisodeForm(posted))


@pages.post("/patients/<uuid:patient_id>/episodes/new")
@for_staff
def add_episode(patient_id: UUID) -> Response:
    """Open it."""
    form = forms.EpisodeForm(request.form)
    try:
        form.check()
        with writing() as scope:
            opened = patients.open_episode(scope, patient_id, _episode(form), now(), today()).id
    except Invalid as fault:
        form.take_errors(fault.errors)
        with reading() as scope:
            patient, _episodes, _shares = patients.see_patient(scope, patient_id)
            return again(_episode_form(patient, form))
    flash(_("The problem is opened."), "done")
    return see_other("physio.show_patient", patient_id=patient_id, episode=opened)


@pages.post("/patients/<uuid:patient_id>/episodes/<uuid:episode_id>/close")
@for_staff
def close_episode(patient_id: UUID, episode_id: UUID) -> Response:
    """Close a complaint, or undo that."""
    with writing() as scope:
        if request.form.get("undo"):
            patients.reopen_episode(scope, patient_id, episode_id)
            flash(_("The problem is open again."), "done")
        else:
            patients.close_episode(scope, patient_id, episode_id, today())
            flash(_("The problem is closed. What was logged stays."), "done")
    return see_other("physio.show_patient", patient_id=patient_id, episode=episode_id)


@pages.post("/patients/<uuid:patient_id>/episodes/<uuid:episode_id>/visit")
@for_staff
def plan_visit(patient_id: UUID, episode_id: UUID) -> Response:
    """Note the next visit, or that there is none."""
    form = forms.VisitForm(request.form)
    is_cleared = request.form.get("clear") == "1"
    if is_cleared or form.validate():
        day = None if is_cleared else form.next_visit_on.data
        with writing() as scope:
            patients.set_next_visit(scope, patient_id, episode_id, day)
        flash(_("Saved."), "done")
    else:
        flash(_("Write a date, such as 2026-11-22."), "error")
    return see_other("physio.show_patient", patient_id=patient_id, episode=episode_id)
