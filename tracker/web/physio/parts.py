"""What the physio's rooms share: the blueprint, the clinic's day, which episode is meant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict

from tracker.domain.days import local_day
from tracker.domain.errors import NotFound
from tracker.services import held, patients
from tracker.web.access import hub, now, staff_actor, zone

pages = Blueprint("physio", __name__)

Posted = MultiDict[str, str]


@pages.app_template_global()
def staff_csrf(*, is_kept: bool = False) -> Markup:
    """What a form on a staff page carries: its proof, the clinic that it was opened in.

    Where what was typed should outlive the session, also whose it is.
    """
    actor = staff_actor()
    told = [("csrf_token", generate_csrf()), ("clinic", str(actor.clinic_id))]
    if is_kept:
        told.append(("bound", held.bind(hub().secrets, actor.person_id)))
    hidden = (f'<input type="hidden" name="{name}" value="{escape(own)}">' for name, own in told)
    return Markup("".join(hidden))  # noqa: S704 - escaped above


def today() -> date:
    """The clinic's today."""
    return local_day(now(), zone())


def still_open(episodes: Sequence[Any]) -> list[Any]:
    """The episodes that are not closed."""
    return [episode for episode in episodes if episode.closed_on is None]


def choose_open(episodes: Sequence[Any], wanted: UUID | None) -> Any:
    """The open episode that is asked for, else the first; raises NotFound where there is none."""
    episode = patients.choose_episode(still_open(episodes), wanted)
    if episode is None:
        raise NotFound("episode")
    return episode


def say_waited() -> None:
    """Over a form that is shown again after its session had ended."""
    flash(_("What you entered is still here, not saved yet. Check it and save."), "held")
