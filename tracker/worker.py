"""The mail worker's loop: what is due, every few seconds, until somebody rings."""

from __future__ import annotations

import logging
import os
import select
import signal
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from tracker.services import outreach
from tracker.services.hub import Hub

MAIL_EVERY = 20
"""Seconds between two rounds; /readyz calls the worker dead after 90."""

STOPS = (signal.SIGTERM, signal.SIGINT)
_log = logging.getLogger("tracker.worker")


class Bell:
    """Rung once to stop; a signal handler may ring it, which a threading.Event does not allow."""

    def __init__(self) -> None:
        self._reads, self._writes = os.pipe()
        self.is_rung = False

    def ring(self, *_: object) -> None:
        """Ask to stop."""
        self.is_rung = True
        os.write(self._writes, b".")

    def wait(self, seconds: float) -> None:
        """Sleep until rung, or that long."""
        select.select([self._reads], [], [], seconds)

    def on_signals(self) -> None:
        """Ring at SIGTERM and SIGINT from now on."""
        for number in STOPS:
            signal.signal(number, self.ring)


def due_now(app: Flask, now: datetime | None = None) -> outreach.Counts:
    """Everything due at `now`, once; without a moment, by the wall clock as it goes on."""
    hub: Hub = app.extensions["aftercare"]
    clock = _wall_clock if now is None else None
    with app.app_context():
        return outreach.run_due(
            hub.database, hub.secrets, hub.mailer(), hub.render, now or _wall_clock(), clock
        )


def _wall_clock() -> datetime:
    return datetime.now(UTC)


def work(app: Flask, bell: Bell, *, parent: int | None = None) -> None:
    """Send what is due every 20 s until the bell rings or the parent process has gone."""
    while not _is_over(bell, parent):
        _round(app)
        end = time.monotonic() + MAIL_EVERY
        while time.monotonic() < end and not _is_over(bell, parent):
            bell.wait(1)


def _is_over(bell: Bell, parent: int | None) -> bool:
    return bell.is_rung or (parent is not None and os.getppid() != parent)


def _round(app: Flask) -> None:
    try:
        counts = due_now(app, None)
    except Exception as fault:  # noqa: BLE001 - the next round may do better than no worker at all
        # The fault's own words may hold an address or a name: its kind and place have to do.
        frame = traceback.extract_tb(fault.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        _log.error(
            "The round failed: %s at %s; next in %d s", type(fault).__name__, where, MAIL_EVERY
        )
        return
    if counts.sent or counts.failed or counts.dropped:
        _log.info(
            "Mail: %d sent, %d failed, %d dropped", counts.sent, counts.failed, counts.dropped
        )
