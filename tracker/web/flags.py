"""The page of flags: who needs an answer, and who has given one."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Flask, Response, flash, g, render_template, request
from flask_babel import gettext as _

from tracker.domain.access import StaffActor
from tracker.domain.errors import Invalid
from tracker.domain.safety import FLAG_NOTE_MAX
from tracker.services import flag_steps, flags
from tracker.services.faults import STORE_FAULTS
from tracker.web import access
from tracker.web.access import for_staff, now, reading, writing
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


def init(app: Flask) -> None:
    """Give the templates the menu's count."""
    app.jinja_env.globals["flags_waiting"] = waiting


@pages.get("/flags")
@for_staff
def show_flags() -> str:
    """What waits for somebody, the most pressing first, and what was answered."""
    with reading() as scope:
        seen = flags.see_flags(scope, now())
        return render_template("physio/flags.html", seen=seen, now=now(), note_max=FLAG_NOTE_MAX)


@pages.post("/flags/<uuid:flag_id>/acknowledge")
@for_staff
def acknowledge(flag_id: UUID) -> Response:
    """Take a flag on, with a note if there is one to make."""
    try:
        with writing() as scope:
            is_first = flag_steps.acknowledge(scope, flag_id, request.form.get("note", ""), now())
    except Invalid:
        flash(_("Not saved: the note is too long. Shorten it to 500 characters."), "error")
        return _back(flag_id)
    if is_first:
        flash(_("Acknowledged. You find it below, where you can undo it."), "done")
    else:
        flash(_("A colleague was quicker: see below who acknowledged it."), "info")
    return _back(flag_id)


@pages.post("/flags/<uuid:flag_id>/undo")
@for_staff
def undo(flag_id: UUID) -> Response:
    """Take an acknowledgement back."""
    with writing() as scope:
        flag_steps.undo(scope, flag_id, now())
    flash(_("It waits for somebody again."), "done")
    return _back(flag_id)


def _back(flag_id: UUID) -> Response:
    return see_other("flags.show_flags", _anchor=f"flag-{flag_id}", done=flag_id)
