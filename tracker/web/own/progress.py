"""The patient's own time line."""

from __future__ import annotations

from uuid import uuid4

from flask import render_template

from tracker.domain.days import local_day
from tracker.services import held, measures, progress
from tracker.services.patients import choose_episode, own_episodes
from tracker.web.access import actor, for_patients, hub, now, reading, zone
from tracker.web.asked import RANGES, asked_id, range_choice
from tracker.web.own.parts import pages


@pages.get("/progress")
@for_patients
def show_progress() -> str:
    """The patient's own time line."""
    choice = range_choice()
    with reading() as scope:
        episodes = own_episodes(scope)
        episode = choose_episode(episodes, asked_id("episode"))
        seen = measured = None
        if episode is not None:
            seen = progress.see_progress(scope, episode, choice, now(), zone())
            measured = measures.see_measures(scope, episode, now(), zone())
        return render_template(
            "patient/progress.html",
            episodes=episodes,
            seen=seen,
            measured=measured,
            question_id=measured.question.entry_id if measured and measured.question else uuid4(),
            bound=held.bind(hub().secrets, actor().person_id),
            choice=choice,
            ranges=RANGES,
            current=local_day(now(), zone()),
        )
