"""The day's log: the form of `/today`, saving it, and what the phone has not sent yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from tracker.domain.access import PatientActor
from tracker.domain.days import is_zone, latest_day_anywhere, local_day
from tracker.domain.errors import Invalid
from tracker.domain.needling import SORENESS_ALWAYS_HOURS, SORENESS_LATEST_HOURS
from tracker.services import accounts, checkins, clinics, flares, held, measures, news, today
from tracker.services.daybook import Moment, Saved
from tracker.services.plan import read_plan
from tracker.web import access, dayform
from tracker.web.access import actor, for_patients, hub, now, reading, writing, zone
from tracker.web.language import day as long_day
from tracker.web.own.parts import EARLIEST, moment_of, not_yours, pages, told_of

STALE = "stale_day"
"""The fault of a page left open since another day; the form then asks which day it is about."""


@pages.get("/today")
@for_patients
def show_today() -> Response:
    """The day's check-in."""
    moment = moment_of(_asked_day(request.args.get("date")))
    with reading() as scope:
        plan = read_plan(scope)
        seen = today.see_day(scope, moment, plan)
        asked = flares.see_asked(scope, moment.today, plan.episodes)
        ask = measures.see_due(scope, moment, plan.episodes) if seen.is_today else None
        told = news.see_news(scope, now(), plan)
        form = dayform.from_day(seen)
        return _today_page(scope, seen, form, news_now=told, asked=asked, ask=ask)


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
            form = dayform.from_post(posted, lambda: today.see_day(scope, moment, read_plan(scope)))
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
        seen = today.see_day(scope, moment, read_plan(scope))
        sent = dayform.rekeyed(posted, seen)
        form = dayform.complete(dayform.from_post(sent, lambda: seen), seen)
        form.validate()
        form.take_errors(errors)
        dayform.surface(form, seen)
        return _today_page(scope, seen, form, 422, choose_day=choose_day)


def _asked_day(text: str | None) -> date:
    current = local_day(now(), zone())
    try:
        asked = date.fromisoformat(text or "")
    except ValueError:
        return current
    return min(max(asked, EARLIEST), current)


def _today_page(
    scope: Any,
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
        numbers, told = clinics.numbers_of(seen.clinics, now()), told_of(scope)
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


@pages.get("/unsent")
@for_patients
def show_unsent() -> str:
    """What this phone has not sent yet; the page's script fills it from the phone's own store."""
    return render_template("patient/unsent.html")
