"""The caseload's rules, each at its edge; and due days counted as by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.strip import Strip, build
from tracker.domain.triage import (
    ORDER,
    EpisodeFacts,
    Kind,
    Line,
    due_count,
    reason_for,
    stretch_counts,
)

TODAY = date(2026, 3, 11)
NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)


def pains(*newest_first, start=0):
    """A strip from ratings counted backwards from today; None leaves a day out."""
    return build(
        {
            TODAY - timedelta(days=start + ago): value
            for ago, value in enumerate(newest_first)
            if value is not None
        }
    )


def facts(**given):
    base = {
        "opened_on": TODAY - timedelta(days=60),
        "is_joined": True,
        "is_sharing": True,
        "last_logged_on": TODAY,
        "last_session_at": None,
        "last_soreness": None,
        "last_soreness_at": None,
    }
    return EpisodeFacts(**{**base, **given})


def kind(**given):
    return reason_for(facts(**given), NOW, TODAY).kind


def needled(hours_ago):
    moment = NOW - timedelta(hours=hours_ago)
    return {"last_session_at": moment, "session_hours": build({moment.date(): moment.hour})}


@pytest.mark.parametrize(
    "strip, expected",
    [
        (pains(5, 5, 3, 3, 3, 3, 3), Kind.FLARE),
        (pains(4, 5, 3, 3, 3, 3, 3), Kind.ON_COURSE),
        (pains(5, 3, 3, 3, 3), Kind.ON_COURSE),
        (pains(5, 5, 3, 3, 3, 3, 3, start=4), Kind.FLARE),
        (pains(5, 5, 3, 3, 3, 3, 3, start=5), Kind.ON_COURSE),
        (pains(5, None, 5, None, 3, 3, 3, None, 3, 3), Kind.FLARE),
        (pains(2, 2, 0, 0, 0, 0, 0), Kind.FLARE),
        (pains(10, 10, 9, 9, 9, 9, 9), Kind.STEADY_HIGH),
        (pains(7, 7, 7, 7, 7), Kind.STEADY_HIGH),
        (pains(7, 7, 7, 7, 6), Kind.ON_COURSE),
        (pains(9, 9, 9, 9), Kind.NEW),
        (pains(8, None, 8, None, 8, 8, 8), Kind.STEADY_HIGH),
        (pains(3, 3, 3, 3), Kind.NEW),
        (Strip(), Kind.NEW),
    ],
)
def test_pain_alone_decides_at_the_edges(strip, expected):
    assert kind(pain=strip) is expected


def test_the_three_days_after_a_session_are_no_flare():
    strip = pains(6, 6, 6, 3, 3, 3, 3, 3, 3)
    assert kind(pain=strip) is Kind.FLARE
    assert kind(pain=strip, **needled(48)) is not Kind.FLARE


@pytest.mark.parametrize(
    "felt_after, soreness, hours, expected",
    [(73, 1, 74, Kind.LONG_SORENESS), (72, 5, 74, Kind.ON_COURSE), (73, 0, 74, Kind.ON_COURSE),
     (73, 5, 192, Kind.LONG_SORENESS), (73, 5, 193, Kind.ON_COURSE)],
)  # fmt: skip
def test_soreness_counts_beyond_72_hours_while_it_is_asked_about(
    felt_after, soreness, hours, expected
):
    session = needled(hours)
    felt_at = session["last_session_at"] + timedelta(hours=felt_after)
    found = kind(pain=pains(*[3] * 6), last_soreness=soreness, last_soreness_at=felt_at, **session)
    assert found is expected


@pytest.mark.parametrize(
    "days, expected",
    [
        (0, Kind.ON_COURSE),
        (2, Kind.ON_COURSE),
        (3, Kind.SILENT),
        (14, Kind.SILENT),
        (15, Kind.QUIET),
    ],
)
def test_silence_is_counted_in_days(days, expected):
    last = TODAY - timedelta(days=days)
    assert kind(last_logged_on=last, pain=pains(*[3] * 6, start=days)) is expected
    assert kind(last_logged_on=None, opened_on=last, pain=pains(*[3] * 6)) is expected


@pytest.mark.parametrize(
    "halves, days, expected",
    [(0, 127, Kind.FEW_STRETCHES), (1, 127, Kind.ON_COURSE), (0, 1, Kind.ON_COURSE),
     (0, 0b11, Kind.FEW_STRETCHES)],
)  # fmt: skip
def test_under_half_of_the_stretches_is_said(halves, days, expected):
    done = build({TODAY - timedelta(days=ago): halves for ago in range(1, 15)})
    line = Line(TODAY - timedelta(days=40), None, days)
    assert kind(pain=pains(*[3] * 6), done_halves=done, lines=[line]) is expected


def test_today_is_not_over_yet():
    line = Line(TODAY, None, 127)
    assert stretch_counts(facts(lines=[line]), TODAY) == (0.0, 0)


def test_joining_and_consent_come_before_everything():
    high = {"pain": pains(*[9] * 7)}
    assert kind(is_joined=False, **high) is Kind.NOT_JOINED
    assert kind(is_sharing=False, **high) is Kind.NOT_SHARING


def test_a_session_in_the_last_three_days_is_told():
    assert kind(pain=pains(*[3] * 6), **needled(70)) is Kind.NEEDLED
    assert kind(pain=pains(*[3] * 6), **needled(80)) is Kind.ON_COURSE


def test_the_order_is_the_kinds_order_and_the_heavier_first():
    flare = reason_for(facts(pain=pains(8, 8, 3, 3, 3, 3, 3)), NOW, TODAY)
    lesser = reason_for(facts(pain=pains(5, 5, 3, 3, 3, 3, 3)), NOW, TODAY)
    high = reason_for(facts(pain=pains(*[8] * 7)), NOW, TODAY)
    assert flare.rank < lesser.rank < high.rank
    assert ORDER[Kind.QUIET] == max(ORDER.values())


SPANS = st.tuples(
    st.integers(-40, 40), st.one_of(st.none(), st.integers(-40, 60)), st.integers(0, 127)
)


@given(st.lists(SPANS, max_size=6), st.integers(-30, 30), st.integers(0, 40))
def test_due_days_are_counted_as_by_hand(spans, first, length):
    def day(offset):
        return TODAY + timedelta(days=offset)

    lines = [
        Line(day(start), None if end is None else day(end), mask) for start, end, mask in spans
    ]
    by_hand = sum(
        1
        for line in lines
        for offset in range(first, first + length + 1)
        if line.starts_on <= day(offset)
        and (line.ends_on is None or day(offset) <= line.ends_on)
        and line.days >> day(offset).weekday() & 1
    )
    assert due_count(lines, day(first), day(first + length)) == by_hand


@given(st.lists(st.one_of(st.none(), st.integers(0, 10)), max_size=30))
def test_every_course_has_one_reason(ratings):
    strip = pains(*ratings)
    found = reason_for(facts(pain=strip, last_logged_on=strip.end), NOW, TODAY)
    assert found.kind in ORDER
    assert len(found.rank) == 2
