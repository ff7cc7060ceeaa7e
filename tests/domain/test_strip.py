"""Strips: kept day by day or built at once, they say the same."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.strip import LARGEST, LENGTH, Strip, build

TODAY = date(2026, 11, 22)
offsets = st.integers(min_value=0, max_value=LENGTH + 40)
edits = st.lists(st.tuples(offsets, st.integers(0, 10)), max_size=60)


def day(back):
    return TODAY - timedelta(days=back)


@given(edits)
def test_days_set_in_any_order_read_as_the_last_said(order):
    strip = Strip()
    said = {}
    for back, value in order:
        strip = strip.with_value(day(back), value)
        said[back] = value
    newest = min(said, default=0)
    for back in range(newest + LENGTH):
        if back - newest < LENGTH:
            assert strip.value(day(back)) == said.get(back)


@given(st.dictionaries(offsets, st.integers(0, 10), max_size=60), st.randoms())
def test_built_at_once_or_one_by_one_it_shows_the_same_window(values, random):
    built = build({day(back): value for back, value in values.items()})
    strip = Strip()
    order = list(values.items())
    random.shuffle(order)
    for back, value in order:
        strip = strip.with_value(day(back), value)
    assert strip.window(TODAY, LENGTH) == built.window(TODAY, LENGTH)


@given(edits, st.integers(1, 40))
def test_a_day_later_the_window_has_moved_by_one(order, count):
    strip = build([(day(back), value) for back, value in dict(order).items()])
    tomorrow = TODAY + timedelta(days=1)
    assert strip.window(tomorrow, count + 1)[:-1] == strip.window(TODAY, count)


@given(edits, offsets)
def test_a_missing_day_changes_no_value(order, back):
    values = dict(order)
    strip = build([(day(at), value) for at, value in values.items()])
    if back in values:
        return
    again = strip.with_value(day(back), None)
    assert again.window(TODAY, LENGTH) == strip.window(TODAY, LENGTH)


def test_missing_is_never_zero():
    strip = build([(day(2), 0), (day(0), 5)])
    assert strip.window(TODAY, 4) == [None, 0, None, 5]
    assert list(strip.logged(TODAY)) == [(0, 5), (2, 0)]


def test_an_entry_dated_tomorrow_waits_until_then():
    strip = build([(day(0), 3), (TODAY + timedelta(days=1), 9)])
    assert strip.window(TODAY, 2) == [None, 3]
    assert strip.window(TODAY + timedelta(days=1), 2) == [3, 9]


@pytest.mark.parametrize("value", [-1, LARGEST + 1])
def test_values_off_the_strip_are_refused(value):
    with pytest.raises(ValueError):
        Strip().with_value(TODAY, value)
