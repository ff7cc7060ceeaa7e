"""The physio's pages: one blueprint, and a room for each part of the work."""

from tracker.web.physio import (
    brief,
    cases,
    contact,
    library,
    measures,
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
    "contact",
    "library",
    "measures",
    "pages",
    "phases",
    "prescribing",
    "records",
    "sessions",
    "waiting",
]
