"""Recording a needling session, muscle by muscle."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import Response, flash, render_template, request
from flask_babel import gettext as _

from tracker.domain import catalog
from tracker.domain.days import local_time, to_utc
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.needling import MuscleRow, Side, Technique, Twitch
from tracker.services import needling, patients
from tracker.web import forms
from tracker.web.access import for_staff, now, reading, writing, zone
from tracker.web.patient import asked_id
from tracker.web.physio.parts import Posted, choose_open, pages, say_waited, still_open
from tracker.web.responses import again, see_other

SPARE_ROWS = 3
"""Empty rows of a new session's record, for a browser without script."""

ROWS_MOST = 40
"""Rows of a session that are read."""


@pages.get("/patients/<uuid:patient_id>/needling/new")
@for_staff
def new_session(patient_id: UUID) -> str:
    """A session's record, begun from now and from the last session's muscles."""
    wall = local_time(now(), zone())
    form = forms.SessionForm(
        data={"needled_on": wall.date(), "needled_time": wall.time(), "form_id": uuid4()}
    )
    with reading() as scope:
        patient, episodes, _shares = patients.see_patient(scope, patient_id)
        episode = choose_open(episodes, asked_id("episode"))
        form.episode_id.data = form.episode_id.data or episode.id
        last = needling.last_muscles(scope, episode)
        rows = [_begun_row(str(place), row) for place, row in enumerate(last)]
        rows += [
            forms.MuscleForm(suffix=str(place), data=_usual(episode))
            for place in range(len(rows), len(rows) + SPARE_ROWS)
        ]
        return _session_page(patient, episodes, form, rows, is_repeat=bool(last))


def _usual(episode: Any) -> dict[str, Any]:
    side = episode.regions[0].get("side", "left") if episode.regions else "left"
    return {"side": side, "insertions": 1, "technique": Technique.DEEP}


def _begun_row(suffix: str, row: Any) -> forms.MuscleForm:
    return forms.MuscleForm(
        suffix=suffix,
        data={
            "muscle": row.muscle,
            "side": row.side,
            "insertions": row.insertions,
            "technique": row.technique,
        },
    )


def _session_page(
    patient: Any,
    episodes: Sequence[Any],
    form: forms.SessionForm,
    rows: Sequence[forms.MuscleForm],
    *,
    is_repeat: bool = False,
) -> str:
    running = still_open(episodes)
    if not running:
        raise NotFound("episode")
    return render_template(
        "physio/needling_new.html",
        patient=patient,
        episodes=running,
        form=form,
        rows=rows,
        muscles=catalog.muscles().values(),
        is_repeat=is_repeat,
        # One empty row stands open below the filled ones, the spare ones wait folded.
        shown=1 + max((n for n, row in enumerate(rows, 1) if row.muscle.data), default=0),
    )


def reopen_session(posted: Posted, patient_id: UUID) -> str:
    """A session's form that waited, as it was."""
    with reading() as scope:
        patient, episodes, _shares = patients.see_patient(scope, patient_id)
        choose_open(episodes, None)
        say_waited()
        return _session_page(patient, episodes, forms.SessionForm(posted), _posted_rows(posted))


@pages.post("/patients/<uuid:patient_id>/needling/new")
@for_staff
def record_session(patient_id: UUID) -> Response:
    """Record it; a form sent twice is one session."""
    form = forms.SessionForm(request.form)
    rows = _posted_rows(request.form)
    chosen = [row for row in rows if row.muscle.data]
    try:
        _check_all([form, *chosen])
        with writing() as scope:
            given = needling.NewSession(
                episode_id=form.episode_id.data or UUID(int=0),
                needled_at=_needled_at(form),
                muscles=[_muscle(row) for row in chosen],
                note=form.note.data,
                form_id=form.form_id.data or uuid4(),
            )
            needling.record_session(scope, patient_id, given, now())
    except Invalid as fault:
        return _session_again(patient_id, form, rows, chosen, fault)
    flash(_("The session is recorded. Soreness is asked about from now on."), "done")
    return see_other("physio.show_programme", patient_id=patient_id, episode=form.episode_id.data)


def _check_all(blocks: Sequence[forms.Page]) -> None:
    """Check every block, so that all faults are shown at once; raises Invalid."""
    if not all([block.validate() for block in blocks]):  # noqa: C419 - a generator would stop early
        raise Invalid({})


def _session_again(
    patient_id: UUID,
    form: forms.SessionForm,
    rows: Sequence[forms.MuscleForm],
    chosen: Sequence[forms.MuscleForm],
    fault: Invalid,
) -> Response:
    for name, codes in fault.errors.items():
        field, dash, place = name.partition("-")
        target = chosen[int(place)] if dash else form
        target.take_errors({field: codes})
    with reading() as scope:
        patient, episodes, _shares = patients.see_patient(scope, patient_id)
        return again(_session_page(patient, episodes, form, rows))


def _posted_rows(posted: Posted) -> list[forms.MuscleForm]:
    found = [re.fullmatch("muscle-([0-9]{1,3})", key) for key in posted]
    places = sorted({match[1] for match in found if match}, key=int)
    rows = [forms.MuscleForm(posted, suffix=place) for place in places[:ROWS_MOST]]
    for row in rows:
        row.muscle.data = muscle_id(row.muscle.data.strip())
    return rows


def _needled_at(form: forms.SessionForm) -> datetime:
    """The wall time as a moment; an hour that a spring night skips is refused."""
    wall = datetime.combine(form.needled_on.data, form.needled_time.data)
    moment = to_utc(wall, zone())
    if local_time(moment, zone()).replace(tzinfo=None) != wall:
        raise Invalid({"needled_time": ["time_gap"]})
    return moment


def muscle_id(typed: str) -> str:
    """A muscle by its id, or by the name as it stands in the list."""
    text = typed.strip().casefold()
    for muscle in catalog.muscles().values():
        if text in {muscle.id, muscle.english.casefold(), _(muscle.english).casefold()}:
            return muscle.id
    return typed


def _muscle(row: forms.MuscleForm) -> MuscleRow:
    return MuscleRow(
        muscle=row.muscle.data,
        side=Side(row.side.data),
        insertions=row.insertions.data,
        technique=Technique(row.technique.data),
        twitch=Twitch(row.twitch.data) if row.twitch.data else None,
        pain_during=row.pain_during.data,
    )
