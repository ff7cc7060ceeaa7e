"""What an application holds: its database, its secrets, its settings and its post room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tracker.config import Settings
from tracker.services.outreach import Renderer
from tracker.services.ports import Mailer
from tracker.services.secrets import Secrets
from tracker.store.scope import Database


@dataclass(frozen=True, slots=True)
class Hub:
    """Made once by `app.py`, reached by pages and commands."""

    database: Database
    secrets: Secrets
    settings: Settings
    mailer: Callable[[], Mailer]
    render: Renderer
