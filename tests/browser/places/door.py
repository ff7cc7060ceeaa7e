"""The pages of whoever is not signed in, and of who comes by a link."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.places.ladder import answer, answer_nothing, tick
from tests.browser.places.place import Place, Way, open_all, send, send_empty
from tests.browser.world import World


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
