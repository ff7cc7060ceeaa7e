"""The patient's stretches: explained, on paper, guided, and the days off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from tracker.domain.access import PatientActor
from tracker.domain.days import local_day
from tracker.domain.errors import Invalid
from tracker.domain.pause import Days
from tracker.domain.prescription import CHANGEOVER_SECONDS
from tracker.domain.too_painful import TOO_PAINFUL, TOO_PAINFUL_RISE
from tracker.services import library, news, pauses, today
from tracker.services.plan import read_plan
from tracker.web.access import actor, for_members, for_patients, now, reading, writing, zone
from tracker.web.asked import posted_id
from tracker.web.forms import GuidePainForm, PauseForm
from tracker.web.own.parts import moment_of, pages
from tracker.web.phone_words import guide_words
from tracker.web.sheets import Person, as_sheet, sheet_line


@pages.get("/stretches")
@for_patients
def list_stretches() -> str:
    """The patient's programme, explained."""
    with reading() as scope:
        return _stretches_page(scope, PauseForm(data={"first_day": local_day(now(), zone())}))


def _stretches_page(scope: Any, excuse: PauseForm) -> str:
    current = local_day(now(), zone())
    plan = read_plan(scope)
    made, own = pauses.pauses_between(scope, current)
    return render_template(
        "patient/stretches.html",
        lines=today.my_programme(scope, current, plan),
        as_line=today.as_line,
        guided=today.see_guided(scope, moment_of(current), plan),
        news=news.see_news(scope, now(), plan),
        excuses=[line for _owner, line in (*made, *own)],
        excuse=excuse,
    )


@pages.post("/stretches/seen")
@for_patients
def see_changes() -> Response:
    """The patient has seen what changed."""
    try:
        until = datetime.fromisoformat(request.form.get("until", ""))
    except ValueError:
        abort(404)
    if until.tzinfo is None:
        abort(404)
    with writing() as scope:
        news.mark_seen(scope, until, now())
    is_today = request.form.get("back") == "today"
    return make_response(
        redirect(url_for("patient.show_today" if is_today else "patient.list_stretches"), 303)
    )


@pages.post("/stretches/excuse")
@for_patients
def excuse_days() -> Response:
    """Some days on which the patient can't stretch."""
    form = PauseForm(request.form)
    try:
        form.check()
        with writing() as scope:
            days = Days(form.first_day.data, form.last_day.data)
            pauses.excuse(scope, days, form.reason.data, moment_of(local_day(now(), zone())))
    except Invalid as fault:
        form.take_errors(fault.errors)
        with reading() as scope:
            answer = make_response(_stretches_page(scope, form))
        answer.status_code = 422
        return answer
    flash(_("Your stretches are paused. Get well and come back when you can."), "done")
    return make_response(redirect(url_for("patient.list_stretches"), 303))


@pages.post("/stretches/excuse/end")
@for_patients
def end_excuse() -> Response:
    """Back earlier than thought."""
    with writing() as scope:
        pauses.end_excuse(scope, posted_id("excuse_id"), moment_of(local_day(now(), zone())))
    flash(_("Your stretches are asked for again from today on."), "done")
    return make_response(redirect(url_for("patient.list_stretches"), 303))


@pages.get("/stretches.pdf")
@for_patients
def print_stretches() -> Response:
    """The programme on a sheet of paper."""
    current = local_day(now(), zone())
    person = actor()
    clinics_here = (
        [own.clinic_name for own in person.records] if isinstance(person, PatientActor) else []
    )
    with reading() as scope:
        plan = read_plan(scope)
        lines = today.my_programme(scope, current, plan)
        complaints = [row.complaint for row in plan.episodes]
    drawn = [
        sheet_line(stretch, row.side, today.as_line(row).dose, row.note) for row, stretch in lines
    ]
    whose = Person(", ".join(clinics_here), person.name, ", ".join(complaints))
    return as_sheet(whose, drawn, current)


@pages.get("/stretches/start")
@for_patients
def start_stretches() -> str:
    """All of the day's stretches, one screen after the other."""
    with reading() as scope:
        moment = moment_of(local_day(now(), zone()))
        guided = today.see_guided(scope, moment, read_plan(scope))
        return render_template("patient/start.html", guided=guided, **_guide())


def _guide() -> dict[str, Any]:
    """What the guided session's page needs besides its stretches."""
    return {
        "pain": GuidePainForm(),
        "gap": CHANGEOVER_SECONDS,
        "limits": (TOO_PAINFUL, TOO_PAINFUL_RISE),
        "guide_words": guide_words(),
    }


@pages.get("/stretches/<stretch_id>")
@for_patients
def show_stretch(stretch_id: str) -> str:
    """One stretch, step by step."""
    current = local_day(now(), zone())
    with reading() as scope:
        stretch = library.find(scope, stretch_id)
        plan = read_plan(scope)
        programme = today.my_programme(scope, current, plan)
        lines = [row for row, own in programme if own.id == stretch_id]
        return render_template(
            "patient/stretch.html",
            stretch=stretch,
            lines=lines,
            as_line=today.as_line,
            guided=today.see_guided(scope, moment_of(current), plan, stretch_id),
            **_guide(),
        )


@pages.get("/stretches/<stretch_id>/picture/<content>")
@for_members
def show_stretch_picture(stretch_id: str, content: str) -> Response:
    """The picture of a clinic's own stretch; `content` only makes a changed one a new address."""
    _ = content
    with reading() as scope:
        kind, picture = library.see_picture(scope, stretch_id)
    answer = make_response(picture)
    answer.headers["Content-Type"] = kind
    answer.headers["Content-Disposition"] = "inline"
    # Whatever it holds, nothing in it may run; the address changes with the content.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer
