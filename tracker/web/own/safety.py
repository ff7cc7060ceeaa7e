"""The safety ladder, for everybody, signed in or not: the advice first, keeping it second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from flask import Response, current_app, g, make_response, render_template, request
from flask_wtf.csrf import validate_csrf

from tracker.domain import catalog
from tracker.domain.access import Actor, PatientActor
from tracker.domain.days import local_day
from tracker.domain.errors import Invalid
from tracker.domain.operation import read_id
from tracker.domain.safety import Advice, Needled, advice_for, asked_signs
from tracker.services import clinics, held, safety
from tracker.services.daybook import Moment
from tracker.services.faults import STORE_FAULTS
from tracker.web import access
from tracker.web.access import hub, now, reading, writing, zone
from tracker.web.own.parts import pages, told_of


@dataclass(frozen=True, slots=True)
class Ground:
    """What the page knows of its reader."""

    numbers: Sequence[clinics.Numbers] = ()
    needled: Needled = Needled.UNKNOWN
    needled_at: datetime | None = None
    bound: str = ""
    told: str = "nobody"
    """Whether a clinic hears of a report: yes, unshared, nobody; empty for staff."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was ticked, what to do, and what became of the report: kept, lost, or not asked for."""

    signs: Sequence[str]
    advice: Advice
    state: str


def _reader() -> Actor | None:
    """Whoever is signed in; nobody where the database is away: the advice does not wait for it."""
    try:
        return access.find_actor()
    except STORE_FAULTS:
        g.is_store_away = True
        return None


def _ground(found: Actor | None) -> Ground:
    if found is None:
        return Ground()
    try:
        with reading() as scope:
            numbers = clinics.see_numbers(scope, now())
            if not isinstance(found, PatientActor):
                return Ground(numbers, told="")
            needled, at = safety.see_needled(scope, now())
            told = told_of(scope)
    except STORE_FAULTS:
        g.is_store_away = True
        return Ground()
    return Ground(numbers, needled, at, held.bind(hub().secrets, found.person_id), told)


@pages.get("/safety")
def show_safety() -> Response:
    """What to do when something feels wrong, with the clinic's own numbers."""
    return _page(_ground(_reader()), None)


@pages.post("/safety")
def answer_safety() -> Response:
    """What to do about the signs that were ticked; the report is kept if it can be.

    It answers whoever asks, also without the form's proof, which decides about keeping alone.
    """
    known = catalog.signs()
    signs = [sign for sign in dict.fromkeys(request.form.getlist("signs")) if sign in known]
    found = _reader()
    ground = _ground(found)
    if not signs:
        return _page(ground, None, is_empty=True)
    state = _keep(found, signs)
    if state == "kept" and ground.told != "yes":
        state = ""
    return _page(ground, Answer(signs, advice_for(signs, ground.needled), state))


def _keep(found: Actor | None, signs: Sequence[str]) -> str:
    """Keep the report: whatever is in the way, the advice is shown."""
    if not isinstance(found, PatientActor):
        return ""
    try:
        validate_csrf(request.form.get("csrf_token"))
        if not access.is_form_of(found):
            return "lost"
        entry_id = read_id(request.form.get("entry_id")) or uuid4()
        try:
            _record(entry_id, signs)
        except Invalid:
            # A page that is sent twice with other signs each time: two reports.
            _record(uuid4(), signs)
    except Exception as fault:  # noqa: BLE001 - whatever it is, the advice goes out
        # The fault's own words may hold what was ticked: its kind has to do.
        current_app.logger.warning("A safety report was not kept: %s", type(fault).__name__)
        return "lost"
    return "kept"


def _record(entry_id: UUID, signs: Sequence[str]) -> None:
    clock = zone()
    moment = Moment(local_day(now(), clock), clock, now())
    with writing() as scope:
        safety.report(scope, moment, safety.ReportInput(entry_id, tuple(signs)))


def _page(ground: Ground, answer: Answer | None, *, is_empty: bool = False) -> Response:
    made = make_response(
        render_template(
            "patient/safety.html",
            ground=ground,
            numbers=ground.numbers,
            groups=asked_signs(ground.needled),
            answer=answer,
            is_empty=is_empty,
            entry_id=uuid4(),
        )
    )
    # The worker keeps this page for the days without a network; no proxy may.
    made.headers["Cache-Control"] = "private, no-cache" if request.method == "GET" else "no-store"
    return made
