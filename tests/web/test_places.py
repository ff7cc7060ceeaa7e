"""Where it hurts and where it is sorest: places in the day's form, and what a clinic tells besides."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.support.cast import NOW, TODAY
from tests.support.databases import rows_of
from tests.support.pages import text_of
from tracker.store.schema import Checkin, Episode, Revision, SorenessEntry


@pytest.fixture
def phone(cast, visit):
    return visit(cast.bob)


def day_form(phone):
    return phone.form("/today", "/today")


def places(database, cast):
    (row,) = rows_of(
        database, Checkin, Checkin.patient_id == cast.bob.patient_id, Checkin.local_date == TODAY
    )
    return row.regions


def test_pain_by_place_is_kept_and_shown_again(phone, cast, database):
    said = {"pain_average": "6", "place0": "neck middle", "place0_pain": "7",
            "place1": "shoulder right"}  # fmt: skip
    assert phone.send(day_form(phone), **said).status_code == 303
    assert places(database, cast) == [
        {"region": "neck", "side": "middle", "pain": 7},
        # Without a number of its own a place hurts as the day does.
        {"region": "shoulder", "side": "right", "pain": 6},
    ]
    again = day_form(phone)
    assert (again.one("place0"), again.one("place0_pain")) == ("neck middle", "7")
    assert (again.one("place1"), again.one("place1_pain")) == ("shoulder right", "6")


def test_a_place_is_taken_back_and_stays_in_the_history(phone, cast, database):
    phone.send(day_form(phone), pain_average="6", place0="leg left", place0_pain="3")
    phone.send(day_form(phone), place0="", place0_pain="")
    assert places(database, cast) is None
    found = rows_of(database, Revision, Revision.patient_id == cast.bob.patient_id)
    assert [row.before["regions"] for row in found if "regions" in row.before] == [
        [{"region": "leg", "side": "left", "pain": 3}]
    ]


def test_a_form_that_did_not_ask_takes_no_place_back(phone, cast, database):
    phone.send(day_form(phone), pain_average="6", place0="leg left", place0_pain="3")
    form = day_form(phone)
    kept = {name: value for name, value in form.filled({"pain_average": "5"}).items()
            if not name.startswith("place")}  # fmt: skip
    assert phone.post("/today", kept).status_code == 303
    assert places(database, cast) == [{"region": "leg", "side": "left", "pain": 3}]


@pytest.mark.parametrize(
    "wrong",
    [{"place0": "moon left"}, {"place0": "leg both"}, {"place0": "leg left", "place0_pain": "11"}],
)
def test_a_place_that_is_none_is_refused(wrong, phone, cast):
    answer = phone.send(day_form(phone), pain_average="6", **wrong)
    assert answer.status_code == 422


def needled(cast, maker, hours):
    maker.needled(cast.pia, cast.bob, NOW - timedelta(hours=hours))


def test_the_sorest_site_is_kept_with_the_rating(phone, cast, maker, database):
    needled(cast, maker, 20)
    form = day_form(phone)
    site = re.findall(r'name="sorest" value="([^"]+)"', phone.get("/today").text)[0]
    phone.send(form, pain_average="3", soreness="4", sorest=site)
    (row,) = rows_of(database, SorenessEntry, SorenessEntry.patient_id == cast.bob.patient_id)
    assert f"{row.muscle} {row.side}" == site
    assert day_form(phone).one("sorest") == site
    phone.send(day_form(phone), sorest="")
    (row,) = rows_of(database, SorenessEntry, SorenessEntry.patient_id == cast.bob.patient_id)
    assert (row.muscle, row.side, row.soreness) == (None, None, 4)


@pytest.mark.parametrize("hours, is_told", [(1, True), (71, True), (73, False)])
def test_aftercare_is_told_for_three_days(hours, is_told, phone, cast, maker):
    needled(cast, maker, hours)
    assert ("What helps after needling" in text_of(phone.get("/today").text)) is is_told


def test_the_clinic_words_its_own_aftercare(phone, cast, maker, visit):
    needled(cast, maker, 20)
    assert "like after sport" in text_of(phone.get("/today").text)
    lead = visit(cast.lea)
    words = "Drink a glass of water.\n\n<b>Rest</b> well."
    assert lead.send(lead.form("/clinic"), aftercare=words).status_code == 303
    page = phone.get("/today").text
    assert "Drink a glass of water." in page
    assert "like after sport" not in page
    assert "&lt;b&gt;Rest" in page
    lead.send(lead.form("/clinic"), aftercare="   ")
    assert "like after sport" in text_of(phone.get("/today").text)


def test_a_problem_may_reach_further(cast, visit, database):
    desk = visit(cast.pia)
    path = f"/patients/{cast.bob.patient_id}/episodes/new"
    said = {"complaint": "Neck into the arm", "region": "neck", "side": "left",
            "also": ["shoulder left", "arm left", "neck left"]}  # fmt: skip
    answer = desk.send(desk.form(path), **said)
    assert answer.status_code == 303
    (row,) = rows_of(database, Episode, Episode.complaint == "Neck into the arm")
    assert [(one["region"], one["side"]) for one in row.regions] == [
        ("neck", "left"), ("shoulder", "left"), ("arm", "left"),
    ]  # fmt: skip
    assert "shoulder, left" in text_of(desk.get(answer.location).text)
    assert desk.send(desk.form(path), **{**said, "also": ["moon left"]}).status_code == 422
