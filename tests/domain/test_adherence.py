"""Adherence: due days alone, excused days in neither sum, missing told apart from not done."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.adherence import Entry, halves_done, measure, score_days
from tracker.domain.pause import Days
from tracker.domain.prescription import EVERY_DAY, FIVE_DAYS, Dose, Prescription

FIRST = date(2026, 3, 2)
"""A Monday."""

LAST = FIRST + timedelta(days=27)
LINES = [UUID(int=number) for number in (1, 2, 3)]


def on(offset: int) -> date:
    return FIRST + timedelta(days=offset)


def line(
    number: int = 0, days: int = EVERY_DAY, starts: int = 0, ends: int | None = None
) -> Prescription:
    last = None if ends is None else on(ends)
    return Prescription(LINES[number], "side-neck", "left", Dose(1, 3, 30, days), on(starts), last)


def entry(offset: int, halves: int = 2, number: int = 0, **more) -> Entry:
    return Entry(
        LINES[number], on(offset), halves, more.get("provenance", "ticked"), more.get("reason")
    )


@pytest.mark.parametrize(
    "outcome, sets_done, sets, halves",
    [("done", 1, 1, 2), ("done", 0, 2, 2), ("partly", 1, 2, 1), ("partly", 0, 1, 1), ("partly", 2, 2, 2),
     ("partly", 1, 3, 1), ("too_hard", 0, 2, 0), ("too_hard", 1, 2, 1), ("could_not", 0, 1, 0),
     ("too_hard", 3, 2, 2)],
)  # fmt: skip
def test_a_stretch_is_done_whole_half_or_not(outcome, sets_done, sets, halves):
    assert halves_done(outcome, sets_done, sets) == halves


def test_the_score_is_what_was_done_of_what_was_due():
    found = measure(
        [line(days=FIVE_DAYS)],
        [entry(0), entry(1, 1, reason="no_time"), entry(2, 0, reason="ill"), entry(3, provenance="timer"),
         entry(5)],
        [], FIRST, on(6),
    )  # fmt: skip
    assert (found.due, found.done, found.percent) == (5, 2.5, 50)
    assert (found.logged, found.not_done, found.not_logged) == (4, 1, 1)
    assert found.provenance == {"ticked": 2, "timer": 1}
    assert found.reasons == {"no_time": 1, "ill": 1}


def test_nothing_due_is_no_score_and_nothing_logged_is_zero():
    assert measure([], [], [], FIRST, LAST).percent is None
    assert measure([line()], [], [], FIRST, LAST).percent == 0
    paused = measure([line()], [entry(3)], [Days(FIRST, LAST)], FIRST, LAST)
    assert (paused.percent, paused.excused, paused.done) == (None, 28, 0)


def test_a_new_version_asks_for_each_day_once():
    lines = [line(0, ends=9), line(1, starts=10)]
    found = measure(lines, [entry(9), entry(10, number=1), entry(10)], [], FIRST, LAST)
    assert (found.due, found.done) == (28, 2)


def test_the_window_is_four_weeks_up_to_yesterday():
    first, last = score_days(on(28))
    assert (first, last) == (FIRST, LAST)


OFFSETS = st.integers(0, 27)
MASKS = st.integers(1, EVERY_DAY)
LOGS = st.dictionaries(st.tuples(st.integers(0, 2), OFFSETS), st.integers(0, 2), max_size=40)
PAUSES = st.lists(st.tuples(OFFSETS, st.integers(0, 9)), max_size=3)


def made(masks, logs, pauses):
    lines = [line(number, mask) for number, mask in enumerate(masks)]
    entries = [entry(offset, halves, number) for (number, offset), halves in logs.items()]
    return lines, entries, [Days(on(a), on(a + more)) for a, more in pauses]


@given(st.lists(MASKS, max_size=3), LOGS, PAUSES)
def test_it_never_exceeds_what_was_due_and_adds_up(masks, logs, pauses):
    lines, entries, excused = made(masks, logs, pauses)
    found = measure(lines, entries, excused, FIRST, LAST)
    assert 0 <= found.done <= found.due
    assert found.percent is None or 0 <= found.percent <= 100
    assert found.logged + found.not_logged == found.due
    assert sum(found.provenance.values()) == found.logged - found.not_done
    assert measure(lines, entries[::-1], excused[::-1], FIRST, LAST) == found


@given(st.lists(MASKS, max_size=3), LOGS, LOGS, PAUSES)
def test_what_is_logged_on_excused_days_changes_nothing(masks, logs, others, pauses):
    lines, entries, excused = made(masks, logs, pauses)
    off = {on(a + n) for a, more in pauses for n in range(more + 1)}
    kept = [one for one in entries if one.day not in off]
    added = [one for one in made(masks, others, [])[1] if one.day in off]
    assert measure(lines, kept + added, excused, FIRST, LAST) == measure(
        lines, kept, excused, FIRST, LAST
    )


@given(st.lists(MASKS, min_size=1, max_size=3), LOGS, PAUSES, st.randoms())
def test_excused_days_neither_break_nor_lengthen(masks, logs, pauses, random):
    """As if the programme had rested on those days: the rest of the window is judged alone."""
    lines, entries, excused = made(masks, logs, pauses)
    random.shuffle(entries)
    whole = measure(lines, entries, excused, FIRST, LAST)
    kept = [day for day in map(on, range(28)) if not any(day in pause for pause in excused)]
    parts = [measure(lines, entries, [], day, day) for day in kept]
    assert whole.due == sum(part.due for part in parts)
    assert whole.done == sum(part.done for part in parts)


@given(st.lists(MASKS, max_size=3), LOGS, PAUSES)
def test_an_entry_more_never_lowers_the_score(masks, logs, pauses):
    lines, entries, excused = made(masks, logs, pauses)
    before = measure(lines, entries, excused, FIRST, LAST)
    more = [*entries, Entry(uuid4(), FIRST, 2, "ticked")]
    assert measure(lines, more, excused, FIRST, LAST) == before
    if entries:
        assert measure(lines, entries[:-1], excused, FIRST, LAST).done <= before.done
