"""The drawings of the response view: what stands on them, and that hostile words stay words."""

# mypy: disable-error-code="arg-type"

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.curve import Sore, Visit, align
from tracker.formats.curve import CurveWords, curve_pair, curve_svg
from tracker.formats.scatter import ScatterWords, scatter_svg
from tracker.formats.svg import HEX

HOSTILE = "</text><script>alert(1)</script>&\"'\x00\x1b"
WORDS = CurveWords("Soreness", "By hours", "Soreness", "hours", "newest", "3 earlier", "usual")
DOTS = ScatterWords("Soreness by dose", "5 sessions", "insertions", "Soreness")
AT = datetime(2026, 3, 2, 10)


def visit(*ratings, day=0):
    return Visit(str(day), AT + timedelta(days=day), (), tuple(Sore(*one) for one in ratings))


EARLIER = [visit((0, v), (24, v - 1), (48, 0), day=d) for d, v in ((0, 4), (7, 5), (14, 6))]
NEWEST = visit((1, 7), (30, 3), day=21)


def classes(drawn):
    return [part.get("class") for part in ET.fromstring(drawn).iter() if part.get("class")]


def test_a_first_session_stands_alone():
    names = classes(curve_svg(align([NEWEST]), words=WORDS, uid="c"))
    assert "newest" in names
    assert "earlier" not in names
    assert "band" not in names


def test_later_ones_stand_over_the_band():
    drawn = curve_svg(align([*EARLIER, NEWEST]), words=WORDS, uid="c")
    names = classes(drawn)
    assert names.index("band") < names.index("earlier") < names.index("newest")
    assert "usual" in drawn


def test_paper_needs_no_page_around_it():
    drawn = curve_svg(align([*EARLIER, NEWEST]), words=WORDS, uid="c", palette=HEX)
    assert "var(" not in drawn
    assert "style=" not in drawn
    assert "var(" not in scatter_svg([(1, 2), (3, 4)], words=DOTS, uid="d", palette=HEX)


def test_hostile_words_stay_words():
    bad = replace(WORDS, title=HOSTILE, newest=HOSTILE, band=HOSTILE)
    ET.fromstring(curve_svg(align([*EARLIER, NEWEST]), words=bad, uid="c<"))
    ET.fromstring(scatter_svg([(1, 2)], words=ScatterWords(*[HOSTILE] * 4), uid="d"))


@pytest.mark.parametrize("count, has_line", [(1, False), (4, False), (5, True)])
def test_a_line_needs_five_points(count, has_line):
    points = [(float(x), x % 3 + 1.0) for x in range(count)]
    names = classes(scatter_svg(points, words=DOTS, uid="d"))
    assert names.count("point") == count
    assert ("trend" in names) == has_line


RATING = st.tuples(st.floats(0, 192), st.integers(0, 10))


@given(st.lists(RATING, min_size=1, max_size=8), st.lists(RATING, max_size=8))
def test_every_drawing_is_whole(newest, earlier):
    seen = align([visit(*earlier), *EARLIER, visit(*newest, day=30)])
    ET.fromstring(f"<div>{curve_pair(seen, words=WORDS, uid='c')}</div>")


@given(st.lists(st.tuples(st.floats(0, 90), st.floats(-10, 10)), min_size=1, max_size=9))
def test_every_dot_stands_inside(points):
    for part in ET.fromstring(scatter_svg(points, words=DOTS, uid="d")).iter():
        if part.get("class") == "point":
            assert 20 <= float(part.get("cx", "")) <= 232
            assert 20 <= float(part.get("cy", "")) <= 152
