"""Flags of a simulated record, and what was done about them."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.domain.flare import Reply
from tracker.domain.safety import Step, Tier
from tracker.domain.simulate_flags import SimulatedFlag
from tracker.store.bulk.frame import Frame, Row, Rows
from tracker.store.schema import Flag, FlagStep


def flag_rows(frame: Frame) -> Iterator[Rows]:
    """Each table's rows; who has not joined has raised nothing."""
    if frame.given.has_joined:
        yield Flag, [_flag(frame, one) for one in frame.given.flags]
        yield FlagStep, [*_steps(frame)]


def _flag(frame: Frame, one: SimulatedFlag) -> Row:
    raised_at = frame.utc(one.raised_at)
    acknowledged_at = frame.utc(one.acknowledged_at) if one.acknowledged_at else None
    subject_id = frame.episode_id
    if one.session is not None:
        subject_id = frame.session_id(frame.of.sessions[one.session])
    numbers = {**one.numbers, "said": one.said.value} if one.said else one.numbers
    if one.said_on is not None:
        numbers["said_in"] = str(frame.id("checkin", one.said_on))
    return {
        **frame.keys,
        "id": _id(frame, one),
        "kind": one.kind.value,
        "tier": Tier.AMBER.value,
        "episode_id": frame.episode_id,
        "source_id": frame.id(*one.source),
        "subject_id": subject_id,
        "reason": one.reason,
        "numbers": numbers,
        "said_at": raised_at,
        "raised_at": raised_at,
        "acknowledged_at": acknowledged_at,
        "acknowledged_by": frame.given.treated_by if acknowledged_at else None,
        "note": one.note,
        "snoozed_until": None,
        "handed_to": None,
        "closed_at": raised_at if one.said is Reply.NO else None,
    }


def _steps(frame: Frame) -> Iterator[Row]:
    for one in frame.given.flags:
        if one.acknowledged_at is not None:
            yield {
                **frame.keys,
                "id": frame.id("flag step", one.kind.value, *one.source),
                "flag_id": _id(frame, one),
                "step": Step.ACKNOWLEDGED.value,
                "made_by": frame.given.treated_by,
                "made_at": frame.utc(one.acknowledged_at),
                "handed_to": None,
                "until": None,
                "note": one.note,
            }


def _id(frame: Frame, one: SimulatedFlag) -> object:
    return frame.id("flag", one.kind.value, *one.source)
