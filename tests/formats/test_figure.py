"""The stretch figures: whole bones, hands that reach what they hold, small and well-formed files."""

from __future__ import annotations

import gzip
import io
import re
from functools import cache
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from fpdf import FPDF
from fpdf.svg import SVGObject

from tracker.domain import catalog
from tracker.formats import figure
from tracker.formats.body import BONES, SIDES, Body, blend
from tracker.formats.outline import hull, polygon, smooth, within
from tracker.formats.space import minus, size

MOST_PACKED = 4000
SVG = "{http://www.w3.org/2000/svg}"
ALL = list(catalog.stretches())
ENDS = {"hand": "wrist", "foot": "ankle"}


@cache
def drawn(stretch_id: str) -> figure.Figure:
    data = catalog.figures()
    return figure.Figure(data["figures"][stretch_id], data["bases"], data["areas"])


def points(path: str) -> list[tuple[float, float]]:
    """Where a path goes: M and L are absolute here, q and t relative."""
    found, x, y = [], 0.0, 0.0
    for command, numbers in re.findall(r"([MLQqt])([^MLQqtz]*)", path):
        values = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", numbers)]
        pairs = list(zip(values[::2], values[1::2], strict=True))
        for index, (dx, dy) in enumerate(pairs):
            if command in "MLQ":
                x, y = dx, dy
            elif command == "t" or index % 2:
                x, y = x + dx, y + dy
            else:
                continue
            found.append((x, y))
    return found


def test_every_stretch_has_a_figure_and_no_figure_is_left_over():
    assert set(catalog.figures()["figures"]) == set(ALL)


@pytest.mark.parametrize("stretch_id", ALL)
def test_a_figure_weighs_little_and_is_well_formed(stretch_id):
    for text in (figure.moving(drawn(stretch_id)), figure.still(drawn(stretch_id))):
        assert len(gzip.compress(text.encode(), 9)) <= MOST_PACKED
        root = ET.fromstring(text)
        assert root.tag == f"{SVG}svg"
        assert not re.search(r"<script|\son\w+=|href|url\(", text)


@pytest.mark.parametrize("stretch_id", ALL)
def test_only_the_moving_one_moves(stretch_id):
    moves = ET.fromstring(figure.moving(drawn(stretch_id))).iter(f"{SVG}animate")
    times = [move.get("keyTimes", "").split(";") for move in moves]
    assert times
    for keys in times:
        assert (float(keys[0]), float(keys[-1])) == (0, 1)
        assert all(float(one) <= float(other) for one, other in pairwise(keys))
    for still in (figure.still(drawn(stretch_id)), figure.strip(drawn(stretch_id))):
        assert not list(ET.fromstring(still).iter(f"{SVG}animate"))
        assert "animation" not in still


@pytest.mark.parametrize("stretch_id", ALL)
def test_a_moving_part_keeps_its_commands_so_that_it_can_move(stretch_id):
    """An engine moves a path only between data of the same commands, as many times and values."""
    for move in ET.fromstring(figure.moving(drawn(stretch_id))).iter(f"{SVG}animate"):
        values = move.get("values", "").split(";")
        assert len(values) == len(move.get("keyTimes", "").split(";"))
        if move.get("attributeName") == "d":
            shapes = {re.sub(r"-?\d+", "0", value).replace("0 0", "00") for value in values}
            assert len({shape.replace(" ", "") for shape in shapes}) == 1


@pytest.mark.parametrize("stretch_id", ALL)
def test_no_bone_is_ever_longer_or_shorter(stretch_id):
    for body in drawn(stretch_id).bodies:
        for start, end, length in BONES.values():
            for side in SIDES:
                bone = minus(body.joints[end + side], body.joints[start + side])
                assert size(bone) == pytest.approx(length, abs=0.01)


@pytest.mark.parametrize("stretch_id", ALL)
def test_hands_and_feet_are_where_they_are_said_to_be(stretch_id):
    """What reaches for a direction (from its own shoulder or hip) may fall short of it."""
    seen = drawn(stretch_id)
    for number, key in enumerate(seen.keys):
        body = seen.bodies[seen.frame_of(number)]
        for end, joint in ENDS.items():
            for side in SIDES:
                target = key.get(f"{end}{side}")
                is_direction = isinstance(target, dict) and target["at"].startswith(
                    ("shoulder", "hip")
                )
                if target is None or is_direction:
                    continue
                gap = size(minus(body.joints[f"{joint}{side}"], body.place(target)))
                assert gap < 1.5, (end, side, number)


@pytest.mark.parametrize("stretch_id", ALL)
def test_what_stands_on_one_place_stays_there_on_the_way(stretch_id):
    seen = drawn(stretch_id)
    for end, joint in ENDS.items():
        for side in SIDES:
            targets = [key.get(f"{end}{side}") for key in seen.keys]
            if not isinstance(targets[0], list) or targets != targets[:1] * len(targets):
                continue
            for body in seen.bodies:
                gap = size(minus(body.joints[f"{joint}{side}"], tuple(targets[0])))
                assert gap < 1.5, (end, side)


@pytest.mark.parametrize("stretch_id", ALL)
def test_nobody_sinks_into_the_floor_or_bends_a_knee_backwards(stretch_id):
    for body in drawn(stretch_id).bodies:
        assert min(place[1] for place in body.joints.values()) > -1.0
        for side in SIDES:
            thigh, shin = body.frames[f"thigh{side}"], body.frames[f"shin{side}"]
            # The shin folds behind the thigh, never before it.
            assert sum(a * b for a, b in zip(shin.u, thigh.f, strict=True)) < 0.05


@pytest.mark.parametrize("stretch_id", ALL)
def test_each_pose_is_inside_the_drawing(stretch_id):
    """Where the window is set by hand, what counts is: the head or the hands, and what is lit."""
    seen = drawn(stretch_id)
    is_near = "window" in catalog.figures()["figures"][stretch_id]
    for shape in seen.shapes:
        if not (shape.ink == "lit" or (shape.is_body and not is_near)):
            continue
        for data in shape.data:
            for x, y in points(data):
                assert -1 <= x <= figure.WIDTH + 1
                assert -1 <= y <= figure.HEIGHT + 1


@pytest.mark.parametrize("stretch_id", ALL)
def test_what_is_stretched_is_lit_unless_nothing_is_named(stretch_id):
    assert any(shape.ink == "lit" for shape in drawn(stretch_id).shapes)


def test_a_one_sided_figure_is_lit_on_the_right():
    """Seen from the front, that is on the left of the drawing; the page mirrors it."""
    (lit,) = [shape for shape in drawn("side-neck").shapes if shape.ink == "lit"]
    assert max(x for x, _y in points(lit.data[0])) < figure.WIDTH / 2


def test_the_strip_is_plain_enough_for_paper():
    text = figure.strip(drawn("hamstring-strap"), figure.PAPER)
    assert "<style" not in text
    assert "class=" not in text
    assert "var(" not in text
    assert ET.fromstring(text).get("viewBox") == f"0 0 {2 * figure.WIDTH + 24} {figure.HEIGHT}"
    one = figure.strip(drawn("hamstring-strap"), keys=[1])
    assert ET.fromstring(one).get("viewBox") == f"0 0 {figure.WIDTH} {figure.HEIGHT}"
    left = figure.strip(drawn("hamstring-strap"), keys=[1], is_mirrored=True)
    assert left == one.replace("translate(0 0)", f"translate({figure.WIDTH} 0) scale(-1 1)")


@pytest.mark.parametrize("stretch_id", ALL)
def test_on_paper_nothing_lies_outside_its_own_frame(stretch_id):
    """Renderers of paper don't clip: what the window leaves out is not drawn."""
    for path in ET.fromstring(figure.strip(drawn(stretch_id), keys=[0])).iter(f"{SVG}path"):
        for x, y in points(path.get("d", "")):
            assert -1 <= x <= figure.WIDTH + 1
            assert -1 <= y <= figure.HEIGHT + 1


def test_what_is_inside_a_window_stays_as_it_was():
    inside = smooth(hull([(50, 50, 20), (80, 60, 10)], 8))
    assert within(inside, 100, 100) == inside
    assert within(inside, 40, 40) != inside
    assert within(polygon([(200, 200), (300, 200), (300, 300)]), 100, 100) == ""
    half = within(polygon([(-50, 10), (50, 10), (50, 90), (-50, 90)]), 100, 100)
    assert set(points(half)) == {(0, 10), (50, 10), (50, 90), (0, 90)}


@pytest.mark.parametrize("stretch_id", ["side-neck", "hamstring-strap", "thumb-web"])
def test_a_pdf_takes_the_strip(stretch_id):
    pdf = FPDF()
    pdf.add_page()
    SVGObject(figure.strip(drawn(stretch_id))).draw_to_page(pdf, x=10, y=10)
    out = io.BytesIO()
    pdf.output(out)
    assert out.getvalue().startswith(b"%PDF")


def test_half_of_the_way_is_between_two_poses():
    one = {"root": [0, 90, 0], "footR": [0, 7, 9], "footL": [0, 7, -9], "neck": [0, 0, 0]}
    other = {**one, "root": [0, 80, 0], "neck": [20, 0, 0]}
    half = Body(blend(one, other, 0.5))
    assert half.frames["pelvis"].at == (0, 85, 0)
    assert half.joints["ankleR"] == pytest.approx((0, 7, 9), abs=0.1)
    assert blend(one, other, 0) == one
    assert blend(one, other, 1) == other


def test_a_hand_on_the_other_arm_is_found_after_it():
    for side, other in (("R", "L"), ("L", "R")):
        pose = {
            "root": [0, 90, 0],
            f"hand{other}": {"at": f"shoulder{other}", "by": [30, 0, 0]},
            f"hand{side}": {"at": f"elbow{other}", "by": [0, 2, 0]},
        }
        body = Body(pose)
        gap = minus(body.joints[f"wrist{side}"], body.joints[f"elbow{other}"])
        assert size(gap) == pytest.approx(2, abs=0.5)
