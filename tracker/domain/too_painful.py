"""When a stretch hurts too much: then it stops, and somebody has a look."""

from __future__ import annotations

TOO_PAINFUL = 7
"""Pain of 7 or more out of 10 during a stretch is too much, whatever the day is like (working rule:
the level that the field calls critical)."""

TOO_PAINFUL_RISE = 3
"""So are 3 points or more above the day's own pain: more than a day's ordinary change (working
rule; the 95 % bound of a single daily rating's change is 3.28 of 10)."""


def too_painful(during: int | None, usual: int | None = None) -> bool:
    """Whether pain `during` a stretch (0-10) is too much; `usual` is that day's average, if known.

    A missing rating is never too much: it says nothing.
    """
    if during is None:
        return False
    return during >= TOO_PAINFUL or (usual is not None and during >= usual + TOO_PAINFUL_RISE)
