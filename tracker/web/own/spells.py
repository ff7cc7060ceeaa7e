"""The question on `/today` whether a day of more pain is a bad spell, and its answer."""

from __future__ import annotations

from flask import Blueprint, Response, flash, render_template, request
from flask_babel import gettext as _

from tracker.domain.days import local_day
from tracker.domain.flare import Reply
from tracker.services import flares, raising
from tracker.services.patients import own_episodes
from tracker.web.access import for_patients, now, reading, writing, zone
from tracker.web.asked import posted_id
from tracker.web.own.parts import told_of
from tracker.web.responses import see_other

pages = Blueprint("spells", __name__)


@pages.get("/today/spell")
@for_patients
def show_spell() -> str:
    """What is still asked, as the part of `/today` that a phone puts in after sending."""
    today = local_day(now(), zone())
    with reading() as scope:
        spells = flares.see_asked(scope, today, own_episodes(scope))
        return render_template("patient/_spell.html", spells=spells, today=today)


@pages.post("/today/spell")
@for_patients
def answer_spell() -> Response:
    """Whether it is a bad spell."""
    answer = request.form.get("answer", "")
    if answer not in set(Reply):
        flash(_("Choose Yes or No."), "error")
        return see_other("patient.show_today")
    with writing() as scope:
        raising.answer_flare(scope, posted_id("asked_id"), Reply(answer), now())
        is_told = told_of(scope) == "yes"
    if answer == Reply.NO:
        flash(_("Noted: just a bad day."), "done")
    elif is_told:
        flash(_("Noted as a bad spell. Your clinic sees it."), "done")
    else:
        flash(
            _("Noted as a bad spell. Your clinic does not see it: you don't share your log."),
            "done",
        )
    return see_other("patient.show_today")
