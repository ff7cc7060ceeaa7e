"""Faults of the store that a page answers kindly: nothing was written, try again."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError

STORE_FAULTS: tuple[type[Exception], ...] = (OperationalError,)
"""A full disk, a lock that nobody let go of, a database that is away."""
