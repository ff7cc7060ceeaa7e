"""The brief: everything for a visit on one page, for the clinic and for the patient."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from tests.support.cast import NOW, OPENED_ON
from tests.support.pages import text_of
from tracker.domain import catalog
from tracker.domain.days import local_day
from tracker.domain.needling import MuscleRow, Side, Technique
from tracker.services import needling
from tracker.services.daybook import CheckinInput, DayEntries, SorenessInput
from tracker.store.schema import Episode, NeedlingSession, Patient

LOGGED = [6, 7, 6, 6, 6, 6, None, 6, 9, 9, 9, 4, 3, 4, None, 3, 4, 4, 3, 4]


@pytest.fixture
def desk(visit, cast):
    return visit(cast.pia)


@pytest.fixture
def zita(maker, cast):
    """A patient who was needled on day 8 of 21, logged on most days, and was sore and bruised."""
    who = maker.new_patient(cast.pia, "Zita Zell")
    needled_at = NOW - timedelta(days=12, hours=3)
    key = maker.needled(cast.pia, who, needled_at)
    for place, pain in enumerate(LOGGED):
        if pain is None:
            continue
        day = OPENED_ON + timedelta(days=place)
        at = datetime.combine(day, NOW.timetz())
        maker.logs(
            who,
            DayEntries(checkins=[CheckinInput(who.episode_id, {"pain_average": pain})]),
            day,
            at,
        )
    for hours, soreness, effects in ((2, 6, ["bruise"]), (24, 3, []), (60, 0, [])):
        at = needled_at + timedelta(hours=hours)
        said = SorenessInput(key, soreness, uuid4(), more={"side_effects": effects})
        maker.logs(who, DayEntries(soreness=[said]), local_day(at, who.clinic.zone), at)
    maker.reports(who, "wide_bruise")
    return who


def words(answer):
    assert answer.status_code == 200
    return " ".join(text_of(answer.text).split())


def of(who):
    return f"/patients/{who.patient_id}/brief"


def page_count(pdf):
    return len(re.findall(rb"/Type /Page\b", pdf))


def sheet(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert len(answer.data) < 100_000
    return answer.data


def test_one_page_says_what_matters(desk, zita):
    answer = desk.get(of(zita))
    told = words(answer)
    for said in (
        "Neck pain",
        "neck, right",
        "1 session so far · Pia",
        "Soreness afterwards: 6 at 2 h, 3 at 24 h, 0 at 60 h",
        "Less pain",
        "Pain fell from 6.1 to 3.6 over 12 days",
        "15 of 17 days logged",
        "Last 7 days: mean pain 3.6, 5 of 7 days logged.",
        "bruise: after 1 session",
        "Nothing was due in the last four weeks.",
        "next working day, 11 Mar: Reported: A bruise wider than 5 cm.",
    ):
        assert said in told, said
    assert 'class="muscle on"' in answer.text
    assert "Soreness by hours since needling" in answer.text


def test_what_is_copied_says_the_same(desk, zita):
    area = re.search(r'id="brief-text"[^>]*>([^<]*)<', desk.get(of(zita)).text)
    assert area is not None
    for said in ("Zita Zell · born 1984", "PAIN", "Less pain", "- bruise: after 1 session"):
        assert said in area[1], said


def test_the_record_leads_there(desk, zita):
    record = desk.get(f"/patients/{zita.patient_id}").text
    assert f'href="{of(zita)}?episode={zita.episode_id}"' in record


def test_patients_read_their_own_in_plain_words(visit, zita):
    phone = visit(zita)
    assert f"/progress/brief?episode={zita.episode_id}" in phone.get("/progress").text
    told = words(phone.get("/progress/brief"))
    for said in (
        "For your visit",
        "Your problem Neck pain",
        "Your pain went from 6.1 to 3.6 in 12 days.",
        "That is more than the usual ups and downs from day to day.",
        "15 of 17 days logged.",
        "bruise: after 1 session",
        "Reported: A bruise wider than 5 cm.",
    ):
        assert said in told, said
    assert not re.search(r"scatter|verdict|insertion|Pia|This patient|They|this patient", told)


def test_not_sharing_shows_nothing_that_was_logged(desk, visit, zita):
    phone = visit(zita)
    phone.send(phone.form("/me", "/me/sharing"))
    answer = desk.get(of(zita))
    told = words(answer)
    assert "This patient does not share the log" in told
    assert "1 session so far" in told
    assert not re.search(
        r"Less pain|Pain fell|days logged|bruise|Reported|at 24 h|stretches done", answer.text
    )
    sheet(desk, f"{of(zita)}.pdf")
    # The patient's own stays whole.
    assert "Less pain" in words(phone.get("/progress/brief"))


def test_a_fresh_record_says_what_is_missing(desk, visit, cast, maker):
    told = words(desk.get(of(cast.carol)))
    assert "No session is recorded yet." in told
    assert "has not joined yet" in told
    assert "does not share" not in told
    bare = maker.new_patient(cast.pia, "Bea Bare")
    told = words(desk.get(of(bare)))
    assert "Nothing is logged yet." in told
    assert "No side effects logged." in told
    assert "Nothing waits for an answer." in told
    assert "Nothing is logged yet." in words(visit(bare).get("/progress/brief"))
    assert page_count(sheet(desk, f"{of(bare)}.pdf")) == 1


def test_an_older_sessions_soreness_is_not_the_last_ones(maker, cast, desk, zita):
    maker.needled(cast.pia, zita, NOW - timedelta(hours=5))
    answer = desk.get(of(zita))
    assert "No soreness is logged after it." in words(answer)
    assert "Soreness by hours since needling" not in answer.text


def test_nobody_reads_what_is_somebody_elses(visit, cast, zita):
    for end in ("", ".pdf"):
        assert visit(cast.otto).get(f"{of(zita)}{end}").status_code == 404
        assert visit(cast.bob).get(f"{of(zita)}{end}").status_code == 404
        assert visit(cast.pia).get(f"/progress/brief{end}").status_code == 404
        address = f"/progress/brief{end}?episode={zita.episode_id}"
        assert visit(cast.bob).get(address).status_code == 404
    told = words(visit(cast.bob).get("/progress/brief"))
    assert "Zita" not in told
    assert "Less pain" not in told


def test_the_sheet_is_one_page(desk, visit, zita):
    for browser, address in ((desk, f"{of(zita)}.pdf"), (visit(zita), "/progress/brief.pdf")):
        assert page_count(sheet(browser, address)) == 1


HOSTILE = ["Żaneta Øst", "王小明", "محمد علي", "😀 Smile", "A" * 120, "<b>x</b>", "  "]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_and_any_note_fit_on_one_page(name, desk, visit, zita, database):
    key = (zita.clinic.id, zita.patient_id)
    with database.door(writes=True) as door:
        door.session.get(Patient, key).name = name
        door.session.get(Episode, (*key, zita.episode_id)).complaint = name[:80]
        row = door.session.query(NeedlingSession).filter_by(patient_id=zita.patient_id).one()
        row.note = f"{name} " * 300
    assert page_count(sheet(desk, f"{of(zita)}.pdf")) == 1
    assert page_count(sheet(visit(zita), "/progress/brief.pdf")) == 1
    answer = desk.get(of(zita))
    assert answer.status_code == 200
    assert "<b>x" not in answer.text


def test_a_full_session_is_cut_to_a_page(maker, desk, cast, zita):
    names = list(catalog.muscles())[:12]
    muscles = [
        MuscleRow(name, Side.RIGHT, 4, Technique.DEEP, gauge=30, length=40, depth=25, dwell=5)
        for name in names
    ]
    given = needling.NewSession(
        zita.episode_id, NOW - timedelta(hours=4), muscles, "x" * 900, uuid4()
    )
    with maker.database.scope(maker.staff(cast.pia), writes=True) as scope:
        needling.record_session(scope, zita.patient_id, given, NOW)
    told = words(desk.get(of(zita)))
    assert "and 7 more" in told
    assert page_count(sheet(desk, f"{of(zita)}.pdf")) == 1
