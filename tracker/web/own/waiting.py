"""Forms whose session had ended: after signing in they are saved, each on its day."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, flash
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from tracker.domain.access import PatientActor
from tracker.domain.errors import NotFound
from tracker.web import access
from tracker.web.own.day import save_day
from tracker.web.own.measures import save_asked, save_posted

_SAVES: dict[str, Callable[[MultiDict[str, str]], Response]] = {
    "/today": save_day,
    "/progress/measure": save_posted,
    "/progress/question": save_asked,
}
"""What saves a form that waited, by the form's address."""


def resume_held() -> Response | None:
    """After signing in: save each entry that waited, on the day that it was meant for."""
    answer = None
    for waiting in access.find_held():
        if waiting.path not in _SAVES:
            continue
        if not isinstance(access.find_actor(), PatientActor):
            continue
        try:
            # It was sent in time and only waited: which day it is about is not in question.
            sent = [(name, value) for name, value in waiting.fields if name != "was_today"]
            answer = _SAVES[waiting.path](MultiDict(sent))
        except NotFound:
            # Signed in by another clinic's code: it goes on waiting for its own.
            flash(_("An entry that waited for you no longer fits what is open now."), "error")
            continue
        access.let_held_go(waiting)
    return answer
