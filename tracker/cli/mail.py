"""`tracker worker` and `tracker run-due`: mail that falls due, over and over or once."""

from __future__ import annotations

import argparse
import json
import logging
from dataclasses import asdict

from flask import Flask

from tracker import worker as loop
from tracker.cli import parts
from tracker.config import Settings
from tracker.domain.errors import ConfigError
from tracker.services.hub import Hub
from tracker.store.engine import is_sqlite, sqlite_build


def worker(given: argparse.Namespace) -> int:
    """Send what is due every 20 s until SIGTERM or SIGINT."""
    _ = given
    parts.log_to_stderr(logging.INFO)
    app, settings = _app()
    if _is_alone(settings):
        raise ConfigError(
            f"SQLite {sqlite_build().text} must not be written by a second process;"
            " tracker serve works by itself there"
        )
    bell = loop.Bell()
    bell.on_signals()
    parts.say(f"The worker looks every {loop.MAIL_EVERY} s for mail that is due.")
    loop.work(app, bell)
    parts.say("The worker has stopped.")
    return 0


def run_due(given: argparse.Namespace) -> int:
    """Do everything due once and print the counts as one JSON line."""
    app, settings = _app()
    if _is_alone(settings):
        parts.warn(f"SQLite {sqlite_build().text}: see that nothing else writes meanwhile")
    counts = loop.due_now(app, given.now)
    parts.say(json.dumps(asdict(counts)))
    return 0


def _is_alone(settings: Settings) -> bool:
    return is_sqlite(settings.database_url) and not sqlite_build().is_wal_safe


def _app() -> tuple[Flask, Settings]:
    settings = parts.settings()
    parts.open_database(settings.database_url, settings.database_key).dispose()
    from tracker.app import create_app

    app = create_app(settings)
    hub: Hub = app.extensions["aftercare"]
    parts.check_current(hub.database.engine)
    return app, settings
