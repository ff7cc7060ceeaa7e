"""The library of stretches and muscles."""

from __future__ import annotations

from flask import render_template

from tracker.domain import catalog
from tracker.domain.errors import NotFound
from tracker.web.access import for_staff, staff_actor
from tracker.web.physio.parts import pages


@pages.get("/library")
@for_staff
def show_library() -> str:
    """All stretches and muscles, and how far they are to be trusted."""
    return render_template(
        "physio/library.html",
        stretches=catalog.stretches().values(),
        muscles=catalog.muscles(),
        standing=catalog.standing(),
        is_lead=staff_actor().is_lead,
    )


@pages.get("/library/<stretch_id>")
@for_staff
def show_library_stretch(stretch_id: str) -> str:
    """One stretch of the library."""
    stretch = catalog.stretches().get(stretch_id)
    if stretch is None:
        raise NotFound("stretch")
    return render_template(
        "physio/library_stretch.html", stretch=stretch, muscles=catalog.muscles()
    )
