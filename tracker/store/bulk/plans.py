"""The clinic's half of a simulated record: patient, episode, sessions, programme."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from tracker.domain import consent, invitation, strip
from tracker.domain.access import Role
from tracker.domain.days import local_time
from tracker.domain.needling import Side, Technique
from tracker.domain.prescription import TimeOfDay, days_mask, time_of_day
from tracker.domain.screening import CONSENT_VERSION
from tracker.domain.simulate_types import SimulatedSession
from tracker.store.bulk.frame import Frame, Row, Rows, stable_id
from tracker.store.schema import (
    Consent,
    Episode,
    Invitation,
    NeedledMuscle,
    NeedlingSession,
    Patient,
    Prescription,
)

WRITTEN_AFTER = timedelta(minutes=20)
PRESCRIBED_AFTER = timedelta(minutes=15)


def plan_rows(frame: Frame) -> Iterator[Rows]:
    """Each table's rows."""
    yield Patient, [_patient(frame)]
    if frame.given.has_joined:
        yield Consent, [_consent(frame)]
    else:
        yield Invitation, [_invitation(frame)]
    yield Episode, [_episode(frame)]
    yield NeedlingSession, [*_sessions(frame)]
    yield NeedledMuscle, [*_muscles(frame)]
    yield Prescription, [*_prescriptions(frame)]


def _patient(frame: Frame) -> Row:
    given = frame.given
    membership_id = frame.id("membership")
    return {
        "clinic_id": frame.clinic_id,
        "id": frame.keys["patient_id"],
        "person_id": stable_id(membership_id, "person") if given.has_joined else None,
        "physio_id": given.physio_id,
        "name": frame.of.name,
        "year_of_birth": frame.of.year_of_birth,
        "email": given.email,
        "phone": given.phone,
        "created_at": frame.booked_at,
    }


def _consent(frame: Frame) -> Row:
    return {
        **frame.keys,
        "id": frame.id("consent"),
        "version": consent.VERSION,
        "given_by": frame.of.name,
        "given_at": frame.joined_at,
        "withdrawn_at": frame.given.withdrawn_at,
    }


def _invitation(frame: Frame) -> Row:
    """A link that was handed out; its hash is of nothing, so that it opens nothing."""
    return {
        **frame.keys,
        "id": frame.id("invitation"),
        "role": Role.PATIENT.value,
        "email": frame.given.email,
        "token_hash": frame.id("token").hex * 2,
        "code_hash": None,
        "made_by": frame.given.treated_by,
        "made_at": frame.booked_at,
        "expires_at": invitation.link_expiry(frame.booked_at),
        "code_expires_at": invitation.code_expiry(frame.booked_at),
        "used_at": None,
        "tries": 0,
    }


def _episode(frame: Frame) -> Row:
    of = frame.of
    moments = [frame.utc(session.needled_at) for session in of.sessions]
    walls = [local_time(moment, frame.zone) for moment in moments]
    hours = strip.build([(wall.date(), wall.hour) for wall in walls])
    return {
        **frame.keys,
        "id": frame.episode_id,
        "complaint": of.complaint,
        "regions": [{"region": of.region, "side": of.side}],
        "opened_on": of.opened_on,
        "closed_on": None,
        "next_visit_on": frame.given.next_visit_on,
        "recalled_pain": of.recalled_pain if frame.given.has_joined else None,
        "opened_by": frame.given.treated_by,
        "created_at": frame.booked_at,
        "consent_scope": CONSENT if moments else None,
        "screening": _screening(frame) if moments else None,
        "screened_at": max(moments, default=None),
        "last_session_at": max(moments, default=None),
        "session_end": hours.end,
        "session_hours": hours.text,
        "lines": _lines(frame),
        "pauses": [],
    }


def _lines(frame: Frame) -> list[list[Any]]:
    """The versions that due days are counted from, as the service of the programme keeps them."""
    since = frame.today - timedelta(days=strip.LENGTH)
    return [
        [
            line.starts_on.isoformat(),
            line.ends_on.isoformat() if line.ends_on else None,
            days_mask(line.days),
        ]
        for line in frame.of.prescriptions
        if line.ends_on is None or line.ends_on >= since
    ]


def _sessions(frame: Frame) -> Iterator[Row]:
    for session in frame.of.sessions:
        needled_at = frame.utc(session.needled_at)
        yield {
            **frame.keys,
            "id": frame.session_id(session),
            "episode_id": frame.episode_id,
            "practitioner_id": frame.given.treated_by,
            "form_id": frame.id("form", session.needled_at.isoformat()),
            "needled_at": needled_at,
            "note": session.note,
            "needles_in": len(session.muscles),
            "needles_out": len(session.muscles),
            "motions": _motions(frame, session),
            "co_treatments": ["manual"] if needled_at.day % 3 == 0 else [],
            "is_aftercare_given": True,
            "consent_scope": CONSENT,
            "consent_version": CONSENT_VERSION,
            "screening": _screening(frame),
            "recorded_at": needled_at + WRITTEN_AFTER,
        }


def _motions(frame: Frame, session: SimulatedSession) -> list[Row]:
    """Degrees before and after, in the words that a physio would type."""
    one = frame.measured.sessions.get(session.needled_at)
    if one is None:
        return []
    side = "" if one.side == Side.MIDDLE else f" {one.side}"
    movement = one.movement.replace("_", " ") + side
    return [{"movement": movement, "before": one.before, "after": one.after}]


def _muscles(frame: Frame) -> Iterator[Row]:
    for session in frame.of.sessions:
        session_id = frame.session_id(session)
        for place, row in enumerate(session.muscles):
            yield {
                **frame.keys,
                "needling_session_id": session_id,
                "place": place,
                "muscle": row.muscle,
                "side": row.side,
                "insertions": row.insertions,
                "technique": row.technique,
                "twitch": row.twitch,
                "pain_during": row.pain_during,
                "gauge": 30,
                "length": 40 if row.technique != Technique.SUPERFICIAL else 25,
                "depth": 20 if row.technique != Technique.SUPERFICIAL else 6,
            }


CONSENT = ["needling", "chest_wall"]


def _screening(frame: Frame) -> list[str]:
    """What a made-up patient says yes to: for about one in three, one thing."""
    answers = ("diabetes", "falls", "needle_phobia", "shoulder_surgery")
    return [answers[frame.of.year_of_birth % 4]] if frame.of.year_of_birth % 3 == 0 else []


def _prescriptions(frame: Frame) -> Iterator[Row]:
    visits = {
        session.needled_at.date(): frame.utc(session.needled_at) + PRESCRIBED_AFTER
        for session in frame.of.sessions
    }
    for line in frame.of.prescriptions:
        yield {
            **frame.keys,
            "id": frame.prescription_id(line),
            "episode_id": frame.episode_id,
            "series_id": frame.id("series", line.series),
            "version": line.version,
            "stretch": line.stretch,
            "side": "both" if line.side == "middle" else line.side,
            "sets": line.sets,
            "repetitions": line.repetitions,
            "hold_seconds": line.hold_seconds,
            "days": days_mask(line.days),
            "time_of_day": time_of_day(line.sets, TimeOfDay.ANY).value,
            "note": "",
            "starts_on": line.starts_on,
            "ends_on": line.ends_on,
            "prescribed_by": frame.given.treated_by,
            "prescribed_at": visits.get(line.starts_on, frame.joined_at),
        }
