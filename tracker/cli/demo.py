"""`tracker demo`: a fresh clinic full of made-up people, served on this machine alone."""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import secrets
import shutil
import socket
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from tracker.cli import parts
from tracker.config import Settings
from tracker.services import demo as cast

HOST = "127.0.0.1"
FOLDER = Path("instance") / "demo"

_locks: list[int] = []
"""Held until the program ends, by its children too."""


def demo(given: argparse.Namespace) -> int:
    """Make the demo's database and, unless told otherwise, serve it."""
    os.umask(parts.PRIVATE)
    if given.no_serve:
        _, url = _place(given.database)
        _fill(given, url)
        _leave_folder()
        parts.say(f"The demo's database: {make_url(url).render_as_string()}")
        return 0
    from tracker import serving

    # Before anything is deleted: who finds the port taken leaves the demo there as it is.
    listener = serving.bind(HOST, given.port)
    folder, url = _place(given.database)
    _fill(given, url)
    _serve(listener, folder, url)
    return 0


def _serve(listener: socket.socket, folder: Path, url: str) -> None:
    from tracker import serving
    from tracker.app import create_app

    parts.log_to_stderr(logging.WARNING)
    address = f"http://{HOST}:{listener.getsockname()[1]}"
    mails = folder / "mail"
    shutil.rmtree(mails, ignore_errors=True)
    settings = Settings(
        database_url=url,
        secret_key=secrets.token_urlsafe(48),
        base_url=address,
        mail_from="Aftercare demo <aftercare@demo.example>",
        mail_folder=mails,
        demo=True,
    )
    app = create_app(settings)
    plan = serving.plan_for(url, workers=2, threads=4)

    def ready() -> None:
        parts.say(_greeting(address, mails))

    serving.serve(app, listener, plan, loglevel="warning", on_ready=ready)


def _greeting(address: str, mails: Path) -> str:
    who = [
        f"    {member.name:<15}{member.role.value} at {member.clinic_name}" for member in cast.CAST
    ]
    return "\n".join(
        [
            "",
            f"  The demo is ready: {address}",
            "",
            "  Its sign-in page has a button for each of them:",
            *who,
            "",
            f"  Mail is kept as files in {mails}",
            "  Everybody in it is made up. Stop it with Ctrl-C.",
        ]
    )


# Its database.


def _place(url: str | None) -> tuple[Path, str]:
    """A folder for this run alone, and the database's address: the one given, else a new file."""
    folder = _claim_folder()
    if url is not None:
        return folder, url
    file = folder / "clinic.db"
    for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
        (folder / name).unlink(missing_ok=True)
    return folder, f"sqlite:///{file}"


def _claim_folder() -> Path:
    """`instance/demo` here, else a temporary folder: read-only, or another demo runs there."""
    folder = FOLDER.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="aftercare-demo-"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return Path(tempfile.mkdtemp(prefix="aftercare-demo-"))
    _locks.append(lock)
    return folder


def _leave_folder() -> None:
    while _locks:
        os.close(_locks.pop())


def _fill(given: argparse.Namespace, url: str) -> None:
    started = time.perf_counter()
    database = parts.open_database(url)
    try:
        cast.check_overwritable(database)
        words = f"{given.patients} patients, {given.days} days"
        parts.say(f"Making a demo clinic: {words} ...", end=" ")
        parts.upgrade(database.engine)
        filled = cast.fill(
            database,
            datetime.now(UTC),
            seed=cast.SEED if given.seed is None else given.seed,
            patients=given.patients,
            days=given.days,
        )
    finally:
        database.dispose()
    parts.say(f"{filled.rows:,} rows in {time.perf_counter() - started:.1f} s.")
