"""The patients' pages."""

from __future__ import annotations

import re

from playwright.sync_api import Page

from tests.browser.places.ladder import answer, tick
from tests.browser.places.place import Place, Way, open_all, see_unfolded, send
from tests.browser.world import World


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
