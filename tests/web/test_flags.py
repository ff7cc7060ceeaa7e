"""Flags: what raises one, who sees it, and who has answered it."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.support.cast import NEEDLED_AT, NOW, TODAY
from tests.support.databases import rows_of
from tests.support.pages import text_of
from tests.test_outreach import Postbox
from tracker.domain.days import local_day
from tracker.services import flags, outreach, raising, sharing
from tracker.services.daybook import CheckinInput, DayEntries, SorenessInput
from tracker.store.schema import Flag, FlagStep, Outbox, Patient


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
    assert "11 Mar 2026, 12:00 · Pia Sommer acknowledged it" in said
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
    assert "Pain 6 of 10, above the recent average (3)." in told


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
            raising.raise_quiet(door, moment)
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
        raising.raise_quiet(door, NOW + timedelta(days=16))
    with database.door() as door:
        rows = door.session.query(Flag).filter_by(patient_id=zita.patient_id).all()
    assert rows == []


# What is done about them.


@pytest.fixture
def amber(cast, maker):
    """A flag that can wait for a working day."""
    maker.reports(cast.alice, "wide_bruise")
    (flag,) = maker.flags_of(cast.alice)
    return flag


def act(desk, flag, what, page="/flags", **changes):
    """Send one of a flag's forms as its page has it."""
    return desk.send(desk.form(page, f"/flags/{flag.id}/{what}"), follow=True, **changes)


def said_of(database, flag):
    """The steps of a flag's history."""
    rows = [row for row in rows_of(database, FlagStep) if row.flag_id == flag.id]
    return [row.step for row in sorted(rows, key=lambda row: row.made_at)]


def test_a_snoozed_flag_comes_back_by_itself(amber, cast, visit, clock, database):
    desk = visit(cast.pia)
    form = desk.form("/flags", f"/flags/{amber.id}/snooze")
    answer = desk.client.post(
        form.action, data={**form.filled({}), "days": "3"}, follow_redirects=True
    )
    page = text_of(answer.text)
    assert "Snoozed. It comes back by itself." in page
    assert "No flags wait" in page
    assert "1 snoozed" in page
    assert 'class="count' not in answer.text
    clock.shift(timedelta(days=3))
    assert "1 flag waits" in text_of(visit(cast.pia).get("/flags").text)
    assert said_of(database, amber) == ["snoozed"]


def test_a_snooze_can_be_ended(amber, cast, visit):
    desk = visit(cast.pia)
    desk.post(f"/flags/{amber.id}/snooze", {"days": "7", "seen": "0"})
    assert "1 flag waits" in text_of(act(desk, amber, "undo").text)


@pytest.mark.parametrize("days", ["3", "30", "-1", "x", ""])
def test_what_presses_is_never_snoozed_nor_anything_for_long(days, cast, maker, visit):
    maker.reports(cast.alice, "fever" if days == "3" else "wide_bruise")
    (flag,) = maker.flags_of(cast.alice)
    desk = visit(cast.pia)
    page = desk.get("/flags").text
    assert ("/snooze" in page) is (days != "3")
    answer = desk.post(f"/flags/{flag.id}/snooze", {"days": days, "seen": "0"}, follow=True)
    assert "This can&#39;t be snoozed" in answer.text
    assert maker.flags_of(cast.alice)[0].snoozed_until is None


@pytest.mark.parametrize(
    "what, data", [("snooze", {"days": "1"}), ("close", {}), ("hand-over", {"handed_to": "paul"})]
)
def test_a_double_tap_does_it_once(what, data, amber, cast, visit, database):
    sent = {
        "seen": "0",
        **{name: str(cast.paul.membership_id) if one == "paul" else one
           for name, one in data.items()},
    }  # fmt: skip
    desk = visit(cast.pia)
    desk.post(f"/flags/{amber.id}/{what}", sent)
    again = desk.post(f"/flags/{amber.id}/{what}", sent, follow=True)
    assert "Nothing was done twice." in again.text
    assert len(said_of(database, amber)) == 1


def test_notes_are_kept_one_after_the_other(amber, cast, visit, database):
    for who, note in ((cast.pia, "No answer."), (cast.paul, "Reached her."), (cast.paul, "")):
        act(visit(who), amber, "note", note=note)
    page = text_of(visit(cast.lea).get("/flags").text)
    assert page.index("Pia Sommer wrote") < page.index("No answer.") < page.index("Reached her.")
    assert said_of(database, amber) == ["noted", "noted"]
    assert "too long" in act(visit(cast.pia), amber, "note", note="x" * 501).text


def test_the_same_note_twice_is_one(amber, cast, visit, database):
    desk = visit(cast.pia)
    for _ in range(2):
        answer = desk.post(f"/flags/{amber.id}/note", {"note": "Called."}, follow=True)
    assert "nothing new to save" in answer.text
    assert said_of(database, amber) == ["noted"]


def test_a_flag_is_handed_to_a_colleague_who_sees_it_as_own(amber, cast, visit, database, maker):
    act(visit(cast.pia), amber, "hand-over", handed_to=str(cast.paul.membership_id))
    page = text_of(visit(cast.paul).get("/flags").text)
    assert "Yours, by the next working day" in page
    assert "Pia Sommer handed it to Paul" in page
    assert "Yours, by" not in text_of(visit(cast.pia).get("/flags").text)
    with database.scope(maker.staff(cast.paul)) as scope:
        assert flags.count_waiting(scope, own=True, now=NOW).total == 1
    with database.scope(maker.staff(cast.pia)) as scope:
        assert flags.count_waiting(scope, own=True, now=NOW).total == 0


def test_what_was_taken_on_waits_again_once_it_is_handed_over(amber, cast, visit, maker):
    desk = visit(cast.pia)
    act(desk, amber, "acknowledge", note="Mine")
    act(desk, amber, "hand-over", handed_to=str(cast.lea.membership_id))
    (flag,) = maker.flags_of(cast.alice)
    assert (flag.acknowledged_at, flag.handed_to) == (None, cast.lea.membership_id)


def test_only_colleagues_who_work_here_can_be_handed_to(amber, cast, visit):
    desk = visit(cast.pia)
    page = desk.get("/flags").text
    offered = [str(who.membership_id) in page for who in (cast.paul, cast.lea, cast.otto)]
    assert offered == [True, True, False]
    visit(cast.lea).post(f"/clinic/people/{cast.paul.membership_id}", {"action": "end"})
    data = {"handed_to": str(cast.paul.membership_id), "seen": "0"}
    assert desk.post(f"/flags/{amber.id}/hand-over", data).status_code == 404


def test_who_leaves_hands_back_what_was_handed_over(amber, cast, visit, maker):
    act(visit(cast.pia), amber, "hand-over", handed_to=str(cast.paul.membership_id))
    visit(cast.lea).post(f"/clinic/people/{cast.paul.membership_id}", {"action": "end"})
    assert maker.flags_of(cast.alice)[0].handed_to is None


def test_a_closed_flag_waits_no_more_and_can_be_reopened(amber, cast, visit, database, maker):
    desk = visit(cast.pia)
    assert "No flags wait" in act(desk, amber, "close").text
    (flag,) = maker.flags_of(cast.alice)
    assert (flag.closed_at, flag.acknowledged_by) == (NOW, cast.pia.membership_id)
    act(desk, amber, "undo")
    assert said_of(database, amber) == ["closed", "reopened"]
    assert "1 flag waits" in text_of(desk.get("/flags").text)


def test_the_record_is_where_one_comes_back_to(amber, cast, visit):
    record = f"/patients/{cast.alice.patient_id}"
    desk = visit(cast.pia)
    form = desk.form(record, f"/flags/{amber.id}/close")
    assert desk.send(form).headers["Location"] == record


def test_colleagues_amber_flags_stay_folded(cast, maker, visit):
    maker.reports(cast.alice, "wide_bruise")
    page = visit(cast.paul).get("/flags").text
    assert "1 flag of colleagues" in text_of(page)
    assert "plum" not in page.split("<main", 1)[1].split('id="load"')[0]


def test_the_patients_own_export_holds_what_was_done(amber, cast, visit):
    act(visit(cast.pia), amber, "note", note="Called.")
    held = visit(cast.alice).get("/me/export.json").json
    assert [row["note"] for row in held["flag_steps"]] == ["Called."]


# The next action.


def test_one_calls_by_a_tap_or_is_told_that_there_is_no_number(amber, cast, visit):
    desk = visit(cast.pia)
    assert "No number yet: add it" in desk.get("/flags").text
    record = f"/patients/{cast.alice.patient_id}"
    desk.send(desk.form(record, f"{record}/phone"), phone="020 7946 0000")
    assert 'href="tel:02079460000"' in desk.get("/flags").text
    answer = desk.send(desk.form(record, f"{record}/phone"), follow=True, phone="<b>call me</b>")
    assert "Write a telephone number" in answer.text
    assert 'value="020 7946 0000"' in desk.get(record).text
    desk.send(desk.form(record, f"{record}/phone"), phone="")
    assert "tel:" not in desk.get("/flags").text


@pytest.fixture
def gone_quiet(cast, maker, database, clock):
    """Somebody with an address who logs nothing for over two weeks, and the flag of it."""
    who = maker.new_patient(cast.pia, "Quinn Quist", email="quinn@mail.example")
    maker.rates(who, 3)
    later = NOW + timedelta(days=16)
    with database.door(writes=True) as door:
        raising.raise_quiet(door, later)
    clock.move_to(later)
    (flag,) = maker.flags_of(who)
    return who, flag


def nudges_of(database):
    return [row for row in rows_of(database, Outbox) if row.kind == "nudge"]


def test_a_nudge_is_read_then_sent_once(gone_quiet, cast, visit, database, app, hub, maker):
    who, flag = gone_quiet
    desk = visit(cast.pia)
    path = f"/patients/{who.patient_id}/nudge"
    assert path in desk.get("/flags").text
    page = text_of(desk.get(path).text)
    assert "quinn@mail.example" in page
    assert "We have not heard from you for a while." in page
    form = desk.form(path)
    desk.send(form)
    again = desk.send(form, follow=True)
    assert "A nudge went out in the last 48 hours." in text_of(again.text)
    (row,) = nudges_of(database)
    assert row.person_id == who.person_id
    (flag,) = maker.flags_of(who)
    assert flag.acknowledged_by == cast.pia.membership_id
    assert said_of(database, flag) == ["nudged"]
    postbox = Postbox()
    with app.app_context():
        outreach.run_due(
            hub.database, hub.secrets, postbox, hub.render, NOW + timedelta(days=16, minutes=1)
        )
    (mail,) = [
        one for one in postbox.taken if one.to == "quinn@mail.example" and "hello" in one.subject
    ]
    assert "Harbour desk" in mail.text
    assert not [word for word in ("pain", "flag", "Neck") if word in mail.text]


def test_a_nudge_needs_no_flag_only_some_silent_days(cast, maker, visit, database, clock):
    who = maker.new_patient(cast.pia, "Quinn Quist", email="quinn@mail.example")
    maker.rates(who, 3)
    record, path = f"/patients/{who.patient_id}", f"/patients/{who.patient_id}/nudge"
    desk = visit(cast.pia)
    desk.get("/patients")
    assert path not in desk.get(record).text, "the letter says that nothing was heard for a while"
    clock.move_to(NOW + timedelta(days=5))
    desk = visit(cast.pia)
    desk.get("/patients")
    assert path in desk.get(record).text
    said = desk.send(desk.form(path), follow=True)
    assert "The nudge goes out within a minute." in text_of(said.text)
    assert [row.person_id for row in nudges_of(database)] == [who.person_id]


def test_a_nudge_takes_on_no_flag_of_another_kind(cast, maker, visit):
    who = maker.new_patient(cast.pia, "Quinn Quist", email="quinn@mail.example")
    maker.reports(who, "wide_bruise")
    desk = visit(cast.pia)
    desk.send(desk.form(f"/patients/{who.patient_id}/nudge"))
    (flag,) = maker.flags_of(who)
    assert flag.acknowledged_at is None


@pytest.mark.parametrize("why", ["no address", "no wish", "not joined", "not sharing"])
def test_where_no_mail_can_go_the_text_is_there_to_copy(why, cast, maker, visit, database):
    email = None if why == "no address" else "quinn@mail.example"
    who = maker.new_patient(cast.pia, "Quinn Quist", email=email)
    if why == "not sharing":
        with database.scope(maker.patient(who), writes=True) as scope:
            sharing.withdraw(scope, cast.harbour.id, NOW)
    if why == "no wish":
        phone = visit(who)
        phone.post("/me/mail", {"clinic_id": str(cast.harbour.id), "mail": "off"})
    if why == "not joined":
        with database.door(writes=True) as door:
            door.session.get_one(Patient, (cast.harbour.id, who.patient_id)).person_id = None
    desk = visit(cast.pia)
    path = f"/patients/{who.patient_id}/nudge"
    page = desk.get(path).text
    assert "Copy the text" in page
    assert "Send it" not in text_of(page)
    answer = desk.post(path, {}, follow=True)
    assert "Not sent: see why below." in text_of(answer.text)
    assert nudges_of(database) == []


# How many there are.


def load_of(desk, path="/flags"):
    """The table's rows: each physio's name, then the weeks' numbers."""
    page = desk.get(path).text.split('id="load"', 1)[1]
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</th>(.*?)</tr>", page, re.DOTALL)
    return {
        text_of(name): [text_of(one) for one in re.findall(r"<td>(.*?)</td>", cells)]
        for name, cells in rows
    }


def test_the_flags_of_each_week_are_counted(cast, maker, visit):
    maker.reports(cast.alice, "wide_bruise", now=NOW - timedelta(days=8))
    maker.reports(cast.bob, "fever")
    maker.reports(cast.alice, "fever")
    maker.reports(cast.dora, "fever")
    told = load_of(visit(cast.lea))
    assert told["Pia Sommer"][-3:] == ["–", "1", "2"]
    assert {name for name in told if "Otto" in name} == set()
    assert load_of(visit(cast.lea), "/clinic") == told
    own = load_of(visit(cast.paul))
    assert len(own) == 1
    assert set(*own.values()) == {"–"}
