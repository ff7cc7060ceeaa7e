"""Who is asking, and the one way from a request to a scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import unquote

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from tracker.domain.access import Actor, PatientActor, StaffActor
from tracker.domain.days import is_zone
from tracker.services import accounts, held
from tracker.services.accounts import SignedIn
from tracker.services.faults import STORE_FAULTS
from tracker.services.hub import Hub

P = ParamSpec("P")
R = TypeVar("R")

COOKIE_LIFETIME = timedelta(days=400)
"""The longest that browsers keep a cookie; the session's row decides, and sooner."""

HELD_COOKIE = "held"
HELD_MOST = 8
"""Forms that may wait in one browser: a week of evenings, and one more."""

ZONE_COOKIE = "zone"


class Visitor(UserMixin):
    """Whoever is signed in, as Flask-Login sees them: its id is the session row's token."""

    def __init__(self, token: str, actor: Actor) -> None:
        self.token = token
        self.actor = actor

    def get_id(self) -> str:
        """The token that the cookie carries."""
        return self.token


def hub() -> Hub:
    """The application's database, secrets and post room."""
    found: Hub = current_app.extensions["aftercare"]
    return found


def now() -> datetime:
    """The moment of this request, the same for everything in it."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    moment: datetime = g.now
    return moment


def init(app: Flask) -> None:
    """Put sign-in onto an application."""
    manager = LoginManager(app)
    # "strong" signs people out on a new address or browser version; the row is what counts.
    manager.session_protection = None
    manager.user_loader(_load)
    app.permanent_session_lifetime = COOKIE_LIFETIME


def _load(token: str) -> Visitor | None:
    # The page that tells of the fault asks who is there too: it must not fall over it again.
    if g.get("is_store_away", False):
        return None
    try:
        with hub().database.door() as door:
            actor, is_due = accounts.find_actor_seen(door, hub().secrets, token, now())
        if actor is None:
            return None
        if is_due:
            with hub().database.door(writes=True) as door:
                accounts.mark_seen(door, actor, now())
            session.modified = True
    except STORE_FAULTS:
        g.is_store_away = True
        raise
    return Visitor(token, actor)


def find_actor() -> Actor | None:
    """Whoever is signed in, None for nobody."""
    if not current_user.is_authenticated:
        return None
    actor: Actor = current_user.actor
    return actor


def actor() -> Actor:
    """Whoever is signed in; raises Unauthenticated."""
    return accounts.require(find_actor())


def staff_actor() -> StaffActor:
    """The signed-in physio or lead; 404 for anybody else."""
    found = actor()
    if not isinstance(found, StaffActor):
        abort(404)
    return found


@contextmanager
def reading() -> Iterator[Any]:
    """The actor's scope for reading."""
    with hub().database.scope(actor()) as scope:
        yield scope


@contextmanager
def writing() -> Iterator[Any]:
    """The actor's scope for one transaction that commits at its end."""
    with hub().database.scope(actor(), writes=True) as scope:
        yield scope


def zone() -> str:
    """The zone whose clock is shown: the phone's own for a patient, the clinic's for staff."""
    found = actor()
    if isinstance(found, StaffActor):
        return found.clinic_zone
    told = unquote(request.cookies.get(ZONE_COOKIE, ""))
    return told if is_zone(told) else found.zone


# Doors to pages.


def _gate(view: Callable[P, R], fits: Callable[[Actor], bool]) -> Callable[P, R | Response]:
    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        found = find_actor()
        if found is None:
            kept = hold_form() if request.method == "POST" else None
            return kept or ask_to_sign_in()
        refusal = _refuse_stale(found)
        if refusal is not None:
            return refusal
        if not fits(found):
            abort(404)
        return view(*args, **kwargs)

    return guarded


def _is_of_another_clinic(found: Actor) -> bool:
    """Whether a posted staff form was opened in a clinic that was left since, in another tab."""
    told = request.form.get("clinic") if request.method == "POST" else None
    return told is not None and isinstance(found, StaffActor) and told != str(found.clinic_id)


def _refuse_stale(found: Actor) -> Response | None:
    """Keep a colleague's form out that was opened by somebody else, or in another clinic."""
    if request.method != "POST" or not isinstance(found, StaffActor):
        return None
    if not is_form_of(found):
        hold_form()
        return _nothing_saved(
            _("This page is from an earlier sign-in"),
            _("For your safety it was not sent. Open the page afresh and try again."),
        )
    if _is_of_another_clinic(found):
        return _nothing_saved(
            _("This page belongs to another clinic"),
            _(
                "You switched clinics since it was opened, so nothing was saved."
                " Switch back under Me, then send it again from the page before this one."
            ),
        )
    return None


def _nothing_saved(title: str, text: str) -> Response:
    answer = make_response(render_template("errors/error.html", title=title, text=text, again=None))
    answer.status_code = 409
    return answer


def for_patients(view: Callable[P, R]) -> Callable[P, R | Response]:
    """A page of patients; for any other role it does not exist."""
    return _gate(view, lambda found: isinstance(found, PatientActor))


def for_staff(view: Callable[P, R]) -> Callable[P, R | Response]:
    """A page of physios and leads."""
    return _gate(view, lambda found: isinstance(found, StaffActor))


def for_leads(view: Callable[P, R]) -> Callable[P, R | Response]:
    """A page of leads."""
    return _gate(view, lambda found: isinstance(found, StaffActor) and found.is_lead)


def for_members(view: Callable[P, R]) -> Callable[P, R | Response]:
    """A page of anybody who is signed in."""
    return _gate(view, lambda _found: True)


def ask_to_sign_in() -> Response:
    """Send somebody to the sign-in, and back to a page (never to a posted form) afterwards."""
    if request.method not in {"GET", "HEAD"}:
        return make_response(redirect(url_for("auth.sign_in"), 303))
    return make_response(redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?"))))


# Coming and going.


def enter(signed_in: SignedIn) -> None:
    """Carry a new session in a fresh cookie."""
    session.clear()
    session.permanent = True
    visitor = _load(signed_in.token)
    if visitor is not None:
        login_user(visitor)


def refresh() -> None:
    """Look the session's row up again, after something in it was changed."""
    visitor = _load(current_user.token)
    if visitor is not None:
        login_user(visitor)


def leave() -> Response:
    """End the session, forget the cookie, and have the browser forget everything else."""
    found = find_actor()
    if found is not None:
        with hub().database.door(writes=True) as door:
            accounts.sign_out(door, found, now())
    logout_user()
    session.clear()
    flash(_("You are signed out."), "done")
    answer = make_response(redirect(url_for("auth.sign_in"), 303))
    # Somebody else's unsent entries may wait on the same phone: its script has removed what is
    # one's own by then, and says so.
    is_shared = request.form.get("keep") == "others"
    answer.headers["Clear-Site-Data"] = '"cache"' if is_shared else '"cache", "storage"'
    return answer


def device_name() -> str:
    """A short name of the browser, for the list of one's own devices."""
    text = request.user_agent.string
    system = next(
        (
            name
            for mark, name in (
                ("iPhone", "iPhone"),
                ("iPad", "iPad"),
                ("Android", "Android"),
                ("Windows", "Windows"),
                ("Mac OS", "Mac"),
                ("Linux", "Linux"),
            )
            if mark in text
        ),
        "",
    )
    browser = next(
        (
            name
            for mark, name in (
                ("Edg", "Edge"),
                ("Firefox", "Firefox"),
                ("Chrom", "Chrome"),
                ("Safari", "Safari"),
            )
            if mark in text
        ),
        "",
    )
    return ", ".join(part for part in (browser, system) if part)


# Entries whose session had ended.


def hold_form() -> Response | None:
    """Keep a posted form that came without a session, when its page tells whose it was."""
    bound = request.form.get("bound", "")
    if not bound:
        return None
    fields = [
        (name, value)
        for name, values in request.form.lists()
        if name not in {"bound", "csrf_token"}
        for value in values
    ]
    with hub().database.door(writes=True) as door:
        token = held.hold(door, hub().secrets, bound, request.path, fields, now())
    flash(_("Your session has ended. What you entered is kept safe: sign in to save it."), "held")
    answer = make_response(redirect(url_for("auth.sign_in"), 303))
    answer.set_cookie(
        HELD_COOKIE,
        ".".join([*held_tokens(), token][-HELD_MOST:]),
        max_age=held.KEEP,
        httponly=True,
        secure=hub().settings.is_https,
        samesite="Lax",
    )
    return answer


def is_form_of(person: Actor) -> bool:
    """Whether a posted form stood on this person's own page (or on one that says nothing)."""
    bound = request.form.get("bound", "")
    return not bound or held.is_bound(hub().secrets, bound, person.person_id)


def find_held() -> list[held.Held]:
    """The forms that waited for the person who just signed in; anybody else's are discarded."""
    found = find_actor()
    if found is None:
        return []
    with hub().database.door(writes=True) as door:
        return [
            waiting
            for token in held_tokens()
            if (waiting := held.look(door, hub().secrets, token, found.person_id, now()))
        ]


def held_tokens() -> list[str]:
    """What this browser's cookie says of waiting forms, the oldest first."""
    return [token for token in request.cookies.get(HELD_COOKIE, "").split(".") if token]


def let_held_go(waiting: held.Held) -> None:
    """Forget a form that waited: it is saved, or shown again."""
    with hub().database.door(writes=True) as door:
        held.discard(door, hub().secrets, waiting.token)
