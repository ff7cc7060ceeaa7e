"""Invitations: their secrets, how long they hold, and who the invited person has to be."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

LINK_HOURS = 7 * 24
"""A link (128 random bits and more) holds for a week."""

CODE_HOURS = 2
"""A short code is read out in the clinic and used there: two hours."""

TRIES = 5
"""Wrong names or years of birth before an invitation is burnt and a new one is needed."""

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""No 0/O, 1/I/L: codes are read aloud."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What is shown once and stored only as a keyed hash."""

    token: str
    code: str

    @property
    def spoken(self) -> str:
        """The code as it is printed and read aloud."""
        return f"{self.code[:4]}-{self.code[4:]}"


def new_secret() -> Secret:
    """A fresh link token (256 bits) and short code (8 characters, 39 bits)."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return Secret(secrets.token_urlsafe(32), code)


def tidy_code(typed: str) -> str:
    """A short code as it was meant, however it was typed."""
    return re.sub(r"[^0-9A-Z]", "", typed.upper())


def link_expiry(now: datetime) -> datetime:
    """When a link made now stops working."""
    return now + timedelta(hours=LINK_HOURS)


def code_expiry(now: datetime) -> datetime:
    """When a short code made now stops working."""
    return now + timedelta(hours=CODE_HOURS)


def _words(name: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ß", "ss"))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return set(re.findall(r"\w+", letters))


def is_same_person(
    typed_name: str, typed_year: int, known_name: str, known_year: int | None
) -> bool:
    """Whether a typed name and year of birth match the clinic's record.

    Accents, case and order don't count; a middle name may be left out or added, but at least two
    words (or the only one) have to agree. The year must be exact where the clinic knows it.
    """
    typed, known = _words(typed_name), _words(known_name)
    if not typed or not known or (known_year is not None and typed_year != known_year):
        return False
    shared = typed & known
    return len(shared) >= min(2, len(known)) and (typed <= known or known <= typed)
