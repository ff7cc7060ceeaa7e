"""Per-field merge: an edit changes what it meant to change and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.merge import merge_fields

STATES = st.fixed_dictionaries({name: st.one_of(st.none(), st.integers(0, 3)) for name in "abc"})


@pytest.mark.parametrize(
    "current, base, edited, changes, overridden",
    [
        ({"a": 1}, {"a": 1}, {"a": 2}, {"a": 2}, {}),
        ({"a": 1}, {"a": 1}, {"a": 1}, {}, {}),
        ({"a": 3}, {"a": 1}, {"a": 1}, {}, {}),
        ({"a": 3}, {"a": 1}, {"a": 2}, {"a": 2}, {"a": 3}),
        ({"a": 2}, {"a": 1}, {"a": 2}, {}, {}),
        ({"a": 1, "b": 1}, {"a": 1, "b": 1}, {"a": 2}, {"a": 2}, {}),
        ({"a": 1}, {}, {"a": None}, {}, {}),
        ({"a": 1}, {}, {"a": 2}, {"a": 2}, {"a": 1}),
        ({"a": 1}, {"a": 1}, {"a": None}, {"a": None}, {}),
    ],
)
def test_an_edit_against_an_older_state(current, base, edited, changes, overridden):
    merged = merge_fields(current, base, edited)
    assert (merged.changes, merged.overridden) == (changes, overridden)


@given(STATES, STATES)
def test_an_untouched_form_changes_nothing_whatever_happened_since(current, base):
    assert not merge_fields(current, base, base).changes


@given(STATES, STATES)
def test_without_anybody_else_every_edit_wins_and_overrides_nobody(base, edited):
    merged = merge_fields(base, base, edited)
    assert {**base, **merged.changes} == edited
    assert not merged.overridden


@given(STATES, STATES, STATES)
def test_two_edits_of_different_fields_both_stand(base, one, other):
    first = {**base, "a": one["a"]}
    second = {**base, "b": other["b"]}
    after = {**base, **merge_fields(base, base, first).changes}
    merged = merge_fields(after, base, second)
    assert {**after, **merged.changes} == {**base, "a": one["a"], "b": other["b"]}
    assert not merged.overridden


@given(STATES, STATES, STATES)
def test_merging_twice_is_merging_once(current, base, edited):
    merged = merge_fields(current, base, edited)
    after = {**current, **merged.changes}
    assert not merge_fields(after, base, edited).changes
    assert set(merged.overridden) <= set(merged.changes)
