"""Stretches by their ids, for words and drawings: the product's, and a clinic's own."""

from __future__ import annotations

from flask import g

from tracker.domain import catalog
from tracker.domain.catalog import Stretch
from tracker.services import library
from tracker.web.access import reading


def known(given: Stretch | str) -> Stretch:
    """A stretch, or the one of an id that the reader may see; raises NotFound."""
    if isinstance(given, Stretch):
        return given
    if (row := catalog.stretches().get(given)) is not None:
        return row
    found: dict[str, Stretch] = g.setdefault("own_stretches", {})
    if given not in found:
        with reading() as scope:
            found[given] = library.find(scope, given)
    return found[given]
