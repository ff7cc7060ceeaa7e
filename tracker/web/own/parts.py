"""What the patient's rooms share: the blueprint, the moment meant, whose page a form came from."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, url_for
from flask_babel import gettext as _

from tracker.services import sharing
from tracker.services.daybook import Moment
from tracker.web import access
from tracker.web.access import now, zone

pages = Blueprint("patient", __name__)

EARLIEST = date(1900, 1, 1)
"""Days before this one are a slip; at the calendar's very start zones have no day before."""


def moment_of(day: date) -> Moment:
    """A day, seen from the patient's clock now."""
    return Moment(day, zone(), now())


def told_of(scope: Any) -> str:
    """Whether any clinic hears of what a patient reports: yes, or unshared."""
    return "yes" if any(share.is_on for share in sharing.see_shares(scope)) else "unshared"


def not_yours() -> Response:
    """A page of somebody else was left open on this phone: its entry waits for its own person."""
    kept = access.hold_form()
    flash(_("That page belonged to somebody else. Nothing was saved to your log."), "info")
    answer = make_response(redirect(url_for("patient.show_today"), 303))
    if kept is not None:
        for cookie in kept.headers.getlist("Set-Cookie"):
            answer.headers.add("Set-Cookie", cookie)
    return answer
