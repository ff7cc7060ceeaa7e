"""Forms whose session had ended: after signing in they are shown again, not saved yet."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, current_app, flash, make_response, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from tracker.domain.access import StaffActor
from tracker.domain.errors import NotFound
from tracker.services import held
from tracker.web.access import find_actor
from tracker.web.physio.library import reopen_new_stretch, reopen_stretch
from tracker.web.physio.prescribing import reopen_programme
from tracker.web.physio.records import reopen_episode, reopen_patient
from tracker.web.physio.sessions import reopen_session

_REOPEN: dict[str, Callable[..., str]] = {
    "physio.add_patient": reopen_patient,
    "physio.add_episode": reopen_episode,
    "physio.record_session": reopen_session,
    "physio.change_programme": reopen_programme,
    "physio.add_stretch": reopen_new_stretch,
    "physio.change_stretch": reopen_stretch,
}
"""The forms that are kept, by what they post to."""


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
