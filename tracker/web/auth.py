"""Coming in: sign-in, invitations, passwords; and out again."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import get_locale
from flask_babel import gettext as _

from tracker.domain.access import PatientActor, StaffActor
from tracker.domain.days import is_zone, local_day
from tracker.domain.errors import Expired, Invalid
from tracker.domain.invitation import tidy_code
from tracker.services import (
    accounts,
    invitations,
    limits,
    outreach,
    patient_joining,
    staff_joining,
)
from tracker.services.invitations import OpenInvitation
from tracker.services.limits import Limit
from tracker.services.patient_joining import Joining
from tracker.web import access, forms
from tracker.web.access import find_actor, for_members, for_staff, hub, now
from tracker.web.asked import posted_id
from tracker.web.language import LANGUAGE_COOKIE, LANGUAGES
from tracker.web.own.waiting import resume_held
from tracker.web.physio.waiting import resume_held_form

pages = Blueprint("auth", __name__)

LONGEST_CODE = 12
"""Characters of a short code with room for slips; a link's token has more than forty."""


def count_try(*tries: tuple[Limit, str]) -> None:
    """Count tries before they are made, so that failing ones count too; raises Limited."""
    with hub().database.door(writes=True) as door:
        for limit, who in tries:
            limits.count_try(door, hub().secrets, limit, who, now())


def address() -> str:
    """Where a request comes from, as far as a rate limit cares."""
    told = request.remote_addr or ""
    try:
        found = ip_address(told)
    except ValueError:
        return "nowhere"
    if found.version == 6:
        # One household has a whole /64 of them.
        return str(ip_network((found, 64), strict=False))
    return told


def home() -> str:
    """Where somebody belongs."""
    found = find_actor()
    if isinstance(found, PatientActor):
        return url_for("patient.show_today")
    if isinstance(found, StaffActor):
        return url_for("physio.list_patients")
    return url_for("auth.sign_in")


def safe_next() -> str | None:
    """Where to go after signing in: a path of ours and nothing else."""
    target = request.values.get("next", "")
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not target.startswith("/") or target.startswith("//"):
        return None
    return None if "\\" in target or target.startswith("/sign-") else target


def go_home() -> Response:
    """After coming in: what waited comes first, then the page asked for, or home."""
    waited = resume_held() or show_waiting_form()
    return waited or make_response(redirect(safe_next() or home(), 303))


def show_waiting_form() -> Response | None:
    """A colleague's form that waited, shown again to be checked: one at a time, never saved."""
    for waiting in access.find_held():
        answer = resume_held_form(waiting)
        if answer is not None:
            access.let_held_go(waiting)
            return answer
    return None


@pages.get("/")
def root() -> Response:
    """The front door leads home."""
    return make_response(redirect(home()))


@pages.get("/sign-in")
def sign_in() -> str | Response:
    """Two ways in: a patient's code, a colleague's password."""
    if find_actor() is not None:
        return make_response(redirect(safe_next() or home()))
    return _sign_in_page(forms.SignInForm(), forms.CodeForm())


def _sign_in_page(staff: forms.SignInForm, code: forms.CodeForm) -> str:
    return render_template(
        "auth/sign_in.html", staff=staff, code=code, next=safe_next(), is_demo=hub().settings.demo
    )


def _again(body: str, status: int = 422) -> Response:
    answer = make_response(body)
    answer.status_code = status
    return answer


@pages.post("/sign-in")
def sign_in_staff() -> Response:
    """Sign in by address and password."""
    form = forms.SignInForm(request.form)
    if not form.validate():
        return _again(_sign_in_page(form, forms.CodeForm()))
    email = form.email.data.lower()
    count_try((limits.SIGN_IN_BY_ADDRESS, address()), (limits.SIGN_IN_BY_EMAIL, email))
    try:
        with hub().database.door(writes=True) as door:
            signed_in = accounts.sign_in_staff(
                door, hub().secrets, email, form.password.data, now(), device=access.device_name()
            )
    except Invalid as fault:
        form.take_errors(fault.errors)
        return _again(_sign_in_page(form, forms.CodeForm()))
    access.enter(signed_in)
    return go_home()


@pages.post("/sign-out")
@for_members
def sign_out() -> Response:
    """End this session."""
    return access.leave()


@pages.post("/language")
def change_language() -> Response:
    """Read in another language from now on."""
    language = request.form.get("language", "")
    answer = make_response(redirect(safe_next() or home(), 303))
    if language in LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE,
            language,
            max_age=access.COOKIE_LIFETIME,
            secure=hub().settings.is_https,
            samesite="Lax",
            httponly=True,
        )
        found = find_actor()
        if found is not None:
            with hub().database.door(writes=True) as door:
                accounts.set_language(door, found, language)
    return answer


# Invitations.


@pages.post("/join")
def enter_code() -> Response:
    """A short code, typed in the waiting room."""
    form = forms.CodeForm(request.form)
    if not form.validate():
        return _again(_sign_in_page(forms.SignInForm(), form))
    code = tidy_code(form.code.data)
    try:
        _look_up(code)
    except Expired:
        form.take_errors({"code": ["bad_code"]})
        return _again(_sign_in_page(forms.SignInForm(), form))
    return make_response(redirect(url_for("auth.join", token=code), 303))


@pages.get("/join/<token>")
def join(token: str) -> str:
    """What a link, QR or code opens: the clinic's name, and who one is."""
    opened = _look_up(token)
    if opened.role.is_staff:
        return _staff_join_page(token, opened, forms.StaffJoinForm())
    form = forms.JoinForm()
    found = find_actor()
    if isinstance(found, PatientActor):
        form.name.data = found.name
    return _join_page(token, opened, form)


def _look_up(token: str) -> OpenInvitation:
    """What a link or code opens; only wrong ones count as tries, a waiting room shares an address.

    A long token can't be guessed, so wrong ones don't use up what all clinics' codes share.
    """
    tries = [(limits.CODE_BY_ADDRESS, address())]
    if len(token) <= LONGEST_CODE:
        tries.append((limits.CODE_OVERALL, "all"))
    with hub().database.door() as door:
        for limit, who in tries:
            limits.check(door, hub().secrets, limit, who, now())
        try:
            return invitations.look_up(door, hub().secrets, token, now())
        except Expired as fault:
            wrong = fault
    count_try(*tries)
    raise wrong


def _join_page(token: str, opened: OpenInvitation, form: forms.JoinForm) -> str:
    return render_template("auth/join.html", token=token, opened=opened, form=form, here=_here())


def _staff_join_page(token: str, opened: OpenInvitation, form: forms.StaffJoinForm) -> str:
    return render_template("auth/join_staff.html", token=token, opened=opened, form=form)


def _here() -> PatientActor | None:
    found = find_actor()
    return found if isinstance(found, PatientActor) else None


@pages.post("/join/<token>")
def join_now(token: str) -> Response:
    """Join, once."""
    opened = _look_up(token)
    return _join_staff(token, opened) if opened.role.is_staff else _join_patient(token, opened)


def _join_patient(token: str, opened: OpenInvitation) -> Response:
    form = forms.JoinForm(request.form)
    if not form.validate():
        return _again(_join_page(token, opened, form))
    said = Joining(
        name=form.name.data,
        year_of_birth=form.year_of_birth.data,
        language=str(get_locale()),
        zone=_told_zone(opened.clinic_zone),
        agrees=form.agrees.data,
        guardian=form.guardian.data or "",
        recalled_pain=form.recalled_pain.data,
    )
    with hub().database.door() as door:
        is_them = patient_joining.is_them(door, opened, said)
    if not is_them:
        with hub().database.door(writes=True) as door:
            invitations.count_wrong(door, opened, now())
        form.take_errors({"name": ["not_them"]})
        return _again(_join_page(token, opened, form))
    return _let_in(token, opened, form, said)


def _let_in(token: str, opened: OpenInvitation, form: forms.JoinForm, said: Joining) -> Response:
    try:
        with hub().database.door(writes=True) as door:
            signed_in = patient_joining.join_patient(
                door,
                hub().secrets,
                opened,
                said,
                now(),
                here=_here(),
                device=access.device_name(),
                today=local_day(now(), opened.clinic_zone),
            )
    except Invalid as fault:
        form.take_errors(fault.errors)
        return _again(_join_page(token, opened, form))
    if signed_in is not None:
        access.enter(signed_in)
    flash(_("Welcome. Your first log takes a few seconds: tap a number and save."), "done")
    return go_home()


def _join_staff(token: str, opened: OpenInvitation) -> Response:
    form = forms.StaffJoinForm(request.form)
    if not form.validate():
        return _again(_staff_join_page(token, opened, form))
    count_try((limits.SIGN_IN_BY_ADDRESS, address()), (limits.SIGN_IN_BY_EMAIL, opened.email or ""))
    try:
        with hub().database.door(writes=True) as door:
            signed_in = staff_joining.join_staff(
                door,
                hub().secrets,
                opened,
                name=form.name.data,
                password=form.password.data,
                language=str(get_locale()),
                now=now(),
                device=access.device_name(),
            )
    except Invalid as fault:
        form.take_errors(fault.errors)
        return _again(_staff_join_page(token, opened, form))
    access.enter(signed_in)
    return go_home()


def _told_zone(otherwise: str) -> str:
    told = request.form.get("zone", "")
    return told if is_zone(told) else otherwise


# Help with coming in.


@pages.get("/new-phone")
def ask_new_phone() -> str:
    """A patient with a new phone asks for a link by mail."""
    return render_template("auth/ask_mail.html", form=forms.EmailForm(), kind="phone")


@pages.post("/new-phone")
def send_new_phone() -> Response:
    """Queue the link; the answer is the same for every address."""
    return _mail_page("phone")


@pages.get("/forgot")
def ask_reset() -> str:
    """A colleague without a password asks for a link by mail."""
    return render_template("auth/ask_mail.html", form=forms.EmailForm(), kind="reset")


@pages.post("/forgot")
def send_reset() -> Response:
    """Queue the link; the answer is the same for every address."""
    return _mail_page("reset")


def _mail_page(kind: str) -> Response:
    form = forms.EmailForm(request.form)
    if not form.validate():
        return _again(render_template("auth/ask_mail.html", form=form, kind=kind))
    email = form.email.data.lower()
    count_try((limits.MAIL_BY_ADDRESS, address()), (limits.MAIL_BY_EMAIL, email))
    with hub().database.door(writes=True) as door:
        if kind == "reset":
            outreach.ask_reset(door, email, now())
        else:
            outreach.ask_new_phone(door, email, now())
    flash(_("If this address is known here, a mail with a link is on its way."), "done")
    return make_response(redirect(url_for("auth.sign_in"), 303))


@pages.get("/reset/<ticket>")
def reset(ticket: str) -> str:
    """A new password by link."""
    with hub().database.door() as door:
        email = accounts.reset_password(door, hub().secrets, ticket, None, now())
    return render_template("auth/reset.html", form=forms.NewPasswordForm(), email=email)


@pages.post("/reset/<ticket>")
def reset_now(ticket: str) -> Response:
    """Set it, and sign everything else out."""
    form = forms.NewPasswordForm(request.form)
    try:
        form.check()
        with hub().database.door(writes=True) as door:
            accounts.reset_password(door, hub().secrets, ticket, form.password.data, now())
    except Invalid as fault:
        form.take_errors(fault.errors)
        return _again(render_template("auth/reset.html", form=form, email=""))
    flash(_("Your new password is set. Sign in with it."), "done")
    return make_response(redirect(url_for("auth.sign_in"), 303))


@pages.get("/password")
@for_staff
def show_password() -> str:
    """Change one's own password."""
    return render_template("auth/password.html", form=forms.ChangePasswordForm())


@pages.post("/password")
@for_staff
def change_password() -> Response:
    """Change it, and sign every other device out."""
    form = forms.ChangePasswordForm(request.form)
    count_try((limits.SIGN_IN_BY_EMAIL, str(access.staff_actor().person_id)))
    try:
        form.check()
        with hub().database.door(writes=True) as door:
            accounts.change_password(
                door,
                hub().secrets,
                access.staff_actor(),
                form.old_password.data,
                form.password.data,
                now(),
            )
    except Invalid as fault:
        form.take_errors(fault.errors)
        return _again(render_template("auth/password.html", form=form))
    flash(_("Your password is changed; other devices are signed out."), "done")
    return make_response(redirect(url_for("patient.show_me"), 303))


# Mail that nobody wants any more.


@pages.get("/unsubscribe/<token>")
def unsubscribe(token: str) -> str:
    """Ask first: mail scanners follow links."""
    _clinic, _person, kind = outreach.read_unsubscribe(hub().secrets, token)
    return render_template("auth/unsubscribe.html", token=token, kind=kind, is_done=False)


@pages.post("/unsubscribe/<token>")
def unsubscribe_now(token: str) -> str:
    """Turn this one kind of mail off; no cookie is needed, the signed link can do nothing else."""
    who = outreach.read_unsubscribe(hub().secrets, token)
    is_on = request.form.get("again") == "on"
    with hub().database.door(writes=True) as door:
        outreach.set_wish(door, who, now(), is_on=is_on)
    return render_template(
        "auth/unsubscribe.html", token=token, kind=who[2], is_done=True, is_on=is_on
    )


@pages.post("/clinic-choice")
@for_staff
def switch_clinic() -> Response:
    """Work in another of one's own clinics."""
    with hub().database.door(writes=True) as door:
        accounts.switch_clinic(door, access.staff_actor(), posted_id("clinic_id"))
    access.refresh()
    return show_waiting_form() or make_response(redirect(url_for("physio.list_patients"), 303))
