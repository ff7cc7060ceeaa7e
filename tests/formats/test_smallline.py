"""Small lines: the time line's days, gaps that stay gaps, nothing that rests on colour."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.timeline import NeedlingMark, Timeline
from tracker.formats.frame import NARROW, WIDE
from tracker.formats.smallline import LineWords, Mark, small_line_pair, small_line_svg
from tracker.formats.svg import HEX

START = date(2026, 3, 1)
LINE = Timeline(START, START + timedelta(days=41))
WORDS = LineWords("Weekly three", "7 on 1 Mar", "7", "0", "10", "1 Mar", "11 Apr")


def drawn(marks, *, line=LINE, words=WORDS, reach=13, scale=(0, 10), **more):
    return small_line_svg(line, marks, words=words, uid="u", scale=scale, reach=reach, **more)


def found(pattern, text):
    """What the pattern's one group holds; it has to be there."""
    match = re.search(pattern, text)
    assert match is not None, pattern
    return match[1]


def on(offset, value=5.0, before=None):
    return Mark(START + timedelta(days=offset), value, before)


def count(svg, name):
    return len(re.findall(f'class="{name}"', svg))


def path_of(svg, name):
    match = re.search(f'class="{name}" d="([^"]*)"', svg)
    return match[1] if match else ""


def test_neighbours_are_joined_and_a_missed_one_leaves_a_gap():
    svg = drawn([on(0), on(7), on(28), on(35)])
    assert count(svg, "value") == 4
    assert path_of(svg, "small-line").count("M") == 2
    assert path_of(drawn([on(0), on(28)]), "small-line") == ""


def test_before_and_after_are_two_dots_on_a_bar():
    svg = drawn([on(3, 70, 60)], scale=(0, 90))
    assert (count(svg, "before"), count(svg, "value"), count(svg, "before-after")) == (1, 1, 1)


def test_sessions_stand_where_they_stand_on_the_time_line():
    mark = NeedlingMark(datetime(2026, 3, 22, 12), "")
    line = Timeline(LINE.start, LINE.end, (), (mark,))
    x = float(found(r"M([\d.]+) ", path_of(drawn([], line=line, width=WIDE), "shaft")))
    assert abs(x - (26 + (WIDE - 30) * 21.5 / 42)) < 0.1


def test_values_outside_of_the_days_are_left_out():
    assert count(drawn([on(-1), on(5), on(60)]), "value") == 1


def test_hostile_words_stay_words():
    words = LineWords("<script>", "a&b\0", '"><b>', "0", "10", "<", ">")
    root = ET.fromstring(drawn([on(1)], words=words))
    assert "<script>" in "".join(root.itertext())
    assert not [one for one in root.iter() if one.tag.endswith("script")]


def test_a_long_title_makes_room_for_the_newest_value():
    title = "Carrying all of the shopping up four flights of stairs at once"
    words = LineWords(title, "", "10", "0", "10", "", "")
    svg = drawn([on(1)], words=words, width=NARROW)
    assert "…" in svg
    assert ">10</text>" in svg


def test_a_pair_has_ids_of_its_own_and_plain_colours_for_paper():
    pair = small_line_pair(LINE, [on(1)], words=WORDS, uid="s", scale=(0, 10), reach=13)
    ids = re.findall(r' id="([^"]+)"', pair)
    assert len(ids) == len(set(ids)) == 4
    assert "style" not in pair
    assert "var(" not in drawn([on(1)], palette=HEX)


@given(
    st.lists(st.tuples(st.integers(-5, 50), st.floats(-400, 400)), max_size=20),
    st.sampled_from((NARROW, WIDE)),
    st.sampled_from(((0, 10), (-3, 3), (90, 170))),
)
def test_everything_stays_inside_of_the_drawing(pairs, width, scale):
    marks = [on(offset, value) for offset, value in sorted(pairs)]
    svg = drawn(marks, width=width, scale=scale)
    ET.fromstring(svg)
    height = float(found(r'viewBox="0 0 \d+ ([\d.]+)"', svg))
    for x, y in re.findall(r'cx="([-\d.]+)" cy="([-\d.]+)"', svg):
        assert 0 <= float(x) <= width
        assert 0 <= float(y) <= height
