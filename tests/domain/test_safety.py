"""The safety ladder's rules, sign by sign, and the rule of abnormal soreness."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import catalog
from tracker.domain.register import Event, event_of
from tracker.domain.safety import (
    ASKED_WITH_SORENESS,
    Extra,
    Group,
    Needled,
    Rating,
    SoreReason,
    Standing,
    Tier,
    advice_for,
    asked_signs,
    find_abnormal,
    is_raised,
    needled_state,
    tier_of,
)

NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)
RED, URGENT, AMBER, EXPECTED = Tier

LADDER = {
    (RED, Group.FIRST): "trouble_breathing chest_pain coughing_blood sudden_weakness collapse"
    " swollen_face_or_tongue",
    (RED, Group.NERVE): "weak_limb foot_drop wrist_drop face_droop numb_face drooping_eyelid"
    " trouble_speaking trouble_seeing trouble_swallowing unsteady_walking worst_headache"
    " severe_neck_pain saddle_numbness bladder_or_bowel_loss",
    (RED, Group.FEVER): "fever_stiff_neck fever_confusion fever_shivering fever_faintness"
    " swelling_trouble_breathing breathless_swollen_calf",
    (URGENT, Group.URGENT): "spreading_redness heat pus fever hot_swollen_joint hot_swollen_calf"
    " fast_growing_swelling bleeding_not_stopped lasting_numbness fainted_after_leaving"
    " broken_needle dizzy_after_neck_needles headache_after_neck_needles"
    " pregnant_bleeding_or_cramps",
    (AMBER, Group.AMBER): "wide_bruise lasting_dizziness lasting_nausea lasting_headache"
    " abnormal_soreness",
    (EXPECTED, Group.EXPECTED): "small_bruise drop_of_blood tired",
}
TABLE = [(sign, *place) for place, signs in LADDER.items() for sign in signs.split()]


@pytest.mark.parametrize("sign, tier, group", TABLE)
def test_each_sign_stands_on_its_rung(sign, tier, group):
    assert tier_of([sign]) == tier
    assert catalog.signs()[sign].group == group
    assert advice_for([sign], Needled.NEVER).tier is tier
    assert catalog.signs()[sign].plain
    assert event_of(sign) in Event


def test_the_table_above_is_the_whole_ladder():
    assert [sign for sign, _tier, _group in TABLE] == [*catalog.signs()]
    assert set(catalog.answers().signs) == set(catalog.signs())


@given(st.lists(st.sampled_from([*catalog.signs()]), min_size=1))
def test_the_highest_tier_that_was_answered_wins(signs):
    order = list(Tier)
    told = [order.index(Tier(catalog.signs()[sign].tier)) for sign in signs]
    assert order.index(advice_for(signs, Needled.BEFORE).tier) == min(told)


@pytest.mark.parametrize(
    "sign, needled, extras",
    [
        ("chest_pain", Needled.LATELY, {Extra.NEEDLES, Extra.LUNG}),
        ("chest_pain", Needled.UNKNOWN, {Extra.NEEDLES, Extra.LUNG}),
        ("chest_pain", Needled.BEFORE, set()),
        ("chest_pain", Needled.NEVER, set()),
        ("foot_drop", Needled.LATELY, {Extra.NEEDLES}),
        ("fever", Needled.LATELY, set()),
        ("pregnant_bleeding_or_cramps", Needled.NEVER, {Extra.MATERNITY}),
        ("tired", Needled.NEVER, {Extra.DROWSY}),
    ],
)
def test_what_is_said_besides(sign, needled, extras):
    assert advice_for([sign], needled).extras == extras


def test_who_was_never_needled_reads_nothing_of_needles():
    never = asked_signs(Needled.NEVER)
    always = asked_signs(Needled.BEFORE)
    assert [*never] == [*always] == [*Group]
    hidden = {sign.id for group in Group for sign in always[group] if sign not in never[group]}
    assert hidden == {sign.id for sign in catalog.signs().values() if "eedle" in sign.plain}
    assert all(asked_signs(Needled.UNKNOWN)[group] == always[group] for group in Group)


@pytest.mark.parametrize(
    "days, state", [(None, "never"), (0, "lately"), (7, "lately"), (7.01, "before")]
)
def test_needles_count_as_recent_for_seven_days(days, state):
    last = None if days is None else NOW - timedelta(days=days)
    assert needled_state(last, NOW) == state


def test_redness_heat_fever_swelling_and_weakness_are_asked_with_soreness():
    asked = {catalog.signs()[sign].tier for sign in ASKED_WITH_SORENESS}
    assert asked == {Tier.RED, Tier.URGENT}
    words = " ".join(catalog.signs()[sign].plain.lower() for sign in ASKED_WITH_SORENESS)
    assert all(word in words for word in ("redness", "hot", "fever", "swelling", "weakness"))


# Soreness.


@pytest.mark.parametrize(
    "ratings, reason",
    [
        ([], None),
        ([(2, 10)], None),
        ([(24, 10)], None),
        ([(24.1, 7)], None),
        ([(24.1, 8)], SoreReason.STRONG),
        ([(71.9, 5)], None),
        ([(72, 3)], None),
        ([(72, 4)], SoreReason.LASTING),
        ([(30, 4), (48, 6)], None),
        ([(30, 4), (48.1, 6)], SoreReason.RISING),
        ([(30, 4), (50, 5)], None),
        ([(40, 3), (50, 2), (60, 3), (70, 4)], SoreReason.RISING),
        # What was lower before a peak is no base: soreness may climb through the first day.
        ([(1, 0), (24, 6), (50, 5)], None),
        ([(100, 3), (143.9, 2)], None),
        ([(100, 3), (144, 2)], SoreReason.LATE),
        ([(144, 1)], None),
        # Given in any order, the newest is judged.
        ([(80, 0), (30, 9)], None),
    ],
)
def test_abnormal_soreness(ratings, reason):
    found = find_abnormal([Rating(hours, value) for hours, value in ratings])
    assert (found.reason if found else None) == reason


def test_an_abnormal_rating_carries_its_numbers():
    found = find_abnormal([Rating(40, 1), Rating(50.5, 3)])
    assert found is not None
    assert found.numbers == {"soreness": 3, "hours": 50, "from": 1}


@given(st.lists(st.tuples(st.floats(0, 23.9), st.integers(0, 10)), min_size=1))
def test_nothing_is_abnormal_on_the_first_day(ratings):
    assert find_abnormal([Rating(*one) for one in ratings]) is None


# Flags.


@pytest.mark.parametrize(
    "tier, hours_ago, signs, raised",
    [
        (EXPECTED, None, ("tired",), False),
        (AMBER, None, ("wide_bruise",), True),
        (AMBER, 47.9, ("wide_bruise",), False),
        (AMBER, 48, ("wide_bruise",), True),
        (AMBER, 1, ("lasting_nausea",), True),
        (AMBER, 1, (), False),
        (URGENT, 0, ("fever",), True),
        (RED, 0, ("collapse",), True),
    ],
)
def test_which_flags_are_raised(tier, hours_ago, signs, raised):
    standing = []
    if hours_ago is not None:
        at = NOW - timedelta(hours=hours_ago)
        standing = [Standing(at, frozenset({"wide_bruise", "fever", "collapse"}))]
    assert is_raised(tier, signs, standing, NOW) is raised
