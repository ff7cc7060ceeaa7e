"""The body map: every region and muscle is there, on the patient's own side, and well-formed."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tracker.domain import catalog
from tracker.formats.bodymap import HALVES, PAPER, VIEWS, WIDTH, Map, body, regions_file

SVG = "{http://www.w3.org/2000/svg}"


def marks(view, **more):
    root = ET.fromstring(Map(**more).draw(view))
    return [one for one in root.iter() if (one.get("class") or "").startswith(("region", "muscle"))]


def test_every_region_and_every_muscle_has_its_place():
    drawn = {name for view in VIEWS for name in body().regions[view]}
    assert drawn == set(catalog.regions())
    assert set(body().muscles) == set(catalog.muscles()) - {"other"}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("kind", ["region", "muscle"])
def test_each_place_can_be_tapped_on_both_sides(kind, view):
    names = (
        body().regions[view]
        if kind == "region"
        else [name for name, spot in body().muscles.items() if spot.view == view]
    )
    places = [one.get("data-place") for one in marks(view, taps=kind)]
    assert sorted(places) == sorted(f"{name} {side}" for name in names for side in HALVES)


@pytest.mark.parametrize(
    "view, muscle, side, is_right_of_the_picture",
    [
        ("front", "biceps-brachii", "left", True),
        ("front", "biceps-brachii", "right", False),
        ("back", "infraspinatus", "left", False),
        ("back", "infraspinatus", "right", True),
    ],
)
def test_left_is_the_patients_left(view, muscle, side, is_right_of_the_picture):
    (spot,) = marks(view, muscles=[(muscle, side)])
    assert (float(spot.get("cx")) > WIDTH / 2) is is_right_of_the_picture


def test_the_middle_lights_both_halves_and_nothing_else():
    lit = marks("front", regions=[("neck", "middle")], taps="region")
    assert sorted(one.get("data-place") for one in lit if one.get("class") == "region on") == [
        "neck left", "neck right",
    ]  # fmt: skip


def test_a_map_of_lit_sites_shows_no_other_and_only_its_views():
    drawn = Map(muscles=[("infraspinatus", "left")], taps="lit")
    assert drawn.views() == ["back"]
    assert [one.get("data-place") for one in marks("back", muscles=drawn.muscles, taps="lit")] == [
        "infraspinatus left"
    ]


def test_on_paper_nothing_is_left_to_a_style_sheet():
    drawn = Map(muscles=[("soleus", "left")], inks=PAPER).draw("back", "Back, soleus left")
    assert "var(" not in drawn
    (spot,) = marks("back", muscles=[("soleus", "left")], inks=PAPER)
    assert spot.get("fill") == PAPER.lit
    assert ET.fromstring(drawn).get("aria-label") == "Back, soleus left"


def test_a_hostile_title_stays_text():
    drawn = Map().draw("front", '"><script>alert(1)</script>')
    assert ET.fromstring(drawn).get("aria-label") == '"><script>alert(1)</script>'


def test_the_phones_file_holds_both_views_once():
    views = [one.get("data-view") for one in ET.fromstring(regions_file()).iter(f"{SVG}svg")]
    assert views == [None, "front", "back"]
