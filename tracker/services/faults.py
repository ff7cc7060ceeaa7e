"""Faults of the store that a page answers kindly: nothing was written."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError

STORE_FAULTS: tuple[type[Exception], ...] = (OperationalError, InterfaceError, PoolTimeoutError)
"""A full disk, a lock that nobody let go of, a database that is away."""

CLASH_FAULTS: tuple[type[Exception], ...] = (IntegrityError, StaleDataError)
"""Two changed the same at once: the database let the first in and kept the second out."""
