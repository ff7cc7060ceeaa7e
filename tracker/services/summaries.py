"""Keeping an episode's summary beside each write, and rebuilding it from the entries themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from tracker.domain import strip
from tracker.domain.days import local_time
from tracker.domain.prescription import Outcome
from tracker.domain.strip import Strip
from tracker.store import logs
from tracker.store.schema import Episode, EpisodeSummary, NeedlingSession, Prescription
from tracker.store.scope import Scope


def new_summary(episode: Episode) -> EpisodeSummary:
    """An episode's summary before anything was logged."""
    return EpisodeSummary(
        clinic_id=episode.clinic_id,
        patient_id=episode.patient_id,
        episode_id=episode.id,
        pain="",
        done_halves="",
    )


def note_pain(row: EpisodeSummary, day: date, pain: int) -> None:
    """Put a day's average pain into the strip."""
    moved = Strip(row.pain_end, row.pain).with_value(day, pain)
    row.pain_end, row.pain = moved.end, moved.text
    _note_logged(row, day)


def note_soreness(row: EpisodeSummary, soreness: int, felt_at: datetime, day: date) -> None:
    """Keep the newest soreness."""
    if row.last_soreness_at is None or felt_at >= row.last_soreness_at:
        row.last_soreness, row.last_soreness_at = soreness, felt_at
    _note_logged(row, day)


def note_stretches(row: EpisodeSummary, day: date, halves: int) -> None:
    """Put a day's stretches done, counted in halves, into the strip."""
    moved = Strip(row.done_end, row.done_halves).with_value(day, min(halves, strip.LARGEST))
    row.done_end, row.done_halves = moved.end, moved.text
    _note_logged(row, day)


def _note_logged(row: EpisodeSummary, day: date) -> None:
    if row.last_logged_on is None or day > row.last_logged_on:
        row.last_logged_on = day


def note_session(episode: Episode, needled_at: datetime, zone: str) -> None:
    """Mark a needling session (its local hour) in the episode's own strip."""
    wall = local_time(needled_at, zone)
    moved = Strip(episode.session_end, episode.session_hours).with_value(wall.date(), wall.hour)
    episode.session_end, episode.session_hours = moved.end, moved.text
    if episode.last_session_at is None or needled_at > episode.last_session_at:
        episode.last_session_at = needled_at


def mark_sessions(episode: Episode, moments: Sequence[datetime], zone: str) -> None:
    """Make the episode's own strip anew from all of its sessions, oldest first."""
    episode.session_end, episode.session_hours, episode.last_session_at = None, "", None
    for needled_at in moments:
        note_session(episode, needled_at, zone)


def note_programme(scope: Scope, episode: Episode, today: date) -> None:
    """Keep the prescriptions that the caseload counts due days from."""
    since = today - timedelta(days=strip.LENGTH)
    rows = scope.entities(
        Prescription,
        Prescription.patient_id == episode.patient_id,
        Prescription.episode_id == episode.id,
        (Prescription.ends_on.is_(None)) | (Prescription.ends_on >= since),
    )
    episode.lines = [
        [row.starts_on.isoformat(), row.ends_on.isoformat() if row.ends_on else None, row.days]
        for row in rows
    ]


def rebuild(scope: Scope, episode: Episode, today: date) -> None:
    """Make the logged half of a summary anew from the entries (a patient's scope)."""
    row = logs.find_summary(scope, episode.id)
    if row is None:
        row = new_summary(episode)
        scope.add(row)
    row.pain_end, row.pain, row.done_end, row.done_halves = None, "", None, ""
    row.last_logged_on = row.last_soreness = row.last_soreness_at = None
    first = strip.oldest(today)
    for checkin in logs.pain_between(scope, episode, first, today):
        note_pain(row, checkin.local_date, checkin.pain_average)
    halves: dict[date, float] = {}
    for entry in logs.stretch_outcomes_between(scope, episode, first, today):
        halves[entry.local_date] = (
            halves.get(entry.local_date, 0) + 2 * Outcome(entry.outcome).share
        )
    for day in sorted(halves):
        note_stretches(row, day, round(halves[day]))
    sessions = scope.entities(NeedlingSession, NeedlingSession.episode_id == episode.id)
    for soreness in logs.soreness_of(scope, sessions):
        note_soreness(row, soreness.soreness, soreness.felt_at, soreness.local_date)
    scope.flush()
