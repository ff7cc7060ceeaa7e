"""Rates of the adverse-event register against published worked figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import catalog
from tracker.domain.register import PUBLISHED, Event, event_of, event_of_side_effect, rate


def test_no_treatments_have_no_rate():
    assert rate(0, 0) is None


@pytest.mark.parametrize(
    "count, treatments, per_thousand, low, high",
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    [(81, 263, 308.0, 255.3, 366.2), (15, 148, 101.4, 62.4, 160.5), (0, 20, 0, 0, 161.1),
     (1, 29, 34.5, 6.1, 171.8)],
)  # fmt: skip
def test_the_interval_is_wilsons(count, treatments, per_thousand, low, high):
    found = rate(count, treatments)
    assert found is not None
    assert found.per_thousand == pytest.approx(per_thousand, abs=0.05)
    assert found.low == pytest.approx(low, abs=0.1)
    assert found.high == pytest.approx(high, abs=0.1)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_rate_and_stays_in_range(counts):
    found = rate(*counts)
    assert found is not None
    assert 0 <= found.low <= found.per_thousand + 1e-9
    assert found.per_thousand <= found.high + 1e-9 <= 1000 + 1e-6


def test_more_events_than_treatments_can_not_be():
    with pytest.raises(ValueError, match="3 of 2"):
        rate(3, 2)


def test_published_rates_are_brady_and_boyce():
    assert PUBLISHED[Event.BRUISE].brady == 75.5
    assert PUBLISHED[Event.BLEEDING].boyce == 160
    assert PUBLISHED[Event.RED].boyce == pytest.approx(1000 / 1024, abs=0.005)


@pytest.mark.parametrize(
    "sign, event",
    [("small_bruise", "bruise"), ("wide_bruise", "bruise"), ("drop_of_blood", "bleeding"),
     ("bleeding_not_stopped", "bleeding"), ("tired", "drowsy"), ("fever", "urgent"),
     ("chest_pain", "red"), ("abnormal_soreness", "pain_after")],
)  # fmt: skip
def test_signs_are_counted_as_their_kind(sign, event):
    assert event_of(sign) == event


def test_every_side_effect_of_the_list_is_counted():
    assert {event_of_side_effect(one) for one in catalog.answers().side_effects} < {*Event}
