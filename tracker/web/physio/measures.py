"""A patient's measures as a physio keeps them: told in the room, goals, degrees, the question."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from flask import Response, abort, flash, render_template, request
from flask_babel import gettext as _

from tracker.domain.days import local_day
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.measures import ANSWER_MAX, GOAL_MAX, MOVEMENTS, Measure
from tracker.services import goals, measures, measuring, patients, questions
from tracker.services.daybook import Moment
from tracker.services.goals import NewReading
from tracker.web import forms
from tracker.web.access import for_staff, now, reading, writing, zone
from tracker.web.asked import asked_id, posted_id
from tracker.web.messages import text_of
from tracker.web.own.measures import Posted, RevForm, read_answers, read_measure
from tracker.web.physio.parts import pages, today
from tracker.web.responses import again, see_other


@dataclass
class Typed:
    """What a form that was refused held, so that nothing of it is lost."""

    motion: forms.MotionReadingForm | None = None
    names: list[str] | None = None
    goal: str = ""
    measure: Measure | None = None
    posted: Posted | None = None
    faults: dict[str, str] = field(default_factory=dict)


@pages.get("/patients/<uuid:patient_id>/measures")
@for_staff
def show_measures(patient_id: UUID) -> str:
    """Forms for what is measured and agreed with the patient in the room."""
    return _page(patient_id, asked_id("episode"), Typed())


def _page(patient_id: UUID, wanted: UUID | None, typed: Typed) -> str:
    with reading() as scope:
        patient, episodes, shares = patients.see_patient(scope, patient_id)
        episode = patients.choose_episode(episodes, wanted)
        if episode is None:
            raise NotFound("episode")
        seen = measures.see_measures(scope, episode, now(), zone())
        asks = [measures.see_ask(scope, episode, one, today()) for one in Measure]
        return render_template(
            "physio/measures.html",
            patient=patient,
            episodes=episodes,
            episode=episode,
            shares=shares,
            seen=seen,
            asks=asks,
            typed=typed,
            motion=typed.motion or _motion_form(seen),
            names=typed.names or [row.words for row in seen.activities],
            form_id=uuid4(),
            current=today(),
            limits={"goal": GOAL_MAX, "answer": ANSWER_MAX},
        )


def _motion_form(seen: measures.Measures) -> forms.MotionReadingForm:
    """Begins from the movement that was measured by hand last."""
    begun: dict[str, Any] = {"measured_on": today()}
    by_hand = [one for one in seen.motions if one.reading_id]
    if by_hand:
        last = by_hand[-1]
        name = "movement" if last.movement in MOVEMENTS else "other"
        begun |= {"movement": "", name: last.movement, "side": last.side}
    return forms.MotionReadingForm(data=begun)


def _back(patient_id: UUID, episode_id: UUID, anchor: str) -> Response:
    return see_other(
        "physio.show_measures", patient_id=patient_id, episode=episode_id, _anchor=anchor
    )


def _first(refusal: Invalid) -> str:
    return text_of(next(code for codes in refusal.errors.values() for code in codes))


def _moment() -> Moment:
    return Moment(local_day(now(), zone()), zone(), now())


# As told by the patient.


@pages.post("/patients/<uuid:patient_id>/episodes/<uuid:episode_id>/activities")
@for_staff
def name_activities(patient_id: UUID, episode_id: UUID) -> Response:
    """Write down which activities the problem makes hard."""
    names = [name.replace("\0", "") for name in request.form.getlist("names")]
    try:
        with writing() as scope:
            episode = measuring.logged_episode(scope, episode_id, patient_id)
            measuring.name_activities(scope, episode, names, now())
    except Invalid as fault:
        typed = Typed(names=names, faults={"activities": _first(fault)})
        return again(_page(patient_id, episode_id, typed))
    flash(_("The activities are saved."), "done")
    return _back(patient_id, episode_id, "told")


@pages.post("/patients/<uuid:patient_id>/episodes/<uuid:episode_id>/told")
@for_staff
def tell_measure(patient_id: UUID, episode_id: UUID) -> Response:
    """Write down what the patient answers to one measure."""
    measure = read_measure(request.form.get("measure"))
    try:
        answers = read_answers(measure, request.form)
        rev = RevForm(request.form).base_rev.data
        given = measuring.MeasureInput(measure, answers, posted_id("entry_id"), rev)
        with writing() as scope:
            episode = measuring.logged_episode(scope, episode_id, patient_id)
            measuring.record_measure(scope, _moment(), episode, given)
    except Invalid as fault:
        typed = Typed(measure=measure, posted=request.form, faults={measure.value: _first(fault)})
        return again(_page(patient_id, episode_id, typed))
    flash(_("Saved as told by the patient."), "done")
    return _back(patient_id, episode_id, "told")


# The clinic's own.


@pages.post("/patients/<uuid:patient_id>/episodes/<uuid:episode_id>/motions")
@for_staff
def add_motion(patient_id: UUID, episode_id: UUID) -> Response:
    """Write a range of motion down."""
    form = forms.MotionReadingForm(request.form)
    try:
        form.check()
        given = NewReading(
            posted_id("form_id"),
            form.movement.data or form.other.data,
            form.side.data,
            form.degrees.data,
            form.measured_on.data,
        )
        with writing() as scope:
            goals.add_reading(scope, patient_id, episode_id, given, now())
    except Invalid as fault:
        form.take_errors(fault.errors)
        return again(_page(patient_id, episode_id, Typed(motion=form)))
    flash(_("The range of motion is saved."), "done")
    return _back(patient_id, episode_id, "motion")


@pages.post("/patients/<uuid:patient_id>/motions/<uuid:reading_id>/remove")
@for_staff
def remove_motion(patient_id: UUID, reading_id: UUID) -> Response:
    """Take a range of motion away, or put it back."""
    is_undo = bool(request.form.get("undo"))
    with writing() as scope:
        episode_id = goals.remove_reading(scope, patient_id, reading_id, now(), undo=is_undo)
    flash(_("The range of motion is removed.") if not is_undo else _("It is back."), "done")
    return _back(patient_id, episode_id, "motion")


@pages.post("/patients/<uuid:patient_id>/episodes/<uuid:episode_id>/goals")
@for_staff
def add_goal(patient_id: UUID, episode_id: UUID) -> Response:
    """Agree on a goal."""
    words = request.form.get("words", "").replace("\0", "")
    try:
        with writing() as scope:
            goals.add_goal(scope, patient_id, episode_id, posted_id("form_id"), words, now())
    except Invalid as fault:
        typed = Typed(goal=words, faults={"goal": _first(fault)})
        return again(_page(patient_id, episode_id, typed))
    flash(_("The goal is saved."), "done")
    return _back(patient_id, episode_id, "goals")


@pages.post("/patients/<uuid:patient_id>/goals/<uuid:goal_id>")
@for_staff
def change_goal(patient_id: UUID, goal_id: UUID) -> Response:
    """Mark a goal as reached or still open, remove it or put it back."""
    try:
        with writing() as scope:
            what = request.form.get("what", "")
            episode_id = goals.change_goal(scope, patient_id, goal_id, what, now())
    except Invalid:
        abort(400)
    flash(_("Saved."), "done")
    return _back(patient_id, episode_id, "goals")


@pages.post("/patients/<uuid:patient_id>/questions/<uuid:question_id>")
@for_staff
def answer_question(patient_id: UUID, question_id: UUID) -> Response:
    """Mark the patient's question as talked about, with a short note or none; or undo that."""
    try:
        with writing() as scope:
            if request.form.get("undo"):
                episode_id = questions.reopen(scope, patient_id, question_id)
            else:
                words = request.form.get("answer", "").replace("\0", "")
                episode_id = questions.answer(scope, patient_id, question_id, words, now())
    except Invalid as fault:
        flash(_first(fault), "error")
        return see_other("physio.show_measures", patient_id=patient_id, _anchor="question")
    flash(_("Saved."), "done")
    return _back(patient_id, episode_id, "question")
