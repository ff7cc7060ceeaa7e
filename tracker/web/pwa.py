"""What makes the pages an app, and what tells a host that it lives."""

from __future__ import annotations

import json

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from tracker.paths import STATIC
from tracker.services import health
from tracker.web.access import hub, now
from tracker.web.assets import bare

pages = Blueprint("pwa", __name__)

PRECACHED = ("css/app.css", "css/chart.css", "css/guide.css", "img/icons.svg", "img/favicon.svg",
             "img/body.svg")  # fmt: skip
"""What pages need to look like themselves without a network, besides every module of patients."""

OWN = ("/today", "/progress", "/stretches", "/stretches/", "/me", "/unsent")
"""Patients' pages that a phone keeps."""


def _static(name: str) -> str:
    return str(current_app.jinja_env.globals["static_url"](name))  # type: ignore[operator]


@pages.get("/manifest.webmanifest")
def manifest() -> Response:
    """The app's name, icons and shortcuts."""
    icons = [
        {"src": _static(f"img/{name}-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png",
         "purpose": purpose}
        for name, purpose in (("icon", "any"), ("maskable", "maskable"))
        for size in (192, 512)
    ]  # fmt: skip
    content = {
        "id": "/today",
        "name": "Aftercare",
        "short_name": "Aftercare",
        "description": _("Log pain, soreness and stretches between two needling sessions."),
        "start_url": "/today",
        "scope": "/",
        "display": "standalone",
        "background_color": "#faf8f4",
        "theme_color": "#0b6b6f",
        "icons": icons,
        "screenshots": [
            {
                "src": _static("img/screenshot-today.png"),
                "sizes": "780x1688",
                "type": "image/png",
                "form_factor": "narrow",
                "label": _("A day on the phone"),
            },
            {
                "src": _static("img/screenshot-patients.png"),
                "sizes": "1280x800",
                "type": "image/png",
                "form_factor": "wide",
                "label": _("The patients of a clinic"),
            },
        ],
        "lang": str(get_locale()),
        "shortcuts": [
            {"name": _("Log today"), "url": "/today"},
            {"name": _("Stretches"), "url": "/stretches"},
        ],
    }
    answer = make_response(json.dumps(content, ensure_ascii=False))
    answer.headers["Content-Type"] = "application/manifest+json; charset=utf-8"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@pages.get("/sw.js")
def worker() -> Response:
    """The service worker, with the version of everything that it keeps."""
    version = current_app.config["STATIC_VERSION"]
    base = _static("")
    keep = [
        url_for("pwa.offline"),
        url_for("pwa.locked"),
        *[f"{base}{name}" for name in PRECACHED],
        *[f"{base}js/{path.name}" for path in sorted((STATIC / "js").glob("*.js"))],
    ]
    source = render_template("sw.js", version=version, keep=keep, base=base, own=OWN)
    answer = make_response(bare(source))
    answer.headers["Content-Type"] = "text/javascript; charset=utf-8"
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Service-Worker-Allowed"] = "/"
    return answer


@pages.get("/offline")
def offline() -> Response:
    """What the worker shows without a network."""
    answer = make_response(render_template("offline.html"))
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@pages.get("/locked")
def locked() -> Response:
    """What the worker shows in a page's place until the phone's PIN is given."""
    answer = make_response(render_template("locked.html"))
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


@pages.get("/healthz")
def healthz() -> Response:
    """The process lives."""
    return jsonify(status="alive")


@pages.get("/readyz")
def readyz() -> Response:
    """The database answers and is migrated, the worker is alive."""
    state = health.check(hub().database, now())
    answer = jsonify(status="ready" if all(state.values()) else "not ready", **state)
    answer.status_code = 200 if all(state.values()) else 503
    return answer
