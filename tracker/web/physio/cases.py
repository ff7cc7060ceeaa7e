"""The caseload: who needs a look first, what changed since the last one, filters under a name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.domain.errors import Invalid, NotFound
from tracker.domain.glance import FILTER_NAME_MAX, Show
from tracker.formats.spark import SESSION_MARK
from tracker.services import caseload
from tracker.services.caseload import Filter, Glance
from tracker.web.access import for_staff, now, reading, writing, zone
from tracker.web.assets import pack_quickly
from tracker.web.messages import text_of
from tracker.web.physio.caserows import draw_rows, since_words
from tracker.web.physio.parts import pages, today
from tracker.web.responses import see_other

_ASKING = ("all", "show", "q", "page", "whole")
PAGES_MOST = 10_000


@pages.get("/patients")
@for_staff
def list_patients() -> str:
    """Everybody one looks after: who comes today, then worst first."""
    with reading() as scope:
        beside = caseload.glance(scope, now())
        wish, is_default = _wished(beside)
        asked: dict[str, Any] = {
            "everybody": wish.everybody,
            "search": wish.search,
            "show": wish.show,
            "page": None if request.args.get("whole") == "1" else _page(),
        }
        fresh = not beside.is_stale
        seen = caseload.see_caseload(scope, now(), beside=beside, **asked) if fresh else None
    if seen is None:
        with writing() as scope:
            seen = caseload.see_caseload(scope, now(), beside=beside, **asked)
    if beside.is_new_look:
        with writing() as scope:
            caseload.mark_look(scope, beside)
    # The menu's count was read along.
    g.flags_waiting = beside.waiting
    base = url_for("physio.list_patients")
    pack_quickly()

    def here(wish: Filter, **more: Any) -> str:
        return _address(base, wish, **more)

    return render_template(
        "physio/patients.html",
        seen=seen,
        wish=wish,
        is_default=is_default,
        filters=[(kept, here(kept), kept[1:4] == wish[1:4]) for kept in beside.filters],
        shows=_shows(seen.counts, wish, here),
        changed_link=here(wish._replace(show=Show.CHANGED)),
        since=since_words(beside.since, now(), zone()) if beside.since else "",
        draw_rows=lambda rows: draw_rows(rows, base),
        here=here,
        session_mark=Markup(SESSION_MARK),  # noqa: S704 - drawn by our own hand
        name_max=FILTER_NAME_MAX,
        current=today(),
    )


def _wished(beside: Glance) -> tuple[Filter, bool]:
    """What the address asks for; one that asks for nothing means the filter kept for that."""
    given = request.args
    if not any(name in given for name in _ASKING):
        kept = next((kept for kept in beside.filters if kept.is_default), None)
        return kept or Filter(), kept is not None
    return _filter(given), False


def _filter(given: Any) -> Filter:
    show = given.get("show", "")
    return Filter(
        everybody=given.get("all") == "1",
        show=Show(show) if show in set(Show) else Show.ALL,
        search=given.get("q", "")[: caseload.SEARCH_MAX].replace("\0", ""),
    )


def _page() -> int:
    told = request.args.get("page", "")
    return min(max(1, int(told)), PAGES_MOST) if told.isascii() and told.isdigit() else 1


def _address(base: str, wish: Filter, **more: Any) -> str:
    """Where a filter's rows are shown; it says whose, so that a kept default does not step in."""
    asked: dict[str, Any] = {"all": int(wish.everybody)}
    if wish.show is not Show.ALL:
        asked["show"] = wish.show.value
    if wish.search:
        asked["q"] = wish.search
    return f"{base}?{urlencode({**asked, **more})}"


def _shows(
    counts: Any, wish: Filter, here: Callable[[Filter], str]
) -> list[tuple[str, int, str, bool]]:
    """(words, how many, address, whether it is the one) of each filter that has somebody."""
    words = {
        Show.ALL: _("Whole list"),
        Show.LOOK: _("Need a look"),
        Show.DUE: _("Due today"),
        Show.CHANGED: _("Changed"),
        Show.STRETCHES: _("Few stretches"),
        Show.QUIET: _("Gone quiet"),
    }
    return [
        (words[show], counts[show], here(wish._replace(show=show)), show is wish.show)
        for show in Show
        if counts[show] or show in {Show.ALL, wish.show}
    ]


# Filters kept under a name.


@pages.post("/patients/filters")
@for_staff
def keep_filter() -> Response:
    """Keep what is shown under a name."""
    given = _filter(request.form)._replace(
        name=request.form.get("name", ""), is_default=request.form.get("default") == "on"
    )
    try:
        with writing() as scope:
            caseload.keep_filter(scope, given, now())
            flash(_("Kept. You find it above the list."), "done")
    except Invalid as fault:
        flash(text_of(fault.errors["name"][0]), "error")
    return _back(given)


@pages.post("/patients/filters/change")
@for_staff
def change_filter() -> Response:
    """Remove a kept filter, have it come by itself, or no longer."""
    name, does = request.form.get("name", ""), request.form.get("do", "")
    try:
        with writing() as scope:
            if does == "remove":
                caseload.remove_filter(scope, name)
            else:
                caseload.choose_default(scope, name, is_default=does == "default")
            flash(_("Saved."), "done")
    except NotFound:
        # Removed in another tab: what was wanted is so already.
        flash(_("This view was removed already."), "info")
    return _back(_filter(request.form))


def _back(wish: Filter) -> Response:
    response = see_other("physio.list_patients")
    response.location = _address(url_for("physio.list_patients"), wish)
    return response
