"""Small lines: the time line's days, gaps that stay gaps, nothing that rests on colour."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.timeline import NeedlingMark, Timeline
from tracker.formats.smallline import DAY, LANE, Mark, small_line_svg
from tracker.formats.svg import HEX

START = date(2026, 3, 1)
LINE = Timeline(START, START + timedelta(days=41))


def drawn(marks, *, line=LINE, reach=13, scale=(0, 10), **more):
    return small_line_svg(line, marks, scale=scale, reach=reach, **more)


def on(offset, value=5.0, before=None):
    return Mark(START + timedelta(days=offset), value, before)


def path_of(svg, name):
    match = re.search(f'class="{name}" d="([^"]*)"', svg)
    return match[1] if match else ""


def places(svg, name):
    """Where a class's dots stand, or its lines begin."""
    return [
        (float(x), float(y)) for x, y in re.findall(r"M([-\d.]+) ([-\d.]+)", path_of(svg, name))
    ]


def test_neighbours_are_joined_and_a_missed_one_leaves_a_gap():
    svg = drawn([on(0), on(7), on(28), on(35)])
    assert len(places(svg, "value")) == 4
    assert path_of(svg, "joined").count("M") == 2
    assert path_of(drawn([on(0), on(28)]), "joined") == ""


def test_before_and_after_are_an_open_dot_and_a_full_one_on_a_bar():
    svg = drawn([on(3, 70, 60)], scale=(0, 100))
    assert places(svg, "before") == places(svg, "hole") == [(35, 16)]
    assert places(svg, "value") == [(35, 12)]
    assert path_of(svg, "before-after") == "M35 16V12"


def test_sessions_and_values_stand_where_they_stand_on_the_time_line():
    mark = NeedlingMark(datetime(2026, 3, 22, 6), "")
    line = Timeline(LINE.start, LINE.end, (), (mark,))
    svg = drawn([on(21)], line=line)
    assert f'viewBox="0 0 {line.length * DAY} ' in svg
    assert places(svg, "shaft")[0][0] == 21.25 * DAY
    assert places(svg, "value")[0][0] == line.noon(date(2026, 3, 22)) * DAY


def test_values_outside_of_the_days_are_left_out():
    assert len(places(drawn([on(-1), on(5), on(60)]), "value")) == 1


def test_a_scale_with_a_middle_shows_it():
    assert [up for _x, up in places(drawn([], scale=(-3, 3)), "grid")] == [0, LANE / 2]


def test_one_drawing_has_no_words_no_ids_and_no_style_of_its_own():
    svg = drawn([on(1), on(3, 4, 5)])
    assert [one.text for one in ET.fromstring(svg).iter() if one.text] == []
    assert " id=" not in svg
    assert "style" not in svg
    assert "var(" not in drawn([on(1)], palette=HEX)


@given(
    st.lists(st.tuples(st.integers(-5, 50), st.floats(-400, 400)), max_size=20),
    st.sampled_from(((0, 10), (-3, 3), (90, 170))),
)
def test_everything_stays_inside_of_the_drawing(pairs, scale):
    marks = [on(offset, value) for offset, value in sorted(pairs)]
    svg = drawn(marks, scale=scale)
    ET.fromstring(svg)
    for x, y in places(svg, "value"):
        assert 0 <= x <= LINE.length * DAY
        assert 0 <= y <= LANE
