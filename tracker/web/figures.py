"""The drawings as files: stretch figures and the body, made once at start and kept for ever."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from flask import Flask, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.domain import catalog
from tracker.domain.catalog import Stretch
from tracker.formats import bodymap, figure
from tracker.web.shelf import known


@cache
def files() -> dict[str, str]:
    """The body, and every figure moving and still, by their names under the static tree."""
    made = {"img/body.svg": bodymap.regions_file()}
    for stretch_id in catalog.figures()["figures"]:
        drawn = figure.load(stretch_id)
        made[f"figures/{stretch_id}.svg"] = figure.moving(drawn)
        made[f"figures/{stretch_id}-still.svg"] = figure.still(drawn)
    return made


def figure_of(
    app: Flask,
    given: Stretch | str,
    side: str = "right",
    *,
    small: bool = False,
    named: bool = False,
) -> Markup:
    """A stretch's drawing for a page: large it moves and can be stopped, small it stands still.

    `given` is a stretch or its id; `side` left mirrors what is done on one side. A small one beside
    the stretch's name says nothing to a screen reader unless `named`. A clinic's own stretch shows
    its picture; where there is neither, nothing is shown.
    """
    stretch = known(given)
    if stretch.is_own and not stretch.picture:
        return Markup("")
    static_url: Any = app.jinja_env.globals["static_url"]
    drawn = app.jinja_env.get_template("_figure.html").render(
        name=stretch.name if stretch.is_own else _(stretch.name),
        moving=None if stretch.is_own else static_url(f"figures/{stretch.id}.svg"),
        still=url_for(
            "patient.show_stretch_picture", stretch_id=stretch.id, content=stretch.picture
        )
        if stretch.is_own
        else static_url(f"figures/{stretch.id}-still.svg"),
        # A picture may hold words: it is never mirrored.
        is_mirrored=side == "left" and stretch.has_side and not stretch.is_own,
        is_small=small,
        is_named=named,
    )
    return Markup(drawn)  # noqa: S704 - a template's own output


def init(app: Flask) -> None:
    """Give the templates `figure(stretch, side)`."""
    app.jinja_env.globals["figure"] = partial(figure_of, app)
