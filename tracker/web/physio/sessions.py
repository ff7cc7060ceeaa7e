"""Recording a needling session, muscle by muscle; looking at one and amending it."""

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
from tracker.domain.needling import (
    MOTIONS_MOST,
    CoTreatment,
    Facts,
    Motion,
    MuscleRow,
    Side,
    Technique,
    Twitch,
)
from tracker.services import needling, patients
from tracker.web import forms, needling_words
from tracker.web.access import for_staff, now, reading, writing, zone
from tracker.web.asked import asked_id
from tracker.web.fields import Page
from tracker.web.physio.parts import Posted, choose_open, pages, say_waited, still_open
from tracker.web.responses import again, see_other

SPARE_ROWS = 3
"""Empty rows of a new session's record, for a browser without script."""

ROWS_MOST = 40
"""Rows of a session that are read."""

SPARE_MOTIONS = 2

_TAKEN = ("muscle", "side", "insertions", "technique", "length", "depth", "dwell", "hertz",
          "milliamps", "lot")  # fmt: skip
"""What a repeated row takes over; what was felt and seen is asked anew."""

_FELT = ("pain_during", "twitch", "referred_pain", "bleeding", "bruising")


# A new session.


@pages.get("/patients/<uuid:patient_id>/needling/new")
@for_staff
def new_session(patient_id: UUID) -> str:
    """A session's record, begun from now and the last session; `?empty=1` takes no muscles over."""
    wall = local_time(now(), zone())
    with reading() as scope:
        patient, episodes, _shares = patients.see_patient(scope, patient_id)
        episode = choose_open(episodes, asked_id("episode"))
        last, muscles = needling.last_session(scope, episode)
        is_repeat = bool(muscles) and not request.args.get("empty")
        rows = [_begun_row(place, row) for place, row in enumerate(muscles if is_repeat else ())]
        form = forms.SessionForm(
            data={
                "needled_on": wall.date(),
                "needled_time": wall.time(),
                "minutes": last.minutes if last else Facts().minutes,
                "consent_scope": episode.consent_scope or [],
                "screening": episode.screening or [],
                "needles_in": len(rows) or None,
                "form_id": uuid4(),
                "episode_id": episode.id,
            }
        )
        begun = last.needled_at if last and is_repeat else None
        return _session_page(patient, episodes, form, _with_spare(rows, episode), (), begun=begun)


def _begun_row(place: int, row: Any) -> forms.MuscleForm:
    return forms.MuscleForm(suffix=str(place), data=_row_data(row, _TAKEN))


def _row_data(row: Any, names: Sequence[str]) -> dict[str, Any]:
    data = {name: getattr(row, name) for name in names}
    return {**data, "gauge": row.gauge / 100 if row.gauge else None}


def _with_spare(rows: list[forms.MuscleForm], episode: Any) -> list[forms.MuscleForm]:
    side = episode.regions[0].get("side", "left") if episode.regions else "left"
    usual = {"side": side, "insertions": 1, "technique": Technique.DEEP}
    places = range(len(rows), len(rows) + SPARE_ROWS)
    return rows + [forms.MuscleForm(suffix=str(place), data=usual) for place in places]


def _session_page(
    patient: Any,
    episodes: Sequence[Any],
    form: forms.SessionForm,
    rows: Sequence[forms.MuscleForm],
    motions: Sequence[forms.MotionForm],
    *,
    begun: datetime | None = None,
    amended: Any = None,
) -> str:
    running = [one for one in episodes if amended and one.id == amended.episode_id]
    running = running or still_open(episodes)
    if not running:
        raise NotFound("episode")
    about = next((one for one in running if one.id == form.episode_id.data), running[0])
    spare = range(len(motions), max(SPARE_MOTIONS, len(motions)))
    return render_template(
        "physio/needling.html",
        patient=patient,
        episodes=running,
        about=about,
        form=form,
        rows=rows,
        blank=forms.MuscleForm(suffix="NEW", data={"insertions": 1, "technique": Technique.DEEP}),
        motions=[*motions, *(forms.MotionForm(suffix=str(place)) for place in spare)],
        muscles=catalog.muscles().values(),
        begun=begun,
        amended=amended,
        # One empty row stands open below the filled ones, the spare ones wait folded.
        shown=1 + max((n for n, row in enumerate(rows, 1) if row.muscle.data), default=0),
    )


def reopen_session(posted: Posted, patient_id: UUID) -> str:
    """A session's form that waited, as it was."""
    with reading() as scope:
        patient, episodes, _shares = patients.see_patient(scope, patient_id)
        choose_open(episodes, None)
        say_waited()
        read = _Read(posted)
        return _session_page(patient, episodes, read.form, read.rows, read.motions)


@pages.post("/patients/<uuid:patient_id>/needling/new")
@for_staff
def record_session(patient_id: UUID) -> Response:
    """Record it; a form sent twice is one session."""
    read = _Read(request.form)
    try:
        given = read.session()
        with writing() as scope:
            needling.record_session(scope, patient_id, given, now())
    except Invalid as fault:
        read.take(fault)
        with reading() as scope:
            patient, episodes, _shares = patients.see_patient(scope, patient_id)
            return again(_session_page(patient, episodes, read.form, read.rows, read.motions))
    flash(_("The session is recorded. Soreness is asked about from now on."), "done")
    return see_other("physio.show_programme", patient_id=patient_id, episode=given.episode_id)


# A recorded one.


@pages.get("/patients/<uuid:patient_id>/needling/<uuid:needling_id>")
@for_staff
def show_session(patient_id: UUID, needling_id: UUID) -> str:
    """One session's record, as text to copy too, with what amendments replaced."""
    with reading() as scope:
        patient, episodes, _shares = patients.see_patient(scope, patient_id)
        seen = needling.see_session(scope, patient_id, needling_id)
        episode = patients.choose_episode(episodes, seen.session.episode_id)
        text = needling_words.session_text(
            seen.session,
            seen.muscles,
            patient=patient.name,
            complaint=episode.complaint if episode else "",
            by=seen.by,
            zone=zone(),
        )
        return render_template(
            "physio/needling_session.html",
            patient=patient,
            episode=episode,
            seen=seen,
            text=text,
            places=[(row.muscle, row.side) for row in seen.muscles],
        )


@pages.get("/patients/<uuid:patient_id>/needling/<uuid:needling_id>/amend")
@for_staff
def show_amendment(patient_id: UUID, needling_id: UUID) -> str:
    """The record's form as it stands."""
    with reading() as scope:
        patient, episodes, _shares = patients.see_patient(scope, patient_id)
        seen = needling.see_session(scope, patient_id, needling_id)
        session = seen.session
        wall = local_time(session.needled_at, zone())
        taken = ("minutes", "needles_in", "needles_out", "needles_reason", "pain_before",
                 "pain_after", "co_treatments", "is_aftercare_given", "note", "rev",
                 "episode_id")  # fmt: skip
        form = forms.SessionForm(
            data={
                **{name: getattr(session, name) for name in taken},
                "needled_on": wall.date(),
                "needled_time": wall.time(),
                "consent_scope": session.consent_scope or [],
                "screening": session.screening or [],
                "is_confirmed": session.consent_scope is not None,
            }
        )
        rows = [
            forms.MuscleForm(suffix=str(place), data=_row_data(row, (*_TAKEN, *_FELT)))
            for place, row in enumerate(seen.muscles)
        ]
        motions = [
            forms.MotionForm(
                suffix=str(place),
                data={
                    "movement": one["movement"],
                    "degrees_before": one["before"],
                    "degrees_after": one["after"],
                },
            )
            for place, one in enumerate(session.motions)
        ]
        episode = patients.choose_episode(episodes, session.episode_id)
        return _session_page(
            patient, episodes, form, _with_spare(rows, episode), motions, amended=session
        )


@pages.post("/patients/<uuid:patient_id>/needling/<uuid:needling_id>/amend")
@for_staff
def amend_session(patient_id: UUID, needling_id: UUID) -> Response:
    """Change the record; what it said before stays in its history."""
    read = _Read(request.form)
    try:
        given = read.session()
        with writing() as scope:
            base = read.form.rev.data or 0
            needling.amend_session(scope, patient_id, needling_id, given, base, now())
    except Invalid as fault:
        read.take(fault)
        with reading() as scope:
            patient, episodes, _shares = patients.see_patient(scope, patient_id)
            session = needling.get_session(scope, patient_id, needling_id)
            page = _session_page(
                patient, episodes, read.form, read.rows, read.motions, amended=session
            )
            return again(page)
    flash(_("The record is changed. What it said before stays below."), "done")
    return see_other("physio.show_session", patient_id=patient_id, needling_id=needling_id)


# Reading the form.


class _Read:
    """A posted session: its form, its rows, its movements."""

    def __init__(self, posted: Posted) -> None:
        self.form = forms.SessionForm(posted)
        self.rows = [
            forms.MuscleForm(posted, suffix=place) for place in _places(posted, "muscle", ROWS_MOST)
        ]
        for row in self.rows:
            row.muscle.data = muscle_id(row.muscle.data.strip())
        self.motions = [
            forms.MotionForm(posted, suffix=place)
            for place in _places(posted, "movement", MOTIONS_MOST)
        ]

    @property
    def chosen(self) -> list[forms.MuscleForm]:
        """The rows that name a muscle."""
        return [row for row in self.rows if row.muscle.data]

    @property
    def moved(self) -> list[forms.MotionForm]:
        """The movements of which anything is said."""
        return [one for one in self.motions if any(field.data not in {None, ""} for field in one)]

    def session(self) -> needling.NewSession:
        """Everything as one value; raises Invalid with all faults beside their fields."""
        blocks: list[Page] = [self.form, *self.chosen, *self.moved]
        if not all([block.validate() for block in blocks]):  # noqa: C419 - all of them, not the first
            raise Invalid({})
        form = self.form
        return needling.NewSession(
            episode_id=form.episode_id.data or UUID(int=0),
            needled_at=_needled_at(form),
            muscles=[_muscle(row) for row in self.chosen],
            note=form.note.data,
            form_id=form.form_id.data or uuid4(),
            facts=_facts(form, self.moved),
        )

    def take(self, fault: Invalid) -> None:
        """Put a service's faults beside the fields that they are about."""
        for name, codes in fault.errors.items():
            field, dash, place = name.partition("-")
            blocks: Sequence[Page] = self.moved if field == "movement" else self.chosen
            (blocks[int(place)] if dash else self.form).take_errors({field: codes})


def _places(posted: Posted, field: str, most: int) -> list[str]:
    found = [re.fullmatch(rf"{field}-([0-9]{{1,3}})", key) for key in posted]
    return sorted({match[1] for match in found if match}, key=int)[:most]


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
        gauge=round(row.gauge.data * 100) if row.gauge.data else None,
        length=row.length.data,
        depth=row.depth.data,
        dwell=row.dwell.data,
        hertz=row.hertz.data,
        milliamps=row.milliamps.data,
        lot=row.lot.data.strip(),
        referred_pain=row.referred_pain.data,
        bleeding=row.bleeding.data,
        bruising=row.bruising.data,
    )


def _facts(form: forms.SessionForm, motions: Sequence[forms.MotionForm]) -> Facts:
    return Facts(
        minutes=form.minutes.data or Facts().minutes,
        needles_in=form.needles_in.data,
        needles_out=form.needles_out.data,
        needles_reason=form.needles_reason.data,
        pain_before=form.pain_before.data,
        pain_after=form.pain_after.data,
        motions=tuple(
            Motion(
                " ".join(one.movement.data.split()), one.degrees_before.data, one.degrees_after.data
            )
            for one in motions
        ),
        co_treatments=tuple(CoTreatment(one) for one in form.co_treatments.data or ()),
        is_aftercare_given=form.is_aftercare_given.data,
        consent_scope=tuple(form.consent_scope.data or ()),
        screening=tuple(form.screening.data or ()),
    )
