"""The caseload's small line: what stands where, and that nothing in it can do harm."""

from __future__ import annotations

import re
from time import perf_counter
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.formats.spark import HEIGHT, SESSION_MARK, STEP, small_line

HOSTILE = "</text><script>alert(1)</script>&\"'\x00\x1b"
DAYS = 43

ratings = st.lists(st.none() | st.integers(0, 10), max_size=DAYS)


def drawn(values, sessions=(), **more):
    return ET.fromstring(small_line(values, sessions, days=DAYS, label="pain", **more))


def by_class(root, name):
    return [one for one in root.iter() if one.get("class") == name]


def points(root):
    """(x, y) of each day of the line, its relative steps added up, and how many runs it has."""
    found, runs, at = [], 0, (0, 0)
    for path in by_class(root, "pain-line"):
        for letter, x, y in re.findall(r"([Mml])(\d+) ?(-?\d+)", path.get("d")):
            at = (int(x), int(y)) if letter == "M" else (at[0] + int(x), at[1] + int(y))
            found.append(at)
            runs += letter in "Mm"
    return found, runs


@given(ratings)
def test_each_logged_day_stands_at_its_place_and_height(values):
    found, _runs = points(drawn(values))
    logged = [(place, value) for place, value in enumerate(values) if value is not None]
    assert [x for x, _y in found] == [4 + STEP * place for place, _value in logged]
    assert [y for _x, y in found] == [46 - 4 * value for _place, value in logged]


@given(ratings)
def test_a_gap_breaks_the_line_and_a_lonely_day_is_a_dot(values):
    root = drawn(values)
    runs = sum(
        value is not None and (place == 0 or values[place - 1] is None)
        for place, value in enumerate(values)
    )
    assert points(root)[1] == runs
    if runs:
        # A stroke of no length: with round ends it is seen.
        assert by_class(root, "pain-line")[0].get("d").count("h0") == runs


def test_a_dot_stands_on_the_last_entry():
    root = drawn([3, 4, None, 5, 10, None])
    dot = by_class(root, "newest")[0]
    assert (int(dot.get("cx")), int(dot.get("cy"))) == points(root)[0][-1]


def test_the_scale_takes_the_whole_height():
    (_, low), (_, high) = points(drawn([0, 10]))[0]
    assert low - high >= 0.8 * HEIGHT


def test_sessions_are_placed_by_reference_with_their_three_days():
    root = drawn([4] * 20, [0, 14])
    uses = [one.get("x") for one in root.iter() if one.tag.endswith("use")]
    assert uses == [None, str(14 * STEP)]
    assert f"h{3 * STEP}" in SESSION_MARK
    assert 'id="needled"' in SESSION_MARK


@pytest.mark.parametrize("values", [[], [None] * DAYS, [5]])
@pytest.mark.parametrize("sessions", [[], [0], [DAYS - 1]])
def test_whatever_there_is_is_drawn(values, sessions):
    root = drawn(values, sessions, usual=3.5)
    assert root.get("aria-label") == "pain"
    assert by_class(root, "usual")[0].get("d").startswith("M0 32h")


def test_nothing_that_the_policy_forbids():
    raw = small_line([1, None, 3], [1], days=DAYS, label=HOSTILE, usual=2)
    assert "<script" not in raw
    assert ET.fromstring(raw).get("aria-label") == HOSTILE.rstrip("\x00\x1b")
    for element in ET.fromstring(raw).iter():
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]


def test_a_small_line_is_small_and_quick():
    values = [4, None, 6, 7, 2, 3] * 7
    assert len(small_line(values, [14], days=DAYS, label="pain", usual=4)) < 600
    start = perf_counter()
    for _ in range(500):
        small_line(values, [14], days=DAYS, label="pain", usual=4)
    assert perf_counter() - start < 0.25  # 10 ms on a desk; a crowded test machine gets its share
