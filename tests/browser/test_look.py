"""What people change about a page: colours, motion, letters, direction, the keyboard, paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.world import Quay
from tests.support.browser import DESK, PHONE, ClinicServer, opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SLACK = 1
"""Pixels by which rounding may make a page wider than its window."""

PATIENT_PAGES = ("/today", "/progress", "/stretches", "/safety", "/me")
STAFF_PAGES = (
    "/patients",
    "/patients/new",
    "{pat}",
    "{pat}/needling/new",
    "{pat}/programme",
    "/library",
    "/clinic",
    "/clinic/people",
    "/me",
)

LUMINANCE = """(selector) => {
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.fillStyle = getComputedStyle(document.querySelector(selector)).backgroundColor;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
  return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
}"""

MOVING = """() => document.getAnimations().length
  + [...document.querySelectorAll("*")].filter((one) => {
      const { transitionDuration, animationName } = getComputedStyle(one);
      return animationName !== "none" || transitionDuration.split(", ").some((t) => t !== "0s");
    }).length"""


def sign_in(page: Page, who: str) -> None:
    """By the demo's button."""
    page.goto("/sign-in")
    page.locator(f"form:has([value='{who}@demo.example']) button").click()
    page.wait_for_url("**/today" if who == "pat" else "**/patients")


@pytest.fixture
def pat(chromium, demo):
    """Pat's phone."""
    with opened(
        chromium, base_url=demo.address, viewport=PHONE, timezone_id="Europe/London"
    ) as page:
        sign_in(page, "pat")
        yield page


@pytest.fixture
def pia(chromium, demo):
    """Pia's desk."""
    with opened(chromium, base_url=demo.address, viewport=DESK) as page:
        sign_in(page, "pia")
        yield page


@pytest.fixture
def lea(chromium, demo):
    """Lea's desk: a lead sees every page of staff."""
    with opened(chromium, base_url=demo.address, viewport=DESK) as page:
        sign_in(page, "lea")
        yield page


def go(page: Page, path: str) -> None:
    """Open one of STAFF_PAGES."""
    if "{pat}" in path:
        page.goto("/patients?all=1&q=Pat")
        page.locator(".who").first.click()
        page.wait_for_url("**/patients/*-*")
        path = path.format(pat=page.url.partition("?")[0])
    page.goto(path)


@pytest.fixture
def wim(chromium, tmp_path):
    """The phone of somebody who has just joined a new clinic."""
    with (
        ClinicServer(tmp_path) as server,
        opened(chromium, base_url=server.address, viewport=PHONE, timezone_id=server.zone) as page,
    ):
        page.goto(Quay(server).links["wim"])
        page.locator("[name=name]").fill("Wim Lund")
        page.locator("[name=year_of_birth]").fill("1970")
        page.locator("[name=agrees]").check()
        page.locator("form:has([name=agrees]) button.main").click()
        page.wait_for_url("**/today")
        yield page


def width_over(page: Page) -> int:
    """Pixels by which a page is wider than its window."""
    return int(
        page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )


def test_the_dark_scheme_is_dark(pat):
    pat.emulate_media(color_scheme="light", reduced_motion="reduce")
    light = [pat.evaluate(LUMINANCE, place) for place in ("body", ".sheet")]
    pat.emulate_media(color_scheme="dark", reduced_motion="reduce")
    dark = [pat.evaluate(LUMINANCE, place) for place in ("body", ".sheet")]
    assert min(light) > 0.85
    assert max(dark) < 0.15


def test_nothing_moves_for_who_wants_no_motion(pat):
    pat.emulate_media(reduced_motion="no-preference")
    assert pat.evaluate(MOVING) > 0
    pat.emulate_media(reduced_motion="reduce")
    for path in PATIENT_PAGES:
        pat.goto(path)
        still = pat.evaluate(MOVING)
        assert still == 0, path


def test_what_is_chosen_shows_in_forced_colours(pat):
    pat.emulate_media(forced_colors="active")
    chosen = pat.locator(".scale label.n4").first
    other = pat.locator(".scale label.n5").first
    chosen.click()
    pat.mouse.move(0, 0)
    outline = "label => { const { outlineStyle: s, outlineWidth: w } = getComputedStyle(label);"
    outline += " return s === 'none' ? 0 : parseFloat(w) }"
    assert chosen.evaluate(outline) >= 2
    assert other.evaluate(outline) == 0
    pat.locator("label.all-done").click()
    assert pat.locator(".all-done span").evaluate(outline) >= 2


@pytest.mark.parametrize("path", PATIENT_PAGES)
def test_letters_twice_as_large_stay_on_a_patients_page(pat, path):
    pat.goto(path)
    grow(pat)
    assert width_over(pat) <= SLACK


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_letters_twice_as_large_stay_on_a_physios_page(lea, path):
    lea.set_viewport_size(PHONE)
    go(lea, path)
    grow(lea)
    assert width_over(lea) <= SLACK


def grow(page: Page) -> None:
    """Set the letters to 200 %, as a browser's own setting does."""
    size = page.evaluate("() => parseFloat(getComputedStyle(document.documentElement).fontSize)")
    page.evaluate("(size) => { document.documentElement.style.fontSize = `${size}px` }", size * 2)


@pytest.mark.parametrize("path", PATIENT_PAGES)
def test_a_page_from_right_to_left_is_whole(pat, path):
    pat.goto(path)
    pat.evaluate("() => { document.documentElement.dir = 'rtl' }")
    assert width_over(pat) <= SLACK
    first, last = pat.locator("nav.tabs a").first, pat.locator("nav.tabs a").last
    boxes = first.bounding_box(), last.bounding_box()
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["x"] > boxes[1]["x"]


@pytest.mark.parametrize("path", STAFF_PAGES)
def test_a_physios_page_from_right_to_left_is_whole(lea, path):
    go(lea, path)
    lea.evaluate("() => { document.documentElement.dir = 'rtl' }")
    assert width_over(lea) <= SLACK


def test_a_day_is_saved_by_the_keyboard_alone(wim):
    tab_to(wim, "pain_average")
    wim.keyboard.press("Space")
    for _ in range(3):
        wim.keyboard.press("ArrowRight")
    expect(wim.locator("[name=pain_average][value='3']")).to_be_checked()
    outline = wim.locator(".scale label.n3").first.evaluate(
        "label => getComputedStyle(label).outlineStyle"
    )
    assert outline != "none"
    tab_to(wim, "save")
    wim.keyboard.press("Enter")
    expect(wim.locator(".flash.saved")).to_be_visible()
    expect(wim.locator("[name=pain_average][value='3']")).to_be_checked()


FOCUSED = """() => {
  const one = document.activeElement;
  return one.closest(".save-bar") ? "save" : one.name || one.className || one.tagName;
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus stands on a field, or on the button that saves."""
    seen = []
    for _ in range(25):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
        if seen[-1] == name:
            return
    raise AssertionError(f"{name} was not among {seen}")


def test_the_first_tab_leads_past_the_bars(pia):
    pia.goto("/patients")
    pia.keyboard.press("Tab")
    expect(pia.locator(".skip")).to_be_focused()
    expect(pia.locator(".skip")).to_be_in_viewport()
    pia.keyboard.press("Enter")
    pia.keyboard.press("Tab")
    assert pia.evaluate("() => !!document.activeElement.closest('main')")


def test_on_paper_only_the_record_stands(pia):
    pia.goto("/patients?q=Pat")
    pia.locator(".who").first.click()
    pia.wait_for_url("**/patients/*-*")
    bars = ".bar, .tabs, .save-bar, .actions, .row-actions, .skip"
    assert pia.locator(bars).count() > 0
    pia.emulate_media(media="print", color_scheme="dark")
    for bar in pia.locator(bars).all():
        expect(bar).to_be_hidden()
    expect(pia.locator("h1")).to_be_visible()
    expect(pia.locator(".chart svg:visible").first).to_be_visible()
    assert pia.evaluate(LUMINANCE, "body") > 0.95
