"""The patient's measures: answering one, naming activities, the question for the next visit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, abort, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Field

from tracker.domain.days import local_day
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.measures import CHANGE_ITEM, WEEKLY_ITEMS, Measure
from tracker.services import held, measures, measuring, questions
from tracker.services.daybook import Moment
from tracker.services.patients import choose_episode, own_episodes
from tracker.web import access
from tracker.web.access import actor, for_patients, hub, now, reading, writing, zone
from tracker.web.asked import asked_id, posted_id
from tracker.web.fields import ChangeField, Page, ScaleField, WholeField
from tracker.web.messages import text_of
from tracker.web.own.parts import EARLIEST, not_yours
from tracker.web.responses import again, see_other

pages = Blueprint("measures", __name__)

Posted = MultiDict[str, str]

ANSWER = "answer-"
"""What the name of an answer's field begins with; its item stands behind it."""


class RatedForm(Page):
    """One item from 0 to 10; the item is its suffix."""

    answer = ScaleField()


class ChangeForm(Page):
    """One of the seven answers; the item is its suffix."""

    answer = ChangeField()


class RevForm(Page):
    """The revision that an answer was made from."""

    base_rev = WholeField(within=range(1, 1_000_000))


def make_forms(
    measure: Measure, items: list[str], posted: Posted | None, answers: Mapping[str, int]
) -> dict[str, Field]:
    """The field of each item of a measure, filled in from a form or from what stands."""
    kind = ChangeForm if measure is Measure.CHANGE else RatedForm
    made: dict[str, Field] = {}
    for item in items:
        form = kind(posted, suffix=item, data={"answer": answers.get(item)})
        if posted is not None:
            form.validate()
        made[item] = form.answer
    return made


def items_of(ask: measures.Ask) -> list[str]:
    """The items that a measure asks for."""
    if ask.measure is Measure.WEEKLY:
        return list(WEEKLY_ITEMS)
    if ask.measure is Measure.CHANGE:
        return [CHANGE_ITEM]
    return [str(row.id) for row in ask.activities]


@pages.app_template_global()
def measure_fields(ask: measures.Ask, posted: Posted | None = None) -> dict[str, Field]:
    """The fields of a measure, by item."""
    return make_forms(ask.measure, items_of(ask), posted, ask.entry.answers if ask.entry else {})


@pages.app_template_global()
def today_here() -> str:
    """The reader's own day, which a phone compares with its own."""
    return local_day(now(), zone()).isoformat()


def read_answers(measure: Measure, posted: Posted) -> dict[str, int | None]:
    """What a form says by item; nothing where it was skipped. Raises Invalid, NotFound."""
    if "skip" in posted:
        return {}
    items = [name.removeprefix(ANSWER) for name in posted if name.startswith(ANSWER)]
    if measure is Measure.ACTIVITIES:
        for item in items:
            _known_id(item)
    fields = make_forms(measure, items, posted, {})
    faults = {item: ["scale"] for item, field in fields.items() if field.errors}
    if faults:
        raise Invalid(faults)
    answers = {item: field.data for item, field in fields.items() if field.data is not None}
    if not answers:
        raise Invalid({"answers": ["nothing_chosen"]})
    return answers


def _known_id(text: str) -> None:
    try:
        UUID(text)
    except ValueError:
        raise NotFound("activity") from None


def _moment(text: str = "") -> Moment:
    """The day that a form was opened on; today where it says none, or one to come."""
    current = local_day(now(), zone())
    try:
        day = min(date.fromisoformat(text), current)
    except ValueError:
        day = current
    return Moment(max(day, EARLIEST), zone(), now())


def read_measure(text: str | None) -> Measure:
    """A measure's name; 404 for anything else."""
    try:
        return Measure(text or "")
    except ValueError:
        abort(404)


# A measure.


@pages.get("/progress/measure")
@for_patients
def show_measure() -> str:
    """One measure of today, to answer or to mend: `?of=` names it."""
    measure = read_measure(request.args.get("of"))
    with reading() as scope:
        episode = choose_episode(own_episodes(scope), asked_id("episode"))
        if episode is None:
            raise NotFound("episode")
        ask = measures.see_ask(scope, episode, measure, _moment().local_date)
        return _measure_page(ask)


def _measure_page(ask: measures.Ask, posted: Posted | None = None, fault: str = "") -> str:
    return render_template(
        "patient/measure.html",
        ask=ask,
        posted=posted,
        fault=fault,
        day=_moment().local_date,
        bound=held.bind(hub().secrets, actor().person_id),
    )


@pages.post("/progress/measure")
@for_patients
def save_measure() -> Response:
    """Record a measure, or that it is not answered this time."""
    if not access.is_form_of(actor()):
        return not_yours()
    return save_posted(request.form)


def save_posted(posted: Posted) -> Response:
    """Record what a measure's form holds, sent now or held while its session had ended."""
    measure = read_measure(posted.get("measure"))
    episode_id = _id_in(posted, "episode_id")
    rev = RevForm(posted).base_rev.data
    moment = _moment(posted.get("asked_on", ""))
    try:
        answers = read_answers(measure, posted)
        entry_id = _id_in(posted, "entry_id")
        given = measuring.MeasureInput(measure, answers, entry_id, rev)
        with writing() as scope:
            episode = measuring.logged_episode(scope, episode_id)
            measuring.record_measure(scope, moment, episode, given)
    except Invalid as refusal:
        with reading() as scope:
            found = choose_episode(own_episodes(scope), episode_id)
            if found is None:
                raise NotFound("episode") from None
            ask = measures.see_ask(scope, found, measure, moment.local_date)
            codes = [code for own in refusal.errors.values() for code in own]
            return again(_measure_page(ask, posted, text_of(codes[0])))
    flash(_("Fine, not this time.") if "skip" in posted else _("Saved."), "saved")
    if posted.get("back") == "today":
        return see_other("patient.show_today")
    return see_other("patient.show_progress", episode=episode_id, _anchor="measures")


def _id_in(posted: Posted, name: str) -> UUID:
    try:
        return UUID(posted.get(name, ""))
    except ValueError:
        abort(404)


# Activities.


@pages.get("/progress/activities")
@for_patients
def show_activities() -> str:
    """Name one to five things that the problem makes hard."""
    with reading() as scope:
        episode = choose_episode(own_episodes(scope), asked_id("episode"))
        if episode is None:
            raise NotFound("episode")
        ask = measures.see_ask(scope, episode, Measure.ACTIVITIES, _moment().local_date)
        return render_template(
            "patient/activities.html",
            ask=ask,
            names=[row.words for row in ask.activities],
            fault="",
        )


@pages.post("/progress/activities")
@for_patients
def save_activities() -> Response:
    """Make these the activities; then they are rated for the first time."""
    episode_id = posted_id("episode_id")
    names = [name.replace("\0", "") for name in request.form.getlist("names")]
    try:
        with writing() as scope:
            episode = measuring.logged_episode(scope, episode_id)
            measuring.name_activities(scope, episode, names, now())
    except Invalid as refusal:
        with reading() as scope:
            found = choose_episode(own_episodes(scope), episode_id)
            if found is None:
                raise NotFound("episode") from None
            ask = measures.see_ask(scope, found, Measure.ACTIVITIES, _moment().local_date)
            fault = text_of(refusal.errors["names"][0])
            return again(
                render_template("patient/activities.html", ask=ask, names=names, fault=fault)
            )
    flash(_("Your activities are saved. How well can you do them today?"), "saved")
    return see_other("measures.show_measure", of="activities", episode=episode_id)


# The question.


@pages.post("/progress/question")
@for_patients
def save_question() -> Response:
    """Ask something at the next visit, change it, or take it back."""
    if not access.is_form_of(actor()):
        return not_yours()
    return save_asked(request.form)


def save_asked(posted: Posted) -> Response:
    """Record what a question's form holds, sent now or held while its session had ended."""
    episode_id = _id_in(posted, "episode_id")
    rev = RevForm(posted).base_rev.data
    words = posted.get("text", "").replace("\0", "").replace("\r\n", "\n")
    try:
        given = questions.QuestionInput(words, _id_in(posted, "entry_id"), rev)
        with writing() as scope:
            episode = measuring.logged_episode(scope, episode_id)
            questions.ask(scope, _moment(posted.get("asked_on", "")), episode, given)
    except Invalid as refusal:
        codes = [code for own in refusal.errors.values() for code in own]
        return again(
            render_template(
                "patient/question.html",
                episode_id=episode_id,
                entry_id=posted.get("entry_id", ""),
                rev=rev,
                words=words,
                fault=text_of(codes[0]),
                bound=held.bind(hub().secrets, actor().person_id),
            )
        )
    flash(
        _("Your question is on the page for your next visit.")
        if words.strip()
        else _("Your question is taken back."),
        "saved",
    )
    return see_other("patient.show_progress", episode=episode_id, _anchor="question")
