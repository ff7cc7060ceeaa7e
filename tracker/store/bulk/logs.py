"""The patient's half of a simulated record: everything logged, and the summary of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tracker.domain import strip
from tracker.domain.adherence import REASONS, halves_done
from tracker.domain.prescription import Provenance
from tracker.domain.simulate_types import SimulatedCheckin
from tracker.domain.strip import Strip
from tracker.store.bulk.frame import Frame, Row, Rows
from tracker.store.schema import Checkin, DiaryDay, EpisodeSummary, SorenessEntry, StretchEntry


def log_rows(frame: Frame) -> Iterator[Rows]:
    """Each table's rows."""
    yield Checkin, [*_checkins(frame)]
    yield DiaryDay, [*_diary_days(frame)]
    yield SorenessEntry, [*_soreness(frame)]
    yield StretchEntry, [*_stretches(frame)]
    yield EpisodeSummary, [*_summary(frame)]


def _checkins(frame: Frame) -> Iterator[Row]:
    for entry in frame.of.checkins:
        recorded_at = frame.utc(entry.recorded_at)
        yield {
            **frame.keys,
            "entry_id": frame.id("checkin", entry.local_date),
            "episode_id": frame.episode_id,
            "local_date": entry.local_date,
            "zone": frame.zone,
            "pain_average": entry.pain_average,
            "pain_worst": entry.pain_worst,
            "stiffness": entry.stiffness,
            "regions": None,
            "is_flare": entry.is_flare,
            "is_backfilled": entry.backfilled,
            "day_rev": 1 if _has_day(entry) else None,
            "rev": 1,
            "recorded_at": recorded_at,
            "updated_at": recorded_at,
        }


def _has_day(entry: SimulatedCheckin) -> bool:
    return entry.sleep is not None or entry.stress is not None or bool(entry.note)


def _diary_days(frame: Frame) -> Iterator[Row]:
    for entry in frame.of.checkins:
        if not _has_day(entry):
            continue
        yield {
            **frame.keys,
            "local_date": entry.local_date,
            "sleep": entry.sleep,
            "stress": entry.stress,
            "note": entry.note,
            "rev": 1,
            "updated_at": frame.utc(entry.recorded_at),
        }


def _soreness(frame: Frame) -> Iterator[Row]:
    for entry in frame.of.soreness:
        felt_at = frame.utc(entry.felt_at)
        yield {
            **frame.keys,
            "entry_id": frame.id("soreness", entry.session, entry.felt_at.isoformat()),
            "needling_session_id": frame.session_id(frame.of.sessions[entry.session]),
            "felt_at": felt_at,
            "local_date": entry.felt_at.date(),
            "zone": frame.zone,
            "soreness": entry.soreness,
            "muscle": None,
            "side": None,
            "side_effects": list(entry.side_effects),
            "is_backfilled": False,
            "rev": 1,
            "updated_at": felt_at,
        }


def _stretches(frame: Frame) -> Iterator[Row]:
    for entry in frame.of.stretch_entries:
        line = frame.of.prescriptions[entry.prescription]
        recorded_at = frame.utc(entry.recorded_at)
        provenance = Provenance.BACKFILLED if entry.backfilled else Provenance.TICKED
        yield {
            **frame.keys,
            "entry_id": frame.id("stretch", line.series, line.version, entry.local_date),
            "prescription_id": frame.prescription_id(line),
            "local_date": entry.local_date,
            "zone": frame.zone,
            "outcome": entry.outcome,
            "sets_done": entry.sets_done,
            "pain_during": entry.pain_during,
            "reason": entry.reason,
            "provenance": provenance.value,
            "rev": 1,
            "recorded_at": recorded_at,
            "updated_at": recorded_at,
        }


def _summary(frame: Frame) -> Iterator[Row]:
    """The logged half, as rebuilding it on this day would leave it; none without an entry."""
    first = strip.oldest(frame.today)
    pains = {e.local_date: e.pain_average for e in frame.of.checkins if e.local_date >= first}
    done = _done_halves(frame, first)
    soreness = sorted(frame.of.soreness, key=lambda entry: entry.felt_at)
    felt_on = {entry.felt_at.date() for entry in soreness}
    if not (days := {*pains, *done, *felt_on}):
        return
    pain_strip, done_strip, reasons = strip.build(pains), _strip_of(done), _reasons(frame, first)
    yield {
        **frame.keys,
        "episode_id": frame.episode_id,
        "last_logged_on": max(days),
        "pain_end": pain_strip.end,
        "pain": pain_strip.text,
        "done_end": done_strip.end,
        "done_halves": done_strip.text,
        "reasons_end": reasons.end,
        "reasons": reasons.text,
        "excuses": [],
        "last_soreness": soreness[-1].soreness if soreness else None,
        "last_soreness_at": frame.utc(soreness[-1].felt_at) if soreness else None,
    }


def _done_halves(frame: Frame, first: date) -> dict[date, int]:
    halves: dict[date, int] = {}
    for entry in frame.of.stretch_entries:
        day = entry.local_date
        line = frame.of.prescriptions[entry.prescription]
        if day >= first:
            is_due = day.weekday() in line.days
            done = halves_done(entry.outcome, entry.sets_done, line.sets) if is_due else 0
            halves[day] = halves.get(day, 0) + done
    return halves


def _strip_of(halves: dict[date, int]) -> Strip:
    return strip.build({day: min(half, strip.LARGEST) for day, half in halves.items()})


def _reasons(frame: Frame, first: date) -> Strip:
    """The reason given most often on each day, as the service of the summaries keeps it."""
    given: dict[date, list[int]] = {}
    for entry in frame.of.stretch_entries:
        if entry.reason and entry.local_date >= first:
            given.setdefault(entry.local_date, []).append(REASONS.index(entry.reason))
    return strip.build(
        {day: max(own, key=lambda one: (own.count(one), -one)) for day, own in given.items()}
    )
