"""The physio's pages: the caseload, a patient's time line, sessions, the programme."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

import segno
from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from tracker.domain import catalog
from tracker.domain.access import StaffActor
from tracker.domain.days import local_day, local_time, to_utc
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.needling import MuscleRow, Side, Technique, Twitch
from tracker.domain.prescription import FIVE_DAYS, Dose, days_mask, is_too_much, weekdays_of
from tracker.services import caseload, held, joining, needling, patients, programme, progress
from tracker.services.patients import NewEpisode, NewPatient
from tracker.services.programme import NewPrescription
from tracker.web import forms
from tracker.web.access import find_actor, for_staff, hub, now, reading, staff_actor, writing, zone
from tracker.web.messages import text_of
from tracker.web.patient import RANGES, asked_id, range_choice

pages = Blueprint("physio", __name__)

PAGE = 50
"""Rows of the caseload shown at once; the rest is one tap away."""

SPARE_ROWS = 3
"""Empty rows of a new session's record, for a browser without script."""

ROWS_MOST = 40
"""Rows of a session that are read."""

Posted = MultiDict[str, str]


@pages.app_template_global()
def staff_proof() -> dict[str, str]:
    """What a staff form carries: the clinic that it was opened in, and whose it is."""
    actor = staff_actor()
    return {
        "clinic": str(actor.clinic_id),
        "bound": held.bind(hub().secrets, actor.person_id),
    }


def today() -> date:
    """The clinic's today."""
    return local_day(now(), zone())


def again(body: str) -> Response:
    """A form with its faults."""
    answer = make_response(body)
    answer.status_code = 422
    return answer


def see_other(endpoint: str, **values: Any) -> Response:
    """On to a page after a change."""
    return make_response(redirect(url_for(endpoint, **values), 303))


# The caseload.


@pages.get("/patients")
@for_staff
def list_patients() -> str:
    """Everybody one looks after, worst first."""
    everybody = request.args.get("all") == "1"
    search = request.args.get("q", "")[:100].replace("\0", "")
    is_whole = request.args.get("whole") == "1"
    with reading() as scope:
        seen = caseload.see_caseload(scope, now(), everybody=everybody, search=search)
    shown = seen.rows if is_whole else seen.rows[:PAGE]
    return render_template(
        "physio/patients.html",
        seen=seen,
        shown=shown,
        quiet=seen.quiet if is_whole else seen.quiet[:PAGE],
        everybody=everybody,
        search=search,
        current=today(),
    )


# Patients.


@pages.get("/patients/new")
@for_staff
def new_patient() -> str:
    """A record to begin with."""
    return _patient_form(forms.PatientForm(data={"opened_on": today(), "is_own": True}))


def _patient_form(form: forms.PatientForm) -> str:
    return render_template("physio/patient_new.html", form=form, regions=catalog.regions())


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
                episode=_episode(form),
            )
            patient_id = patients.add_patient(scope, given, now(), today()).id
            made = joining.invite_patient(scope, hub().secrets, patient_id, now())
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
    )


@pages.post("/patients/<uuid:patient_id>/invitation")
@for_staff
def invite(patient_id: UUID) -> Response:
    """A fresh way in; shown once."""
    try:
        with writing() as scope:
            made = joining.invite_patient(scope, hub().secrets, patient_id, now())
            return _invitation_page(scope, patient_id, made)
    except Invalid:
        flash(text_of("new_phone_by_mail"), "error")
        return see_other("physio.show_patient", patient_id=patient_id)


def _invitation_page(scope: Any, patient_id: UUID, made: joining.NewInvitation) -> Response:
    patient, _episodes, _shares = patients.see_patient(scope, patient_id)
    link = hub().settings.base_url + url_for("auth.join", token=made.token)
    return make_response(
        render_template(
            "physio/invitation.html", patient=patient, made=made, link=link, qr=draw_qr(link)
        )
    )


def draw_qr(text: str) -> Markup:
    """A QR code as an SVG without a style of its own."""
    code = segno.make(text, error="m")
    drawn = code.svg_inline(scale=1, border=2, omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704 - drawn by segno from a link of our own


@pages.get("/patients/<uuid:patient_id>")
@for_staff
def show_patient(patient_id: UUID) -> str:
    """One patient: the time line, sessions, programme."""
    choice = range_choice()
    with reading() as scope:
        patient, episodes, shares = patients.see_patient(scope, patient_id)
        episode = patients.choose_episode(episodes, asked_id("episode"))
        seen = sessions = lines = None
        if episode is not None:
            seen = progress.see_progress(scope, episode, choice, now(), zone(), is_shared=shares)
            sessions = needling.sessions_with_muscles(scope, episode)
            lines = programme.see_programme(scope, episode, today())
        return render_template(
            "physio/patient.html",
            patient=patient,
            episodes=episodes,
            episode=episode,
            shares=shares,
            seen=seen,
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
    if form.validate():
        with writing() as scope:
            patients.set_next_visit(scope, patient_id, episode_id, form.next_visit_on.data)
        flash(_("Saved."), "done")
    else:
        flash(_("Write a date, such as 2026-11-22."), "error")
    return see_other("physio.show_patient", patient_id=patient_id, episode=episode_id)


# Needling sessions.


@pages.get("/patients/<uuid:patient_id>/needling/new")
@for_staff
def new_session(patient_id: UUID) -> str:
    """A session's record, begun from now and from the last session's muscles."""
    wall = local_time(now(), zone())
    form = forms.SessionForm(
        data={"needled_on": wall.date(), "needled_time": wall.time(), "form_id": uuid4()}
    )
    with reading() as scope:
        patient, episodes, _shares = patients.see_patient(scope, patient_id)
        episode = _open_episode(episodes, asked_id("episode"))
        form.episode_id.data = form.episode_id.data or episode.id
        last = needling.last_muscles(scope, episode)
        rows = [_begun_row(str(place), row) for place, row in enumerate(last)]
        rows += [
            forms.MuscleForm(suffix=str(place), data=_usual(episode))
            for place in range(len(rows), len(rows) + SPARE_ROWS)
        ]
        return _session_page(patient, episodes, form, rows, is_repeat=bool(last))


def _open(episodes: Sequence[Any]) -> list[Any]:
    return [episode for episode in episodes if episode.closed_on is None]


def _open_episode(episodes: Sequence[Any], wanted: UUID | None) -> Any:
    """The open episode that is asked for, else the first; raises NotFound where there is none."""
    episode = patients.choose_episode(_open(episodes), wanted)
    if episode is None:
        raise NotFound("episode")
    return episode


def _usual(episode: Any) -> dict[str, Any]:
    side = episode.regions[0].get("side", "left") if episode.regions else "left"
    return {"side": side, "insertions": 1, "technique": Technique.DEEP}


def _begun_row(suffix: str, row: Any) -> forms.MuscleForm:
    return forms.MuscleForm(
        suffix=suffix,
        data={
            "muscle": row.muscle,
            "side": row.side,
            "insertions": row.insertions,
            "technique": row.technique,
        },
    )


def _session_page(
    patient: Any,
    episodes: Sequence[Any],
    form: forms.SessionForm,
    rows: Sequence[forms.MuscleForm],
    *,
    is_repeat: bool = False,
) -> str:
    running = _open(episodes)
    if not running:
        raise NotFound("episode")
    return render_template(
        "physio/needling_new.html",
        patient=patient,
        episodes=running,
        form=form,
        rows=rows,
        muscles=catalog.muscles().values(),
        is_repeat=is_repeat,
        # One empty row stands open below the filled ones, the spare ones wait folded.
        shown=1 + max((n for n, row in enumerate(rows, 1) if row.muscle.data), default=0),
    )


@pages.post("/patients/<uuid:patient_id>/needling/new")
@for_staff
def record_session(patient_id: UUID) -> Response:
    """Record it; a form sent twice is one session."""
    form = forms.SessionForm(request.form)
    rows = _posted_rows(request.form)
    chosen = [row for row in rows if row.muscle.data]
    try:
        _check_all([form, *chosen])
        with writing() as scope:
            given = needling.NewSession(
                episode_id=form.episode_id.data or UUID(int=0),
                needled_at=_needled_at(form),
                muscles=[_muscle(row) for row in chosen],
                note=form.note.data,
                form_id=form.form_id.data or uuid4(),
            )
            needling.record_session(scope, patient_id, given, now())
    except Invalid as fault:
        return _session_again(patient_id, form, rows, chosen, fault)
    flash(_("The session is recorded. Soreness is asked about from now on."), "done")
    return see_other("physio.show_programme", patient_id=patient_id, episode=form.episode_id.data)


def _check_all(blocks: Sequence[forms.Page]) -> None:
    """Check every block, so that all faults are shown at once; raises Invalid."""
    if not all([block.validate() for block in blocks]):  # noqa: C419 - a generator would stop early
        raise Invalid({})


def _session_again(
    patient_id: UUID,
    form: forms.SessionForm,
    rows: Sequence[forms.MuscleForm],
    chosen: Sequence[forms.MuscleForm],
    fault: Invalid,
) -> Response:
    for name, codes in fault.errors.items():
        field, dash, place = name.partition("-")
        target = chosen[int(place)] if dash else form
        target.take_errors({field: codes})
    with reading() as scope:
        patient, episodes, _shares = patients.see_patient(scope, patient_id)
        return again(_session_page(patient, episodes, form, rows))


def _posted_rows(posted: Posted) -> list[forms.MuscleForm]:
    found = [re.fullmatch("muscle-([0-9]{1,3})", key) for key in posted]
    places = sorted({match[1] for match in found if match}, key=int)
    rows = [forms.MuscleForm(posted, suffix=place) for place in places[:ROWS_MOST]]
    for row in rows:
        row.muscle.data = muscle_id(row.muscle.data.strip())
    return rows


def _needled_at(form: forms.SessionForm) -> datetime:
    """The wall time as a moment; an hour that a spring night skips is refused."""
    wall = datetime.combine(form.needled_on.data, form.needled_time.data)
    moment = to_utc(wall, zone())
    if local_time(moment, zone()).replace(tzinfo=None) != wall:
        raise Invalid({"needled_time": ["time_gap"]})
    return moment


def muscle_id(typed: str) -> str:
    """A muscle by its id, or by the name as it stands in the list."""
    text = typed.strip().casefold()
    for muscle in catalog.muscles().values():
        if text in {muscle.id, muscle.english.casefold(), _(muscle.english).casefold()}:
            return muscle.id
    return typed


def _muscle(row: forms.MuscleForm) -> MuscleRow:
    return MuscleRow(
        muscle=row.muscle.data,
        side=Side(row.side.data),
        insertions=row.insertions.data,
        technique=Technique(row.technique.data),
        twitch=Twitch(row.twitch.data) if row.twitch.data else None,
        pain_during=row.pain_during.data,
    )


# The programme.


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
    episode = _open_episode(episodes, episode_id)
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
        episodes=_open(episodes),
        lines=lines,
        minutes=minutes,
        is_much=is_too_much(len(running), minutes),
        proposals=[s for s in catalog.stretches_for(needled) if s.id not in have][:6],
        library=catalog.stretches().values(),
        form=form or _dose_form(episode, old),
        days=weekdays_of(_days(posted) if posted else old.days if old else FIVE_DAYS),
        old=old,
        current=today(),
    )


def _dose_form(episode: Any, old: Any) -> forms.PrescriptionForm:
    if old is not None:
        return forms.PrescriptionForm(
            data={
                name: getattr(old, name)
                for name in ("stretch", "side", "sets", "repetitions", "hold_seconds", "note")
            }
        )
    stretch = catalog.stretches().get(request.args.get("stretch", ""))
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
        episode_id = _open_episode(episodes, episode_id).id
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


# The library.


@pages.get("/library")
@for_staff
def show_library() -> str:
    """All stretches and muscles, and how far they are to be trusted."""
    return render_template(
        "physio/library.html",
        stretches=catalog.stretches().values(),
        muscles=catalog.muscles(),
        standing=catalog.standing(),
        is_lead=staff_actor().is_lead,
    )


@pages.get("/library/<stretch_id>")
@for_staff
def show_library_stretch(stretch_id: str) -> str:
    """One stretch of the library."""
    stretch = catalog.stretches().get(stretch_id)
    if stretch is None:
        raise NotFound("stretch")
    return render_template(
        "physio/library_stretch.html", stretch=stretch, muscles=catalog.muscles()
    )


# Forms whose session had ended.


def waits_elsewhere(waiting: held.Held) -> bool:
    """Whether a held form was opened in another clinic than the one being worked in."""
    actor = find_actor()
    told = dict(waiting.fields).get("clinic")
    return isinstance(actor, StaffActor) and told is not None and told != str(actor.clinic_id)


def resume_held_form(waiting: held.Held) -> Response | None:
    """After signing in: the staff form that waited, filled in as it was and not saved yet.

    None when it is none of these pages' forms, no longer fits, or belongs to another clinic.
    """
    if not isinstance(find_actor(), StaffActor):
        return None
    try:
        endpoint, values = current_app.create_url_adapter(request).match(  # type: ignore[union-attr]
            waiting.path, method="POST"
        )
    except HTTPException:
        return None
    reopen = _REOPEN.get(endpoint)
    if reopen is None:
        return None
    if waits_elsewhere(waiting):
        flash(_("A form waits for you in another clinic: switch there to see it."), "held")
        return None
    try:
        body = reopen(MultiDict(waiting.fields), **values)
    except NotFound:
        flash(_("A form that waited for you no longer fits what is open now."), "error")
        return None
    return make_response(body)


def _say_waited() -> None:
    flash(_("What you entered is still here, not saved yet. Check it and save."), "held")


def _reopen_patient(posted: Posted) -> str:
    _say_waited()
    return _patient_form(forms.PatientForm(posted))


def _reopen_episode(posted: Posted, patient_id: UUID) -> str:
    with reading() as scope:
        patient, _episodes, _shares = patients.see_patient(scope, patient_id)
        _say_waited()
        return _episode_form(patient, forms.EpisodeForm(posted))


def _reopen_session(posted: Posted, patient_id: UUID) -> str:
    with reading() as scope:
        patient, episodes, _shares = patients.see_patient(scope, patient_id)
        _open_episode(episodes, None)
        _say_waited()
        return _session_page(patient, episodes, forms.SessionForm(posted), _posted_rows(posted))


def _reopen_programme(posted: Posted, patient_id: UUID) -> str:
    changing, episode_id = id_or_none(posted, "change"), id_or_none(posted, "episode")
    with reading() as scope:
        _patient, episodes, _shares = patients.see_patient(scope, patient_id)
        _open_episode(episodes, episode_id)
        if changing is not None:
            programme.find_version(scope, patient_id, changing)
        _say_waited()
        form = forms.PrescriptionForm(posted)
        return _programme_page(scope, patient_id, posted, changing, episode_id, form)


_REOPEN: dict[str, Callable[..., str]] = {
    "physio.add_patient": _reopen_patient,
    "physio.add_episode": _reopen_episode,
    "physio.record_session": _reopen_session,
    "physio.change_programme": _reopen_programme,
}
"""The forms that are kept, by what they post to."""
