"""Flags: what raises one, who sees it, and who has answered it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.support.cast import NEEDLED_AT, NOW, TODAY
from tests.support.pages import text_of
from tracker.domain.days import local_day
from tracker.services import flags
from tracker.services.daybook import CheckinInput, DayEntries, SorenessInput
from tracker.store.schema import Flag, Patient


def rate(maker, who, hours, soreness):
    """Log soreness so many hours after the needles."""
    at = NEEDLED_AT + timedelta(hours=hours)
    said = SorenessInput(who.needling_id, soreness, uuid4())
    maker.logs(who, DayEntries(soreness=[said]), local_day(at, who.clinic.zone), at)


# Raising.


@pytest.mark.parametrize(
    "signs, tiers",
    [(["tired"], []), (["wide_bruise"], ["amber"]), (["fever"], ["urgent"]),
     (["collapse", "tired"], ["red"])],
)  # fmt: skip
def test_a_report_raises_its_flag(signs, tiers, cast, maker):
    entry_id = maker.reports(cast.alice, *signs)
    found = maker.flags_of(cast.alice)
    assert [flag.tier for flag in found] == tiers
    assert all(flag.source_id == entry_id and flag.numbers["days"] == 1 for flag in found)
    assert maker.flags_of(cast.bob) == []


def test_pressing_reports_raise_each_time_amber_once_in_48_hours(cast, maker):
    for hours in (0, 1, 47, 49):
        at = NOW + timedelta(hours=hours)
        maker.reports(cast.alice, "wide_bruise", now=at)
        maker.reports(cast.alice, "fever", now=at)
    tiers = [flag.tier for flag in maker.flags_of(cast.alice)]
    assert (tiers.count("urgent"), tiers.count("amber")) == (4, 2)


def test_a_report_reaches_both_clinics_of_a_patient(cast, maker, visit):
    maker.reports(cast.emil, "fever", besides=(cast.lighthouse,))
    for colleague in (cast.paul, cast.otto):
        assert "Emil Ernst" in visit(colleague).get("/flags").text


def test_abnormal_soreness_raises_one_amber_flag(cast, maker):
    for hours, soreness in ((50, 1), (60, 4), (75, 5), (90, 6)):
        rate(maker, cast.alice, hours, soreness)
    (flag,) = maker.flags_of(cast.alice)
    assert (flag.kind, flag.tier, flag.reason) == ("soreness", "amber", "sore_rising")
    assert flag.numbers == {"soreness": 4, "hours": 60, "from": 1}
    assert flag.subject_id == cast.alice.needling_id
    rate(maker, cast.alice, 60 + 49, 4)
    assert [one.reason for one in maker.flags_of(cast.alice)] == ["sore_rising", "sore_lasting"]


def test_normal_soreness_raises_none(cast, maker):
    for hours, soreness in ((27, 7), (50, 5), (74, 3), (100, 1)):
        rate(maker, cast.alice, hours, soreness)
    assert maker.flags_of(cast.alice) == []


def test_soreness_of_long_ago_is_no_news(cast, maker):
    day = TODAY + timedelta(days=3)
    said = SorenessInput(cast.alice.needling_id, 6, uuid4())
    maker.logs(cast.alice, DayEntries(soreness=[said]), day, NOW + timedelta(days=30))
    assert maker.flags_of(cast.alice) == []


# Seeing.


def test_the_most_pressing_comes_first_and_ones_own_before_others(cast, maker, visit):
    maker.reports(cast.alice, "wide_bruise")
    maker.reports(cast.emil, "fever", now=NOW - timedelta(hours=1))
    maker.reports(cast.bob, "fever", now=NOW - timedelta(hours=2))
    maker.reports(cast.alice, "collapse", now=NOW - timedelta(hours=3))
    page = visit(cast.pia).get("/flags").text
    assert "3 reports need somebody now" in page
    places = [page.index(f">{name}<") for name in ("Alice Archer", "Bob Bennett", "Emil Ernst")]
    assert places == sorted(places)
    assert "Emil" in visit(cast.lea).get("/flags").text


def test_the_sentence_says_what_and_when(cast, maker, visit):
    maker.reports(cast.alice, "fever", "pus")
    rate(maker, cast.alice, 75, 6)
    page = text_of(visit(cast.pia).get("/flags").text)
    assert "Reported: Fever of 38 °C or more; Pus. 1 day after needling." in page
    assert "Soreness 6 of 10 at 75 hours after needling" in page


def test_the_menu_the_caseload_and_the_record_say_that_one_waits(cast, maker, visit):
    desk = visit(cast.pia)
    assert 'class="count' not in desk.get("/patients").text
    maker.reports(cast.bob, "fever")
    page = text_of(desk.get("/patients").text)
    assert "Flags waiting: 1" in page
    assert "1 safety report needs somebody now" in page
    assert "flag: same day" in page
    assert page.index("Bob Bennett") < page.index("Alice Archer")
    assert "All is well" not in page
    assert "Fever" in desk.get(f"/patients/{cast.bob.patient_id}").text
    assert "Fever" not in desk.get(f"/patients/{cast.alice.patient_id}").text
    assert "Flags waiting: 1" in text_of(visit(cast.paul).get("/library").text)


def test_what_is_no_longer_shared_is_no_longer_seen(cast, maker, visit):
    maker.reports(cast.alice, "fever")
    visit(cast.alice).post("/me/sharing", {"clinic_id": str(cast.harbour.id), "share": "off"})
    page = visit(cast.pia).get("/flags").text
    assert "Alice" not in page
    assert 'class="count' not in page


def test_no_flags_are_said_kindly(cast, visit):
    assert "Nobody waits for an answer" in visit(cast.pia).get("/flags").text


# Answering.


@pytest.fixture
def flagged(cast, maker):
    maker.reports(cast.alice, "fever")
    (flag,) = maker.flags_of(cast.alice)
    return flag


def test_a_flag_is_acknowledged_with_a_note_and_undone(flagged, cast, maker, visit, database):
    desk = visit(cast.pia)
    path = f"/flags/{flagged.id}/acknowledge"
    answer = desk.send(desk.form("/flags", path), follow=True, note=" Called, at the GP. ")
    assert "No flags wait" in answer.text
    said = text_of(answer.text)
    assert "Called, at the GP." in said
    assert "Pia Sommer acknowledged it, 11 Mar 2026, 12:00" in said
    (row,) = maker.flags_of(cast.alice)
    assert (row.acknowledged_by, row.acknowledged_at) == (cast.pia.membership_id, NOW)
    desk.send(desk.form("/flags", f"/flags/{flagged.id}/undo"))
    (row,) = maker.flags_of(cast.alice)
    assert (row.acknowledged_by, row.note) == (None, "Called, at the GP.")
    assert "1 report needs somebody now" in desk.get("/flags").text


def test_of_two_who_answer_the_first_stands(flagged, cast, maker, visit):
    desks = [visit(cast.pia), visit(cast.lea)]
    forms = [desk.form("/flags", f"/flags/{flagged.id}/acknowledge") for desk in desks]
    desks[0].send(forms[0], note="Mine")
    said = desks[1].send(forms[1], follow=True, note="Too late")
    assert "A colleague was quicker" in said.text
    (row,) = maker.flags_of(cast.alice)
    assert (row.acknowledged_by, row.note) == (cast.pia.membership_id, "Mine")


def test_a_note_that_is_too_long_or_hostile_loses_nothing(flagged, cast, maker, visit):
    desk = visit(cast.pia)
    path = f"/flags/{flagged.id}/acknowledge"
    assert "too long" in desk.post(path, {"note": "x" * 501}, follow=True).text
    assert maker.flags_of(cast.alice)[0].acknowledged_at is None
    page = desk.post(path, {"note": "<script>alert(1)</script>\0"}, follow=True).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_flags_are_part_of_the_patients_own_export(flagged, cast, visit):
    held = visit(cast.alice).get("/me/export.json").json
    (flag,) = held["flags"]
    assert flag["numbers"]["signs"] == ["fever"]


def test_a_patients_flags_follow_a_change_of_physio(flagged, cast, maker, visit, database):
    desk = visit(cast.paul)
    assert "yours" not in text_of(desk.get("/flags").text)
    with database.door(writes=True) as door:
        door.session.get_one(
            Patient, (cast.harbour.id, cast.alice.patient_id)
        ).physio_id = cast.paul.membership_id
    assert "yours" in text_of(desk.get("/flags").text)
    with database.scope(maker.staff(cast.paul)) as scope:
        assert flags.count_waiting(scope, own=True).pressing == 1


# Flares, second thoughts and silence.


@pytest.fixture
def zita(maker, cast):
    """Somebody without an entry."""
    return maker.new_patient(cast.pia, "Zita Zell")


def course(maker, who, *pains):
    """Rate pain from the oldest day on, the last today."""
    for place, value in enumerate(pains):
        day = TODAY - timedelta(days=len(pains) - 1 - place)
        said = CheckinInput(who.episode_id, {"pain_average": value})
        maker.logs(who, DayEntries(checkins=[said]), day, NOW - (TODAY - day))


def test_a_flare_raises_one_flag_in_48_hours(cast, maker, zita, visit):
    course(maker, zita, 3, 3, 3, 3, 3, 3, 6, 6)
    (flag,) = maker.flags_of(zita)
    assert (flag.kind, flag.tier, flag.reason) == ("flare", "amber", "flare_lift")
    assert flag.subject_id == zita.episode_id
    told = text_of(visit(cast.pia).get("/flags").text)
    assert "Pain 6 of 10, over the course of late (3)." in told


def test_a_flare_is_told_again_after_two_days(maker, zita):
    course(maker, zita, 3, 3, 3, 3, 3, 3, 6, 6, 6)
    assert [flag.reason for flag in maker.flags_of(zita)] == ["flare_lift", "flare_rise"]


def test_sore_days_after_needling_raise_none(cast, maker, zita):
    maker.needled(cast.pia, zita, NOW - timedelta(days=2))
    course(maker, zita, 3, 3, 3, 3, 3, 3, 9, 9, 9)
    assert maker.flags_of(zita) == []


def test_a_steady_high_level_is_told_once_in_four_weeks(cast, maker, zita, visit):
    course(maker, zita, *[8] * 12)
    (flag,) = maker.flags_of(zita)
    assert (flag.kind, flag.reason) == ("reassess", "steady_high")
    told = text_of(visit(cast.pia).get("/flags").text)
    assert "Pain 8 of 10 on average over 7 days, 5 of them logged. Reassess." in told


def test_a_day_said_again_raises_no_second_flag(maker, zita):
    course(maker, zita, 3, 3, 3, 3, 3, 3, 6)
    for value in (3, 7, 8):
        said = CheckinInput(zita.episode_id, {"pain_average": value}, base_rev=1)
        maker.logs(zita, DayEntries(checkins=[said]), TODAY, NOW + timedelta(hours=1))
    assert len(maker.flags_of(zita)) == 1


@pytest.mark.parametrize("days, count", [(14, 0), (15, 1), (28, 1), (29, 0)])
def test_a_silence_of_more_than_14_days_is_told_once(
    days, count, cast, maker, zita, database, visit
):
    course(maker, zita, 3)
    at = NOW + timedelta(days=days)
    for moment in (at, at + timedelta(days=1)):
        with database.door(writes=True) as door:
            flags.raise_quiet(door, moment)
    found = [flag for flag in maker.flags_of(zita) if flag.kind == "quiet"]
    assert len(found) <= 1
    if days != 14:
        assert len(found) == count
    if found and days == 15:
        told = text_of(visit(cast.pia).get("/flags").text)
        assert "Gone quiet: nothing logged since 11 Mar." in told


def test_who_does_not_share_goes_quiet_unseen(maker, zita, database, visit):
    course(maker, zita, 3)
    phone = visit(zita)
    phone.send(phone.form("/me", "/me/sharing"))
    with database.door(writes=True) as door:
        flags.raise_quiet(door, NOW + timedelta(days=16))
    with database.door() as door:
        rows = door.session.query(Flag).filter_by(patient_id=zita.patient_id).all()
    assert rows == []
