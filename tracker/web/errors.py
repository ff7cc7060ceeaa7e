"""One place where the tree of errors becomes answers."""

from __future__ import annotations

from flask import Flask, Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from tracker.domain.errors import Expired, Limited, NotFound, Unauthenticated
from tracker.services.faults import STORE_FAULTS
from tracker.web import access


def page(status: int, title: str, text: str, **more: object) -> Response:
    """A calm page that says what happened and where to go."""
    values = {"again": None, **more}
    answer = make_response(render_template("errors/error.html", title=title, text=text, **values))
    answer.status_code = status
    return answer


def not_found(_fault: Exception) -> Response:
    """The same page for what never was and for what is somebody else's."""
    return page(404, _("Not here"), _("This page does not exist, or it is not yours to see."))


def expired(_fault: Exception) -> Response:
    """A link that is used, old or unknown."""
    return page(
        410,
        _("This link no longer works"),
        _("It was used already, or its time is over. Ask your clinic for a new one."),
    )


def limited(fault: Limited) -> Response:
    """Too many tries."""
    minutes = max(1, round(fault.retry_after / 60))
    wait = ngettext(
        "Please wait %(num)d minute and try again.",
        "Please wait %(num)d minutes and try again.",
        minutes,
    )
    answer = page(429, _("Too many tries"), wait)
    answer.headers["Retry-After"] = str(fault.retry_after)
    return answer


def unauthenticated(_fault: Exception) -> Response:
    """Nobody is signed in."""
    return access.ask_to_sign_in()


def not_stored(_fault: Exception) -> Response:
    """The database said no (a full disk, a long queue): what was typed can be sent again."""
    fields = [
        (name, value)
        for name, values in request.form.lists()
        if name != "csrf_token"
        for value in values
    ]
    return page(
        503,
        _("Not saved"),
        _("Something on our side is in the way. What you entered is still here: try again."),
        again=fields if request.method == "POST" else None,
    )


def forged(_fault: Exception) -> Response:
    """A form without its proof: most often a page left open since another sign-in."""
    kept = access.hold_form() if request.method == "POST" and not access.find_actor() else None
    if kept is not None:
        return kept
    fields = [
        (name, value)
        for name, values in request.form.lists()
        if name not in {"csrf_token", "password", "old_password"}
        for value in values
    ]
    return page(
        400,
        _("This page was open for too long"),
        _("For your safety it was not sent. What you entered is still here: send it again."),
        again=fields,
    )


def plain(fault: HTTPException) -> Response:
    """Anything else that HTTP has a number for."""
    if fault.code == 404:
        return not_found(fault)
    titles = {
        405: _("That can't be done here"),
        413: _("That was too large"),
        500: _("Something went wrong"),
    }
    answer = page(
        fault.code or 500,
        titles.get(fault.code or 500, _("That did not work")),
        _("Please go back and try again."),
    )
    for name, value in fault.get_headers():
        if name in {"Allow", "Location"}:
            answer.headers[name] = value
    return answer


def init(app: Flask) -> None:
    """Map the tree."""
    app.register_error_handler(NotFound, not_found)
    app.register_error_handler(Expired, expired)
    app.register_error_handler(Limited, limited)
    app.register_error_handler(Unauthenticated, unauthenticated)
    app.register_error_handler(CSRFError, forged)
    app.register_error_handler(HTTPException, plain)
    for fault in STORE_FAULTS:
        app.register_error_handler(fault, not_stored)
