"""The library of stretches and muscles: reading it, the clinic's own, what is reviewed."""

from __future__ import annotations

from uuid import uuid4

from flask import Response, flash, render_template, request
from flask_babel import gettext as _

from tracker.domain import catalog
from tracker.domain.catalog import Stretch
from tracker.domain.errors import Invalid, NotFound
from tracker.domain.own_stretch import OwnStretch, split_steps
from tracker.services import library, pictures
from tracker.web import forms
from tracker.web.access import for_staff, now, reading, staff_actor, writing
from tracker.web.physio.parts import Posted, pages, say_waited, today
from tracker.web.responses import again, see_other


@pages.get("/library")
@for_staff
def show_library() -> str:
    """All stretches and muscles, and how far they are to be trusted."""
    with reading() as scope:
        shelf = library.see_shelf(scope, with_retired=True)
        reviews = library.see_reviews(scope)
    return render_template(
        "physio/library.html",
        own=[stretch for stretch in shelf if stretch.is_own],
        stretches=[stretch for stretch in shelf if not stretch.is_own],
        reviews=reviews,
        muscles=catalog.muscles(),
        standing=catalog.standing(),
        is_lead=staff_actor().is_lead,
    )


@pages.get("/library/<stretch_id>")
@for_staff
def show_library_stretch(stretch_id: str) -> str:
    """One stretch of the library."""
    return _stretch_page(stretch_id)


def _stretch_page(stretch_id: str, form: forms.ReviewForm | None = None) -> str:
    with reading() as scope:
        stretch = library.find(scope, stretch_id)
        review = library.see_reviews(scope).get(stretch_id)
    return render_template(
        "physio/library_stretch.html",
        stretch=stretch,
        review=review,
        form=form or forms.ReviewForm(data={"reviewer": staff_actor().name}),
    )


# The clinic's own.


def _editor(form: forms.OwnStretchForm, muscles: list[str], stretch: Stretch | None) -> str:
    return render_template(
        "physio/library_edit.html",
        form=form,
        chosen=set(muscles),
        stretch=stretch,
        muscles=catalog.muscles(),
        regions=[*catalog.regions(), "other"],
    )


def _given(form: forms.OwnStretchForm) -> OwnStretch:
    return OwnStretch(
        name=form.name.data,
        steps=split_steps(form.steps.data),
        caution=form.caution.data,
        muscles=tuple(request.form.getlist("muscles")),
        sides=form.sides.data,
        sets=form.sets.data,
        repetitions=form.repetitions.data,
        hold_seconds=form.hold_seconds.data,
    )


def _picture() -> pictures.Picture | None:
    """The picture that was sent, encoded anew; its name and its claimed type are not looked at."""
    sent = request.files.get("picture")
    raw = sent.read() if sent else b""
    return pictures.tidy(raw) if raw else None


@pages.get("/library/new")
@for_staff
def new_stretch() -> str:
    """A form for a stretch of the clinic's own."""
    dose = {"sets": 1, "repetitions": 3, "hold_seconds": 30}
    return _editor(forms.OwnStretchForm(data={**dose, "form_id": uuid4()}), [], None)


@pages.post("/library/new")
@for_staff
def add_stretch() -> Response:
    """Put it on the shelf."""
    form = forms.OwnStretchForm(request.form)
    try:
        form.check()
        picture = _picture()
        with writing() as scope:
            form_id = form.form_id.data or uuid4()
            stretch = library.add(scope, _given(form), picture, form_id, now())
    except Invalid as fault:
        form.take_errors(fault.errors)
        return again(_editor(form, request.form.getlist("muscles"), None))
    flash(_("The stretch is in your library and can be prescribed."), "done")
    return see_other("physio.show_library_stretch", stretch_id=stretch.id)


def reopen_new_stretch(posted: Posted) -> str:
    """A new stretch's form that waited, as it was; its picture has to be chosen again."""
    say_waited()
    return _editor(forms.OwnStretchForm(posted), posted.getlist("muscles"), None)


def _own(stretch_id: str) -> Stretch:
    with reading() as scope:
        stretch = library.find(scope, stretch_id)
    if not stretch.is_own:
        raise NotFound("stretch")
    return stretch


@pages.get("/library/<stretch_id>/edit")
@for_staff
def edit_stretch(stretch_id: str) -> str:
    """The form of one of the clinic's own."""
    stretch = _own(stretch_id)
    names = ("name", "caution", "sides", "sets", "repetitions", "hold_seconds")
    data = {name: getattr(stretch, name) for name in names}
    form = forms.OwnStretchForm(data={**data, "steps": "\n".join(stretch.steps)})
    return _editor(form, list(stretch.muscles), stretch)


@pages.post("/library/<stretch_id>/edit")
@for_staff
def change_stretch(stretch_id: str) -> Response:
    """Change one of the clinic's own, for everybody who has it."""
    form = forms.OwnStretchForm(request.form)
    stretch = _own(stretch_id)
    try:
        form.check()
        picture = _picture()
        drops = bool(form.drops_picture.data)
        with writing() as scope:
            library.change(scope, stretch_id, _given(form), picture, now(), drops_picture=drops)
    except Invalid as fault:
        form.take_errors(fault.errors)
        return again(_editor(form, request.form.getlist("muscles"), stretch))
    flash(_("The stretch is changed, for everybody who has it."), "done")
    return see_other("physio.show_library_stretch", stretch_id=stretch_id)


def reopen_stretch(posted: Posted, stretch_id: str) -> str:
    """A changed stretch's form that waited, as it was."""
    stretch = _own(stretch_id)
    say_waited()
    return _editor(forms.OwnStretchForm(posted), posted.getlist("muscles"), stretch)


@pages.post("/library/<stretch_id>/shelf")
@for_staff
def move_stretch(stretch_id: str) -> Response:
    """Take one of the clinic's own off the shelf, or put it back."""
    is_back = request.form.get("action") == "return"
    with writing() as scope:
        if is_back:
            library.bring_back(scope, stretch_id)
        else:
            library.retire(scope, stretch_id, now())
    said = (
        _("The stretch can be prescribed again.")
        if is_back
        else _("The stretch is retired. Who has it in a programme keeps it.")
    )
    flash(said, "done")
    return see_other("physio.show_library_stretch", stretch_id=stretch_id)


# Reviews.


@pages.post("/library/<stretch_id>/review")
@for_staff
def review_stretch(stretch_id: str) -> Response:
    """Say who of the clinic has reviewed a stretch, or take that back."""
    form = forms.ReviewForm(request.form)
    try:
        with writing() as scope:
            if request.form.get("action") == "withdraw":
                library.withdraw_review(scope, stretch_id, now())
                said = _("The review is withdrawn.")
            else:
                form.check()
                library.review(scope, stretch_id, form.reviewer.data, today(), now())
                said = _("Marked as reviewed.")
    except Invalid as fault:
        form.take_errors(fault.errors)
        return again(_stretch_page(stretch_id, form))
    flash(said, "done")
    return see_other("physio.show_library_stretch", stretch_id=stretch_id)
