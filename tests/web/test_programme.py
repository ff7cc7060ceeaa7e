"""The programme: proposals, pauses, templates, its history, what the patient hears, and the sheet."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.support.cast import NOW, TODAY
from tests.support.databases import contents, rows_of
from tests.support.pages import text_of
from tracker.domain.prescription import EVERY_DAY
from tracker.services import programme as programmes
from tracker.store.schema import (
    Episode,
    EpisodeSummary,
    Excuse,
    Pause,
    Prescription,
    ProgrammeTemplate,
    TemplateLine,
)

DOSE = {"stretch": "side-neck", "side": "right", "sets": "1", "repetitions": "3",
        "hold_seconds": "30", "days": ["0", "1", "2", "3", "4"]}  # fmt: skip
SETTLED = timedelta(minutes=6)


@pytest.fixture
def desk(cast, visit):
    return visit(cast.pia)


def page_of(record, rest: str = "") -> str:
    return f"/patients/{record.patient_id}/programme{rest}"


def lines(database, record):
    return rows_of(database, Prescription, Prescription.patient_id == record.patient_id,
                   order=Prescription.version)  # fmt: skip


def dated(first: int, last: int, reason: str = "ill", **more) -> dict[str, str]:
    days = {"first_day": TODAY + timedelta(days=first), "last_day": TODAY + timedelta(days=last)}
    return {**{name: day.isoformat() for name, day in days.items()}, "reason": reason, **more}


# Proposals.


def test_a_needled_muscle_proposes_its_stretches_and_one_tap_prescribes(
    desk, cast, maker, database
):
    maker.needled(cast.pia, cast.bob, NOW - timedelta(hours=2))
    page = desk.get(page_of(cast.bob)).text
    assert "upper trapezius" in text_of(page).lower()
    forms = [
        form
        for form in re.findall(r"<form.*?</form>", page, re.DOTALL)
        if 'value="side-neck"' in form and "<select" not in form
    ]
    assert len(forms) == 1
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', forms[0])
    data: dict[str, object] = {
        name: value for name, value in fields if name not in {"days", "csrf_token"}
    }
    data["days"] = [value for name, value in fields if name == "days"]
    assert desk.post(page_of(cast.bob), data).status_code == 303
    (row,) = lines(database, cast.bob)
    assert (row.stretch, row.sets, row.repetitions, row.hold_seconds) == ("side-neck", 1, 3, 30)
    assert (row.days, row.time_of_day) == (0b0011111, "any")
    again = desk.get(page_of(cast.bob)).text
    assert (
        "Ear to shoulder" not in text_of(again).partition("Proposed")[2].partition("Prescribe a")[0]
    )


def test_any_muscle_can_be_chosen(desk, cast):
    page = desk.get(page_of(cast.bob) + "?muscle=levator-scapulae").text
    assert "Look into the armpit" in text_of(page).partition("Proposed")[2]
    assert desk.get(page_of(cast.bob) + "?muscle=%00no-such").status_code == 200


def test_what_the_screening_rules_out_is_not_proposed_and_wants_a_word(
    desk, cast, maker, database, monkeypatch
):
    maker.needled(cast.pia, cast.bob, NOW - timedelta(hours=2))
    monkeypatch.setattr(programmes, "ruled_out", lambda _episode: ("neck_injury",))
    page = text_of(desk.get(page_of(cast.bob)).text)
    assert "Ear to shoulder" not in page.partition("Proposed")[2].partition("Prescribe a")[0]
    refused = desk.post(page_of(cast.bob), DOSE)
    assert refused.status_code == 422
    assert "confirm that you mean it" in text_of(refused.text)
    assert not lines(database, cast.bob)
    assert desk.post(page_of(cast.bob), {**DOSE, "is_confirmed": "y"}).status_code == 303


@pytest.mark.parametrize(
    "said, kept", [({"sets": "2"}, "both"), ({"time_of_day": "evening"}, "evening"),
                   ({"sets": "2", "time_of_day": "morning"}, "both"), ({}, "any")],
)  # fmt: skip
def test_the_time_of_day_is_kept_and_read(said, kept, desk, cast, database, visit):
    assert desk.post(page_of(cast.bob), {**DOSE, **said}).status_code == 303
    (row,) = lines(database, cast.bob)
    assert row.time_of_day == kept
    words = {"both": "morning and evening", "evening": "in the evening", "any": "3 × 30 s"}[kept]
    assert words in text_of(visit(cast.bob).get("/stretches").text)


def test_an_unknown_time_of_day_is_refused(desk, cast, database):
    assert desk.post(page_of(cast.bob), {**DOSE, "time_of_day": "noon"}).status_code == 422
    assert not lines(database, cast.bob)


# Ending and its undo, the history.


def test_an_end_can_be_undone_today_and_not_next_week(cast, database, clock, visit):
    desk, there = visit(cast.pia), page_of(cast.alice, f"/{cast.alice.prescription_id}")
    desk.post(f"{there}/end")
    assert "Undo" in text_of(desk.get(page_of(cast.alice)).text)
    assert desk.post(f"{there}/resume").status_code == 303
    (row,) = lines(database, cast.alice)
    assert (row.ends_on, row.ended_at, row.ended_by) == (None, None, None)
    assert desk.post(f"{there}/resume").status_code == 404
    desk.post(f"{there}/end")
    clock.shift(timedelta(days=7))
    assert visit(cast.pia).post(f"{there}/resume").status_code == 404


def test_an_end_is_not_undone_into_two_of_the_same(desk, cast, database):
    there = page_of(cast.alice, f"/{cast.alice.prescription_id}")
    desk.post(f"{there}/end")
    desk.post(page_of(cast.alice), DOSE)
    answer = desk.post(f"{there}/resume")
    assert answer.status_code == 303
    assert [row.ends_on is None for row in lines(database, cast.alice)].count(True) == 1


def test_the_history_tells_what_was_prescribed_then_and_by_whom(cast, database, clock, visit):
    desk = visit(cast.pia)
    desk.post(page_of(cast.bob), {**DOSE, "note": "Slowly"})
    clock.shift(timedelta(days=7))
    desk = visit(cast.lea)
    (first,) = lines(database, cast.bob)
    desk.post(page_of(cast.bob), {**DOSE, "change": str(first.id), "repetitions": "2"})
    desk.post(page_of(cast.bob, f"/{lines(database, cast.bob)[-1].id}/end"))
    told = text_of(desk.get(page_of(cast.bob, "/history")).text)
    assert "Changed to 2 × 30 s, Monday to Friday. Before: 3 × 30 s" in told
    assert told.index("Ended") < told.index("Changed to") < told.index("Prescribed: 3 × 30 s")
    assert "Pia Sommer" in told
    assert "Lea Moreau" in told


# Pauses.


def test_a_paused_day_asks_for_nothing_and_counts_neither_way(desk, cast, database, visit):
    episode = str(cast.alice.episode_id)
    answer = desk.post(page_of(cast.alice, "/pause"), dated(-9, 2, "told_to_rest", episode=episode))
    assert answer.status_code == 303
    today = text_of(visit(cast.alice).get("/today").text)
    assert "Your stretches are paused" in today
    assert "Stretches today" not in today
    told = text_of(visit(cast.alice).get("/progress").text)
    assert "of 11 stretches done" in told
    assert "9 days off do not count" in told
    caseload = text_of(desk.get("/patients").text)
    assert "of 11 stretches" in caseload
    (row,) = rows_of(
        database, Pause, Pause.patient_id == cast.alice.patient_id, Pause.reason == "told_to_rest"
    )
    assert desk.post(page_of(cast.alice, f"/pause/{row.id}/end")).status_code == 303
    (row,) = rows_of(database, Pause, Pause.id == row.id)
    assert row.last_day == TODAY - timedelta(days=1), "what was rested stays excused"
    assert "Stretches today" in text_of(visit(cast.alice).get("/today").text)
    assert desk.post(page_of(cast.alice, f"/pause/{row.id}/end")).status_code == 404


@pytest.mark.parametrize(
    "wrong", [dated(3, 1), dated(0, 120), dated(-300, 1), dated(0, 1, "lazy"), {"first_day": "", "last_day": ""},
              {**dated(0, 1), "last_day": "soon"}],
)  # fmt: skip
def test_a_pause_that_can_not_be_is_refused_on_both_sides(wrong, desk, cast, visit, database):
    phone = visit(cast.alice)
    before = contents(database, "auth_session")
    refused = desk.post(
        page_of(cast.alice, "/pause"), {**wrong, "episode": str(cast.alice.episode_id)}
    )
    own = phone.post("/stretches/excuse", wrong)
    assert (refused.status_code, own.status_code) == (422, 422)
    assert "fault" in refused.text
    assert "fault" in own.text
    assert contents(database, "auth_session") == before


def test_a_patient_excuses_days_and_comes_back_earlier(cast, visit, database, desk):
    phone = visit(cast.alice)
    assert phone.post("/stretches/excuse", dated(-1, 4)).status_code == 303
    assert "Your stretches are paused" in text_of(phone.get("/today").text)
    assert "Said by the patient" in text_of(desk.get(page_of(cast.alice)).text)
    (summary,) = rows_of(
        database, EpisodeSummary, EpisodeSummary.episode_id == cast.alice.episode_id
    )
    assert summary.excuses == [[str(TODAY - timedelta(days=1)), str(TODAY + timedelta(days=4))]]
    phone.send(phone.form("/stretches", "/stretches/excuse/end"))
    (row,) = rows_of(database, Excuse, Excuse.patient_id == cast.alice.patient_id)
    assert row.last_day == TODAY - timedelta(days=1)
    assert "Stretches today" in text_of(phone.get("/today").text)


def test_an_excuse_is_the_patients_own_to_share(cast, visit, desk):
    phone = visit(cast.alice)
    phone.post("/stretches/excuse", dated(0, 4, "ill"))
    phone.post("/me/sharing", {"clinic_id": str(cast.harbour.id), "share": "off"})
    assert "Said by the patient" not in text_of(desk.get(page_of(cast.alice)).text)
    phone.post("/me/sharing", {"clinic_id": str(cast.harbour.id), "share": "on"})
    assert "Said by the patient" in text_of(desk.get(page_of(cast.alice)).text)


# Templates.


def test_a_programme_is_kept_copied_and_changed_freely(desk, cast, database, visit):
    name = {"name": "  Neck,  gentle ", "episode": str(cast.alice.episode_id)}
    assert desk.post(page_of(cast.alice, "/template"), name).status_code == 303
    (kept,) = rows_of(database, ProgrammeTemplate, ProgrammeTemplate.name == "Neck, gentle")
    copy = {"template": str(kept.id), "episode": str(cast.bob.episode_id)}
    paul = visit(cast.paul)
    assert "1 stretch is added" in text_of(
        paul.post(page_of(cast.bob, "/apply"), copy, follow=True).text
    )
    (row,) = lines(database, cast.bob)
    assert (row.stretch, row.days, row.note) == ("side-neck", EVERY_DAY, "Slowly, Alice Archer")
    assert "In the programme already" in text_of(
        paul.post(page_of(cast.bob, "/apply"), copy, follow=True).text
    )
    paul.post(page_of(cast.bob), {**DOSE, "change": str(row.id), "sets": "3"})
    (line,) = rows_of(database, TemplateLine, TemplateLine.template_id == kept.id)
    assert line.sets == 1, "a template is not changed by its copies"


@pytest.mark.parametrize("wrong", ["", "   ", "x" * 81, "Of Harbour", "\0"])
def test_a_template_needs_a_name_of_its_own(wrong, desk, cast, database):
    before = contents(database, "auth_session")
    answer = desk.post(
        page_of(cast.alice, "/template"), {"name": wrong, "episode": str(cast.alice.episode_id)}
    )
    renamed = desk.post(
        f"/programmes/{cast.templates['Harbour']}", {"name": "" if wrong == "Of Harbour" else wrong}
    )
    assert (answer.status_code, renamed.status_code) == (422, 422)
    assert contents(database, "auth_session") == before


def test_an_empty_programme_is_no_template(desk, cast):
    answer = desk.post(
        page_of(cast.bob, "/template"), {"name": "Bob's", "episode": str(cast.bob.episode_id)}
    )
    assert "nothing in the programme" in text_of(answer.text)


def test_a_template_is_renamed_and_deleted_and_programmes_stay(desk, cast, database):
    address = f"/programmes/{cast.templates['Harbour']}"
    assert desk.post(address, {"name": "<b>Neck</b> & co"}).status_code == 303
    assert "&lt;b&gt;Neck" in desk.get("/programmes").text
    assert desk.post(address, {"action": "delete"}).status_code == 303
    assert desk.post(address, {"action": "delete"}).status_code == 404
    assert "No templates yet" in text_of(desk.get("/programmes").text)
    assert len(lines(database, cast.alice)) == 1


# What the patient hears.


def test_changes_are_told_once_bundled_and_not_half_done(cast, clock, visit, database):
    visit(cast.alice).post("/stretches/seen", {"until": (NOW - timedelta(hours=1)).isoformat()})
    desk = visit(cast.pia)
    desk.post(page_of(cast.alice), {**DOSE, "stretch": "chin-tuck-nod"})
    desk.post(
        page_of(cast.alice), {**DOSE, "change": str(cast.alice.prescription_id), "repetitions": "2"}
    )
    assert "Your physio changed" not in text_of(visit(cast.alice).get("/today").text)
    clock.shift(SETTLED)
    phone = visit(cast.alice)
    told = text_of(phone.get("/today").text)
    assert "Your physio changed your stretches: 1 new, 1 changed" in told
    assert "Your physio changed" in text_of(phone.get("/stretches").text)
    answer = phone.send(phone.form("/today", "/stretches/seen"), follow=True)
    assert "Your physio changed" not in text_of(answer.text)
    assert "Your physio changed" not in text_of(visit(cast.alice).get("/stretches").text)


def test_what_came_after_the_note_is_told_another_time(cast, clock, visit):
    desk = visit(cast.pia)
    desk.post(page_of(cast.alice), {**DOSE, "stretch": "chin-tuck-nod"})
    clock.shift(SETTLED)
    phone = visit(cast.alice)
    form = phone.form("/today", "/stretches/seen")
    visit(cast.pia).post(page_of(cast.alice), {**DOSE, "stretch": "scalene"})
    phone.send(form)
    clock.shift(SETTLED)
    assert "changed your stretches: 1 new" in text_of(visit(cast.alice).get("/today").text)


@pytest.mark.parametrize("wrong", ["", "soon", "2026-03-11T12:00:00", "\0", "9" * 400])
def test_a_moment_that_is_none_is_seen_by_nobody(wrong, cast, visit):
    assert visit(cast.alice).post("/stretches/seen", {"until": wrong}).status_code == 404


def test_a_time_to_come_hides_nothing_of_the_future(cast, clock, visit):
    visit(cast.alice).post("/stretches/seen", {"until": "9000-01-01T00:00:00+00:00"})
    clock.shift(timedelta(hours=1))
    visit(cast.pia).post(page_of(cast.alice), {**DOSE, "stretch": "scalene"})
    clock.shift(SETTLED)
    assert "Your physio changed" in text_of(visit(cast.alice).get("/today").text)


# On paper.


def test_the_sheet_is_a_pdf_of_both_sides(cast, visit, desk):
    for answer in (
        visit(cast.alice).get("/stretches.pdf"),
        desk.get(f"/patients/{cast.alice.patient_id}/programme.pdf"),
    ):
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.data.startswith(b"%PDF-")
        assert len(answer.data) < 60_000


@pytest.mark.parametrize(
    "name", ["Żaneta Øst", "王小明", "محمد علي", "😀 Smile", "A" * 120, "<b>x</b>", "  "]
)
def test_any_name_fits_on_the_sheet(name, cast, visit, database):
    with database.door(writes=True) as door:
        door.session.get(
            Episode, (cast.harbour.id, cast.alice.patient_id, cast.alice.episode_id)
        ).complaint = name[:80]
    assert visit(cast.alice).get("/stretches.pdf").data.startswith(b"%PDF-")
