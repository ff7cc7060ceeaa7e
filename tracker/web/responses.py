"""What the answers of several rooms share: a form shown again, the way on, a QR code."""

from __future__ import annotations

from typing import Any

import segno
from flask import Response, make_response, redirect, url_for
from markupsafe import Markup


def again(body: str) -> Response:
    """A form with its faults."""
    answer = make_response(body)
    answer.status_code = 422
    return answer


def see_other(endpoint: str, **values: Any) -> Response:
    """On to a page after a change."""
    return make_response(redirect(url_for(endpoint, **values), 303))


def draw_qr(text: str) -> Markup:
    """A QR code as an SVG without a style of its own."""
    code = segno.make(text, error="m")
    drawn = code.svg_inline(scale=1, border=2, omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawn)  # noqa: S704 - drawn by segno from a link of our own
