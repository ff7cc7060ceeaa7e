"""The changes behind a programme's versions, and what of them is news to the patient."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.catalog import conflicts, propose, stretches
from tracker.domain.prescription import (
    EVERY_DAY,
    FIVE_DAYS,
    Dose,
    TimeOfDay,
    busiest_day,
    default_dose,
    time_of_day,
)
from tracker.domain.programme_changes import SETTLES_AFTER, Turn, Version, bundle, changes

NOW = datetime(2026, 3, 11, 12, 0, tzinfo=UTC)


def version(
    series: UUID, number: int, hours: float, sets: int = 1, ended: float | None = None
) -> Version:
    at, ended_at = NOW - timedelta(hours=hours), None
    if ended is not None:
        ended_at = NOW - timedelta(hours=ended)
    return Version(
        series, number, "side-neck", "left", Dose(sets, 3, 30), "", at, ended_at=ended_at
    )


def turns(found):
    return [change.turn for change in found]


def test_history_tells_start_changes_and_end_in_order():
    one, other = uuid4(), uuid4()
    found = changes([version(one, 2, 5, 2), version(one, 1, 50), version(other, 1, 20, ended=1)])
    assert turns(found) == [Turn.STARTED, Turn.STARTED, Turn.CHANGED, Turn.ENDED]
    before, after = found[2].before, found[2].after
    assert before
    assert after
    assert (before.dose.sets, after.dose.sets) == (1, 2)


def test_a_patient_hears_of_a_line_once_and_of_nothing_twice():
    one, other, gone = uuid4(), uuid4(), uuid4()
    versions = [version(one, 1, 5), version(one, 2, 4, 2), version(other, 1, 99), version(other, 2, 3, 3),
                version(gone, 1, 99, ended=2)]  # fmt: skip
    seen = NOW - timedelta(hours=10)
    assert turns(bundle(versions, seen, NOW)) == [Turn.STARTED, Turn.CHANGED, Turn.ENDED]
    assert bundle(versions, NOW - timedelta(hours=1), NOW) == []


def test_half_done_edits_are_not_told_yet():
    one = uuid4()
    fresh = [version(one, 1, 99), version(one, 2, 0.02, 2)]
    seen = NOW - timedelta(hours=10)
    assert bundle(fresh, seen, NOW) == []
    assert turns(bundle(fresh, seen, NOW + SETTLES_AFTER)) == [Turn.CHANGED]


def test_begun_and_ended_or_changed_back_is_nothing():
    one, other = uuid4(), uuid4()
    versions = [
        version(one, 1, 3, ended=2),
        version(other, 1, 99),
        version(other, 2, 3, 2),
        version(other, 3, 2),
    ]
    assert bundle(versions, NOW - timedelta(hours=10), NOW) == []


def test_what_is_weeks_old_is_no_news():
    assert bundle([version(uuid4(), 1, 24 * 15)], None, NOW) == []


HOURS = st.floats(0.1, 400, allow_nan=False)


@given(
    st.lists(st.lists(HOURS, min_size=1, max_size=4, unique=True), max_size=4), st.none() | HOURS
)
def test_a_bundle_has_one_change_a_line_and_seeing_it_ends_it(lines, seen):
    versions = []
    for hours in lines:
        series = uuid4()
        for number, ago in enumerate(sorted(hours, reverse=True), 1):
            versions.append(version(series, number, ago, number))
    seen_at = None if seen is None else NOW - timedelta(hours=seen)
    found = bundle(versions, seen_at, NOW)
    assert len({change.version.series for change in found}) == len(found)
    assert bundle(versions, NOW, NOW) == []


def test_what_the_screening_rules_out_is_never_proposed():
    everything = [muscle for stretch in stretches().values() for muscle in stretch.muscles]
    asked = {reason for stretch in stretches().values() for reason in stretch.ask_first}
    for reason in asked:
        found = propose(everything, [reason])
        assert all(reason not in stretch.ask_first for stretch in found)
        assert {s.id for s in found} <= {s.id for s in propose(everything, [])}
    assert conflicts(stretches()["side-neck"], ["neck_injury", "pregnancy"]) == ["neck_injury"]


def test_the_default_dose_is_what_worked():
    for stretch in stretches().values():
        dose = default_dose(stretch)
        assert dose.days == FIVE_DAYS
        assert dose.sets in {1, 2}
        if stretch.hold_seconds > 15:
            assert dose.sets == 1
            assert dose.repetitions in {2, 3}
            assert dose.hold_seconds <= 30


def test_twice_a_day_is_morning_and_evening():
    assert time_of_day(2, "morning") is TimeOfDay.BOTH
    assert time_of_day(1, "both") is TimeOfDay.ANY
    assert time_of_day(1, "evening") is TimeOfDay.EVENING


def test_minutes_a_day_are_those_of_the_fullest_day():
    assert busiest_day([]) == (0, 0)
    assert busiest_day([(0b0000001, 4.0), (0b0000010, 3.0)]) == (1, 4.0)
    assert busiest_day([(EVERY_DAY, 4.0), (0b1000000, 3.0)]) == (2, 7.0)
