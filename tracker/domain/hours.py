"""Opening hours: up to two spans a weekday, and whether a clinic is open at a local time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time
from itertools import pairwise

from tracker.domain.errors import Invalid

SPANS_MOST = 2
"""Spans a day: a morning and an afternoon."""

DAYS = 7

Span = tuple[time, time]
Week = Sequence[Sequence[Span]]
"""Monday first; each day's spans, which begin at their first minute and end before their last."""


def is_open(week: Week, local: datetime) -> bool | None:
    """Whether the clinic is open on its own wall clock; None where no hours are set."""
    if not any(week):
        return None
    clock = local.time()
    return any(start <= clock < end for start, end in week[local.weekday()])


def read_week(stored: Sequence[Sequence[Sequence[str]]] | None) -> list[list[Span]]:
    """The week as it is kept: [[["08:00", "12:00"], ...], ...]; seven empty days for none."""
    if not stored:
        return [[] for _ in range(DAYS)]
    return [[(_clock(start), _clock(end)) for start, end in day] for day in stored]


def plain_week(week: Week) -> list[list[list[str]]] | None:
    """The week as it is kept and as a phone reads it; None where no hours are set."""
    if not any(week):
        return None
    return [[[f"{start:%H:%M}", f"{end:%H:%M}"] for start, end in day] for day in week]


def make_week(typed: Sequence[Sequence[tuple[str, str]]]) -> list[list[Span]]:
    """A week from what was typed, two texts a span, both empty for none.

    Raises Invalid with a code for `open_spans`: a span that is half empty, ends before it begins or
    overlaps another one of its day.
    """
    week = []
    for day in typed:
        spans = sorted(_span(start.strip(), end.strip()) for start, end in day if start or end)
        if any(earlier[1] > later[0] for earlier, later in pairwise(spans)):
            raise Invalid({"open_spans": ["spans_overlap"]})
        week.append(spans)
    return week


def _span(start: str, end: str) -> Span:
    try:
        begins, ends = _clock(start), _clock(end)
    except ValueError:
        raise Invalid({"open_spans": ["span_half"]}) from None
    if begins >= ends:
        raise Invalid({"open_spans": ["span_order"]})
    return begins, ends


def _clock(text: str) -> time:
    if not re.fullmatch(r"[0-9]{1,2}:[0-9]{2}", text):
        raise ValueError(text)
    return time.fromisoformat(text.zfill(5))
