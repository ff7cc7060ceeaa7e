"""Queries of the adverse-event register: treatments, what was seen and logged, safety reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, String, cast, select

from tracker.store.schema import (
    Consent,
    NeedledMuscle,
    NeedlingSession,
    SafetyReport,
    SorenessEntry,
)
from tracker.store.scope import Scope, consent_stands

Rows = Sequence[Row[Any]]


def sessions(scope: Scope, since: datetime | None) -> Rows:
    """(id, patient_id, needled_at, is_sharing) of the clinic's treatments."""
    sharing = consent_stands(NeedlingSession.clinic_id, NeedlingSession.patient_id)
    statement = select(
        NeedlingSession.id,
        NeedlingSession.patient_id,
        NeedlingSession.needled_at,
        sharing.label("is_sharing"),
    )
    if since is not None:
        statement = statement.where(NeedlingSession.needled_at >= since)
    return scope.rows(statement, NeedlingSession, narrowed=(Consent,))


def seen_by_physios(scope: Scope) -> Rows:
    """(needling_session_id, bleeding, bruising) of needled muscles where either was seen."""
    return scope.rows(
        select(
            NeedledMuscle.needling_session_id, NeedledMuscle.bleeding, NeedledMuscle.bruising
        ).where(NeedledMuscle.bleeding | NeedledMuscle.bruising),
        NeedledMuscle,
    )


def side_effects(scope: Scope, since: datetime | None) -> Rows:
    """(patient_id, needling_session_id, felt_at, side_effects) of ratings that name any."""
    statement = select(
        SorenessEntry.patient_id,
        SorenessEntry.needling_session_id,
        SorenessEntry.felt_at,
        SorenessEntry.side_effects,
    ).where(cast(SorenessEntry.side_effects, String) != "[]")
    if since is not None:
        statement = statement.where(SorenessEntry.felt_at >= since)
    return scope.rows(statement, SorenessEntry)


def reports(scope: Scope, since: datetime | None) -> Rows:
    """(patient_id, needling_session_id, recorded_at, signs) of safety reports."""
    statement = select(
        SafetyReport.patient_id,
        SafetyReport.needling_session_id,
        SafetyReport.recorded_at,
        SafetyReport.signs,
    )
    if since is not None:
        statement = statement.where(SafetyReport.recorded_at >= since)
    return scope.rows(statement, SafetyReport)
