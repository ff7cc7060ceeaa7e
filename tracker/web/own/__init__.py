"""The patient's own pages: a room for each part, most of them on one blueprint."""

from tracker.web.own import (
    brief,
    day,
    me,
    measures,
    progress,
    safety,
    spells,
    stretches,
    waiting,
)
from tracker.web.own.parts import pages

__all__ = [
    "brief",
    "day",
    "me",
    "measures",
    "pages",
    "progress",
    "safety",
    "spells",
    "stretches",
    "waiting",
]
