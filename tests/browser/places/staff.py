"""The pages of physios and leads."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.browser.places.place import Place, Way, open_all, see_unfolded, send, send_empty
from tests.browser.world import World
from tracker.paths import STATIC


def see_patient(name: str, *, under: str = "", unfold: bool = False) -> Way:
    """A patient's page, found by name, or one below it."""

    def go(page: Page, world: World) -> None:
        page.goto(f"/patients?all=1&q={name}")
        page.locator(".who").first.click()
        page.wait_for_url("**/patients/*-*")
        if under:
            page.goto(page.url.partition("?")[0] + under)
        if unfold:
            open_all(page)

    return go


def then(way: Way, button: str, *, clear: bool = True) -> Way:
    """Go a way, then send a form that can't be taken (or, uncleared, one that can)."""

    def go(page: Page, world: World) -> None:
        way(page, world)
        if clear:
            send(page, button)
            return
        with page.expect_navigation():
            page.locator(button).first.click()

    return go


def see_change(page: Page, world: World) -> None:
    see_patient("Pat", under="/programme")(page, world)
    page.locator("a[href*='change=']").first.click()
    page.wait_for_url("**change=**")


def see_wrong_row(page: Page, world: World) -> None:
    see_patient("Pat", under="/needling/new")(page, world)
    row = page.locator(".muscle-row").first
    row.locator("input[type=number]").evaluate("field => { field.value = 99; field.max = 99 }")
    with page.expect_navigation():
        page.locator(".save-bar button").click()


def see_session(page: Page, world: World) -> None:
    see_patient("Pat")(page, world)
    page.locator(".sessions a").first.click()
    page.wait_for_url("**/needling/*")


def see_amendment(page: Page, world: World) -> None:
    see_session(page, world)
    page.locator("a[href$='/amend']").click()
    page.wait_for_url("**/amend")


def see_wrong_amendment(page: Page, world: World) -> None:
    see_amendment(page, world)
    page.locator("[name=needles_out]").fill("0")
    with page.expect_navigation():
        page.locator(".save-bar button").click()


def see_amended(page: Page, world: World) -> None:
    see_amendment(page, world)
    page.locator("[name=note]").fill("Said later")
    with page.expect_navigation():
        page.locator(".save-bar button").click()


def see_tapped_body(page: Page, world: World) -> None:
    see_patient("Pat", under="/needling/new")(page, world)
    page.locator(".body-map").first.click(position={"x": 60, "y": 60})
    page.locator("#near button").first.wait_for()


def see_reviewed(page: Page, world: World) -> None:
    page.goto("/library/childs-pose")
    button = page.locator("button", has_text=re.compile("Mark|kennzeichnen"))
    if button.count():
        with page.expect_navigation():
            button.click()
    page.locator(".pill.saved").wait_for()


def see_own_stretch(page: Page, world: World) -> None:
    """One of the clinic's own, with a picture; made by whoever comes first."""
    page.goto("/library")
    own = page.locator("a", has_text="Wall slide")
    if own.count():
        own.first.click()
        page.wait_for_url("**/library/own-*")
        return
    page.goto("/library/new")
    page.locator("[name=name]").fill("Wall slide")
    page.locator("[name=steps]").fill(
        "Stand with your back to a wall.\nSlide your arms up along it."
    )
    page.locator("[name=picture]").set_input_files(STATIC / "img" / "icon-192.png")
    with page.expect_navigation():
        page.locator("button.main").click()
    page.locator("img.picture").wait_for()


def see_own_edited(page: Page, world: World) -> None:
    see_own_stretch(page, world)
    page.locator("a[href$='/edit']").click()
    page.wait_for_url("**/edit")


def see_invited_colleague(page: Page, world: World) -> None:
    page.goto("/clinic/people")
    page.locator("[name=email]").fill("noel@demo.example")
    with page.expect_navigation():
        page.locator("form.narrow button.main").click()


def see_flags(page: Page, world: World) -> None:
    """Two reports, one of them pressing."""
    world.quay.report("chest_pain", "tired")
    world.quay.report("wide_bruise")
    page.goto("/flags")
    page.locator(".flag-card.red").first.wait_for()


def see_answered(page: Page, world: World) -> None:
    see_flags(page, world)
    page.locator(".answer-form [name=note]").first.fill("Called, is at the hospital.")
    with page.expect_navigation():
        page.locator(".answer-form button").first.click()
    page.locator("#answered li").first.wait_for()


def see_all_acts(page: Page, world: World) -> None:
    """All that can be done about flags, unfolded; one of them is snoozed."""
    see_flags(page, world)
    snooze = page.locator("form[action$='/snooze'] button")
    if snooze.count() > 1:
        open_all(page)
        with page.expect_navigation():
            snooze.first.click()
    open_all(page)


def see_nudge(page: Page, world: World) -> None:
    """The prepared mail of somebody without an address."""
    see_flags(page, world)
    page.locator(".flag-card a[href^='/patients/']").first.click()
    page.goto(page.url.split("?")[0] + "/nudge")


def see_caseload_flagged(page: Page, world: World) -> None:
    world.quay.report("chest_pain")
    page.goto("/patients?all=1")
    page.locator(".flash.error").wait_for()


def see_record_flagged(page: Page, world: World) -> None:
    world.quay.report("chest_pain")
    page.goto("/flags")
    page.locator(".flag-card h2 a").first.click()
    page.wait_for_url("**/patients/*")
    page.locator(".flag-card").first.wait_for()


def see_register(page: Page, world: World) -> None:
    world.quay.report("small_bruise", "chest_pain")
    page.goto("/clinic/register")
    page.locator(".register .pressing").first.wait_for()


def see_wrong_hours(page: Page, world: World) -> None:
    page.goto("/clinic")
    page.locator("[name=open_spans-0-0-from]").fill("18:00")
    page.locator("[name=open_spans-0-0-to]").fill("08:00")
    with page.expect_navigation():
        page.locator("main form button.main").click()
    page.locator(".hours .fault").wait_for()


def see_templates(page: Page, world: World) -> None:
    """A programme kept as a template, once."""
    page.goto("/programmes")
    if not page.locator("main section ul").count():
        see_patient("Pat", under="/programme", unfold=True)(page, world)
        page.locator("form[action$='/template'] [name=name]").fill("Neck, gentle")
        with page.expect_navigation():
            page.locator("form[action$='/template'] button").click()
        page.goto("/programmes")
    open_all(page)


def see_measures(button: str = "") -> Way:
    """The forms for a patient in the room, unfolded; one of them sent empty."""
    way = see_patient("Pat", under="/measures", unfold=True)
    return then(way, button) if button else way


NAMES = "form[action$='/activities'] button"
TOLD = "form[action$='/told'] button"
INVITE = "form[action$='/invitation'] button"

STAFF = [
    Place("caseload", "pia", "physio.list_patients", see_unfolded("/patients")),
    Place("caseload-all", "pia", "physio.list_patients", "/patients?all=1"),
    Place("caseload-nobody", "pia", "physio.list_patients", "/patients?q=zzzz"),
    Place("caseload-filter-empty", "pia", "physio.list_patients", "/patients?all=1&show=changed"),
    Place("caseload-quiet", "pia", "physio.list_patients", see_unfolded("/patients?show=quiet")),
    Place("caseload-none-mine", "lena", "physio.list_patients", "/patients"),
    Place("caseload-none", "lena", "physio.list_patients", "/patients?all=1"),
    Place("invite", "pia", "physio.new_patient", "/patients/new"),
    Place("invite-refused", "pia", "physio.add_patient", send_empty("/patients/new"), 422),
    Place("invitation", "pia", "physio.invite", then(see_patient("Pat"), INVITE, clear=False)),
    Place("patient", "pia", "physio.show_patient", see_patient("Pat", unfold=True)),
    Place(
        "phase-refused",
        "pia",
        "physio.add_phase",
        then(see_patient("Pat", unfold=True), ".mark-form button"),
        422,
    ),
    Place("measures", "pia", "physio.show_measures", see_measures()),
    Place("measures-motion", "pia", "physio.add_motion", see_measures("#motion form button"), 422),
    Place("measures-goal", "pia", "physio.add_goal", see_measures("#goals > form button"), 422),
    Place("measures-names", "pia", "physio.name_activities", see_measures(NAMES), 422),
    Place("measures-told", "pia", "physio.tell_measure", see_measures(TOLD), 422),
    Place(
        "measures-private", "pia", "physio.show_measures", see_patient("Kwame", under="/measures")
    ),
    Place("patient-not-joined", "pia", "physio.show_patient", see_patient("Greta")),
    Place("patient-not-sharing", "pia", "physio.show_patient", see_patient("Kwame")),
    Place("brief", "pia", "physio.show_brief", see_patient("Pat", under="/brief")),
    Place("brief-first", "pia", "physio.show_brief", see_patient("Greta", under="/brief")),
    Place("brief-not-sharing", "pia", "physio.show_brief", see_patient("Kwame", under="/brief")),
    Place("problem", "pia", "physio.new_episode", see_patient("Pat", under="/episodes/new")),
    Place(
        "problem-refused",
        "pia",
        "physio.add_episode",
        then(see_patient("Pat", under="/episodes/new"), "button.main"),
        422,
    ),
    Place(
        "session",
        "pia",
        "physio.new_session",
        see_patient("Pat", under="/needling/new", unfold=True),
    ),
    Place("session-tapped", "pia", "physio.new_session", see_tapped_body),
    Place("session-seen", "pia", "physio.show_session", see_session),
    Place("session-amend", "pia", "physio.show_amendment", see_amendment),
    Place("session-amend-refused", "pia", "physio.amend_session", see_wrong_amendment, 422),
    Place("session-amended", "pia", "physio.show_session", see_amended),
    Place("session-first", "pia", "physio.new_session", see_patient("Bram", under="/needling/new")),
    Place("session-refused", "pia", "physio.record_session", see_wrong_row, 422),
    Place("programme", "pia", "physio.show_programme", see_patient("Pat", under="/programme")),
    Place("programme-change", "pia", "physio.show_programme", see_change),
    Place(
        "programme-refused",
        "pia",
        "physio.change_programme",
        then(see_patient("Pat", under="/programme"), "#dose button.main"),
        422,
    ),
    Place(
        "programme-unfolded",
        "pia",
        "physio.show_programme",
        see_patient("Eero", under="/programme", unfold=True),
    ),
    Place(
        "programme-history",
        "pia",
        "physio.show_history",
        see_patient("Pat", under="/programme/history"),
    ),
    Place(
        "pause-refused",
        "pia",
        "physio.pause_programme",
        then(see_patient("Pat", under="/programme", unfold=True), "form[action$='/pause'] button"),
        422,
    ),
    Place(
        "template-refused",
        "pia",
        "physio.save_template",
        then(
            see_patient("Pat", under="/programme", unfold=True), "form[action$='/template'] button"
        ),
        422,
    ),
    Place("templates-none", "lena", "physio.list_templates", "/programmes"),
    Place("templates", "pia", "physio.list_templates", see_templates),
    Place("library", "pia", "physio.show_library", "/library"),
    Place("library-lead", "lea", "physio.show_library", "/library"),
    Place("library-stretch", "pia", "physio.show_library_stretch", "/library/side-neck"),
    Place("library-reviewed", "lea", "physio.show_library_stretch", see_reviewed),
    Place(
        "library-review-refused",
        "pia",
        "physio.review_stretch",
        send_empty("/library/calf-bent", "form[action$='/review'] button"),
        422,
    ),
    Place("library-new", "pia", "physio.new_stretch", see_unfolded("/library/new")),
    Place("library-refused", "pia", "physio.add_stretch", send_empty("/library/new"), 422),
    Place("library-own", "pia", "physio.show_library_stretch", see_own_stretch),
    Place("library-edit", "pia", "physio.edit_stretch", see_own_edited),
    Place("safety-staff", "pia", "patient.show_safety", "/safety"),
    Place("me-staff", "pia", "patient.show_me", "/me"),
    Place("password", "pia", "auth.show_password", "/password"),
    Place("password-refused", "pia", "auth.change_password", send_empty("/password"), 422),
    Place("not-a-physios", "pia", "errors", "/clinic", 404),
    Place("flags-none", "lena", "flags.show_flags", "/flags"),
    Place("flags", "quentin", "flags.show_flags", see_flags),
    Place("flags-acts", "quentin", "flags.show_flags", see_all_acts),
    Place("nudge", "quentin", "physio.show_nudge", see_nudge),
    Place("flags-answered", "quentin", "flags.show_flags", see_answered),
    Place("caseload-flagged", "quentin", "physio.list_patients", see_caseload_flagged),
    Place("patient-flagged", "quentin", "physio.show_patient", see_record_flagged),
    Place("register", "lea", "clinic.show_register", "/clinic/register?span=all"),
    Place("register-reports", "quentin", "clinic.show_register", see_register),
    Place("register-empty", "lena", "clinic.show_register", "/clinic/register"),
    Place("clinic-hours-refused", "lena", "clinic.change_clinic", see_wrong_hours, 422),
    Place("clinic", "lea", "clinic.show_clinic", "/clinic"),
    Place("clinic-refused", "lea", "clinic.change_clinic", send_empty("/clinic"), 422),
    Place("people", "lea", "clinic.show_people", "/clinic/people"),
    Place("people-invited", "lea", "clinic.invite_colleague", see_invited_colleague),
    Place(
        "people-refused",
        "lea",
        "clinic.invite_colleague",
        send_empty("/clinic/people", "form.narrow button.main"),
        422,
    ),
]
