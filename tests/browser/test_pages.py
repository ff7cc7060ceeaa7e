"""Every page of every role, light and dark, in both languages: readable, in one piece, reachable."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.places import NO_PAGES, PLACES
from tests.browser.places.place import Place
from tests.browser.world import LOCALES, Quay, World
from tests.support.browser import DESK, PHONE, ClinicServer, violations
from tracker.app import create_app
from tracker.config import Settings

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NARROW = {"width": 320, "height": 640}
SMALL_PHONE = {"width": 360, "height": 740}
TARGET = 44
"""CSS pixels that a thumb needs, each way, on a small phone and on any larger one."""

IN_PATIENTS_HANDS = {"door", "gate", "pat", "nora", "petra", "paul"}

SIDEWAYS = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const out = [];
  for (const one of document.querySelectorAll("body *")) {
    const box = one.getBoundingClientRect();
    if (one.parentElement.closest(".scroll, svg")) continue;
    if (box.right > root.clientWidth + 1) out.push(one.outerHTML.slice(0, 120));
  }
  return [`${root.scrollWidth} px`, ...out.slice(0, 4)];
}"""

CUT_OFF = """() => [...document.querySelectorAll("body *")]
  .filter((one) => getComputedStyle(one).textOverflow === "ellipsis")
  .filter((one) => one.scrollWidth > one.clientWidth)
  .map((one) => one.textContent.trim())"""

BROKEN = """() => [...document.querySelectorAll(".bar nav span, .tabs span")]
  .filter((one) => one.checkVisibility() && one.offsetHeight > 1.9 * parseFloat(getComputedStyle(one).fontSize))
  .map((one) => one.textContent)"""

SMALL = """(least) => {
  const small = [];
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  for (const one of document.querySelectorAll(all)) {
    if (one.matches(".skip") || !one.checkVisibility({ visibilityProperty: true })) continue;
    const isTick = one.matches("[type=radio], [type=checkbox]");
    const boxed = (isTick && one.closest("label")) || one;
    const words = one.parentElement.textContent.trim().length;
    const runs = one.matches("a") && getComputedStyle(one).display === "inline"
      && words > one.textContent.trim().length;
    if (runs) continue;
    const { width, height } = boxed.getBoundingClientRect();
    if (width === 0 || height === 0) continue;
    if (Math.min(width, height) < least - 0.5)
      small.push(`${Math.round(width)}x${Math.round(height)} ${boxed.outerHTML.slice(0, 120)}`);
  }
  return small;
}"""


@pytest.fixture(scope="session")
def world(chromium, demo, tmp_path_factory):
    """The demo's cast and the two new clinics."""
    with ClinicServer(tmp_path_factory.mktemp("quay")) as server:
        made = World(chromium, demo, Quay(server))
        yield made
        made.close()


def look(page: Page, *, is_desk_checked: bool) -> list[str]:
    """Everything that is wrong with a page at phone size, at its narrowest and on a desk."""
    faults = [f"light: {fault}" for fault in violations(page)]
    page.emulate_media(color_scheme="dark")
    # Only colours differ; every other rule would find the same again.
    faults += [f"dark: {fault}" for fault in violations(page, "color-contrast")]
    page.emulate_media(color_scheme="light")
    faults += [f"cut off: {text}" for text in page.evaluate(CUT_OFF)]
    for size in (PHONE, NARROW, DESK):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        faults += [f"{size['width']} px: broken: {text}" for text in page.evaluate(BROKEN)]
        faults += [f"{size['width']} px: {fault}" for fault in page.evaluate(SIDEWAYS)]
    if is_desk_checked:
        faults += [f"desk: {fault}" for fault in violations(page)]
    return faults


LOOKS = [
    pytest.param(place, language, id=f"{language}-{place.name}")
    for language in LOCALES
    for place in PLACES
]


@pytest.mark.parametrize("place, language", LOOKS)
def test_a_page_is_whole(world: World, place: Place, language: str):
    page, watch = world.page(place.who, language)
    watch.allowed.add(place.status)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    place.visit(page, world)
    watch.check()
    assert page.locator("html").get_attribute("lang") == language
    faults = look(page, is_desk_checked=language == "en")
    if place.who in IN_PATIENTS_HANDS:
        page.set_viewport_size(SMALL_PHONE)  # type: ignore[arg-type]
        faults += [f"small: {fault}" for fault in page.evaluate(SMALL, TARGET)]
    assert not faults, "\n".join(faults)
    watch.check()


def test_no_page_is_forgotten(tmp_path):
    app = create_app(Settings(f"sqlite:///{tmp_path}/none.db", "x" * 40, demo=True))
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    looked_at = {place.endpoint for place in PLACES}
    assert pages - looked_at == NO_PAGES
    assert looked_at - {*app.view_functions} == {"errors"}
