"""The lead's pages: the clinic's settings, its people and its adverse-event register."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import available_timezones

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from tracker.domain.access import Role
from tracker.domain.errors import Invalid
from tracker.services import clinics, flags, register, staff_joining
from tracker.services.clinics import ClinicSettings
from tracker.services.invitations import NewInvitation
from tracker.web import forms
from tracker.web.access import for_leads, hub, now, reading, writing
from tracker.web.files import as_file, write_csv
from tracker.web.responses import again, draw_qr, see_other

pages = Blueprint("clinic", __name__)


@pages.get("/clinic")
@for_leads
def show_clinic() -> str:
    """The clinic's settings."""
    with reading() as scope:
        form = forms.ClinicForm(obj=clinics.see_settings(scope), cover_id=clinics.find_cover(scope))
        return _settings_page(form)


def _settings_page(form: forms.ClinicForm) -> str:
    zones = sorted(zone for zone in available_timezones() if "/" in zone)
    with reading() as scope:
        people = [one for one in clinics.see_people(scope) if not one.ended_at]
        load = flags.see_load(scope, now())
    return render_template("clinic/settings.html", form=form, zones=zones, people=people, load=load)


@pages.post("/clinic")
@for_leads
def change_clinic() -> Response:
    """Change them."""
    form = forms.ClinicForm(request.form)
    try:
        form.check()
        values = {name: getattr(form, name).data for name in ClinicSettings.__dataclass_fields__}
        with writing() as scope:
            clinics.change_settings(scope, ClinicSettings(**values), form.cover_id.data, now())
    except Invalid as fault:
        form.take_errors(fault.errors)
        return again(_settings_page(form))
    flash(_("The settings are saved."), "done")
    return see_other("clinic.show_clinic")


@pages.get("/clinic/people")
@for_leads
def show_people() -> str:
    """Who works here."""
    return _people_page(forms.StaffInviteForm())


def _people_page(
    form: forms.StaffInviteForm, made: NewInvitation | None = None, email: str = ""
) -> str:
    link = hub().settings.base_url + url_for("auth.join", token=made.token) if made else ""
    with reading() as scope:
        return render_template(
            "clinic/people.html",
            people=clinics.see_people(scope),
            waiting=clinics.open_invitations(scope, now()),
            form=form,
            link=link,
            qr=draw_qr(link) if made else "",
            made=made,
            email=email,
        )


@pages.post("/clinic/people")
@for_leads
def invite_colleague() -> Response:
    """Invite by link, bound to an address."""
    form = forms.StaffInviteForm(request.form)
    if not form.validate():
        return again(_people_page(form))
    role = Role.LEAD if form.role.data == Role.LEAD else Role.PHYSIO
    with writing() as scope:
        made = staff_joining.invite_staff(scope, hub().secrets, form.email.data, role, now())
    return make_response(_people_page(forms.StaffInviteForm(), made, form.email.data))


@pages.post("/clinic/people/<uuid:membership_id>")
@for_leads
def change_colleague(membership_id: UUID) -> Response:
    """Change a colleague's role, or end the membership."""
    action = request.form.get("action", "")
    try:
        with writing() as scope:
            if action == "end":
                left = clinics.end_membership(scope, membership_id, now())
                flash(_("The membership is ended and its sign-ins too."), "done")
                if left:
                    flash(_handed_back(left), "done")
            else:
                role = Role.LEAD if action == "lead" else Role.PHYSIO
                clinics.change_role(scope, membership_id, role)
                flash(_("The role is changed."), "done")
    except Invalid:
        flash(_("You can't change your own membership."), "error")
    return see_other("clinic.show_people")


def _handed_back(count: int) -> str:
    return ngettext(
        "%(num)d patient was given back to everybody: see who takes over, under all patients.",
        "%(num)d patients were given back to everybody: see who takes over, under all patients.",
        count,
    )


@pages.post("/clinic/invitations/<uuid:invitation_id>/withdraw")
@for_leads
def withdraw_invitation(invitation_id: UUID) -> Response:
    """Make a waiting invitation worthless."""
    with writing() as scope:
        clinics.withdraw_invitation(scope, invitation_id, now())
    flash(_("The invitation is withdrawn."), "done")
    return see_other("clinic.show_people")


# The adverse-event register.


def _asked_span() -> str:
    asked = request.args.get("span", "12m")
    return asked if asked in register.SPANS else "12m"


@pages.get("/clinic/register")
@for_leads
def show_register() -> str:
    """What was reported after treatments, with rates beside the published ones."""
    span = _asked_span()
    with reading() as scope:
        seen = register.see_register(scope, span, now())
    return render_template("clinic/register.html", seen=seen, span=span, spans=register.SPANS)


@pages.get("/clinic/register.csv")
@for_leads
def export_register() -> Response:
    """Each event of the register as a row, without names."""
    span = _asked_span()
    with reading() as scope:
        seen = register.see_register(scope, span, now())
    return as_file(write_csv(register.as_rows(seen)), "text/csv", f"aftercare-register-{span}.csv")
