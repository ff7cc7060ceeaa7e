"""Who asks for what: roles, forms, and ids that exist for somebody else."""

from __future__ import annotations

from uuid import UUID, uuid4

from tests.support.cast import TODAY, Cast, Record, Somebody
from tests.support.clients import Browser
from tests.support.pages import normal

ROLES = ("nobody", "alice", "bob", "pia", "lea", "otto", "dora")
PATIENTS, STAFF = {"alice", "bob", "dora"}, {"pia", "lea", "otto"}
COUNTED = ("rate_window", "auth_session", "session_grant")
"""Tables that a visit itself may write to: tries are counted, the test's own sign-ins stand."""

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
    "physio.send_nudge": {},
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
