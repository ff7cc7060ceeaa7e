"""The one place that knows everyone: it puts the floors together into an application."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from tracker.adapters.mail import FolderMailer, NoMailer, SmtpMailer
from tracker.config import Settings
from tracker.paths import TEMPLATES
from tracker.services.hub import Hub
from tracker.services.ports import Mailer
from tracker.services.secrets import Secrets
from tracker.store.engine import make_engine
from tracker.store.scope import Database
from tracker.web import (
    access,
    api,
    assets,
    auth,
    clinic,
    errors,
    figures,
    flags,
    headers,
    insight_words,
    ladder_words,
    language,
    letters,
    measure_words,
    needling_words,
    own,
    phone_words,
    physio,
    pwa,
    uploads,
    words,
)

FORM_MOST = 1024 * 1024
"""Bytes of the largest form: a day with a long note is a few kilobytes."""


def create_app(settings: Settings) -> Flask:
    """An application for these settings; nothing is read from elsewhere. Raises ConfigError."""
    app = Flask("tracker", template_folder=str(TEMPLATES), static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="aftercare",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Its time begins anew when the session is marked as seen, not at every request.
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=FORM_MOST,
        MAX_FORM_MEMORY_SIZE=FORM_MOST,
    )
    # A name that a template misspells is a fault, not an empty place.
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["aftercare"] = make_hub(settings)
    headers.refuse_foreign_forms(app)
    uploads.init(app)
    protect = CSRFProtect(app)
    access.init(app)
    language.init(app)
    words.init(app)
    needling_words.init(app)
    insight_words.init(app)
    measure_words.init(app)
    ladder_words.init(app)
    phone_words.init(app)
    flags.init(app)
    errors.init(app)
    _add_pages(app, settings)
    protect.exempt(auth.unsubscribe_now)
    # It looks for the proof itself: without it the advice is shown and nothing is kept.
    protect.exempt(own.safety.answer_safety)
    api.init(app, protect)
    assets.init(app)
    figures.init(app)
    headers.init(app, is_https=settings.is_https)
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count
        )
    return app


def _add_pages(app: Flask, settings: Settings) -> None:
    rooms = (auth, own, own.spells, own.brief, own.measures, physio, flags, clinic, pwa, api)
    for room in rooms:
        app.register_blueprint(room.pages)
    if settings.demo:
        from tracker.web import demo  # noqa: PLC0415 - outside the demo the buttons do not exist

        app.register_blueprint(demo.pages)


def make_hub(settings: Settings) -> Hub:
    """The database, secrets and post room of these settings."""
    engine = make_engine(settings.database_url, settings.database_key)
    return Hub(
        database=Database(engine),
        secrets=Secrets(settings),
        settings=settings,
        mailer=lambda: make_mailer(settings),
        render=letters.make_renderer(settings),
    )


def make_mailer(settings: Settings) -> Mailer:
    """SMTP where an address is set, else files where a folder is, else nothing is handed over."""
    if settings.smtp_url:
        return SmtpMailer(settings.smtp_url, settings.mail_from)
    if settings.mail_folder:
        return FolderMailer(settings.mail_folder, settings.mail_from)
    return NoMailer()
