"""Ids in queries and forms: one that is somebody else's does what one that never was does."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

import tracker.web
from tests.isolation.ground import COUNTED, DOSE, PAUSE, SESSION, same
from tests.support.cast import TODAY, Cast, Somebody
from tests.support.databases import contents
from tracker.store.schema import AuthSession


def test_every_id_that_a_page_reads_is_walked_below():
    """Ids in queries and forms are read by few helpers; each name has a case in this file."""
    web = Path(tracker.web.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in web.rglob("*.py"))
    read = set(re.findall(r'(?:asked_id|posted_id|posted_or_none)\("(\w+)"\)', source))
    read |= set(re.findall(r"(\w+) = IdField\(", source))
    assert read == {"episode", "change", "excuse_id", "clinic_id", "session_id", "episode_id",
                    "needling_session_id", "entry_id", "form_id", "cover_id", "asked_id",
                    "handed_to"}  # fmt: skip


def foreign_in_query(cast: Cast) -> list[tuple[Somebody, str, tuple[UUID | None, ...]]]:
    """(who, address without the id, ids that exist but not there)."""
    own, there = f"/patients/{cast.alice.patient_id}", (cast.dora, cast.emil_there)
    episodes = (cast.bob.episode_id, *(record.episode_id for record in there))
    lines = (cast.emil.prescription_id, *(record.prescription_id for record in there))
    return [
        (cast.pia, f"{own}?episode=", episodes),
        (cast.pia, f"{own}/programme?episode=", episodes),
        (cast.pia, f"{own}/programme?change=", lines),
        (cast.pia, f"{own}/programme/history?episode=", episodes),
        (cast.pia, f"{own}/programme.pdf?episode=", episodes),
        (cast.pia, f"{own}/needling/new?episode=", episodes),
        (cast.pia, f"{own}/brief?episode=", episodes),
        (cast.pia, f"{own}/brief.pdf?episode=", episodes),
        (cast.pia, f"{own}/measures?episode=", episodes),
        (cast.alice, "/progress?episode=", episodes),
        (cast.alice, "/progress/measure?of=weekly&episode=", episodes),
        (cast.alice, "/progress/activities?episode=", episodes),
        (cast.alice, "/progress/brief?episode=", episodes),
        (cast.alice, "/progress/brief.pdf?episode=", episodes),
        # The same person's other clinic, which this session was not let into.
        (cast.emil, "/progress?episode=", (cast.emil_there.episode_id,)),
    ]


@pytest.mark.parametrize("case", range(15))
def test_an_id_in_the_query_reaches_nothing_foreign(case, cast, visit):
    who, address, ids = foreign_in_query(cast)[case]
    one, other = visit(who), visit(who)
    for foreign in ids:
        never = uuid4()
        paths = (f"{address}{foreign}", f"{address}{never}")
        assert same(one, other, "GET", paths, ids=(foreign, never)) == 404


FORM_IDS = (
    "episode_id", "episode_id suffixed", "pain suffixed", "needling_session_id",
    "soreness suffixed", "outcome", "due", "clinic_id", "sharing", "mail", "clinic choice",
    "device", "session's episode", "changed line", "changed line elsewhere", "prescribed episode",
    "cover",
    "paused episode", "kept episode", "copied template", "copied into episode", "own excuse",
    "asked question", "colleague",
    "measured episode", "rated activity", "named episode", "question's episode", "told activity",
)  # fmt: skip


def posts(case: str, cast: Cast, key: object) -> tuple[Somebody, str, dict[str, str]]:
    """(who, where, what): a form that would work if `key` were the sender's own."""
    today = {"local_date": TODAY.isoformat(), "zone": "Europe/London"}
    alice = f"/patients/{cast.alice.patient_id}"
    rates = {**today, "pain_average": "5"}
    return {
        "episode_id": (cast.alice, "/today", {**rates, "episode_id": str(key)}),
        "episode_id suffixed": (
            cast.alice, "/today",
            {**rates, f"pain_average-{key}": "7", f"episode_id-{key}": str(key)},
        ),
        "pain suffixed": (cast.alice, "/today", {**today, f"pain_average-{key}": "7"}),
        "needling_session_id": (
            cast.alice, "/today", {**today, "soreness": "2", "needling_session_id": str(key)},
        ),
        "soreness suffixed": (cast.alice, "/today", {**today, f"soreness-{key}": "2"}),
        "outcome": (cast.alice, "/today", {**today, f"outcome-{key}": "done"}),
        "due": (cast.alice, "/today", {**today, "due": str(key), "all_done": "1"}),
        "clinic_id": (
            cast.alice, "/today",
            {**today, "note": "words", "clinic_id": str(key),
             "episode_id": str(cast.alice.episode_id)},
        ),
        "sharing": (cast.alice, "/me/sharing", {"clinic_id": str(key), "share": "off"}),
        "mail": (cast.alice, "/me/mail", {"clinic_id": str(key), "mail": "off"}),
        "clinic choice": (cast.pia, "/clinic-choice", {"clinic_id": str(key)}),
        "device": (cast.alice, "/me/devices/end", {"session_id": str(key)}),
        "session's episode": (
            cast.pia, f"{alice}/needling/new",
            {**SESSION, "episode_id": str(key), "form_id": str(uuid4())},
        ),
        "changed line": (cast.pia, f"{alice}/programme", {**DOSE, "change": str(key)}),
        "changed line elsewhere": (
            cast.pia, f"/patients/{cast.dora.patient_id}/programme", {**DOSE, "change": str(key)},
        ),
        "cover": (
            cast.lea, "/clinic",
            {"name": "Harbour", "zone": "Europe/London", "language": "en", "minimum_age": "16",
             "emergency_number": "999", "clinic_number": "1", "cover_id": str(key)},
        ),
        "paused episode": (
            cast.pia, f"{alice}/programme/pause", {**PAUSE, "episode": str(key)},
        ),
        "kept episode": (
            cast.pia, f"{alice}/programme/template", {"name": "Neck", "episode": str(key)},
        ),
        "copied template": (
            cast.pia, f"{alice}/programme/apply",
            {"template": str(key), "episode": str(cast.alice.episode_id)},
        ),
        "copied into episode": (
            cast.pia, f"{alice}/programme/apply",
            {"template": str(cast.templates["Harbour"]), "episode": str(key)},
        ),
        "asked question": (cast.alice, "/today/spell", {"asked_id": str(key), "answer": "yes"}),
        "colleague": (
            cast.pia, f"/flags/{cast.flags['Harbour']}/hand-over",
            {"handed_to": str(key), "seen": "0"},
        ),
        "own excuse": (cast.alice, "/stretches/excuse/end", {"excuse_id": str(key)}),
        "measured episode": (
            cast.alice, "/progress/measure",
            {"measure": "weekly", "answer-pain": "3", "episode_id": str(key),
             "entry_id": str(uuid4())},
        ),
        "rated activity": (
            cast.alice, "/progress/measure",
            {"measure": "activities", f"answer-{key}": "3", "entry_id": str(uuid4()),
             "episode_id": str(cast.alice.episode_id)},
        ),
        "named episode": (
            cast.alice, "/progress/activities", {"names": "Driving", "episode_id": str(key)},
        ),
        "question's episode": (
            cast.alice, "/progress/question",
            {"text": "When?", "episode_id": str(key), "entry_id": str(uuid4())},
        ),
        "told activity": (
            cast.pia, f"{alice}/episodes/{cast.alice.episode_id}/told",
            {"measure": "activities", f"answer-{key}": "3", "entry_id": str(uuid4())},
        ),
        "prescribed episode": (cast.pia, f"{alice}/programme?episode={key}", dict(DOSE)),
    }[case]  # type: ignore[return-value]  # fmt: skip


def foreign_for(case: str, cast: Cast, database) -> list[object]:
    """Ids of the case's kind that exist, but not for its sender."""
    activities: list[object] = [
        cast.measured[who.episode_id].activity_id for who in (cast.dora, cast.emil)
    ]
    fixed: dict[str, list[object]] = {
        "rated activity": activities,
        "told activity": activities,
        "copied template": [cast.templates["Lighthouse"]],
        "own excuse": [cast.excuses["Dora"], cast.excuses["Emil"]],
        "cover": [cast.otto.membership_id, cast.lina.membership_id],
        "colleague": [cast.otto.membership_id, cast.lina.membership_id],
        "asked question": list(cast.questions.values()),
    }
    if case in fixed:
        return fixed[case]
    if "episode" in case or case == "pain suffixed":
        return [cast.bob.episode_id, cast.dora.episode_id, cast.emil_there.episode_id]
    if case in {"needling_session_id", "soreness suffixed"}:
        return [cast.emil.needling_id, cast.dora.needling_id]
    if case in {"outcome", "due"} or case.startswith("changed line"):
        return [cast.emil.prescription_id, cast.dora.prescription_id]
    if case == "device":
        with database.door() as door:
            bobs = select(AuthSession.id).where(AuthSession.person_id == cast.bob.person_id)
            return list(door.session.scalars(bobs))
    return [cast.lighthouse.id]


@pytest.mark.parametrize("case", FORM_IDS)
def test_an_id_in_a_form_reaches_nothing_foreign(case, cast, visit, database):
    before = contents(database, *COUNTED)
    found = foreign_for(case, cast, database)
    assert found
    for foreign in found:
        never = uuid4()
        who, path, data = posts(case, cast, foreign)
        _who, other_path, other_data = posts(case, cast, never)
        one, other = visit(who), visit(who)
        status = same(one, other, "POST", (path, other_path), (data, other_data), (foreign, never))
        assert status == 404, (case, status)
    assert contents(database, *COUNTED) == before


def test_another_patients_entry_id_behaves_as_unused(cast, visit, database):
    for phone, entry_id in (
        (cast.alice, cast.dora.soreness_id),
        (cast.emil, cast.alice.soreness_id),
    ):
        data = {"local_date": TODAY.isoformat(), "zone": "Europe/London", "soreness": "2",
                "needling_session_id": str(phone.needling_id), "entry_id": str(entry_id)}  # fmt: skip
        assert visit(phone).post("/today", data).status_code == 303
    rows = contents(database)["soreness_entry"]
    assert len(rows) == 4 + 2
    assert sum(str(cast.alice.soreness_id) in row for row in rows) == 2


def test_another_patients_report_id_behaves_as_unused(cast, visit, database, maker):
    taken = str(maker.reports(cast.dora, "fever"))
    data = {"signs": ["chest_pain"], "entry_id": taken}
    assert "Your clinic has it too" in visit(cast.alice).post("/safety", data).text
    rows = contents(database)["safety_report"]
    assert sum(taken.replace("-", "") in row.replace("-", "") for row in rows) == 2


def test_a_session_form_of_another_patient_makes_a_session_of_ones_own(cast, visit, database):
    form_id = str(uuid4())
    for physio, record in ((cast.pia, cast.alice), (cast.otto, cast.dora), (cast.pia, cast.bob)):
        data = {**SESSION, "form_id": form_id, "episode_id": str(record.episode_id)}
        answer = visit(physio).post(f"/patients/{record.patient_id}/needling/new", data)
        assert answer.status_code == 303
    assert len(contents(database)["needling_session"]) == 4 + 3


def test_another_patients_measure_and_question_ids_behave_as_unused(cast, visit, database):
    own, taken = cast.measured[cast.emil.episode_id], cast.measured[cast.alice.episode_id]
    emil = visit(cast.emil)
    weekly = {"measure": "weekly", "answer-pain": "3", "episode_id": str(cast.emil.episode_id),
              "entry_id": str(taken.entry_id)}  # fmt: skip
    assert emil.post("/progress/measure", weekly).status_code == 303
    maker_asks = {"text": "May I run?", "episode_id": str(cast.emil.episode_id),
                  "entry_id": str(taken.question_id)}  # fmt: skip
    assert emil.post("/progress/question", maker_asks).status_code == 303
    rows = contents(database)
    assert sum(str(taken.entry_id).replace("-", "") in row.replace("-", "")
               for row in rows["measure_entry"]) == 2  # fmt: skip
    assert own.question_id != taken.question_id
    assert sum("May Alice Archer swim?" in row for row in rows["visit_question"]) == 1
