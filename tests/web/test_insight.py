"""The response view on a patient's record: its sentence, its phases, soreness and dose."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from tests.support.cast import NOW, OPENED_ON, TODAY
from tests.support.databases import rows_of
from tests.support.pages import text_of
from tracker.domain.days import local_day
from tracker.services.daybook import CheckinInput, DayEntries, SorenessInput
from tracker.store.schema import PhaseMark


def rate(maker, who, pains, start=0):
    """Log pain day by day from the opening on; None leaves a day out."""
    for place, pain in enumerate(pains):
        if pain is None:
            continue
        day = OPENED_ON + timedelta(days=start + place)
        said = CheckinInput(who.episode_id, {"pain_average": pain})
        at = datetime.combine(day, NOW.timetz()) if day < TODAY else NOW
        maker.logs(who, DayEntries(checkins=[said]), day, at)


@pytest.fixture
def zita(maker, cast):
    """A patient without entries, needled on day 8 of 21."""
    who = maker.new_patient(cast.pia, "Zita Zell")
    maker.needled(cast.pia, who, NOW - timedelta(days=12, hours=3))
    return who


@pytest.fixture
def desk(visit, cast):
    return visit(cast.pia)


def page(desk, who, under=""):
    return desk.get(f"/patients/{who.patient_id}{under}")


def words(answer):
    return " ".join(text_of(answer.text).split())


def test_the_sentence_says_how_far_and_on_what_it_rests(maker, desk, zita):
    rate(maker, zita, [6, 7, 6, 6, 6, 6, None, 6, 9, 9, 9, 4, 3, 4, None, 3, 4, 4, 3, 4])
    told = words(page(desk, zita))
    assert "Less pain" in told
    assert "Pain fell from 6.1 to 3.6 over 12 days" in told
    assert "more than day-to-day scatter explains" in told
    assert "15 of 17 days logged; 3 days within 72 hours of needling left out." in told
    assert "p =" not in told


def test_too_few_days_say_what_is_missing(maker, desk, zita):
    rate(maker, zita, [6, 7, 6, 6])
    told = words(page(desk, zita))
    assert "Not enough data" in told
    assert "Before: 1 more logged day is needed for five." in told
    assert "After: 5 more logged days are needed for five." in told


def test_a_phase_is_marked_removed_and_put_back(maker, desk, zita, database):
    rate(maker, zita, [7] * 14 + [3] * 6)
    address = f"/patients/{zita.patient_id}"
    form = desk.form(address, f"{address}/episodes/{zita.episode_id}/phases")
    day = OPENED_ON + timedelta(days=14)
    for _ in range(2):  # a double tap is one mark
        answer = desk.send(form, day=str(day), words="  New   stretches ")
        assert answer.status_code == 303
    (row,) = rows_of(database, PhaseMark, PhaseMark.patient_id == zita.patient_id)
    assert (row.day, row.words) == (day, "New stretches")
    told = words(page(desk, zita))
    assert "Pain fell from 7.0 to 3.0" in told
    assert "New stretches" in told

    removal = f"{address}/phases/{row.id}/remove"
    desk.send(desk.form(address, removal))
    assert "removed" in words(page(desk, zita))
    desk.send(desk.form(address, removal))
    (row,) = rows_of(database, PhaseMark, PhaseMark.patient_id == zita.patient_id)
    assert row.removed_at is None


@pytest.mark.parametrize(
    "wrong", [{"day": ""}, {"day": "14.3."}, {"day": str(TODAY + timedelta(days=1))},
              {"day": str(OPENED_ON)}, {"words": " "}, {"words": "x" * 61}, {"words": "\0"}],
)  # fmt: skip
def test_a_mark_that_can_not_be_loses_nothing(wrong, desk, zita, database):
    address = f"/patients/{zita.patient_id}"
    form = desk.form(address, f"{address}/episodes/{zita.episode_id}/phases")
    said = {"day": str(TODAY), "words": "<b>New</b> & stretches", **wrong}
    answer = desk.send(form, **said)
    assert answer.status_code == 422
    assert "fault" in answer.text
    assert "<b>New" not in answer.text
    if "words" not in wrong:
        assert "&lt;b&gt;New&lt;/b&gt; &amp; stretches" in answer.text
    assert not rows_of(database, PhaseMark, PhaseMark.patient_id == zita.patient_id)


def sore(maker, who, needling_id, needled_at, *ratings):
    for hours, soreness in ratings:
        at = needled_at + timedelta(hours=hours)
        said = SorenessInput(needling_id, soreness, uuid4())
        maker.logs(who, DayEntries(soreness=[said]), local_day(at, who.clinic.zone), at)


def test_soreness_is_drawn_by_hours_since_needling(maker, cast, desk):
    who = maker.new_patient(cast.pia, "Zita Zell")
    for days in (19, 14, 10, 5):
        needled_at = NOW - timedelta(days=days)
        key = maker.needled(cast.pia, who, needled_at)
        sore(maker, who, key, needled_at, (1, 6), (12, 4), (24, 3), (48, 1), (73, 0))
    answer = page(desk, who)
    assert "Soreness by hours since needling" in answer.text
    assert "usual for this patient" in answer.text
    assert "6 at 1 h, 4 at 12 h, 3 at 24 h, 1 at 48 h, 0 at 73 h" in words(answer)
    assert "73 h (middle of 4 of 4 sessions)" in words(answer)
    # Four sessions get dots and no line; a fifth brings it.
    assert 'class="point"' in answer.text
    assert 'class="trend"' not in answer.text

    chosen = page(desk, who, "?muscle=upper-trapezius")
    assert "Soreness by hours since needling: " in chosen.text
    assert page(desk, who, "?muscle=<script>").status_code == 200
    assert "script>&" not in page(desk, who, "?muscle=<script>").text


def test_a_patient_who_withdraws_takes_it_all_along(maker, desk, visit, zita, cast):
    rate(maker, zita, [6, 7, 6, 6, 6, 6, None, 6, 9, 9, 9, 4, 3, 4, None, 3, 4, 4, 3, 4])
    phone = visit(zita)
    phone.send(phone.form("/me", "/me/sharing"))
    told = words(page(desk, zita))
    assert "does not share" in told
    assert not re.search(r"Pain fell|Less pain|Response", told)
