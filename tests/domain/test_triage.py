"""The caseload's reasons: each rule at its edge, and which one speaks when several apply."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.strip import build
from tracker.domain.triage import EpisodeFacts, Kind, Line, due_count, reason_for

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


def day(back):
    return TODAY - timedelta(days=back)


def strip(values, newest=0):
    """A strip of the values given newest first."""
    return build([(day(newest + back), v) for back, v in enumerate(values) if v is not None])


def facts(pain=(), newest=0, **more):
    logged = [newest + back for back, value in enumerate(pain) if value is not None]
    given = {
        "opened_on": day(80),
        "is_joined": True,
        "is_sharing": True,
        "last_logged_on": day(min(logged)) if logged else None,
        "last_session_at": None,
        "last_soreness": None,
        "last_soreness_at": None,
        "pain": strip(pain, newest),
    }
    return EpisodeFacts(**{**given, **more})


def kind(known):
    return reason_for(known, NOW, TODAY).kind


CALM = [3] * 14


@pytest.mark.parametrize(
    "recent,expected",
    [
        ([5, 5], Kind.FLARE),
        ([6, 5], Kind.FLARE),
        ([5, 4], Kind.ON_COURSE),
        ([4, 5], Kind.ON_COURSE),
        ([5, None, 5], Kind.FLARE),
    ],
)
def test_a_flare_is_two_up_on_two_logged_days(recent, expected):
    assert kind(facts(recent + CALM)) is expected


def test_the_median_is_of_fourteen_logged_days_and_no_more():
    assert kind(facts([5, 5] + [3] * 14 + [9] * 40)) is Kind.FLARE
    assert kind(facts([5, 5] + [3] * 7 + [4] * 7)) is Kind.ON_COURSE


def test_under_five_days_before_it_there_is_no_flare():
    assert kind(facts([9, 9] + [2] * 4)) is not Kind.FLARE
    assert kind(facts([9, 9] + [2] * 5)) is Kind.FLARE


def test_pain_in_the_days_after_needling_is_no_flare():
    needled = strip([None, None, 14])
    known = facts([7, 7, *CALM], session_hours=needled, last_session_at=NOW - timedelta(days=2))
    assert kind(known) is not Kind.FLARE


def test_a_flare_says_its_numbers():
    reason = reason_for(facts([6, 5, *CALM]), NOW, TODAY)
    assert reason.numbers == {"pain": 6, "usual": 3, "rise": 2, "days": 14}


@pytest.mark.parametrize(
    "hours,soreness,expected", [(73, 1, True), (72, 4, False), (80, 0, False), (24, 9, False)]
)
def test_soreness_counts_beyond_72_hours_only(hours, soreness, expected):
    needled = NOW - timedelta(hours=hours + 1)
    known = facts(
        CALM,
        last_session_at=needled,
        last_soreness=soreness,
        last_soreness_at=needled + timedelta(hours=hours, minutes=1)
        if hours == 73
        else needled + timedelta(hours=hours),
    )
    assert (kind(known) is Kind.LONG_SORENESS) is expected


def test_soreness_of_an_earlier_session_is_not_held_against_the_last():
    known = facts(
        CALM,
        last_session_at=NOW - timedelta(hours=5),
        last_soreness=6,
        last_soreness_at=NOW - timedelta(days=9),
    )
    assert kind(known) is Kind.NEEDLED


@pytest.mark.parametrize(
    "week,expected",
    [
        ([7] * 5, Kind.STEADY_HIGH),
        ([7] * 4, Kind.NEW),
        ([8, 6, 7, 7, 7], Kind.STEADY_HIGH),
        ([7, 7, 7, 7, 6], Kind.ON_COURSE),
    ],
)
def test_steady_high_wants_five_days_and_a_mean_of_seven(week, expected):
    assert kind(facts(week)) is expected


@pytest.mark.parametrize(
    "back,expected",
    [(2, Kind.ON_COURSE), (3, Kind.SILENT), (14, Kind.SILENT), (15, Kind.QUIET)],
)
def test_silence_is_said_from_three_days_and_collapsed_beyond_fourteen(back, expected):
    assert kind(facts(CALM, newest=back)) is expected


def test_somebody_who_never_logged_is_silent_since_the_opening():
    reason = reason_for(facts(opened_on=day(4)), NOW, TODAY)
    assert (reason.kind, reason.numbers) == (Kind.SILENT, {"days": 4, "ever": 0.0})


def lines(*mask):
    return [Line(day(60), None, value) for value in mask]


@pytest.mark.parametrize("halves,expected", [(13, Kind.FEW_STRETCHES), (14, Kind.ON_COURSE)])
def test_under_half_of_the_stretches_of_fourteen_days(halves, expected):
    done = strip([None] + [1] * min(halves, 14))
    assert kind(facts(CALM, done_halves=done, lines=lines(127))) is expected


def test_a_stretch_or_two_due_is_too_few_to_speak_of():
    assert kind(facts(CALM, lines=[Line(day(3), None, 127)])) is Kind.ON_COURSE


def test_without_consent_nothing_logged_is_read():
    assert kind(facts([9, 9, *CALM], is_sharing=False)) is Kind.NOT_SHARING
    assert kind(facts(is_joined=False)) is Kind.NOT_JOINED


@given(st.lists(st.one_of(st.none(), st.integers(0, 10)), min_size=1, max_size=40))
def test_every_history_has_exactly_one_reason(pain):
    reason = reason_for(facts(pain), NOW, TODAY)
    assert reason.kind in Kind


@given(
    st.lists(st.integers(0, 10), min_size=16, max_size=30), st.integers(1, 60), st.integers(60, 84)
)
def test_days_without_an_entry_far_back_change_nothing(pain, gap, place):
    known = facts(pain)
    emptied = replace(known, pain=known.pain.with_value(day(min(place, 83)), None))
    assert reason_for(emptied, NOW, TODAY) == reason_for(known, NOW, TODAY)


dates = st.integers(0, 40).map(day)
line = st.builds(Line, dates, st.one_of(st.none(), dates), st.integers(1, 127))


@given(st.lists(line, max_size=4), dates, st.integers(0, 30))
def test_due_days_are_counted_as_one_would_by_hand(programme, first, span):
    last = first + timedelta(days=span)
    by_hand = sum(
        1
        for offset in range(span + 1)
        for own in programme
        if own.starts_on <= (at := first + timedelta(days=offset))
        and (own.ends_on is None or at <= own.ends_on)
        and own.days >> at.weekday() & 1
    )
    assert due_count(programme, first, last) == by_hand
