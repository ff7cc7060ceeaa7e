"""Strips: built day by day in any order they equal what the days themselves say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.strip import LARGEST, LENGTH, Strip, build, oldest

DAY = date(2026, 3, 11)
OFFSETS = st.integers(-200, 200)
PAIRS = st.lists(st.tuples(OFFSETS, st.one_of(st.none(), st.integers(0, LARGEST))), max_size=60)


def on(offset):
    return DAY + timedelta(days=offset)


@given(PAIRS)
def test_any_order_gives_the_values_that_were_set_last(pairs):
    strip, known = Strip(), {}
    for offset, value in pairs:
        strip = strip.with_value(on(offset), value)
        known[on(offset)] = value
    if not known:
        assert strip == Strip()
        return
    end = max(known)
    assert strip.end == end
    for offset in range(max(-210, (end - DAY).days - 90), 211):
        day = on(offset)
        expected = known.get(day) if day >= oldest(end) else None
        assert strip.value(day) == expected


@given(st.dictionaries(OFFSETS, st.integers(0, LARGEST), min_size=1, max_size=60), st.randoms())
def test_kept_beside_each_write_it_equals_the_one_rebuilt(values, random):
    days = {on(offset): value for offset, value in values.items()}
    shuffled = list(days.items())
    random.shuffle(shuffled)
    kept = Strip()
    for day, value in shuffled:
        kept = kept.with_value(day, value)
    rebuilt = build(days)
    window = rebuilt.end
    assert window is not None
    assert kept.end == rebuilt.end
    assert kept.window(window, LENGTH) == rebuilt.window(window, LENGTH)
    assert list(kept.logged(window)) == list(rebuilt.logged(window))


@given(PAIRS, OFFSETS, st.integers(1, LENGTH))
def test_a_window_ends_today_whatever_day_that_is(pairs, offset, count):
    strip = Strip()
    for day, value in pairs:
        strip = strip.with_value(on(day), value)
    today = on(offset)
    window = strip.window(today, count)
    assert window == [strip.value(today - timedelta(days=count - 1 - i)) for i in range(count)]


@given(PAIRS, OFFSETS)
def test_logged_days_are_those_with_a_value(pairs, offset):
    strip = Strip()
    for day, value in pairs:
        strip = strip.with_value(on(day), value)
    today = on(offset)
    expected = [
        (ago, value)
        for ago in range(max(0, (today - strip.end).days if strip.end else 0) + LENGTH)
        if (value := strip.value(today - timedelta(days=ago))) is not None
    ]
    assert list(strip.logged(today)) == expected


@given(PAIRS, OFFSETS)
def test_a_missing_day_changes_no_value(pairs, offset):
    strip = Strip()
    for day, value in pairs:
        strip = strip.with_value(on(day), value)
    if strip.value(on(offset)) is not None:
        return
    after = strip.with_value(on(offset), None)
    end = after.end
    assert end is not None
    for back in range(LENGTH):
        day = end - timedelta(days=back)
        assert after.value(day) == strip.value(day)


def test_zero_is_a_value_and_a_gap_is_none():
    strip = build({DAY: 0, on(-2): 10})
    assert strip.window(DAY, 4) == [None, 10, None, 0]
    assert strip.text == "A.0"


@pytest.mark.parametrize("value", [-1, LARGEST + 1])
def test_a_value_off_the_scale_is_refused(value):
    with pytest.raises(ValueError, match="whole numbers"):
        Strip().with_value(DAY, value)


def test_it_keeps_twelve_weeks():
    strip = build({on(offset): 3 for offset in range(200)})
    assert len(strip.text) == LENGTH == 84
    assert strip.with_value(on(199 - LENGTH), 5) == strip
