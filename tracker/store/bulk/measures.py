"""Measures of a simulated record: activities, answers, questions, goals, degrees by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from tracker.domain.measures import Measure
from tracker.domain.simulate_measures import SimulatedMeasures
from tracker.store.bulk.frame import Frame, Row, Rows
from tracker.store.schema import Activity, Goal, MeasureEntry, MotionReading, VisitQuestion

MEASURED_AT = time(8, 5)


def measure_rows(frame: Frame) -> Iterator[Rows]:
    """Each table's rows; who has not joined has logged nothing."""
    drawn = frame.measured
    if frame.given.has_joined:
        yield Activity, [*_activities(frame, drawn)]
        yield MeasureEntry, [*_entries(frame, drawn)]
        yield VisitQuestion, [*_questions(frame, drawn)]
    yield Goal, [*_goals(frame, drawn)]
    yield MotionReading, [*_readings(frame, drawn)]


def _activities(frame: Frame, drawn: SimulatedMeasures) -> Iterator[Row]:
    if drawn.named_at is None:
        return
    for place, words in enumerate(drawn.activities):
        yield {
            **frame.keys,
            "id": frame.id("activity", place),
            "episode_id": frame.episode_id,
            "place": place,
            "words": words,
            "named_by": None,
            "named_at": frame.utc(drawn.named_at),
            "retired_at": None,
        }


def _entries(frame: Frame, drawn: SimulatedMeasures) -> Iterator[Row]:
    for entry in drawn.entries:
        recorded_at = frame.utc(entry.recorded_at)
        answers = dict(entry.answers)
        if entry.measure is Measure.ACTIVITIES:
            answers = {str(frame.id("activity", place)): value for place, value in answers.items()}
        yield {
            **frame.keys,
            "entry_id": frame.id("measure", entry.measure.value, entry.local_date),
            "episode_id": frame.episode_id,
            "measure": entry.measure.value,
            "local_date": entry.local_date,
            "zone": frame.zone,
            "answers": answers,
            "told_to": None,
            "rev": 1,
            "recorded_at": recorded_at,
            "updated_at": recorded_at,
        }


def _questions(frame: Frame, drawn: SimulatedMeasures) -> Iterator[Row]:
    for place, one in enumerate(drawn.questions):
        asked_at = frame.utc(one.asked_at)
        answered_at = frame.utc(one.answered_at) if one.answered_at else None
        yield {
            **frame.keys,
            "entry_id": frame.id("question", place),
            "episode_id": frame.episode_id,
            "local_date": one.asked_at.date(),
            "zone": frame.zone,
            "words": one.words,
            "rev": 1,
            "recorded_at": asked_at,
            "updated_at": asked_at,
            "answered_at": answered_at,
            "answered_by": frame.given.treated_by if answered_at else None,
            "answer": one.answer,
        }


def _goals(frame: Frame, drawn: SimulatedMeasures) -> Iterator[Row]:
    for place, (words, reached_on) in enumerate(drawn.goals):
        yield {
            **frame.keys,
            "id": frame.id("goal", place),
            "episode_id": frame.episode_id,
            "words": words,
            "made_by": frame.given.treated_by,
            # One after the other, so that they have an order.
            "made_at": frame.booked_at + timedelta(minutes=20 + place),
            "reached_on": reached_on,
            "removed_at": None,
        }


def _readings(frame: Frame, drawn: SimulatedMeasures) -> Iterator[Row]:
    for place, one in enumerate(drawn.by_hand):
        yield {
            **frame.keys,
            "id": frame.id("motion", place),
            "episode_id": frame.episode_id,
            "movement": one.movement,
            "side": one.side,
            "degrees": one.before,
            "measured_on": one.day,
            "measured_by": frame.given.treated_by,
            "recorded_at": frame.utc(datetime.combine(one.day, MEASURED_AT)),
            "removed_at": None,
        }
