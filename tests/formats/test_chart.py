"""The charts as a reader notices them: gaps, zeros, needling windows, hostile words, lonely ids."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.timeline import (
    NeedlingMark,
    Timeline,
    TimelineDay,
    logged_runs,
    range_start,
    stretch_share,
)
from tracker.formats.chart import (
    HEX,
    NARROW,
    SCREEN,
    WIDE,
    TimelineWords,
    timeline_pair,
    timeline_svg,
)
from tracker.formats.svg import shorten, text_width

SVG = "{http://www.w3.org/2000/svg}"
TODAY = date(2026, 11, 22)
HOSTILE = "</text><script>alert(1)</script>&\"'\x00\x1b"

WORDS = TimelineWords(
    title="Pain over four weeks",
    description="Pain, soreness and stretches, day by day.",
    pain="Pain",
    soreness="Soreness",
    stretches="Stretches",
    window="72 hours after needling",
    added_later="added later",
    done="done",
    partly="partly",
    not_done="not done",
    empty="Nothing logged yet",
    tick=lambda day: f"{day.day} {day:%b}",
    today="today",
)


def day(back, pain=None, soreness=None, done=0.0, due=0, *, backfilled=False):
    return TimelineDay(TODAY - timedelta(days=back), pain, soreness, done, due, backfilled)


def line_of(*days, length=28, marks=()):
    ordered = tuple(sorted(days, key=lambda d: d.day))
    return Timeline(TODAY - timedelta(days=length - 1), TODAY, ordered, tuple(marks))


def pains(*values, length=None):
    """A time line that ends today with these pains, None for a day without an entry."""
    last = len(values) - 1
    days = [day(last - i, pain) for i, pain in enumerate(values)]
    return line_of(*days, length=length or len(values))


def draw(timeline, *, words=WORDS, uid="c", **more):
    return ET.fromstring(timeline_svg(timeline, words=words, uid=uid, **more))


def wall(back, hour=9):
    """The patient's wall clock, some days ago."""
    return datetime.combine(TODAY - timedelta(days=back), time(hour))


def first(pattern, text):
    """The first group of a pattern, as a number."""
    found = re.search(pattern, text)
    assert found
    return float(found[1])


def by_class(root, name):
    return [element for element in root.iter() if element.get("class") == name]


def placed(root, name):
    """(x, y) of each vertex of a lane's lines of a class, in the drawing's own units."""
    found = []
    for lane in root.iter(f"{SVG}g"):
        at = re.findall(r"-?[\d.]+", lane.get("transform") or "")
        for path in by_class(lane, name):
            left, foot, wide, high = map(float, at)
            corners = re.findall(r"[ML]([\d.]+) ([\d.]+)", path.get("d"))
            found += [(left + float(x) * wide, foot + float(y) * high) for x, y in corners]
    return found


def pain_points(root):
    """(x, y) of each vertex of the pain line."""
    return placed(root, "pain-line")


def pain_runs(root):
    return "".join(path.get("d") for path in by_class(root, "pain-line")).count("M")


def floor_y(root):
    """Height of the lines at zero, the pain's first."""
    return first(r"M[\d.]+ ([\d.]+)", by_class(root, "floor")[0].get("d"))


def texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def test_a_missing_day_breaks_the_line():
    assert pain_runs(draw(pains(4, 5, 6, 5, 4))) == 1
    assert pain_runs(draw(pains(4, 5, None, 5, 4))) == 2
    assert pain_runs(draw(pains(4, None, 6, None, 4))) == 3


def test_zero_is_drawn_at_the_bottom_and_missing_is_not_drawn():
    root = draw(pains(0, None, 10))
    (_, zero), (_, ten) = pain_points(root)
    assert zero == floor_y(root)
    assert ten < zero


def test_days_stand_at_their_noon():
    root = draw(pains(1, 2, 3, 4))
    xs = [x for x, _ in pain_points(root)]
    per_day = (WIDE - 30) / 4
    assert xs == pytest.approx([26 + per_day * (n + 0.5) for n in range(4)], abs=0.06)


def test_lines_and_dots_stand_in_the_same_places():
    root = draw(pains(1, 2, None, 4))
    dots = [(float(one.get("cx")), float(one.get("cy"))) for one in by_class(root, "logged")]
    for vertex, dot in zip(pain_points(root), dots, strict=True):
        assert vertex == pytest.approx(dot, abs=0.06)


def test_both_drawings_of_a_pair_hold_the_same_lines():
    narrow, wide = ET.fromstring(timeline_pair(full(), words=WORDS, uid="p"))
    for name in ("pain-line", "soreness-line", "due", "done"):
        said = [[one.get("d") for one in by_class(root, name)] for root in (narrow, wide)]
        assert said[0] == said[1] != []


def test_a_lonely_day_is_a_dot_even_in_twelve_weeks():
    root = draw(line_of(day(40, 5), day(3, 4), day(2, 4), length=84))
    assert len(by_class(root, "logged")) == 1


def test_six_weeks_have_a_dot_a_day_and_twelve_have_not():
    assert len(by_class(draw(pains(*[4] * 42)), "logged")) == 42
    assert not by_class(draw(pains(*[4] * 43)), "logged")


@pytest.mark.parametrize("length", [14, 84])
def test_days_added_later_are_hollow(length):
    timeline = line_of(day(3, 4), day(2, 4, backfilled=True), day(1, 5), length=length)
    root = draw(timeline)
    (hollow,) = by_class(root, "hollow")
    assert hollow.get("fill") == SCREEN.sheet
    assert "added later" in texts(root)


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_window_is_three_days_wide_and_starts_at_the_needling_hour(width):
    needled = wall(12, 18)
    timeline = line_of(day(1, 4), marks=[NeedlingMark(needled, "neck")])
    root = draw(timeline, width=width)
    per_day = (width - 4 - 26) / 28
    x = 26 + per_day * ((needled.date() - timeline.start).days + 0.75)
    windows = by_class(root, "window")
    assert len(windows) == 2  # one each in the lanes of pain and soreness
    for window in windows:
        assert float(window.get("x")) == pytest.approx(x, abs=0.01)
        assert float(window.get("width")) == pytest.approx(3 * per_day, abs=0.01)
    (shaft,) = by_class(root, "shaft")
    assert shaft.get("d").startswith(f"M{x:.3f} ")


def test_a_window_that_began_before_the_range_is_cut_and_has_no_needle():
    before = wall(29, 0)
    root = draw(line_of(day(1, 4), marks=[NeedlingMark(before, "neck")]))
    per_day = (WIDE - 30) / 28
    assert float(by_class(root, "window")[0].get("width")) == pytest.approx(per_day, abs=0.01)
    assert not by_class(root, "mark")


def test_a_session_long_before_the_range_leaves_no_trace():
    long_ago = NeedlingMark(wall(300), "neck")
    assert timeline_svg(line_of(day(1, 4), marks=[long_ago]), words=WORDS, uid="c") == (
        timeline_svg(line_of(day(1, 4)), words=WORDS, uid="c")
    )


def test_soreness_of_the_needling_day_stands_after_the_needle():
    needled = wall(12, 18)
    timeline = line_of(day(12, 4, soreness=6), marks=[NeedlingMark(needled, "neck")])
    assert timeline.soreness_position(needled.date()) > timeline.position(needled)
    assert timeline.soreness_position(TODAY) == timeline.noon(TODAY)


def test_soreness_is_open_diamonds_below_the_pain():
    root = draw(line_of(day(2, 4, soreness=6), day(1, 4, soreness=0)))
    (diamonds,) = by_class(root, "soreness")
    assert diamonds.get("d").count("z") == 2
    assert diamonds.get("fill") == SCREEN.sheet
    ys = [float(y) for y in re.findall(r"M[\d.]+ ([\d.]+)", diamonds.get("d"))]
    assert min(ys) > floor_y(root)


def test_who_was_never_needled_reads_nothing_of_needles():
    shown = " ".join(texts(draw(line_of(day(1, 4)))))
    assert "Soreness" not in shown
    assert "needling" not in shown


def test_stretch_cells_tell_nothing_due_from_not_done_from_partly():
    root = draw(
        line_of(day(3, done=2, due=2), day(2, done=1, due=2), day(1, done=0, due=2), day(0))
    )
    assert by_class(root, "due")[0].get("d").count("z") == 3
    fills = re.findall(r"h[\d.]+v([\d.]+)", by_class(root, "done")[0].get("d"))
    assert [float(height) for height in fills] == [10, 5]


def test_hostile_words_stay_words():
    words = replace(
        WORDS,
        **dict.fromkeys(("title", "description", "pain", "soreness", "window", "today"), HOSTILE),
        tick=lambda _: HOSTILE,
    )
    mark = NeedlingMark(wall(12), HOSTILE)
    raw = timeline_svg(line_of(day(1, 4), marks=[mark]), words=words, uid='x"><b>')
    root = ET.fromstring(raw)
    assert "<script" not in raw
    assert not list(root.iter(f"{SVG}script"))
    assert HOSTILE.rstrip("\x00\x1b") in texts(root)


def full():
    """Twelve weeks with everything on them."""
    days = [
        day(back, None if back % 9 == 0 else back % 11, back % 5 if back % 28 < 4 else None,
            1.5, 3 if back % 7 > 1 else 0, backfilled=back % 13 == 0)
        for back in range(84)
    ]  # fmt: skip
    marks = [NeedlingMark(wall(2 + 28 * n, 14), f"muscle {n}, other") for n in range(3)]
    return line_of(*days, length=84, marks=marks)


@pytest.mark.parametrize("palette", [SCREEN, HEX])
def test_nothing_that_the_policy_forbids(palette):
    raw = timeline_svg(full(), words=WORDS, uid="c", palette=palette)
    for element in ET.fromstring(raw).iter():
        assert element.tag not in {f"{SVG}style", f"{SVG}script"}
        assert not [name for name in element.attrib if name == "style" or name.startswith("on")]


def test_the_hex_palette_holds_no_custom_property():
    assert "var(" not in timeline_svg(full(), words=WORDS, uid="c", palette=HEX)


def test_ids_are_unique_on_a_page_and_every_reference_leads_somewhere():
    page = ET.fromstring(
        "<div>"
        + "".join(timeline_pair(full(), words=WORDS, uid=f"p{n}") for n in range(3))
        + "</div>"
    )
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) == 6 * 3
    for element in page.iter():
        references = re.findall(r"url\(#([^)]+)\)", element.get("fill") or "")
        references += (element.get("aria-labelledby") or "").split()
        assert set(references) <= set(ids)


def test_the_pair_is_one_drawing_for_the_phone_and_one_for_the_desk():
    pair = ET.fromstring(timeline_pair(full(), words=WORDS, uid="p"))
    assert [svg.get("class") for svg in pair] == ["chart chart-narrow", "chart chart-wide"]


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize(
    "timeline",
    [
        line_of(),
        line_of(length=1),
        pains(None, None, None),
        line_of(day(0, 5), length=1),
        line_of(day(99, 5)),
        full(),
    ],
    ids=["empty", "one empty day", "all missing", "one day", "outside the range", "twelve weeks"],
)
def test_every_time_line_has_its_frame(timeline, width):
    root = draw(timeline, width=width)
    assert root.get("viewBox").startswith(f"0 0 {width} ")
    assert {"0", "2", "4", "6", "8", "10", "today"} <= set(texts(root))
    logged = sum(d.pain is not None for d in timeline.inside())
    assert len(pain_points(root)) == logged
    assert ("Nothing logged yet" in texts(root)) == (logged == 0)


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("length", [2, 7, 14, 42, 84])
def test_dates_under_the_axis_never_touch(width, length):
    root = draw(line_of(length=length), width=width)
    edges = []
    for element in root.iter(f"{SVG}text"):
        x, half = float(element.get("x")), text_width(element.text) / 2
        if re.fullmatch(r"\d+ \w+", element.text):
            edges.append((x - half, x + half))
        elif element.text == "today":
            edges.append((x - 2 * half, x))
    edges.sort()
    assert edges[0][0] >= 0
    assert all(right < left for (_, right), (left, _) in pairwise(edges))


@pytest.mark.parametrize("apart", [1, 2, 3, 7, 14, 30])
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_labels_above_the_needles_never_touch_and_stay_on_their_needle(width, apart):
    marks = [
        NeedlingMark(wall(1 + apart * n), "infraspinatus, left") for n in range(1 + 80 // apart)
    ]
    root = draw(line_of(day(1, 4), length=84, marks=marks), width=width)
    spans, needles = [], []
    for group in by_class(root, "mark"):
        needle = first(r"M([\d.]+)", group.find(f"{SVG}path").get("d"))
        needles.append(needle)
        for text in group.iter(f"{SVG}text"):
            middle, half = float(text.get("x")), text_width(text.text) / 2
            assert middle - half - 0.1 <= needle <= middle + half + 0.1
            assert middle - half + 0.1 >= 0
            assert middle + half - 0.1 <= width
            spans.append((middle - half, middle + half))
    assert len(needles) == len(marks)
    assert spans or apart < 7
    for left, right in spans:
        assert sum(left < needle < right for needle in needles) == 1
    assert all(right < left for (_, right), (left, _) in pairwise(spans))


def test_labels_are_cut_at_a_comma_or_not_at_all():
    label = "infraspinatus, upper trapezius"
    assert shorten(label, 1000) == label
    assert shorten(label, text_width(label) - 1) == "infraspinatus …"
    assert shorten(label, 20) == ""


ratings = st.lists(st.none() | st.integers(0, 10), min_size=1, max_size=90)


@settings(deadline=None)
@given(ratings)
def test_as_many_points_are_drawn_as_days_were_logged(values):
    root = draw(pains(*values))
    assert len(pain_points(root)) == sum(value is not None for value in values)


@settings(deadline=None)
@given(ratings)
def test_leaving_out_a_missing_day_changes_nothing(values):
    whole = pains(*values)
    known = replace(whole, days=tuple(d for d in whole.days if d.pain is not None))
    assert timeline_svg(whole, words=WORDS, uid="c") == timeline_svg(known, words=WORDS, uid="c")


def test_a_time_line_refuses_a_wrong_order():
    with pytest.raises(ValueError):
        Timeline(TODAY, TODAY - timedelta(days=1))
    with pytest.raises(ValueError):
        Timeline(TODAY, TODAY, (day(0), day(1)))
    with pytest.raises(ValueError):
        Timeline(TODAY, TODAY, (day(0), day(0)))


def test_runs_end_at_a_missing_day_whether_it_is_listed_or_not():
    days = [day(5, 1), day(4, 2), day(3), day(2, 3), day(0, 4)]
    runs = logged_runs(days, lambda d: d.pain)
    assert [[d.pain for d in run] for run in runs] == [[1, 2], [3], [4]]


@pytest.mark.parametrize(
    "done, due, share",
    [(0, 0, None), (1, 0, 1.0), (0, 2, 0.0), (0.5, 2, 0.25), (2, 2, 1.0), (5, 2, 1.0)],
)
def test_the_share_of_the_stretches(done, due, share):
    assert stretch_share(day(0, done=done, due=due)) == share


@pytest.mark.parametrize(
    "choice, last_session, opened_back, back",
    [
        ("2w", None, 200, 13),
        ("6w", None, 200, 41),
        ("12w", None, 200, 83),
        ("12w", None, 30, 30),
        ("session", 9, 200, 9),
        ("session", None, 200, 41),
        ("session", 9, 5, 5),
        ("session", 366, 4000, 366),
        ("session", 3000, 4000, 366),
        ("2w", None, -3, 0),
    ],
)
def test_where_a_range_starts(choice, last_session, opened_back, back):
    session_day = None if last_session is None else TODAY - timedelta(days=last_session)
    opened_on = TODAY - timedelta(days=opened_back)
    assert range_start(choice, TODAY, session_day, opened_on) == TODAY - timedelta(days=back)


def test_an_unknown_range_is_refused():
    with pytest.raises(ValueError):
        range_start("1y", TODAY, None, TODAY)
