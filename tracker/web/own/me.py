"""One's own settings: sharing, address, mail, devices, and everything as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from tracker.domain.access import Actor, PatientActor
from tracker.domain.errors import NotFound
from tracker.services import accounts, outreach, sharing
from tracker.services.outreach import MailKind
from tracker.web.access import actor, for_members, for_patients, hub, now, reading, writing, zone
from tracker.web.asked import posted_id
from tracker.web.files import as_file, write_csv
from tracker.web.forms import AddressForm
from tracker.web.messages import text_of
from tracker.web.own.parts import pages


@dataclass(frozen=True, slots=True)
class Wish:
    """Whether one clinic's weekly mail comes."""

    clinic_id: UUID
    clinic_name: str
    is_on: bool


@pages.get("/me")
@for_members
def show_me() -> str:
    """One's own settings: sharing, devices, mail, language, everything as a file."""
    person = actor()
    shares: Sequence[sharing.Share] = ()
    with reading() as scope:
        if isinstance(person, PatientActor):
            shares = sharing.see_shares(scope)
    with hub().database.door() as door:
        devices = accounts.list_devices(door, person, now())
        email = accounts.own_email(door, person)
        wishes = [
            Wish(clinic_id, name, outreach.wishes(door, clinic_id, person.person_id, kind))
            for clinic_id, name, kind in mail_kinds(person)
        ]
        others = [] if isinstance(person, PatientActor) else accounts.list_clinics(door, person)
    return render_template(
        "me.html",
        shares=shares,
        devices=devices,
        wishes=wishes,
        email=email,
        clinics=others,
        zone=zone(),
    )


def mail_kinds(person: Actor) -> list[tuple[UUID, str, MailKind]]:
    """The digests that a person may get: (clinic, its name, kind)."""
    if isinstance(person, PatientActor):
        return [(own.clinic_id, own.clinic_name, MailKind.WEEKLY) for own in person.records]
    return [(person.clinic_id, person.clinic_name, MailKind.DAILY)]


@pages.post("/me/sharing")
@for_patients
def change_sharing() -> Response:
    """Withdraw a consent, or give it again."""
    clinic_id = posted_id("clinic_id")
    with writing() as scope:
        if request.form.get("share") == "on":
            sharing.give_again(scope, clinic_id, now())
            flash(_("Your clinic can see your log again."), "done")
        else:
            sharing.withdraw(scope, clinic_id, now())
            flash(_("Your clinic no longer sees what you log."), "done")
    return back_to_me()


@pages.post("/me/email")
@for_patients
def change_email() -> Response:
    """Set or clear the address that mails go to."""
    form = AddressForm(request.form)
    if not form.validate():
        flash(text_of("email"), "error")
        return back_to_me()
    person = actor()
    if isinstance(person, PatientActor):
        with hub().database.door(writes=True) as door:
            accounts.set_email(door, person, form.email.data or "")
        flash(_("Your address is changed."), "done")
    return back_to_me()


@pages.post("/me/mail")
@for_members
def change_mail() -> Response:
    """Turn a digest on or off."""
    clinic_id = posted_id("clinic_id")
    person = actor()
    for own_id, _name, kind in mail_kinds(person):
        if own_id == clinic_id:
            with hub().database.door(writes=True) as door:
                outreach.set_wish(
                    door,
                    (clinic_id, person.person_id, kind),
                    now(),
                    is_on=request.form.get("mail") == "on",
                )
            flash(_("Saved."), "done")
            return back_to_me()
    raise NotFound("mail")


@pages.post("/me/devices/end")
@for_members
def end_device() -> Response:
    """Sign another of one's own devices out."""
    with hub().database.door(writes=True) as door:
        accounts.end_session(door, actor(), posted_id("session_id"), now())
    flash(_("That device is signed out."), "done")
    return back_to_me()


@pages.get("/me/export.json")
@for_patients
def export_json() -> Response:
    """Everything that is held of the patient."""
    with reading() as scope:
        text = sharing.as_json(sharing.everything(scope, now()))
    return as_file(text, "application/json", "aftercare.json")


@pages.get("/me/export.csv")
@for_patients
def export_csv() -> Response:
    """The days as a table."""
    with reading() as scope:
        rows = sharing.days_table(sharing.everything(scope, now()))
    return as_file(write_csv(rows), "text/csv", "aftercare-days.csv")


def back_to_me() -> Response:
    """Back to one's own settings."""
    return make_response(redirect(url_for("patient.show_me"), 303))
