"""Nobody sees or changes what is somebody else's: what is foreign answers as if it never was.

The walk takes every route, method and role. An id that exists elsewhere has to give the same
status and body as one that exists nowhere, and nothing may be written on the way.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

import tracker.web
from tests.support.cast import NOW, TODAY, Cast, Record, Somebody
from tests.support.clients import Browser
from tests.support.databases import contents
from tests.support.pages import normal
from tracker.domain.own_stretch import key_of
from tracker.store.schema import AuthSession, Invitation

ROLES = ("nobody", "alice", "bob", "pia", "lea", "otto", "dora")
PATIENTS, STAFF = {"alice", "bob", "dora"}, {"pia", "lea", "otto"}
COUNTED = ("rate_window", "auth_session", "session_grant")
"""Tables that a visit itself may write to: tries are counted, the test's own sign-ins stand."""

# Parameters that name nothing of anybody's: signed or random secrets, of which only the real one
# opens anything.
SECRETS = {"token", "ticket"}

SESSION: dict[str, object] = {"needled_on": TODAY.isoformat(), "needled_time": "09:00", "muscle-0": "upper-trapezius",
           "side-0": "right", "insertions-0": "4", "technique-0": "deep", "is_confirmed": "y",
           "consent_scope": ["needling"], "needles_in": "1", "needles_out": "1"}  # fmt: skip
DOSE: dict[str, object] = {"stretch": "chin-tuck-nod", "side": "both", "sets": "1", "repetitions": "3",
        "hold_seconds": "30", "days": ["0", "1"]}  # fmt: skip
EPISODE: dict[str, object] = {
    "complaint": "Knee",
    "region": "leg",
    "side": "left",
    "opened_on": TODAY.isoformat(),
}

PAUSE: dict[str, object] = {
    "first_day": TODAY.isoformat(),
    "last_day": TODAY.isoformat(),
    "reason": "ill",
}
STRETCH: dict[str, object] = {"name": "Reach", "steps": "Stand.", "sides": "one_side", "sets": "1",
           "repetitions": "3", "hold_seconds": "30"}  # fmt: skip

FORMS: dict[str, dict[str, object]] = {
    "physio.invite": {},
    "physio.take_over": {"own": "on"},
    "physio.add_episode": EPISODE,
    "physio.close_episode": {},
    "physio.add_phase": {"day": TODAY.isoformat(), "words": "New stretches"},
    "physio.remove_phase": {},
    "physio.plan_visit": {"next_visit_on": "2026-04-01"},
    "physio.record_session": SESSION,
    "physio.change_programme": DOSE,
    "physio.end_prescription": {},
    "physio.resume_prescription": {},
    "physio.pause_programme": PAUSE,
    "physio.end_pause": {},
    "physio.save_template": {"name": "Neck"},
    "physio.apply_template": {},
    "physio.change_template": {"name": "Neck"},
    "physio.change_stretch": STRETCH,
    "physio.move_stretch": {},
    "physio.review_stretch": {"reviewer": "Pia"},
    "clinic.change_colleague": {"action": "end"},
    "physio.amend_session": {**SESSION, "rev": "1"},
    "clinic.withdraw_invitation": {},
    "flags.acknowledge": {"note": "Called."},
    "flags.undo": {},
    "flags.snooze": {"days": "1", "seen": "0"},
    "flags.add_note": {"note": "Called."},
    "flags.hand_over": {"handed_to": "00000000-0000-4000-8000-000000000000", "seen": "0"},
    "flags.close": {"seen": "0"},
    "flags.send_nudge": {},
    "physio.note_phone": {"phone": "020 7946 0000"},
    "auth.join_now": {"name": "Alice Archer", "year_of_birth": "1984", "agrees": "y"},
    "auth.reset_now": {"password": "a new and long password"},
    "auth.unsubscribe_now": {},
    "physio.name_activities": {"names": ["Driving"]},
    "physio.tell_measure": {"measure": "weekly", "answer-pain": "3", "entry_id": str(uuid4())},
    "physio.add_motion": {"movement": "neck_rotation", "side": "left", "degrees": "60",
                          "measured_on": TODAY.isoformat(), "form_id": str(uuid4())},
    "physio.remove_motion": {},
    "physio.add_goal": {"words": "Sleep", "form_id": str(uuid4())},
    "physio.change_goal": {"what": "reached"},
    "physio.answer_question": {"answer": "Yes."},
}  # fmt: skip
"""What each POST with an id in its address takes when the id is one's own."""


@pytest.fixture
def cast(cast, maker):
    """The cast with an open flag in each clinic, and a phase marked for each of some patients."""
    reported = {"Harbour": cast.alice, "Lighthouse": cast.dora}
    for who in reported.values():
        maker.reports(who, "wide_bruise")
    by = {"Harbour": cast.pia, "Lighthouse": cast.otto}
    marked = (cast.alice, cast.dora, cast.emil, cast.emil_there)
    return replace(
        cast,
        questions={who.name: maker.asked(who) for who in (cast.dora, cast.emil)},
        flags={name: maker.flags_of(who)[0].id for name, who in reported.items()},
        marks={who.episode_id: maker.marks(by[who.clinic.name], who) for who in marked},
        measured={who.episode_id: maker.measured(by[who.clinic.name], who) for who in marked},
    )


def foreign_ids(cast: Cast, role: str) -> dict[str, object]:
    """One existing row of each kind that a role must not reach: the other clinic's."""
    there = role in {"otto", "dora"}
    record = cast.alice if there else cast.dora
    assert record.prescription_id is not None
    assert record.needling_id is not None
    return {
        "patient_id": record.patient_id,
        "episode_id": record.episode_id,
        "prescription_id": record.prescription_id,
        "needling_id": record.needling_id,
        "pause_id": cast.pauses["Harbour" if there else "Lighthouse"],
        "template_id": cast.templates["Harbour" if there else "Lighthouse"],
        "membership_id": (cast.paul if there else cast.otto).membership_id,
        "mark_id": cast.marks[record.episode_id],
        "flag_id": cast.flags["Harbour" if there else "Lighthouse"],
        **measured_ids(cast, record),
        "invitation_id": cast.waiting["Harbour" if there else "Lighthouse"],
        "stretch_id": cast.own_stretches["Harbour" if there else "Lighthouse"],
        "content": "0123456789abcdef",
    }


def measured_ids(cast: Cast, record: Record) -> dict[str, UUID]:
    """What is measured of somebody, as addresses name it."""
    own = cast.measured[record.episode_id]
    return {"reading_id": own.reading_id, "goal_id": own.goal_id, "question_id": own.question_id}


def own_ids(cast: Cast, role: str) -> dict[str, object]:
    """What the same role's clinic does hold."""
    return foreign_ids(cast, "pia" if role in {"otto", "dora"} else "otto")


def neighbours_ids(cast: Cast, role: str) -> dict[str, UUID]:
    """Another patient's rows of the role's own clinic."""
    record = cast.emil_there if role in {"otto", "dora"} else cast.emil
    assert record.prescription_id is not None
    assert record.needling_id is not None
    return {
        "episode_id": record.episode_id,
        "prescription_id": record.prescription_id,
        "needling_id": record.needling_id,
        "pause_id": cast.pauses["Emil there" if role in {"otto", "dora"} else "Emil"],
        "mark_id": cast.marks[record.episode_id],
        **measured_ids(cast, record),
    }


def choices(rule: Rule, cast: Cast, role: str) -> list[tuple[dict[str, object], dict[str, object]]]:
    """Pairs of address values: some that exist for somebody else, and the same that never were."""
    never: dict[str, object] = {name: uuid4() for name in rule.arguments}
    if rule.arguments & SECRETS:
        return [({name: f"{name}-{uuid4()}" for name in rule.arguments},
                 {name: f"{name}-{uuid4()}" for name in rule.arguments})]  # fmt: skip
    if "stretch_id" in never:
        never["stretch_id"] = key_of(uuid4(), uuid4())
    foreign, own, near = foreign_ids(cast, role), own_ids(cast, role), neighbours_ids(cast, role)
    unknown = rule.arguments - set(foreign)
    assert not unknown, f"{rule.rule} has {sorted(unknown)}: give it a foreign fixture"
    pairs: list[tuple[dict[str, object], dict[str, object]]] = [
        ({name: foreign[name] for name in rule.arguments}, dict(never))
    ]
    for last in sorted(rule.arguments - {"patient_id"}):
        if "patient_id" in rule.arguments:
            asked = {"patient_id": own["patient_id"]}
            pairs.append(({**asked, last: foreign[last]}, {**asked, last: never[last]}))
            pairs.append(({**asked, last: near[last]}, {**asked, last: never[last]}))
    return pairs


def somebody(cast: Cast, role: str) -> Somebody | None:
    return None if role == "nobody" else getattr(cast, role)


def same(one: Browser, other: Browser, method: str, paths, data=(None, None), ids=()) -> int:
    """Ask twice; status and body have to be the same. Gives the status."""
    answers = []
    for browser, path, sent in zip((one, other), paths, data, strict=True):
        if method == "GET":
            answers.append(browser.get(path))
        else:
            answers.append(browser.post(path, sent or {}))
    bodies = [normal(answer.text, *ids) for answer in answers]
    places = [normal(answer.headers.get("Location", ""), *ids) for answer in answers]
    assert answers[0].status_code == answers[1].status_code, (method, paths, sent)
    assert bodies[0] == bodies[1], (method, paths)
    assert places[0] == places[1], (method, paths)
    return answers[0].status_code


@pytest.mark.parametrize("role", ROLES)
def test_what_is_foreign_answers_as_if_it_never_was(role, app, database, cast, visit):
    one, other = visit(somebody(cast, role)), visit(somebody(cast, role))
    before = contents(database, *COUNTED)
    walked = 0
    for rule in app.url_map.iter_rules():
        if not rule.arguments:
            continue
        for foreign, never in choices(rule, cast, role):
            ids = (*foreign.values(), *never.values())
            with app.test_request_context():
                paths = [app.url_for(rule.endpoint, **values) for values in (foreign, never)]
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                data: dict[str, object] = {}
                if method == "POST":
                    assert rule.endpoint in FORMS, f"{rule.endpoint}: what does its form take?"
                    data = {**FORMS[rule.endpoint]}
                status = same(one, other, method, paths, (data, data), ids)
                expected = {302, 303, 410} if role == "nobody" else {404, 410}
                assert status in expected, (rule.endpoint, method, status)
                walked += 1
    assert walked > 20
    assert contents(database, *COUNTED) == before


def pages_of(app) -> list[tuple[str, str, str]]:
    """(endpoint, method, path) of everything without an id in its address."""
    with app.test_request_context():
        return [
            (rule.endpoint, method, app.url_for(rule.endpoint))
            for rule in app.url_map.iter_rules()
            for method in sorted((rule.methods or set()) & {"GET", "POST"})
            if not rule.arguments
        ]


ROOMS = {
    "patient": {"own_brief.print_brief", "own_brief.show_brief", "api.show_days", "api.take", "patient.change_email", "patient.change_sharing", "patient.export_csv",
                "patient.export_json", "patient.list_stretches", "patient.save_today",
                "patient.end_excuse", "patient.excuse_days", "patient.print_stretches",
                "measures.show_measure", "measures.save_measure", "measures.show_activities",
                "measures.save_activities", "measures.save_question", "patient.see_changes",
                "patient.show_progress", "patient.show_today", "patient.show_unsent",
                "patient.start_stretches", "spells.answer_spell", "spells.show_spell"},
    "physio": {"flags.show_flags", "physio.add_patient", "physio.list_patients", "physio.new_patient",
               "physio.add_stretch", "physio.new_stretch", "physio.show_library",
               "physio.list_templates", "physio.keep_filter", "physio.change_filter", "auth.change_password", "auth.show_password",
               "auth.switch_clinic"},
    "lead": {"clinic.change_clinic", "clinic.invite_colleague", "clinic.show_clinic",
             "clinic.export_register", "clinic.show_people", "clinic.show_register"},
    "member": {"api.show_session", "auth.sign_out", "patient.change_mail", "patient.end_device", "patient.show_me"},
    "anybody": {"api.describe", "auth.ask_new_phone", "auth.ask_reset", "auth.change_language", "auth.enter_code",
                "auth.root", "auth.send_new_phone", "auth.send_reset", "auth.sign_in",
                "auth.sign_in_staff", "patient.answer_safety", "patient.show_safety", "pwa.healthz", "pwa.locked", "pwa.manifest",
                "pwa.offline", "pwa.readyz", "pwa.worker"},
}  # fmt: skip
"""Which pages without an id are whose; a new page has to be put into one of these rooms."""

MAY = {
    "nobody": {"anybody"},
    **{role: {"anybody", "member", "patient"} for role in PATIENTS},
    **{role: {"anybody", "member", "physio"} for role in STAFF - {"lea"}},
    "lea": {"anybody", "member", "physio", "lead"},
}


@pytest.mark.parametrize("role", ROLES)
def test_a_page_of_another_role_does_not_exist(role, app, cast, visit, database):
    rooms = {endpoint: room for room, endpoints in ROOMS.items() for endpoint in endpoints}
    missing = visit(somebody(cast, role)).get("/no/such/page")
    missing_to_phones = visit(somebody(cast, role)).get("/api/v1/no/such/address")
    before = contents(database, *COUNTED)
    for endpoint, method, path in pages_of(app):
        assert endpoint in rooms, f"{endpoint} is in nobody's room yet"
        if rooms[endpoint] in MAY[role]:
            continue
        browser = visit(somebody(cast, role))
        answer = browser.get(path) if method == "GET" else browser.post(path)
        is_for_phones = endpoint.startswith("api.")
        if role == "nobody" and is_for_phones:
            assert answer.status_code == 401, endpoint
        elif role == "nobody":
            assert answer.status_code in {302, 303}, endpoint
            assert answer.headers["Location"].startswith("/sign-in"), endpoint
        else:
            assert answer.status_code == 404, endpoint
            expected = missing_to_phones if is_for_phones else missing
            assert normal(answer.text) == normal(expected.text), endpoint
    assert contents(database, *COUNTED) == before


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


@pytest.mark.parametrize("path", ["/flags", "/clinic/register?span=all", "/clinic/register.csv"])
def test_flags_and_the_register_hold_nothing_of_the_other_clinic(path, cast, visit):
    page = visit(cast.lea).get(path)
    assert page.status_code == 200
    assert not [word for word in ("Dora", "Otto", "Lighthouse") if word in page.text]
    for record in (cast.dora, cast.emil_there):
        assert str(record.patient_id) not in page.text
        assert str(record.patient_id)[:8] not in page.text
    assert str(cast.flags["Lighthouse"]) not in page.text


def test_a_session_form_of_another_patient_makes_a_session_of_ones_own(cast, visit, database):
    form_id = str(uuid4())
    for physio, record in ((cast.pia, cast.alice), (cast.otto, cast.dora), (cast.pia, cast.bob)):
        data = {**SESSION, "form_id": form_id, "episode_id": str(record.episode_id)}
        answer = visit(physio).post(f"/patients/{record.patient_id}/needling/new", data)
        assert answer.status_code == 303
    assert len(contents(database)["needling_session"]) == 4 + 3


FOREIGN_WORDS = ("Dora", "Bob", "Emil", "Carol", "Lighthouse", "Otto", "Lina")


@pytest.mark.parametrize(
    "path", ["/today", "/progress", "/stretches", "/me", "/safety", "/me/export.json",
             "/me/export.csv", "/progress?range=12w", "/progress/brief",
             "/progress/measure?of=activities", "/progress/activities"],
)  # fmt: skip
def test_a_patients_pages_and_exports_hold_nothing_foreign(path, cast, visit):
    page = visit(cast.alice).get(path)
    assert page.status_code == 200
    assert not [word for word in FOREIGN_WORDS if word in page.text]
    for record in (cast.bob, cast.dora, cast.emil, cast.emil_there):
        for key in (record.patient_id, record.episode_id, record.needling_id, record.person_id):
            assert str(key) not in page.text


def test_an_export_holds_everything_of_ones_own(cast, visit):
    held = visit(cast.alice).get("/me/export.json").json
    assert held["name"] == "Alice Archer"
    kinds = ("episodes", "needling_sessions", "needled_muscles", "prescriptions", "phase_marks", "checkins",
             "days", "soreness_entries", "stretch_entries", "consents", "activities", "measures",
             "motion_readings", "goals", "visit_questions")  # fmt: skip
    assert {kind: len(held[kind]) for kind in kinds} == dict.fromkeys(kinds, 1)
    assert {row["patient_id"] for kind in kinds for row in held[kind]} == {
        str(cast.alice.patient_id)
    }
    assert held["days"][0]["note"] == "Private words of Alice Archer"


@pytest.mark.parametrize("query", ["", "?all=1", "?all=1&q=e", "?all=1&q=dora", "?all=1&q=%25"])
def test_the_caseload_and_its_search_hold_nothing_of_the_other_clinic(query, cast, visit):
    page = visit(cast.pia).get(f"/patients{query}").text
    assert not [word for word in ("Dora Drewes", "Otto", "Lighthouse") if word in page]
    assert str(cast.dora.patient_id) not in page
    assert str(cast.emil_there.patient_id) not in page


def test_a_clinics_code_opens_that_clinic_alone(cast, visit):
    """Lighthouse makes Emil a new code: whoever uses it gets no sight of Harbour's record."""
    desk = visit(cast.otto)
    page = desk.post(f"/patients/{cast.emil_there.patient_id}/invitation").text
    link = re.search(r"/join/[\w-]+", page)
    assert link is not None
    phone = visit()
    said = {"name": "Emil Ernst", "year_of_birth": "1969"}
    assert phone.post(link[0], said).status_code == 303
    assert "Lighthouse" in phone.get("/me").text
    held = phone.get("/me/export.json").json
    assert [clinic["name"] for clinic in held["clinics"]] == ["Lighthouse"]
    assert {row["clinic_id"] for row in held["checkins"]} == {str(cast.lighthouse.id)}
    never, there = uuid4(), cast.emil.episode_id
    paths = (f"/progress?episode={there}", f"/progress?episode={never}")
    assert same(phone, phone, "GET", paths, ids=(there, never)) == 404


def test_a_person_let_into_both_clinics_sees_both(cast, visit):
    held = visit(cast.emil, cast.lighthouse).get("/me/export.json").json
    assert [clinic["name"] for clinic in held["clinics"]] == ["Harbour", "Lighthouse"]
    assert len(held["checkins"]) == 2


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


def test_measures_of_somebody_who_does_not_share_stay_with_them(cast, visit):
    told = ("says Alice Archer", "May Alice Archer swim?")
    desk, address = visit(cast.pia), f"/patients/{cast.alice.patient_id}"
    paths = (address, f"{address}/measures", f"{address}/brief")
    for path in paths:
        page = desk.get(path).text
        # What the clinic writes down itself stays its own.
        assert "Alice Archer sleeps through" in page
        assert told[1] in page, path
    leaving = {"clinic_id": str(cast.harbour.id), "share": "off"}
    assert visit(cast.alice).post("/me/sharing", leaving).status_code == 303
    for path in paths:
        page = desk.get(path).text
        assert "Alice Archer sleeps through" in page
        assert not [words for words in told if words in page], path
    weekly = {"measure": "weekly", "answer-pain": "3", "entry_id": str(uuid4())}
    for under, data in (("told", weekly), ("activities", {"names": "Driving"})):
        answer = desk.post(f"{address}/episodes/{cast.alice.episode_id}/{under}", data)
        assert answer.status_code == 404, under


def test_a_waiting_invitation_tells_the_clinic_and_nobodys_name(cast, client, database):
    page = client.get(f"/join/{cast.carol.token}")
    assert page.status_code == 200
    assert "Harbour" in page.text
    assert "Carol" not in page.text
    with database.door() as door:
        carols = select(Invitation).where(Invitation.patient_id == cast.carol.patient_id)
        row = door.session.scalars(carols).one()
        stored = (row.token_hash, row.code_hash)
    assert cast.carol.token not in stored
    assert row.expires_at > NOW
