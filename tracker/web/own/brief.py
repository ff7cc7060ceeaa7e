"""The patient's own brief: the page that they open and share before a visit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, render_template

from tracker.domain.access import PatientActor
from tracker.domain.errors import NotFound
from tracker.services.brief import see_brief
from tracker.services.patients import choose_episode, own_episodes
from tracker.web.access import actor, for_patients, now, reading, zone
from tracker.web.asked import asked_id
from tracker.web.briefs import Told, as_pdf, for_patient

pages = Blueprint("own_brief", __name__)


@pages.get("/progress/brief")
@for_patients
def show_brief() -> str:
    """One problem in short; `?episode=` chooses which."""
    episodes, told = _told()
    return render_template("patient/brief.html", told=told, episodes=episodes)


@pages.get("/progress/brief.pdf")
@for_patients
def print_brief() -> Response:
    """The same on one sheet of paper; raises NotFound before any problem is opened."""
    _episodes, told = _told()
    if told is None:
        raise NotFound("episode")
    return as_pdf(told)


def _told() -> tuple[Sequence[Any], Told | None]:
    """The patient's problems, and the brief of one of them."""
    person = actor()
    with reading() as scope:
        episodes = own_episodes(scope)
        episode = choose_episode(episodes, asked_id("episode"))
        if episode is None or not isinstance(person, PatientActor):
            return episodes, None
        names = {own.clinic_id: own.clinic_name for own in person.records}
        brief = see_brief(scope, episode, now(), zone())
        return episodes, for_patient(brief, person.name, names[episode.clinic_id], zone())
