"""The page of flags: who needs an answer, what is done about it, and who has given one."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, Response, flash, g, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.domain.access import StaffActor
from tracker.domain.errors import Invalid
from tracker.domain.operation import read_id
from tracker.domain.safety import FLAG_NOTE_MAX, SNOOZES, Step
from tracker.services import flag_steps, flags
from tracker.services.faults import STORE_FAULTS
from tracker.web import access
from tracker.web.access import for_staff, now, reading, writing, zone
from tracker.web.asked import posted_id
from tracker.web.language import moment as moment_words
from tracker.web.responses import see_other

pages = Blueprint("flags", __name__)


def waiting() -> flags.Waiting:
    """How many flags of the clinic wait, for the menu of each staff page."""
    if "flags_waiting" not in g:
        g.flags_waiting = flags.Waiting(0, 0)
        try:
            if isinstance(access.find_actor(), StaffActor):
                with reading() as scope:
                    g.flags_waiting = flags.count_waiting(scope, now=now())
        except STORE_FAULTS:
            # The page that tells of the fault has the menu too.
            g.is_store_away = True
    found: flags.Waiting = g.flags_waiting
    return found


def tel(number: str) -> str:
    """A number as a link that dials it."""
    return "tel:" + "".join(sign for sign in number if sign.isdigit() or sign == "+")


def init(app: Flask) -> None:
    """Give the templates the menu's count, and what a flag can be answered with."""
    app.jinja_env.globals.update(
        flags_waiting=waiting,
        tel=tel,
        step_words=step_words,
        snooze_words=snooze_words,
        SNOOZES=SNOOZES,
    )


def snooze_words(days: int) -> str:
    """For how long a flag is put off: 1 day, 3 days, 1 week."""
    weeks, rest = divmod(days, 7)
    if weeks and not rest:
        return str(ngettext("%(num)d week", "%(num)d weeks", weeks))
    return str(ngettext("%(num)d day", "%(num)d days", days))


def step_words(done: flags.Done) -> str:
    """One step of a flag's history: who did what."""
    until = moment_words(done.until, zone()) if done.until else ""
    back = _("%(name)s put it back on the list", name=done.by)
    return {
        Step.ACKNOWLEDGED: _("%(name)s acknowledged it", name=done.by),
        Step.UNDONE: back,
        Step.REOPENED: back,
        Step.SNOOZED: _("%(name)s snoozed it until %(when)s", name=done.by, when=until),
        Step.WOKEN: _("%(name)s ended the snooze", name=done.by),
        Step.NOTED: _("%(name)s wrote", name=done.by),
        Step.HANDED: _("%(name)s handed it to %(other)s", name=done.by, other=done.to),
        Step.CLOSED: _("%(name)s closed it", name=done.by),
        Step.NUDGED: _("%(name)s sent a nudge", name=done.by),
    }[done.step]


@pages.get("/flags")
@for_staff
def show_flags() -> str:
    """What waits for somebody, the most pressing first, and what was answered."""
    with reading() as scope:
        seen = flags.see_flags(scope, now())
        load = flags.see_load(scope, now())
        return render_template(
            "physio/flags.html", seen=seen, load=load, now=now(), note_max=FLAG_NOTE_MAX
        )


# Answering. Each form is plain, and says where it stood and how many steps its page showed.


@pages.post("/flags/<uuid:flag_id>/acknowledge")
@for_staff
def acknowledge(flag_id: UUID) -> Response:
    """Take a flag on, with a note if there is one to make."""
    try:
        with writing() as scope:
            is_first = flag_steps.acknowledge(scope, flag_id, request.form.get("note", ""), now())
    except Invalid:
        return _too_long(flag_id)
    if is_first:
        flash(_("Acknowledged. You find it below, where you can undo it."), "done")
    else:
        flash(_("A colleague was quicker: see below who acknowledged it."), "info")
    return _back(flag_id)


@pages.post("/flags/<uuid:flag_id>/snooze")
@for_staff
def snooze(flag_id: UUID) -> Response:
    """Put an amber flag off."""
    days = request.form.get("days", type=int) or 0
    try:
        with writing() as scope:
            is_done = flag_steps.snooze(scope, flag_id, days, _seen(), now())
    except Invalid:
        flash(_("This can't be snoozed: it needs somebody now."), "error")
        return _back(flag_id)
    return _told(flag_id, _("Snoozed. It comes back by itself."), is_done=is_done)


@pages.post("/flags/<uuid:flag_id>/note")
@for_staff
def add_note(flag_id: UUID) -> Response:
    """Add a note."""
    try:
        with writing() as scope:
            is_done = flag_steps.add_note(scope, flag_id, request.form.get("note", ""), now())
    except Invalid:
        return _too_long(flag_id)
    if is_done:
        flash(_("The note is saved."), "done")
    else:
        flash(_("There was nothing new to save."), "info")
    return _back(flag_id)


@pages.post("/flags/<uuid:flag_id>/hand-over")
@for_staff
def hand_over(flag_id: UUID) -> Response:
    """Make it a colleague's."""
    to = posted_id("handed_to")
    with writing() as scope:
        is_done = flag_steps.hand_over(scope, flag_id, to, _seen(), now())
    return _told(flag_id, _("Handed over. It waits for your colleague now."), is_done=is_done)


@pages.post("/flags/<uuid:flag_id>/close")
@for_staff
def close(flag_id: UUID) -> Response:
    """Be done with it."""
    with writing() as scope:
        is_done = flag_steps.close(scope, flag_id, _seen(), now())
    return _told(flag_id, _("Closed. You find it below."), is_done=is_done)


@pages.post("/flags/<uuid:flag_id>/undo")
@for_staff
def undo(flag_id: UUID) -> Response:
    """Take an acknowledgement, a closing or a snooze back."""
    with writing() as scope:
        flag_steps.undo(scope, flag_id, now())
    flash(_("It waits for somebody again."), "done")
    return _back(flag_id)


def _seen() -> int:
    """How many steps the page showed; a form that does not say has seen none that there can be."""
    return request.form.get("seen", default=-1, type=int)


def _told(flag_id: UUID, words: str, *, is_done: bool) -> Response:
    if is_done:
        flash(words, "done")
    else:
        flash(
            _("This flag changed since you opened the page: see below. Nothing was done twice."),
            "info",
        )
    return _back(flag_id)


def _too_long(flag_id: UUID) -> Response:
    flash(_("Not saved: the note is too long. Shorten it to 500 characters."), "error")
    return _back(flag_id)


def _back(flag_id: UUID) -> Response:
    """Back to where the form stood: a patient's page, or the list."""
    record = read_id(request.form.get("record"))
    if record is not None:
        return see_other("physio.show_patient", patient_id=record)
    return see_other("flags.show_flags", _anchor=f"flag-{flag_id}", done=flag_id)
