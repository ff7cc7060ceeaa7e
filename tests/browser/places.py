"""Every page and every state of one that is looked at: whose it is and how one gets there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.world import World
from tracker.paths import STATIC

Way = Callable[[Page, World], object]


@dataclass(frozen=True, slots=True)
class Place:
    """A page in one state; `endpoint` is what answers with it."""

    name: str
    who: str
    endpoint: str
    go: str | Way
    status: int = 200

    def visit(self, page: Page, world: World) -> None:
        """Go there."""
        if isinstance(self.go, str):
            page.goto(self.go)
        else:
            self.go(page, world)


def send_empty(path: str, button: str = "main form button.main") -> Way:
    """Open a form, empty what the page filled in and send it."""

    def go(page: Page, world: World) -> None:
        page.goto(path)
        send(page, button)

    return go


def send(page: Page, button: str) -> None:
    """Empty the form around a button and send it; the answer is the form again."""
    found = page.locator(button).first
    found.evaluate(
        "button => { for (const field of button.form.querySelectorAll('input:not([type=hidden],"
        " [type=radio], [type=checkbox], [readonly])')) field.value = '' }"
    )
    with page.expect_navigation():
        found.click()


def open_all(page: Page) -> None:
    """Unfold whatever is folded."""
    page.locator("main details").evaluate_all("all => all.forEach(one => { one.open = true })")


# The door.


def see_wrong_sign_in(page: Page, world: World) -> None:
    page.goto("/sign-in")
    send(page, "form[action='/sign-in'] button")


def see_unknown_code(page: Page, world: World) -> None:
    page.goto("/sign-in")
    page.locator("[name=code]").fill("x" * 41)
    with page.expect_navigation():
        page.locator("form[action='/join'] button").click()


def see_child_joining(page: Page, world: World) -> None:
    page.goto(world.quay.links["tim"])
    page.locator("[name=name]").fill("Tim Lund")
    page.locator("[name=year_of_birth]").fill(str(world.quay.born["tim"]))
    page.locator("[name=agrees]").check()
    with page.expect_navigation():
        page.locator("button.main").click()
    page.locator("[name=guardian]").wait_for()
    open_all(page)


def see_used_form(page: Page, world: World) -> None:
    """A form whose proof is no longer good."""
    page.goto("/forgot")
    page.locator("main [name=csrf_token]").evaluate("field => { field.value = 'old' }")
    page.locator("[name=email]").fill("lena@bridge.example")
    with page.expect_navigation():
        page.locator("button.main").click()


def see_too_many(page: Page, world: World) -> None:
    """Asking for a mail again and again."""
    for _ in range(11):
        page.goto("/forgot")
        page.locator("[name=email]").fill("nobody@quay.example")
        with page.expect_navigation() as answer:
            page.locator("button.main").click()
        if answer.value.status == 429:
            return
    raise AssertionError("never too many")


def see_held(page: Page, world: World) -> None:
    page.goto("/forgot")
    page.locator("[name=email]").fill("somebody@quay.example")
    with page.expect_navigation():
        page.locator("button.main").click()


def turn_off(name: str, times: int) -> Way:
    """Follow the link at a mail's end, and tap its button."""

    def go(page: Page, world: World) -> None:
        page.goto(world.quay.links[name])
        for _ in range(times):
            with page.expect_navigation():
                page.locator("main form button").click()

    return go


def follow(name: str) -> Way:
    """Open a link that somebody was given."""
    return lambda page, world: page.goto(world.quay.links[name])


def see_short_password(page: Page, world: World) -> None:
    page.goto(world.quay.links["reset"])
    page.locator("[name=password]").fill("short")
    with page.expect_navigation():
        page.locator("button.main").click()


def see_staff_refused(page: Page, world: World) -> None:
    page.goto(world.quay.links["colleague"])
    send(page, "button.main")


def see_wrong_pin(page: Page, world: World) -> None:
    page.goto("/locked")
    open_all(page)
    page.locator("#wrong, #offline").evaluate_all("all => all.forEach(one => one.hidden = false)")


def tick(*signs: str) -> Way:
    """Tick signs on the safety page; without the wait that makes a report of it."""

    def go(page: Page, world: World) -> None:
        page.goto("/safety")
        page.locator("#ladder[data-ready]").wait_for()
        for sign in signs:
            page.locator(f"[value={sign}]").check()
        page.locator(".advice:visible").wait_for()

    return go


def answer(*signs: str) -> Way:
    """The safety page's answer to its form, as without a script."""

    def go(page: Page, world: World) -> None:
        tick(*signs)(page, world)
        with page.expect_navigation():
            page.locator("#ladder").evaluate("form => form.submit()")

    return go


def answer_nothing(page: Page, world: World) -> None:
    page.goto("/safety")
    with page.expect_navigation():
        page.locator("#ladder").evaluate("form => form.submit()")


DOOR = [
    Place("sign-in", "door", "auth.sign_in", "/sign-in"),
    Place("sign-in-refused", "door", "auth.sign_in_staff", see_wrong_sign_in, 422),
    Place("code-refused", "door", "auth.enter_code", see_unknown_code, 422),
    Place("forgot", "door", "auth.ask_reset", "/forgot"),
    Place("forgot-refused", "door", "auth.send_reset", send_empty("/forgot"), 422),
    Place("new-phone", "door", "auth.ask_new_phone", "/new-phone"),
    Place("new-phone-refused", "door", "auth.send_new_phone", send_empty("/new-phone"), 422),
    Place("safety", "door", "patient.show_safety", "/safety"),
    Place("safety-red", "door", "patient.show_safety", tick("tired", "collapse")),
    Place("safety-urgent", "door", "patient.show_safety", tick("pregnant_bleeding_or_cramps")),
    Place("safety-answer", "door", "patient.answer_safety", answer("chest_pain")),
    Place("safety-nothing", "door", "patient.answer_safety", answer_nothing),
    Place("offline", "door", "pwa.offline", "/offline"),
    Place("locked", "door", "pwa.locked", see_wrong_pin),
    Place("nowhere", "door", "errors", "/nowhere", 404),
    Place("join", "gate", "auth.join", follow("wim")),
    Place("join-child", "gate", "auth.join_now", see_child_joining, 422),
    Place("join-again", "gate", "auth.join", lambda page, world: page.goto(world.welcome_back())),
    Place("join-staff", "gate", "auth.join", follow("colleague")),
    Place("join-staff-refused", "gate", "auth.join_now", see_staff_refused, 422),
    Place("reset", "gate", "auth.reset", follow("reset")),
    Place("reset-refused", "gate", "auth.reset_now", see_short_password, 422),
    Place("unsubscribe", "gate", "auth.unsubscribe", follow("daily_digest")),
    Place("unsubscribed", "gate", "auth.unsubscribe_now", turn_off("weekly_digest", 1)),
    Place("subscribed-again", "gate", "auth.unsubscribe_now", turn_off("weekly_digest", 2)),
    Place("used-link", "gate", "errors", "/join/used-up", 410),
    Place("open-too-long", "gate", "errors", see_used_form, 400),
    Place("too-many-tries", "gate", "errors", see_too_many, 429),
    Place("sign-in-without-demo", "gate", "auth.sign_in", "/sign-in"),
]


# Patients.


def fill_day(page: Page) -> None:
    """Answer everything that a day asks."""
    open_all(page)
    for group in page.locator("main .scale:visible").all():
        group.locator("label.n4").click()
    for stretch in page.locator("main .todo > li:visible").all():
        stretch.locator(".o-partly").click()
    page.locator("main textarea").first.fill("Carried shopping home.")


def see_spell(page: Page, world: World) -> None:
    """Petra is asked whether it is a bad spell."""
    world.quay.ask("petra")
    page.goto("/today")
    page.locator("form.spell").first.wait_for()


def see_filled(page: Page, world: World) -> None:
    page.goto("/today")
    fill_day(page)


def see_all_done(page: Page, world: World) -> None:
    page.goto("/today")
    page.locator("label.all-done").click()


def see_saved(page: Page, world: World) -> None:
    page.goto("/today")
    fill_day(page)
    page.locator("#save").click()
    page.locator(".flash.saved", has_text=re.compile("sent|gesendet")).wait_for()
    open_all(page)


def see_nothing_said(page: Page, world: World) -> None:
    page.goto("/today")
    page.locator("#save").click()
    page.locator(".flash.error").wait_for()


def see_number_missing(page: Page, world: World) -> None:
    page.goto("/today")
    open_all(page)
    page.locator("main textarea").first.fill("Carried shopping home.")
    page.locator("#save").click()
    page.locator(".fault").wait_for()


SAY_SOMETHING_REFUSED = """async () => {
  const at = (name) => import(document.querySelector("script[src*='patient.js']").src
    .replace("patient.js", name));
  const [queue, store] = [await at("queue.js"), await at("store.js")];
  const who = document.body.dataset.who;
  if (await store.countOutbox(who)) return;
  const id = () => crypto.randomUUID();
  const operation = { op_id: id(), entry_id: id(), kind: "checkin", base_rev: null, zone: "UTC",
    recorded_at: "2026-11-22T12:00:00Z", local_date: "2099-01-01",
    data: { pain_average: 4, note: "Carried shopping home." } };
  await queue.keep(who, { items: [{ operation, about: { label: "Knee" } }], replaces: [], expects: [] });
}"""


def see_unsent(page: Page, world: World) -> None:
    """An entry that the clinic did not take, to be mended."""
    page.goto("/unsent")
    page.evaluate(SAY_SOMETHING_REFUSED)
    page.reload()
    page.locator("#list .pill.plum").wait_for()


def see_unsent_counted(page: Page, world: World) -> None:
    see_unsent(page, world)
    page.goto("/stretches")
    page.locator("#notes .flash").wait_for()


def see_me_with_pin(page: Page, world: World) -> None:
    page.goto("/me")
    page.locator("#phone").wait_for()
    open_all(page)
    page.locator("#pin").fill("12")
    page.locator("#pin-on button").click()
    page.locator("#pin-on .fault").wait_for()


def see_past(page: Page, world: World) -> None:
    page.goto("/today")
    page.locator(".week a").nth(2).click()
    page.locator(".week [aria-current]").wait_for()
    assert "date=" in page.url
    open_all(page)


def see_nothing_chosen(page: Page, world: World) -> None:
    """As a page whose script did not arrive sends its form."""
    page.goto("/today")
    with page.expect_navigation():
        page.locator("#day").evaluate("form => form.submit()")


def see_unfolded(path: str) -> Way:
    """A page with everything on it unfolded."""

    def go(page: Page, world: World) -> None:
        page.goto(path)
        open_all(page)

    return go


def see_one_stretch(page: Page, world: World) -> None:
    page.goto("/stretches")
    page.locator(".cards a").first.click()
    page.wait_for_url("**/stretches/*")


def see_tiers(page: Page, world: World) -> None:
    """Kept for the clinic, with the advice of the highest tier and all that is said besides."""
    tick("chest_pain", "pregnant_bleeding_or_cramps", "tired")(page, world)
    page.locator(".state:visible").wait_for()


def see_sore(page: Page, world: World) -> None:
    """What is asked besides, as if it were three days after the needles."""
    page.goto("/today")
    page.locator("#day[data-ready]").wait_for()
    page.locator("#also").evaluate("box => { box.hidden = false }")
    page.locator("#also [value=weak_limb]").check()
    page.locator("#also .advice:visible").wait_for()


def open_guide(page: Page) -> None:
    """The guided session, standing at its first hold."""
    page.goto("/stretches/start")
    page.locator("#guide[data-ready]").wait_for(state="attached")
    page.locator("#guide-start").click()
    page.locator("#guide-pause").click()


def see_guide(button: str) -> Way:
    """One of the guided session's screens."""

    def go(page: Page, world: World) -> None:
        open_guide(page)
        if button:
            page.locator(button).click()

    return go


def see_stopped(page: Page, world: World) -> None:
    """Stopped for pain; it is said again each time, so that the next visit begins anew."""
    page.goto("/stretches/start")
    page.locator("#guide[data-ready]").wait_for(state="attached")
    page.locator("#guide").evaluate(
        "guide => { guide.hidden = false; for (const name of ['head', 'intro', 'run'])"
        " document.getElementById(`guide-${name}`).hidden = true;"
        " document.getElementById('guide-name').textContent = 'x';"
        " for (const name of ['stop', 'rate']) document.getElementById(`guide-${name}`).hidden = false }"
    )


def see_no_pause(page: Page, world: World) -> None:
    """Days off without their days."""
    see_unfolded("/stretches")(page, world)
    send(page, "form[action='/stretches/excuse'] button")


def send_plainly(page: Page, form: str) -> None:
    """Send a form as without a script."""
    with page.expect_navigation():
        page.locator(form).first.evaluate("form => HTMLFormElement.prototype.submit.call(form)")


def see_wrong_measure(page: Page, world: World) -> None:
    page.goto("/progress/measure?of=weekly")
    send_plainly(page, "form.measure")


def see_no_activities(page: Page, world: World) -> None:
    page.goto("/progress/activities")
    send_plainly(page, "main form")


def see_long_question(page: Page, world: World) -> None:
    page.goto("/progress")
    page.locator("#question-text").evaluate("field => { field.value = 'long '.repeat(120); }")
    send_plainly(page, "#question form")


PATIENTS = [
    Place("today", "pat", "patient.show_today", "/today"),
    Place("today-filled", "pat", "patient.show_today", see_filled),
    Place("today-all-done", "pat", "patient.show_today", see_all_done),
    Place("today-refused", "pat", "patient.save_today", see_nothing_chosen, 422),
    Place("today-nothing-said", "pat", "patient.show_today", see_nothing_said),
    Place("today-number-missing", "pat", "patient.show_today", see_number_missing),
    Place("unsent", "nora", "patient.show_unsent", see_unsent),
    Place("unsent-nothing", "pat", "patient.show_unsent", "/unsent"),
    Place("unsent-elsewhere", "nora", "patient.list_stretches", see_unsent_counted),
    Place("today-saved", "nora", "patient.show_today", see_saved),
    Place("past-day", "pat", "patient.show_today", see_past),
    Place("today-two-problems", "petra", "patient.show_today", see_filled),
    Place("today-nothing-open", "paul", "patient.show_today", "/today"),
    Place("progress", "pat", "patient.show_progress", see_unfolded("/progress")),
    Place("progress-two-weeks", "nora", "patient.show_progress", "/progress?range=2w"),
    Place("progress-two-problems", "petra", "patient.show_progress", "/progress?range=session"),
    Place("progress-empty", "paul", "patient.show_progress", "/progress"),
    Place("today-asked", "pat", "patient.show_today", see_unfolded("/today")),
    Place("measure-weekly", "pat", "measures.show_measure", "/progress/measure?of=weekly"),
    Place("measure-change", "pat", "measures.show_measure", "/progress/measure?of=change"),
    Place("measure-activities", "pat", "measures.show_measure", "/progress/measure?of=activities"),
    Place("measure-refused", "petra", "measures.save_measure", see_wrong_measure, 422),
    Place("activities", "petra", "measures.show_activities", "/progress/activities"),
    Place("activities-refused", "petra", "measures.save_activities", see_no_activities, 422),
    Place("question-refused", "petra", "measures.save_question", see_long_question, 422),
    Place("own-brief", "pat", "own_brief.show_brief", "/progress/brief"),
    Place("own-brief-empty", "paul", "own_brief.show_brief", "/progress/brief"),
    Place("stretches", "pat", "patient.list_stretches", "/stretches"),
    Place("stretches-empty", "paul", "patient.list_stretches", "/stretches"),
    Place("guide", "pat", "patient.start_stretches", "/stretches/start"),
    Place("guide-empty", "paul", "patient.start_stretches", "/stretches/start"),
    Place("guide-running", "pat", "patient.start_stretches", see_guide("")),
    Place("guide-skip", "pat", "patient.start_stretches", see_guide("#guide-skip")),
    Place("guide-hurts", "pat", "patient.start_stretches", see_guide("#guide-hurts")),
    Place("guide-stopped", "pat", "patient.start_stretches", see_stopped),
    Place("stretch", "pat", "patient.show_stretch", see_one_stretch),
    Place("stretches-unfolded", "pat", "patient.list_stretches", see_unfolded("/stretches")),
    Place("stretches-refused", "pat", "patient.excuse_days", see_no_pause, 422),
    Place("stretch-not-mine", "paul", "patient.show_stretch", "/stretches/side-neck"),
    Place("safety-patient", "pat", "patient.show_safety", "/safety"),
    Place("safety-tiers", "petra", "patient.show_safety", see_tiers),
    Place("safety-told", "petra", "patient.answer_safety", answer("fever", "tired")),
    Place("safety-expected", "petra", "patient.answer_safety", answer("small_bruise")),
    Place("today-spell", "petra", "patient.show_today", see_spell),
    Place("today-sore", "petra", "patient.show_today", see_sore),
    Place("me", "pat", "patient.show_me", see_unfolded("/me")),
    Place("me-pin", "nora", "patient.show_me", see_me_with_pin),
    Place("me-not-sharing", "paul", "patient.show_me", lambda page, _world: stop_sharing(page)),
    Place("not-a-patients", "pat", "errors", "/patients", 404),
]


def stop_sharing(page: Page) -> None:
    """Withdraw the consent, unless that is done."""
    page.goto("/me")
    open_all(page)
    stop = page.locator("form:has([name=share][value=off]) button")
    if stop.count():
        with page.expect_navigation():
            stop.click()
    page.locator("form:has([name=share][value=on]) button").wait_for()


# Staff.


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
    key = page.locator(".flag-card").first.get_attribute("id") or ""
    page.goto(f"/flags/{key.removeprefix('flag-')}/nudge")


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
    Place("nudge", "quentin", "flags.show_nudge", see_nudge),
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

PLACES = [*DOOR, *PATIENTS, *STAFF]

NO_PAGES = {
    "spells.show_spell",
    "patient.show_stretch_picture",
    "api.describe",
    "api.show_days",
    "api.show_session",
    "auth.root",
    "clinic.export_register",
    "own_brief.print_brief",
    "patient.export_csv",
    "patient.print_stretches",
    "physio.print_brief",
    "physio.print_programme",
    "patient.export_json",
    "pwa.healthz",
    "pwa.manifest",
    "pwa.readyz",
    "pwa.worker",
}
"""What answers a GET with a redirect, a file, a part of a page or a line for machines."""
