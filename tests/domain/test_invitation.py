"""Invitations: secrets that can't be guessed, codes however typed, names however written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain import invitation
from tracker.domain.invitation import is_same_person, new_secret, tidy_code

NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)
WORDS = st.lists(
    st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=8), min_size=1, max_size=4
)


def test_secrets_are_long_and_never_the_same():
    made = [new_secret() for _ in range(200)]
    assert len({secret.token for secret in made}) == len({secret.code for secret in made}) == 200
    assert all(len(secret.token) >= 43 for secret in made)
    assert not set("01ILO") & set("".join(secret.code for secret in made))


@given(st.sampled_from([" ", "-", ".", "  "]), st.booleans())
def test_a_code_is_known_however_it_is_typed(between, is_lower):
    secret = new_secret()
    typed = between.join((secret.code[:4], secret.code[4:]))
    assert tidy_code(typed.lower() if is_lower else typed) == secret.code
    assert tidy_code(secret.spoken) == secret.code


def test_times():
    assert invitation.link_expiry(NOW) - NOW == timedelta(days=7)
    assert invitation.code_expiry(NOW) - NOW == timedelta(hours=2)


@pytest.mark.parametrize(
    "typed, known, same",
    [
        ("Anna Müller", "Anna Müller", True), ("anna muller", "Anna Müller", True),
        ("Müller, Anna", "Anna Müller", True), ("Anna Maria Müller", "Anna Müller", True),
        ("Anna Müller", "Anna Maria Müller", True), ("Anna", "Anna Müller", False),
        ("Müller", "Anna Müller", False), ("Anna Maier", "Anna Müller", False),
        ("Strauß Jan", "jan strauss", True), ("Madonna", "Madonna", True),
        ("Madonna Ciccone", "Madonna", True), ("", "Madonna", False), ("Madonna", "", False),
        ("!!!", "Madonna", False), ("Jean-Luc Picard", "Jean Luc Picard", True),
        ("Anna Berta", "Anna Carla Müller", False),
    ],
)  # fmt: skip
def test_a_name_is_compared_by_its_words(typed, known, same):
    assert is_same_person(typed, 1984, known, 1984) is same


@given(WORDS, st.randoms())
def test_a_name_is_itself_in_any_order_and_case(words, random):
    known = " ".join(words)
    shuffled = list(words)
    random.shuffle(shuffled)
    assert is_same_person(" ".join(shuffled), 1984, known, 1984)
    assert not is_same_person(known, 1985, known, 1984)
    assert is_same_person(known, 1985, known, None)
