"""The cast with more of everything that has an id."""

from __future__ import annotations

from dataclasses import replace

import pytest


@pytest.fixture
def cast(cast, maker):
    """The cast with an open flag in each clinic, and a phase marked for each of some patients."""
    reported = {"Harbour": cast.alice, "Lighthouse": cast.dora}
    for who in reported.values():
        maker.reports(who, "wide_bruise")
    by = {"Harbour": cast.pia, "Lighthouse": cast.otto}
    marked = (cast.alice, cast.dora, cast.emil, cast.emil_there)
    return replace(
        cast,
        questions={who.name: maker.asked(who) for who in (cast.dora, cast.emil)},
        flags={name: maker.flags_of(who)[0].id for name, who in reported.items()},
        marks={who.episode_id: maker.marks(by[who.clinic.name], who) for who in marked},
        measured={who.episode_id: maker.measured(by[who.clinic.name], who) for who in marked},
    )
