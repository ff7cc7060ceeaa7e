"""The demo's sign-in buttons: there only in the demo, and only for this machine."""

from __future__ import annotations

from ipaddress import ip_address

from flask import Blueprint, Response, abort, request

from tracker.services import demo
from tracker.web import access
from tracker.web.access import hub, now
from tracker.web.auth import go_home

pages = Blueprint("demo", __name__)


@pages.post("/demo/sign-in")
def sign_in() -> Response:
    """Sign one of the cast in."""
    if not ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 - compared only
        abort(404)
    with hub().database.door(writes=True) as door:
        signed_in = demo.sign_in(
            door, hub().secrets, request.form.get("email", ""), now(), device=access.device_name()
        )
    access.enter(signed_in)
    return go_home()
