"""The JSON addresses: who is signed in, what a phone keeps, and what it says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, g, jsonify, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFProtect, generate_csrf

from tracker.domain.access import Actor, PatientActor
from tracker.domain.days import local_day
from tracker.domain.errors import Unauthenticated
from tracker.domain.operation import OPERATIONS_MOST, read_id
from tracker.services import phone, sync
from tracker.services.daybook import Moment
from tracker.web import access, openapi
from tracker.web.access import actor, hub, now, reading, writing, zone
from tracker.web.messages import text_of

PREFIX = "/api/v1/"

pages = Blueprint("api", __name__, url_prefix="/api/v1")


def init(app: Flask, protect: CSRFProtect) -> None:
    """Answer 401 before anything else is looked at, then ask for the proof in a header."""
    protect.exempt(pages)

    def ask_who() -> None:
        if not request.path.startswith(PREFIX) or request.endpoint == "api.describe":
            return
        if access.find_actor() is None:
            raise Unauthenticated
        if request.method == "POST":
            protect.protect()

    app.before_request(ask_who)
    app.after_request(_say_whose)
    app.jinja_env.globals["who_is_here"] = who_is_here


def _patient() -> PatientActor:
    """The signed-in patient; for anybody else the address does not exist."""
    found = actor()
    if not isinstance(found, PatientActor):
        abort(404)
    return found


def who_of(found: Actor) -> str:
    """What a phone tells the signed-in person apart by."""
    return phone.who(hub().secrets, found.person_id)


def who_is_here() -> str:
    """The person that a patient's page belongs to, as its phone knows them; empty for others."""
    found = access.find_actor()
    return who_of(found) if isinstance(found, PatientActor) else ""


def _say_whose(answer: Response) -> Response:
    """Tell the service worker whose page this is: it keeps patients' pages, each for its owner."""
    if answer.mimetype == "text/html" and not g.get("is_store_away", False):
        found = access.find_actor()
        if found is not None:
            answer.headers["Aftercare-Who"] = who_is_here() or "-"
    return answer


@pages.get("/openapi.json")
def describe() -> Response:
    """All of these addresses, as OpenAPI 3.1."""
    answer = jsonify(openapi.describe())
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@pages.get("/session")
def show_session() -> Response:
    """Who is signed in, the proof for what is posted next, and our clock."""
    found = actor()
    return jsonify(
        csrf_token=generate_csrf(),
        who={"id": who_of(found), "name": found.name, "role": found.role, "zone": found.zone},
        server_time=_stamp(now()),
    )


@pages.get("/days")
def show_days() -> Response:
    """The last 14 days and the plan behind them: what a phone needs without a network."""
    _patient()
    clock = zone()
    with reading() as scope:
        kept = phone.see_kept(scope, Moment(local_day(now(), clock), clock, now()))
        content = {
            "who": who_of(actor()),
            "server_time": now(),
            "first": kept.first,
            "last": kept.last,
            "episodes": [_pick(row, "id", "clinic_id", "opened_on") for row in kept.episodes],
            "checkins": [
                _pick(row, "entry_id", "rev", "episode_id", "local_date", "pain_average",
                      "pain_worst", "stiffness", "regions", "is_flare", "is_backfilled")
                for row in kept.checkins
            ],
            "days": [
                _pick(row, "clinic_id", "local_date", "sleep", "stress", "note")
                for row in kept.days
            ],
            "soreness": [
                _pick(row, "entry_id", "rev", "needling_session_id", "local_date", "felt_at",
                      "soreness", "muscle", "side", "side_effects")
                for row in kept.soreness
            ],
            "stretches": [
                _pick(row, "entry_id", "rev", "prescription_id", "local_date", "outcome",
                      "sets_done", "pain_during", "reason", "provenance")
                for row in kept.stretches
            ],
            "asked": [_pick(row, "id", "episode_id", "local_date") for row in kept.asked],
            "sessions": [_pick(row, "id", "episode_id", "needled_at") for row in kept.sessions],
            "prescriptions": [
                _pick(row, "id", "episode_id", "sets", "days", "starts_on", "ends_on")
                for row in kept.prescriptions
            ],
        }  # fmt: skip
    return jsonify({name: _plain(value) for name, value in content.items()})


@pages.post("/sync")
def take() -> Response:
    """Apply a phone's operations, one result for each."""
    _patient()
    # Read by hand: what is wrong with the whole request is told apart from what is wrong in it.
    try:
        told: Any = request.get_json()
    except RecursionError:
        abort(400)
    device = _device(told)
    operations = told.get("operations") if device else None
    if device is None or not isinstance(operations, list):
        return refusal(400, _("This request could not be read."))
    if len(operations) > OPERATIONS_MOST:
        abort(413)
    results = sync.apply_all(writing, device, operations, now())
    return jsonify(results=[_told(result) for result in results], server_time=_stamp(now()))


def _device(told: Any) -> UUID | None:
    return read_id(told.get("device")) if isinstance(told, dict) else None


def _told(result: sync.Result) -> dict[str, Any]:
    return {
        "op_id": result.op_id,
        "entry_id": result.entry_id,
        "status": result.status,
        "rev": result.rev,
        "errors": {name: [text_of(c) for c in codes] for name, codes in result.errors.items()},
    }


def refusal(status: int, text: str) -> Response:
    """What a whole request is refused with."""
    answer = jsonify(error=text)
    answer.status_code = status
    return answer


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def _pick(row: Any, *names: str) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _stamp(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
