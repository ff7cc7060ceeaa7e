"""Too much pain during a stretch: a level that always counts, and a rise over the day's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.too_painful import too_painful

SCALE = st.integers(0, 10)


@pytest.mark.parametrize(
    "during, usual, expected",
    [(7, None, True), (6, None, False), (7, 7, True), (6, 4, False), (5, 2, True), (4, 2, False),
     (3, 0, True), (0, 0, False), (None, 2, False), (None, None, False)],
)  # fmt: skip
def test_the_rule(during, usual, expected):
    assert too_painful(during, usual) is expected


@given(SCALE, st.none() | SCALE)
def test_more_pain_is_never_less_too_much(during, usual):
    if during < 10 and too_painful(during, usual):
        assert too_painful(during + 1, usual)
    if not too_painful(during, usual):
        assert not too_painful(during, None)
