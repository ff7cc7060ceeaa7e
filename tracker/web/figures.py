"""The drawings as files: stretch figures and the body, made once at start and kept for ever."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from markupsafe import Markup

from tracker.domain import catalog
from tracker.domain.catalog import Stretch
from tracker.formats import bodymap, figure


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

    `given` is a stretch or the id of one of the product's; `side` left mirrors what is done on one
    side. A small one beside the stretch's name says nothing to a screen reader unless `named`.
    Empty where there is no drawing.
    """
    stretch = catalog.stretches().get(given) if isinstance(given, str) else given
    if stretch is None or f"figures/{stretch.id}.svg" not in files():
        return Markup("")
    static_url: Any = app.jinja_env.globals["static_url"]
    drawn = app.jinja_env.get_template("_figure.html").render(
        name=_(stretch.name),
        moving=static_url(f"figures/{stretch.id}.svg"),
        still=static_url(f"figures/{stretch.id}-still.svg"),
        is_mirrored=side == "left" and stretch.has_side,
        is_small=small,
        is_named=named,
    )
    return Markup(drawn)  # noqa: S704 - a template's own output


def init(app: Flask) -> None:
    """Give the templates `figure(stretch, side)`."""
    app.jinja_env.globals["figure"] = partial(figure_of, app)
