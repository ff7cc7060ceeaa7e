"""What a row tells at a glance: news, how long a look lasts, where the small line lies."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.glance import AFTER, BEFORE, LOOK, News, lay, look_at, news_between
from tracker.domain.strip import build, values_of
from tracker.domain.triage import Kind

TODAY = date(2026, 3, 11)
NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "before, after, gap, news",
    [
        (None, Kind.FLARE, 0, None),
        (Kind.ON_COURSE, Kind.FLARE, 0, News.FLARE),
        (Kind.FLARE, Kind.FLARE, 1, None),
        (Kind.FLARE, Kind.STEADY_HIGH, 0, News.STEADY_HIGH),
        (Kind.LONG_SORENESS, Kind.ON_COURSE, 1, News.EASED),
        (Kind.FLARE, Kind.SILENT, 0, News.SILENT),
        (Kind.SILENT, Kind.QUIET, 0, News.QUIET),
        (Kind.QUIET, Kind.QUIET, 0, None),
        (Kind.QUIET, Kind.ON_COURSE, 20, News.BACK),
        (Kind.QUIET, Kind.FLARE, 20, News.FLARE),
        (Kind.ON_COURSE, Kind.ON_COURSE, 3, None),
        (Kind.ON_COURSE, Kind.ON_COURSE, 4, News.BACK),
        (Kind.NOT_JOINED, Kind.NEW, 0, News.JOINED),
        (Kind.NOT_JOINED, Kind.NOT_JOINED, 0, None),
        (Kind.ON_COURSE, Kind.NOT_SHARING, 0, News.STOPPED),
        (Kind.NOT_SHARING, Kind.NOT_SHARING, 0, None),
        (Kind.NOT_SHARING, Kind.ON_COURSE, 30, News.SHARES),
        (Kind.NEEDLED, Kind.ON_COURSE, 1, None),
        (Kind.FEW_STRETCHES, Kind.NEEDLED, 1, None),
    ],
)
def test_news_is_what_a_colleague_would_mention(before, after, gap, news):
    assert news_between(before, after, gap) is news


def test_a_page_loaded_again_keeps_its_news():
    first, since = look_at(None, None, NOW)
    assert (first, since) == (NOW, None), "before the first look nothing is new"
    soon = NOW + LOOK - timedelta(seconds=1)
    assert look_at(first, since, soon) == (NOW, None)
    later = NOW + timedelta(hours=4)
    assert look_at(NOW, None, later) == (later, NOW)
    assert look_at(later, NOW, later + timedelta(minutes=29)) == (later, NOW)


@given(
    st.dictionaries(st.integers(-2, 90), st.integers(0, 10)),
    st.lists(st.integers(-2, 80), max_size=6),
)
def test_the_last_session_stands_at_the_same_place_in_each_row(pains, needled):
    strip = build({TODAY - timedelta(days=ago): pain for ago, pain in pains.items()})
    hours = build({TODAY - timedelta(days=ago): 9 for ago in needled})
    line = lay(strip, hours, TODAY)
    past = [ago for ago in needled if ago >= 0 and hours.value(TODAY - timedelta(days=ago))]
    assert line.is_laid == (bool(past) and min(past) <= AFTER)
    if line.is_laid:
        assert line.sessions[-1] == BEFORE
    assert len(line.days) <= BEFORE + AFTER + 1
    days = [TODAY - timedelta(days=ago) for ago in reversed(range(len(line.days)))]
    assert values_of(line.days) == [strip.value(day) for day in days]
    assert all(hours.value(days[place]) is not None for place in line.sessions)
