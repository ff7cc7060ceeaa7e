"""How large a request may be where a picture is sent, and by whom."""

from __future__ import annotations

from flask import Flask, request

from tracker.domain.access import StaffActor
from tracker.web.access import find_actor

UPLOAD_MOST = 8 * 1024 * 1024
"""Bytes of a form with a picture: above the picture's own limit, so that it is told in words."""

_WITH_PICTURE = frozenset({"physio.add_stretch", "physio.change_stretch"})


def init(app: Flask) -> None:
    """Let staff send a picture; registered before anything reads a form."""

    def widen() -> None:
        if request.endpoint in _WITH_PICTURE and isinstance(find_actor(), StaffActor):
            request.max_content_length = UPLOAD_MOST

    def put_away(_fault: BaseException | None) -> None:
        """A large picture lay in a temporary file."""
        if request.endpoint in _WITH_PICTURE:
            request.close()

    app.before_request(widen)
    app.teardown_request(put_away)
