"""The application for any WSGI server, set up by TRACKER_* in the environment."""

import os

from tracker.app import create_app
from tracker.config import Settings
from tracker.domain.errors import ConfigError

try:
    application = create_app(Settings.from_environ(os.environ))
except ConfigError as fault:
    raise SystemExit(f"aftercare: {fault}") from None
