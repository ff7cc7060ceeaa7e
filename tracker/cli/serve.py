"""`tracker serve`: everything that one machine needs, until it is stopped."""

from __future__ import annotations

import argparse
import logging

from tracker import serving
from tracker.cli import parts
from tracker.services.hub import Hub


def serve(given: argparse.Namespace) -> int:
    """Upgrade the database, then serve the web with the mail worker beside it."""
    parts.log_to_stderr(logging.INFO)
    settings = parts.settings()
    from tracker.app import create_app

    listener = serving.bind(given.host, given.port)
    parts.open_database(settings.database_url, settings.database_key).dispose()
    app = create_app(settings)
    hub: Hub = app.extensions["aftercare"]
    parts.say(parts.upgrade(hub.database.engine))
    # Closing the last connection writes a new file's first page, which says if it is encrypted.
    serving.let_go(app)
    parts.say(parts.describe(settings.database_url))
    plan = serving.plan_for(settings.database_url, given.workers, given.threads)
    host, port = listener.getsockname()[:2]
    shape = f"{plan.workers} x {plan.threads} threads and the mail worker"

    def ready() -> None:
        parts.say(f"Serving {settings.base_url} on {host}:{port} with {shape}.")

    serving.serve(app, listener, plan, loglevel="warning", on_ready=ready)
