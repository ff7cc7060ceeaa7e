"""The smaller rules: merging, needling, prescriptions, invitations, sessions, schedules."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import catalog, invitation, schedule
from tracker.domain.checkin import LoggableDays
from tracker.domain.days import local_time
from tracker.domain.merge import merge_fields
from tracker.domain.needling import is_soreness_asked
from tracker.domain.prescription import (
    Dose,
    Prescription,
    changeover,
    days_mask,
    is_too_much,
    weekdays_of,
)
from tracker.domain.session import SessionKind, is_alive

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
names = st.sampled_from(["pain", "note", "sleep"])
values = st.dictionaries(names, st.one_of(st.none(), st.integers(0, 3)))


# Merging.


@given(values, values)
def test_an_edit_that_changes_nothing_of_its_base_changes_nothing(current, base):
    assert merge_fields(current, base, base).changes == {}


@given(values, values, values)
def test_only_fields_that_were_edited_change(current, base, edited):
    merged = merge_fields(current, base, edited)
    for name, value in merged.changes.items():
        assert edited[name] == value != base.get(name)
    result = {**current, **merged.changes}
    for name in names.elements:
        if edited.get(name, base.get(name)) == base.get(name):
            assert result.get(name) == current.get(name)


@given(values, values, values)
def test_merging_twice_is_merging_once(current, base, edited):
    once = {**current, **merge_fields(current, base, edited).changes}
    assert merge_fields(once, base, edited).changes == {}


def test_the_loser_is_named():
    merged = merge_fields({"pain": 5}, {"pain": 3}, {"pain": 7})
    assert (merged.changes, merged.overridden) == ({"pain": 7}, {"pain": 5})


# Soreness.


@pytest.mark.parametrize(
    "hours,last,asked",
    [
        (-1, None, False),
        (0, None, True),
        (72, 0, True),
        (73, 0, False),
        (73, 1, True),
        (73, None, True),
        (168, 3, True),
        (169, 3, False),
    ],
)
def test_soreness_is_asked_to_72_hours_then_until_zero_at_most_a_week(hours, last, asked):
    assert is_soreness_asked(NOW - timedelta(hours=hours), NOW, last) is asked


# Prescriptions.


@given(st.sets(st.integers(0, 6)))
def test_weekdays_survive_their_mask(weekdays):
    assert set(weekdays_of(days_mask(weekdays))) == weekdays


def test_a_version_is_due_on_its_days_and_in_its_time():
    dose = Dose(1, 3, 30, days_mask([0]))
    line = Prescription(uuid4(), "cross-body", "left", dose, date(2026, 11, 9), date(2026, 11, 16))
    due = [day for day in range(1, 30) if line.is_due(date(2026, 11, day))]
    assert due == [9, 16]


@pytest.mark.parametrize("is_logged", [True, False])
def test_versions_meet_without_gap_or_overlap(is_logged):
    last, first = changeover(date(2026, 11, 22), is_logged_today=is_logged)
    assert first - last == timedelta(days=1)
    assert first == date(2026, 11, 23 if is_logged else 22)


def test_four_stretches_twice_a_day_on_two_sides_are_too_much():
    minutes = 4 * Dose(2, 3, 30).minutes(sides=2)
    assert minutes == pytest.approx(28)
    assert is_too_much(4, minutes)
    assert not is_too_much(4, 10)
    assert is_too_much(5, 6)


# Days that may be logged.


@pytest.mark.parametrize(
    "day,refusal",
    [
        (date(2026, 11, 23), "future_day"),
        (date(2026, 11, 22), None),
        (date(2026, 10, 1), None),
        (date(2026, 9, 30), "before_episode"),
    ],
)
def test_days_from_the_opening_to_today_may_be_logged(day, refusal):
    assert LoggableDays(date(2026, 10, 1), date(2026, 11, 22)).refuses(day) == refusal


# Invitations.


@pytest.mark.parametrize(
    "typed,year,known,is_same",
    [
        ("Pat Okafor", 1974, "Pat Okafor", True),
        ("okafor PAT", 1974, "Pat Okafor", True),
        ("Zoe Müller", 1974, "Zoë Muller", True),
        ("Jürgen Groß", 1974, "Juergen Gross", False),
        ("Pat", 1974, "Pat Okafor", False),
        ("Pat A. Okafor", 1974, "Pat Okafor", True),
        ("Pat Okafor", 1975, "Pat Okafor", False),
        ("", 1974, "Pat Okafor", False),
        ("Sukarno", 1974, "Sukarno", True),
        ("Pat Jones", 1974, "Pat Okafor", False),
    ],
)
def test_who_is_who_by_name_and_year(typed, year, known, is_same):
    assert invitation.is_same_person(typed, year, known, 1974) is is_same


def test_a_code_is_understood_however_it_is_typed():
    secret = invitation.new_secret()
    assert invitation.tidy_code(f" {secret.spoken.lower()} ") == secret.code
    assert len(secret.token) >= 43  # 256 bits


# Sessions.


@pytest.mark.parametrize(
    "kind,age,idle,alive",
    [
        (SessionKind.STAFF, timedelta(hours=11), timedelta(hours=3), True),
        (SessionKind.STAFF, timedelta(hours=12), timedelta(0), False),
        (SessionKind.STAFF, timedelta(hours=5), timedelta(hours=4), False),
        (SessionKind.PATIENT, timedelta(days=300), timedelta(days=100), True),
        (SessionKind.PATIENT, timedelta(days=300), timedelta(days=120), False),
    ],
)
def test_staff_stay_a_working_day_and_patients_months(kind, age, idle, alive):
    assert is_alive(kind, NOW - age, NOW - idle, NOW) is alive


# Mail.


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC"]
)
def test_a_year_of_hourly_runs_sends_each_period_once(zone):
    daily, weekly = set(), set()
    for hour in range(366 * 24):
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
        daily.add(schedule.daily_period(at, zone))
        weekly.add(schedule.weekly_period(at, zone))
    days = [date.fromisoformat(period) for period in daily - {None}]
    first, last = min(days), max(days)
    span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert sorted(days) == [day for day in span if day.weekday() < 5]
    assert (last - first).days > 360
    assert len(weekly - {None}) in {52, 53}


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_a_weekly_mail_speaks_of_the_week_that_it_closes(moment):
    period = schedule.weekly_period(moment, "Europe/Berlin")
    if period is not None:
        first, last = schedule.week_days(period)
        assert (last - first).days == 6
        local = local_time(moment, "Europe/Berlin").date()
        assert last in {local, local - timedelta(days=1)}


# The lists.


def test_every_stretch_names_muscles_that_exist():
    assert len(catalog.stretches()) == 48
    assert len(catalog.muscles()) == 60
    for stretch in catalog.stretches().values():
        assert set(stretch.muscles) <= set(catalog.muscles())


def test_stretches_are_proposed_for_needled_muscles_and_held_back_ones_never():
    proposed = [stretch.id for stretch in catalog.stretches_for(["infraspinatus"])]
    assert "cross-body" in proposed
    assert catalog.stretches_for(["sternocleidomastoid"]) == []
