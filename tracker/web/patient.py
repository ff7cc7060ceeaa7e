"""The patient's pages: today, progress, stretches, me; `web/safety.py` adds the ladder."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from tracker.domain.access import Actor, PatientActor
from tracker.domain.days import is_zone, latest_day_anywhere, local_day
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.needling import SORENESS_ALWAYS_HOURS, SORENESS_LATEST_HOURS
from tracker.domain.pause import Days
from tracker.domain.prescription import CHANGEOVER_SECONDS
from tracker.domain.too_painful import TOO_PAINFUL, TOO_PAINFUL_RISE
from tracker.services import (
    accounts,
    checkins,
    clinics,
    flares,
    held,
    library,
    measures,
    news,
    outreach,
    pauses,
    progress,
    sharing,
    today,
)
from tracker.services.daybook import Moment, Saved
from tracker.services.outreach import MailKind
from tracker.services.patients import choose_episode, own_episodes
from tracker.web import access, dayform
from tracker.web.access import actor, for_members, for_patients, hub, now, reading, writing, zone
from tracker.web.forms import AddressForm, GuidePainForm, PauseForm
from tracker.web.language import day as long_day
from tracker.web.messages import text_of
from tracker.web.phone_words import guide_words
from tracker.web.sheets import Person, as_sheet, sheet_line

pages = Blueprint("patient", __name__)

RANGES = ("2w", "6w", "12w", "session")

EARLIEST = date(1900, 1, 1)
STALE = "stale_day"
"""Days before this one are a slip; at the calendar's very start zones have no day before."""


# Today.


@pages.get("/today")
@for_patients
def show_today() -> Response:
    """The day's check-in."""
    moment = _moment(_asked_day(request.args.get("date")))
    with reading() as scope:
        seen = today.see_day(scope, moment)
        asked = flares.see_asked(scope, moment.today)
        ask = measures.see_due(scope, moment) if seen.is_today else None
        told = news.see_news(scope, now())
        form = dayform.from_day(seen)
        return _today_page(seen, form, news_now=told, asked=asked, ask=ask)


@pages.post("/today")
@for_patients
def save_today() -> Response:
    """Record the day: everything or nothing, and say so."""
    if not access.is_form_of(actor()):
        return not_yours()
    return save_day(request.form)


def save_day(posted: MultiDict[str, str]) -> Response:
    """Record what a form of `/today` holds, sent now or held while its session had ended."""
    told = posted.get("zone", "")
    clock = told if is_zone(told) else zone()
    current = Moment(local_day(now(), clock), clock, now())
    try:
        posted = dayform.about_day(posted)
        day = dayform.day_of(posted) or current.today
    except ValueError:
        return _refused(posted, current, {"local_date": ["date"]})
    moment = Moment(day, clock, now())
    fault = _day_fault(posted, moment)
    if fault is not None:
        shown = moment if fault == STALE else current
        return _refused(posted, shown, {"local_date": [fault]}, choose_day=fault == STALE)
    try:
        with writing() as scope:
            form = dayform.from_post(posted, lambda: today.see_day(scope, moment))
            form.check()
            saved = checkins.record_day(scope, moment, form.entries())
    except Invalid as refusal:
        shown = current if "local_date" in refusal.errors else moment
        return _refused(posted, shown, refusal.errors)
    _remember_zone(clock)
    _say_saved(moment, saved)
    other = None if moment.local_date == moment.today else moment.local_date.isoformat()
    return make_response(redirect(url_for("patient.show_today", date=other), 303))


def _day_fault(posted: MultiDict[str, str], moment: Moment) -> str | None:
    """Why a form can't be about this day at all, before anything of it is looked at."""
    if moment.local_date > latest_day_anywhere(now()):
        return "future_day"
    if moment.local_date < EARLIEST:
        return "before_episode"
    return STALE if dayform.is_stale(posted, moment) else None


def _refused(
    posted: MultiDict[str, str],
    moment: Moment,
    errors: dict[str, list[str]],
    *,
    choose_day: bool = False,
) -> Response:
    """Nothing was written: show the form again as it was typed, with the reasons."""
    with reading() as scope:
        seen = today.see_day(scope, moment)
        sent = dayform.rekeyed(posted, seen)
        form = dayform.complete(dayform.from_post(sent, lambda: seen), seen)
        form.validate()
        form.take_errors(errors)
        dayform.surface(form, seen)
        return _today_page(seen, form, 422, choose_day=choose_day)


def _asked_day(text: str | None) -> date:
    current = local_day(now(), zone())
    try:
        asked = date.fromisoformat(text or "")
    except ValueError:
        return current
    return min(max(asked, EARLIEST), current)


def _moment(day: date) -> Moment:
    return Moment(day, zone(), now())


def told_of(scope: Any) -> str:
    """Whether any clinic hears of what a patient reports: yes, or unshared."""
    return "yes" if any(share.is_on for share in sharing.see_shares(scope)) else "unshared"


def _today_page(
    seen: today.Today,
    form: dayform.DayForm,
    status: int = 200,
    *,
    choose_day: bool = False,
    news_now: news.News | None = None,
    asked: Sequence[flares.Asked] = (),
    ask: measures.Ask | None = None,
) -> Response:
    numbers: Sequence[clinics.Numbers] = ()
    told = ""
    if seen.soreness or seen.spare_soreness:
        with reading() as scope:
            numbers, told = clinics.see_numbers(scope, now()), told_of(scope)
    answer = make_response(
        render_template(
            "patient/today.html",
            seen=seen,
            form=form,
            spare=dayform.spare_of(seen),
            news=news_now,
            spells=asked,
            today=seen.today,
            ask=ask,
            soreness_hours=(SORENESS_ALWAYS_HOURS, SORENESS_LATEST_HOURS),
            choose_day=choose_day,
            bound=held.bind(hub().secrets, actor().person_id),
            numbers=numbers,
            told=told,
        )
    )
    answer.status_code = status
    return answer


def _say_saved(moment: Moment, saved: Saved) -> None:
    if moment.is_backfill:
        flash(_("Saved for %(day)s.", day=long_day(moment.local_date)), "saved")
    else:
        flash(_("Saved."), "saved")
    if saved.overridden:
        flash(_("This day was also changed elsewhere; your newest answers count."), "info")


def _remember_zone(clock: str) -> None:
    person = actor()
    if isinstance(person, PatientActor) and clock != person.zone:
        with hub().database.door(writes=True) as door:
            accounts.set_zone(door, person, clock)


def not_yours() -> Response:
    """A page of somebody else was left open on this phone: its entry waits for its own person."""
    kept = access.hold_form()
    flash(_("That page belonged to somebody else. Nothing was saved to your log."), "info")
    answer = make_response(redirect(url_for("patient.show_today"), 303))
    if kept is not None:
        for cookie in kept.headers.getlist("Set-Cookie"):
            answer.headers.add("Set-Cookie", cookie)
    return answer


SAVES: dict[str, Callable[[MultiDict[str, str]], Response]] = {}
"""What saves a patient's form that waited, by the form's address; rooms put theirs in."""


def resume_held() -> Response | None:
    """After signing in: save each entry that waited, on the day that it was meant for."""
    answer = None
    saves = {url_for("patient.show_today"): save_day, **SAVES}
    for waiting in access.find_held():
        if waiting.path not in saves:
            continue
        if not isinstance(access.find_actor(), PatientActor):
            continue
        try:
            # It was sent in time and only waited: which day it is about is not in question.
            sent = [(name, value) for name, value in waiting.fields if name != "was_today"]
            answer = saves[waiting.path](MultiDict(sent))
        except NotFound:
            # Signed in by another clinic's code: it goes on waiting for its own.
            flash(_("An entry that waited for you no longer fits what is open now."), "error")
            continue
        access.let_held_go(waiting)
    return answer


# What waits on the phone.


@pages.get("/unsent")
@for_patients
def show_unsent() -> str:
    """What this phone has not sent yet; the page's script fills it from the phone's own store."""
    return render_template("patient/unsent.html")


# Progress.


@pages.get("/progress")
@for_patients
def show_progress() -> str:
    """The patient's own time line."""
    choice = range_choice()
    with reading() as scope:
        episodes = own_episodes(scope)
        episode = choose_episode(episodes, asked_id("episode"))
        seen = measured = None
        if episode is not None:
            seen = progress.see_progress(scope, episode, choice, now(), zone())
            measured = measures.see_measures(scope, episode, now(), zone())
        return render_template(
            "patient/progress.html",
            episodes=episodes,
            seen=seen,
            measured=measured,
            question_id=measured.question.entry_id if measured and measured.question else uuid4(),
            bound=held.bind(hub().secrets, actor().person_id),
            choice=choice,
            ranges=RANGES,
            current=local_day(now(), zone()),
        )


def range_choice() -> str:
    """The range asked for, six weeks otherwise."""
    asked = request.args.get("range", "6w")
    return asked if asked in RANGES else "6w"


def asked_id(name: str) -> UUID | None:
    """An id in the query; anything that is none is nobody's."""
    text = request.args.get(name)
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        abort(404)


# Stretches.


@pages.get("/stretches")
@for_patients
def list_stretches() -> str:
    """The patient's programme, explained."""
    with reading() as scope:
        return _stretches_page(scope, PauseForm(data={"first_day": local_day(now(), zone())}))


def _stretches_page(scope: Any, excuse: PauseForm) -> str:
    current = local_day(now(), zone())
    made, own = pauses.pauses_between(scope, current)
    return render_template(
        "patient/stretches.html",
        lines=today.my_programme(scope, current),
        as_line=today.as_line,
        guided=today.see_guided(scope, _moment(current)),
        news=news.see_news(scope, now()),
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
            pauses.excuse(scope, days, form.reason.data, _moment(local_day(now(), zone())))
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
        pauses.end_excuse(scope, posted_id("excuse_id"), _moment(local_day(now(), zone())))
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
        lines = today.my_programme(scope, current)
        complaints = [row.complaint for row in own_episodes(scope) if row.closed_on is None]
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
        guided = today.see_guided(scope, _moment(local_day(now(), zone())))
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
        lines = [row for row, own in today.my_programme(scope, current) if own.id == stretch_id]
        return render_template(
            "patient/stretch.html",
            stretch=stretch,
            lines=lines,
            as_line=today.as_line,
            guided=today.see_guided(scope, _moment(current), stretch_id),
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


# Me.


@dataclass(frozen=True, slots=True)
class Wish:
    """Whether one clinic's weekly mail comes."""

    clinic_id: UUID
    clinic_name: str
    is_on: bool


@pages.get("/me")
@for_members
def show_me() -> str:
    """One's own settings: sharing, devices, mail, language, everything as a file."""
    person = actor()
    shares: Sequence[sharing.Share] = ()
    with reading() as scope:
        if isinstance(person, PatientActor):
            shares = sharing.see_shares(scope)
    with hub().database.door() as door:
        devices = accounts.list_devices(door, person, now())
        email = accounts.own_email(door, person)
        wishes = [
            Wish(clinic_id, name, outreach.wishes(door, clinic_id, person.person_id, kind))
            for clinic_id, name, kind in mail_kinds(person)
        ]
        others = [] if isinstance(person, PatientActor) else accounts.list_clinics(door, person)
    return render_template(
        "me.html",
        shares=shares,
        devices=devices,
        wishes=wishes,
        email=email,
        clinics=others,
        zone=zone(),
    )


def mail_kinds(person: Actor) -> list[tuple[UUID, str, MailKind]]:
    """The digests that a person may get: (clinic, its name, kind)."""
    if isinstance(person, PatientActor):
        return [(own.clinic_id, own.clinic_name, MailKind.WEEKLY) for own in person.records]
    return [(person.clinic_id, person.clinic_name, MailKind.DAILY)]


@pages.post("/me/sharing")
@for_patients
def change_sharing() -> Response:
    """Withdraw a consent, or give it again."""
    clinic_id = posted_id("clinic_id")
    with writing() as scope:
        if request.form.get("share") == "on":
            sharing.give_again(scope, clinic_id, now())
            flash(_("Your clinic can see your log again."), "done")
        else:
            sharing.withdraw(scope, clinic_id, now())
            flash(_("Your clinic no longer sees what you log."), "done")
    return back_to_me()


@pages.post("/me/email")
@for_patients
def change_email() -> Response:
    """Set or clear the address that mails go to."""
    form = AddressForm(request.form)
    if not form.validate():
        flash(text_of("email"), "error")
        return back_to_me()
    person = actor()
    if isinstance(person, PatientActor):
        with hub().database.door(writes=True) as door:
            accounts.set_email(door, person, form.email.data or "")
        flash(_("Your address is changed."), "done")
    return back_to_me()


@pages.post("/me/mail")
@for_members
def change_mail() -> Response:
    """Turn a digest on or off."""
    clinic_id = posted_id("clinic_id")
    person = actor()
    for own_id, _name, kind in mail_kinds(person):
        if own_id == clinic_id:
            with hub().database.door(writes=True) as door:
                outreach.set_wish(
                    door,
                    (clinic_id, person.person_id, kind),
                    now(),
                    is_on=request.form.get("mail") == "on",
                )
            flash(_("Saved."), "done")
            return back_to_me()
    raise NotFound("mail")


@pages.post("/me/devices/end")
@for_members
def end_device() -> Response:
    """Sign another of one's own devices out."""
    with hub().database.door(writes=True) as door:
        accounts.end_session(door, actor(), posted_id("session_id"), now())
    flash(_("That device is signed out."), "done")
    return back_to_me()


@pages.get("/me/export.json")
@for_patients
def export_json() -> Response:
    """Everything that is held of the patient."""
    with reading() as scope:
        text = sharing.as_json(sharing.everything(scope, now()))
    return as_file(text, "application/json", "aftercare.json")


@pages.get("/me/export.csv")
@for_patients
def export_csv() -> Response:
    """The days as a table."""
    with reading() as scope:
        rows = sharing.days_table(sharing.everything(scope, now()))
    return as_file(write_csv(rows), "text/csv", "aftercare-days.csv")


def write_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as CSV; a cell that a spreadsheet would run is written as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    if rows:
        writer.writerow(rows[0].keys())
    for row in rows:
        writer.writerow([_cell(value) for value in row.values()])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return value


def as_file(text: str, kind: str, name: str) -> Response:
    """An answer that the browser saves."""
    answer = make_response(text)
    answer.headers["Content-Type"] = f"{kind}; charset=utf-8"
    answer.headers["Content-Disposition"] = f"attachment; filename={json.dumps(name)}"
    return answer


def posted_id(name: str) -> UUID:
    """An id in a form; anything that is none is nobody's."""
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        abort(404)


def back_to_me() -> Response:
    """Back to one's own settings."""
    return make_response(redirect(url_for("patient.show_me"), 303))
