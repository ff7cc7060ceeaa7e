"""One place where the tree of errors becomes answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    render_template,
    request,
)
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from tracker.domain.errors import Expired, Limited, NotFound, Unauthenticated
from tracker.services.faults import CLASH_FAULTS, STORE_FAULTS
from tracker.web import access

NEVER_ECHOED = frozenset({"csrf_token", "password", "old_password"})


def page(status: int, title: str, text: str, **more: object) -> Response:
    """A calm page that says what happened and where to go; a phone is told in JSON."""
    if request.path.startswith("/api/"):
        told = jsonify(error=f"{title}. {text}")
        told.status_code = status
        return told
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
    if request.path.startswith("/api/"):
        return page(401, _("Signed out"), _("Sign in again."))
    return access.ask_to_sign_in()


def _typed() -> list[tuple[str, str]]:
    """What a form said, to be said again; never a password, and the proof is made anew."""
    return [
        (name, value)
        for name, values in request.form.lists()
        if name not in NEVER_ECHOED
        for value in values
    ]


def not_stored(_fault: Exception, *, is_proven: bool = True) -> Response:
    """The database said no (a full disk, a long queue): what was typed can be sent again.

    A form that came without its proof gets none here either, and is judged when it comes again.
    """
    # Whoever is not known by now stays unknown: the database is not asked again for this page.
    g.is_store_away = True
    title = _("Not saved")
    if request.method != "POST" or not (is_proven or request.form.get("bound")):
        return page(
            503, title, _("Something on our side is in the way. Please try again in a moment.")
        )
    return page(
        503,
        title,
        _("Something on our side is in the way. What you entered is still here: try again."),
        again=_typed(),
        is_proven=is_proven,
    )


def clashed(fault: Exception) -> Response:
    """Two changes at the same time, of which this one was kept out."""
    # The fault's own words hold what was typed: its kind and place have to do.
    current_app.logger.warning("A change clashed: %s at %s", type(fault).__name__, request.endpoint)
    return page(
        409,
        _("Changed at the same time"),
        _("This was changed at the same time, perhaps by a second tap. Look and try again."),
    )


def forged(_fault: Exception) -> Response:
    """A form without its proof: most often a page left open since another sign-in.

    It goes out as whoever is signed in now, so it is offered again only when it names that person.
    """
    try:
        found = access.find_actor()
        if found is not None and request.form.get("bound") and access.is_form_of(found):
            return page(
                400,
                _("This page was open for too long"),
                _(
                    "For your safety it was not sent."
                    " What you entered is still here: send it again."
                ),
                again=_typed(),
            )
        kept = access.hold_form()
    except STORE_FAULTS as away:
        return not_stored(away, is_proven=False)
    except Expired:
        # Its proof of whose it is was made up.
        found, kept = None, None
    if kept is not None and found is None:
        return kept
    answer = page(
        400,
        _("This page is from an earlier sign-in"),
        _("For your safety it was not sent. Open the page afresh and try again."),
    )
    if kept is not None:
        for cookie in kept.headers.getlist("Set-Cookie"):
            answer.headers.add("Set-Cookie", cookie)
    return answer


def plain(fault: HTTPException) -> Response:
    """Anything else that HTTP has a number for."""
    if fault.code == 404:
        return not_found(fault)
    titles = {
        405: _("That can't be done here"),
        413: _("That was too large"),
        500: _("Something went wrong"),
    }
    texts = {413: _("A picture may have at most 5 MB. Please go back and choose a smaller one.")}
    answer = page(
        fault.code or 500,
        titles.get(fault.code or 500, _("That did not work")),
        texts.get(fault.code or 500, _("Please go back and try again.")),
    )
    for name, value in fault.get_headers():
        if name in {"Allow", "Location"}:
            answer.headers[name] = value
    return answer


def _calmly(handler: Callable[[Any], Response]) -> Callable[[Any], Response]:
    """A handler that has an answer also when the database goes away under it."""

    @wraps(handler)
    def answer(fault: Any) -> Response:
        try:
            return handler(fault)
        except STORE_FAULTS as away:
            return not_stored(away)

    return answer


def init(app: Flask) -> None:
    """Map the tree."""
    tree: list[tuple[type[Exception], Callable[[Any], Response]]] = [
        (NotFound, not_found),
        (Expired, expired),
        (Limited, limited),
        (Unauthenticated, unauthenticated),
        (CSRFError, forged),
        (HTTPException, plain),
        *((fault, not_stored) for fault in STORE_FAULTS),
        *((fault, clashed) for fault in CLASH_FAULTS),
    ]
    for fault, handler in tree:
        app.register_error_handler(fault, _calmly(handler))
