"""The statistics against published examples, at their edges, and under what must change nothing."""

# mypy: disable-error-code="union-attr"

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from statistics import fmean

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tracker.domain.statistics import (
    Amount,
    Mean,
    area_under,
    change_between,
    corrected_tau,
    ewma,
    ewma_limits,
    kendall_s,
    kendall_tau_b,
    mdc95,
    mean_of,
    moving_range_limits,
    nap,
    reliability,
    return_to,
    tau_u,
    theil_sen,
    trend_p,
    week_amount,
)

PUBLISHED = json.loads((Path(__file__).parents[1] / "data" / "statistics.json").read_text("utf-8"))

RATING = st.integers(0, 10)
PHASE = st.lists(RATING, min_size=1, max_size=12)
WITH_GAPS = st.lists(st.one_of(st.none(), RATING), min_size=1, max_size=20)


def known(values):
    return [value for value in values if value is not None]


# Published examples.


def test_nap_as_published():
    given = PUBLISHED["nap"]
    found = nap(given["before"], given["after"], falls=False)
    assert (found.pairs, found.wins) == (given["pairs"], given["wins"])
    assert found.nap == pytest.approx(given["nap"], abs=1e-12)
    assert found.tau == pytest.approx(given["tau"], abs=1e-12)
    assert found.se_unbiased == pytest.approx(given["se_unbiased"], abs=1e-12)
    assert found.se_hanley == pytest.approx(given["se_hanley"], abs=1e-12)
    assert [found.low, found.high] == pytest.approx(given["ci95"], abs=1e-9)


def test_tau_u_as_published():
    given = PUBLISHED["tau_u"]
    before, after = given["before"], given["after"]
    found = nap(before, after, falls=False)
    assert found.tau * found.pairs == pytest.approx(given["s_phases"])
    assert found.tau == pytest.approx(given["tau"])
    assert kendall_s(range(4), before) == given["s_before"]
    assert tau_u(before, after, falls=False) == pytest.approx(given["tau_u"])


def test_the_running_average_as_published():
    given = PUBLISHED["ewma"]
    x = given["x"]
    found = ewma(range(len(x)), x, start=given["target"], weight=given["weight"])
    # The handbook rounds each step before it goes on.
    assert found == pytest.approx(given["z"], abs=0.0101)
    limits = ewma_limits(given["target"], given["sigma"], given["width"], given["weight"])
    assert (limits.upper, limits.lower) == pytest.approx(
        (given["upper"], given["lower"]), abs=1.01e-4
    )


def test_moving_ranges_as_published():
    given = PUBLISHED["moving_range"]
    limits, spread = moving_range_limits(given["x"])  # type: ignore[misc]
    assert limits.centre == pytest.approx(given["mean"])
    assert spread == pytest.approx(given["range"], abs=5e-5)
    assert (limits.upper, limits.lower) == pytest.approx(
        (given["upper"], given["lower"]), abs=1.5e-4
    )


def test_theil_sen_as_published():
    given = PUBLISHED["theil_sen"]
    assert theil_sen(given["x"], given["y"]).slope == pytest.approx(given["slope"])
    assert kendall_s(given["x"], given["y"]) == given["s"]


@pytest.mark.parametrize("days, points", PUBLISHED["mdc95"]["by_days"].items())
def test_the_least_change_as_published(days, points):
    assert round(mdc95(int(days)), 2) == points


def test_five_days_are_reliable_and_one_is_not():
    assert reliability(1) == 0.65
    assert reliability(5) > 0.90


# Rules at their edges.


def test_a_mean_says_how_much_it_rests_on():
    assert mean_of([4, None, 6]) == Mean(5, 2, 3)
    assert mean_of([None, None]) == Mean(None, 0, 2)
    assert mean_of([]) == Mean(None, 0, 0)
    with pytest.raises(ValueError):
        mean_of([float("nan")])


@pytest.mark.parametrize(
    "n, amount",
    [
        (7, Amount.ENOUGH),
        (5, Amount.ENOUGH),
        (4, Amount.LITTLE),
        (3, Amount.NONE),
        (0, Amount.NONE),
    ],
)
def test_a_weeks_mean_needs_its_days(n, amount):
    assert week_amount(Mean(3.0 if n else None, n, 7)) is amount


@pytest.mark.parametrize(
    "before, after, days, is_responder, is_substantial",
    [
        (6.0, 4.0, 5, True, False),  # exactly 2 points, a third
        (6.6, 4.6, 5, True, False),
        (7.0, 5.0, 5, False, False),  # 2 points are 29 %
        (10, 7, 5, True, False),  # exactly 30 %
        (4.0, 2.1, 5, False, False),  # nearly half, not 2 points
        (4.0, 2.0, 5, True, True),
        (4.0, 6.0, 5, False, False),
        (0.0, 0.0, 5, False, False),
    ],
)
def test_a_responder_falls_far_enough_in_points_and_share(
    before, after, days, is_responder, is_substantial
):
    found = change_between(Mean(before, days, 7), Mean(after, days, 7))
    assert (found.is_responder, found.is_substantial) == (is_responder, is_substantial)


def test_a_change_within_scatter_is_said_to_be_one():
    found = change_between(Mean(5, 5, 7), Mean(3.5, 9, 9))
    assert not found.is_beyond_scatter  # 1.5 points; five days scatter by 1.73
    assert change_between(Mean(5, 7, 7), Mean(3.5, 9, 9)).is_beyond_scatter
    assert change_between(Mean(3, 7, 7), Mean(5, 7, 7)).is_beyond_scatter  # worse counts too


def test_a_wider_scatter_unmakes_a_responder():
    sides = Mean(6.0, 5, 7), Mean(3.9, 5, 7)
    assert change_between(*sides).is_responder
    assert not change_between(*sides, sd=3.0).is_responder


def test_under_five_days_there_is_no_change_to_speak_of():
    assert change_between(Mean(8, 4, 7), Mean(1, 9, 9)) is None
    assert change_between(Mean(None, 0, 7), Mean(1, 9, 9)) is None


def test_soreness_area_skips_long_gaps_and_says_what_it_saw():
    found = area_under([0, 1, 5, 6], [4, 2, 2, 0])
    assert (found.area, found.observed, found.mean) == (4, 2, 2)
    assert area_under([0, 3], [4, 0]).observed == 3
    assert area_under([0, 3.01], [4, 0]) is None
    assert area_under([2], [4]) is None


def test_a_return_needs_its_confirmation():
    assert return_to([6, 24, 48, 72], [7, 3, 5, 3], level=2).time == 72
    assert return_to([6, 24, 48, 72], [7, 3, 5, 3], level=2).is_censored
    assert return_to([6, 24, 48, 72], [7, 3, None, 3], level=2).time == 24
    assert return_to([], [], level=2) is None


def test_a_gap_weighs_the_next_rating_more():
    near, far = ewma([0, 1], [2, 8]), ewma([0, 3], [2, 8])
    assert near[-1] == pytest.approx(0.3 * 8 + 0.7 * 2)
    assert far[-1] == pytest.approx((1 - 0.7**3) * 8 + 0.7**3 * 2)
    with pytest.raises(ValueError):
        ewma([0, 0], [1, 2])
    with pytest.raises(ValueError):
        ewma([0], [1], weight=0)


def test_short_and_constant_series():
    assert nap([], [1]) is None
    assert nap([3], [1]).se_unbiased is None
    assert nap([3, 3, 3], [3, 3]).nap == 0.5
    assert theil_sen([1], [4]) is None
    assert theil_sen([1, 1], [4, 5]) is None
    assert theil_sen([1, 2, 3], [4, 4, 4]).slope == 0
    assert trend_p([1, 2, 3], [4, 4, 4]) == 1
    assert moving_range_limits([3]) is None
    assert kendall_tau_b([0, 0], [1, 2]) is None


def test_trends_by_chance_are_told_by_counting_orders():
    # Of the 120 orders of five values one rises throughout, and one falls.
    assert trend_p(range(5), [1, 2, 3, 4, 5]) == pytest.approx(2 / 120)
    assert trend_p(range(4), [1, 2, 3, 4]) == pytest.approx(2 / 24)

    # With ties by the normal law: S = 5, variance (4 * 3 * 13 - 2 * 1 * 9) / 18, z = 1.806.
    assert trend_p(range(4), [3, 3, 4, 5]) == pytest.approx(0.0709, abs=1e-4)


def test_a_baseline_that_fell_by_itself_takes_the_credit():
    before, after = [9, 8, 7, 6, 5], [4, 3, 2, 1, 0]
    days = list(range(10))
    assert nap(before, after).tau == 1
    found = corrected_tau(days[:5], before, days[5:], after)
    assert found.trend.slope == -1
    assert found.tau == 0
    assert found.tau_b is None


def test_a_baseline_without_a_trend_is_left_alone():
    found = corrected_tau(range(5), [6, 7, 6, 7, 6], range(5, 10), [3, 2, 3, 2, 3])
    assert found.trend is None
    assert found.tau == 1
    # 25 pairs fall; of the 45 pairs of days 8 are equal.
    assert found.tau_b == pytest.approx(25 / (25 * (45 - 8)) ** 0.5)


# What must change nothing.


@given(PHASE, PHASE, st.randoms())
def test_order_and_ties_do_not_matter_to_nap(before, after, random):
    a, b = list(before), list(after)
    random.shuffle(a)
    random.shuffle(b)
    one, other = nap(before, after), nap(a, b)
    assert (one.nap, one.low, one.high) == (other.nap, other.low, other.high)
    # The sums below a root are taken in another order.
    assert one.se_hanley == pytest.approx(other.se_hanley, abs=1e-7)


@given(PHASE, PHASE)
def test_nap_turned_round_is_its_rest(before, after):
    assert nap(before, after).nap + nap(before, after, falls=False).nap == pytest.approx(1)
    assert nap(before, after).nap == pytest.approx(nap(after, before, falls=False).nap)


@given(PHASE, PHASE)
def test_the_interval_holds_the_estimate(before, after):
    found = nap(before, after)
    assert 0 <= found.low <= found.nap <= found.high <= 1


@given(PHASE, PHASE, st.integers(-5, 5), st.integers(1, 4))
def test_shift_and_scale_leave_overlap_alone_and_carry_slopes(before, after, shift, scale):
    moved = [[scale * value + shift for value in phase] for phase in (before, after)]
    assert nap(*moved) == nap(before, after)
    times = list(range(len(before)))
    one, other = theil_sen(times, before), theil_sen(times, moved[0])
    assert (one is None) == (other is None)
    if one and other:
        assert other.slope == pytest.approx(scale * one.slope)
        assert other.at(2) == pytest.approx(scale * one.at(2) + shift)
    assert kendall_s(times, before) == kendall_s(times, moved[0])


@given(PHASE, PHASE, st.integers(-30, 30))
def test_days_counted_from_elsewhere_change_no_corrected_tau(before, after, shift):
    days = list(range(len(before) + len(after)))
    moved = [day + shift for day in days]
    cut = len(before)
    for always in (False, True):
        one = corrected_tau(days[:cut], before, days[cut:], after, always=always)
        other = corrected_tau(moved[:cut], before, moved[cut:], after, always=always)
        assert one.tau == pytest.approx(other.tau)


@given(WITH_GAPS, st.integers(1, 5))
def test_missing_days_never_change_a_value(values, more):
    days = list(range(len(values)))
    kept = [(day, value) for day, value in zip(days, values, strict=True) if value is not None]
    kept_days, kept_values = [d for d, _ in kept], [v for _, v in kept]
    later = [*values, *[None] * more]
    later_days = list(range(len(later)))

    assert mean_of(values).value == mean_of(kept_values).value == mean_of(later).value
    assert mean_of(later).expected == mean_of(values).expected + more
    assert known(ewma(days, values)) == ewma(kept_days, kept_values)
    assert area_under(days, values) == area_under(kept_days, kept_values)
    assert return_to(days, values, 2) == return_to(later_days, later, 2)
    assert theil_sen(days, values) == theil_sen(kept_days, kept_values)
    assert moving_range_limits(values) == moving_range_limits(kept_values)
    assert trend_p(days, values) == trend_p(later_days, later)
    assert nap(values, [3]) == nap(kept_values, [3])


@given(WITH_GAPS, st.randoms())
def test_times_not_their_order_make_a_series(values, random):
    pairs = list(enumerate(values))
    random.shuffle(pairs)
    days, mixed = [d for d, _ in pairs], [v for _, v in pairs]
    straight = list(range(len(values)))
    assert theil_sen(days, mixed) == theil_sen(straight, values)
    assert area_under(days, mixed) == area_under(straight, values)
    assert return_to(days, mixed, 1) == return_to(straight, values, 1)
    assert kendall_s(days, mixed) == kendall_s(straight, values)


@given(st.lists(RATING, min_size=1, max_size=20))
def test_averages_stay_between_the_least_and_the_most(values):
    found = ewma(range(len(values)), values)
    assert all(min(values) - 1e-9 <= level <= max(values) + 1e-9 for level in found)
    area = area_under(range(len(values)), values)
    if area:
        assert min(values) <= area.mean <= max(values)
    assert min(values) <= fmean(values) <= max(values)


@given(st.integers(1, 60))
def test_more_days_scatter_less(days):
    assert mdc95(days + 1) < mdc95(days)
    assert reliability(days) < reliability(days + 1) < 1


@given(st.integers(2, 8), st.integers(0, 10_000))
def test_without_ties_the_error_is_the_plain_one(size, seed):
    """Against the textbook estimate: the square's own mean less that of pairs sharing nothing."""
    random = Random(seed)
    values = random.sample(range(100), 2 * size)
    a, b = values[:size], values[size:]
    found = nap(a, b)
    assume(0 < found.nap < 1)
    wins = [[float(y < x) for y in b] for x in a]
    apart = [
        wins[i][j] * wins[k][o]
        for i in range(size) for j in range(size)
        for k in range(size) for o in range(size) if i != k and j != o
    ]  # fmt: skip
    plain = found.nap**2 - fmean(apart)
    assert found.se_unbiased == pytest.approx(max(plain, 0) ** 0.5, abs=1e-9)
