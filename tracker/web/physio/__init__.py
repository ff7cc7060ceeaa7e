"""The physio's pages: one blueprint, and a room for each part of the work."""

from tracker.web.physio import (
    brief,
    cases,
    library,
    phases,
    prescribing,
    records,
    sessions,
    waiting,
)
from tracker.web.physio.parts import pages

__all__ = [
    "brief",
    "cases",
    "library",
    "pages",
    "phases",
    "prescribing",
    "records",
    "sessions",
    "waiting",
]
