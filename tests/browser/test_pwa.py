"""The app as an app: its manifest, what opens without a server, and that it can be installed."""

from __future__ import annotations

import io
import json
from contextlib import closing

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.phones import Phone, wait_for_worker
from tests.support.browser import PHONE, Demo, launch_persistent, opened
from tests.support.phone_server import Nora

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def own_demo(tmp_path):
    """A small demo that belongs to one test, which may stop it."""
    with Demo(tmp_path, "--patients", "14", "--days", "42") as running:
        yield running


@pytest.fixture
def visitor(chromium, demo):
    """Somebody at the demo's door."""
    with opened(chromium, base_url=demo.address, viewport=PHONE) as page:
        yield page


def sign_in(page: Page, who: str = "pat") -> None:
    """By the demo's button."""
    page.goto("/sign-in")
    page.locator(f"form:has([value='{who}@demo.example']) button").click()
    page.wait_for_url("**/today")


def test_the_manifest_names_icons_that_load(visitor):
    visitor.goto("/sign-in")
    href = visitor.locator("link[rel=manifest]").get_attribute("href")
    assert href
    answer = visitor.request.get(href)
    assert answer.headers["content-type"].startswith("application/manifest+json")
    manifest = json.loads(answer.text())
    assert manifest["name"]
    assert manifest["display"] == "standalone"
    pictures = [*manifest["icons"], *manifest.get("screenshots", ())]
    for picture in pictures:
        got = visitor.request.get(picture["src"])
        assert got.status == 200, picture
        assert got.headers["content-type"] == picture["type"]
        with Image.open(io.BytesIO(got.body())) as image:
            assert f"{image.width}x{image.height}" == picture["sizes"]
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    sign_in(visitor)
    addresses = [manifest["start_url"], *(one["url"] for one in manifest.get("shortcuts", ()))]
    for address in addresses:
        assert visitor.request.get(address).status == 200, address


def test_after_signing_out_nothing_of_a_person_is_kept(chromium, own_demo):
    with opened(chromium, base_url=own_demo.address, viewport=PHONE) as page:
        sign_in(page)
        wait_for_worker(page)
        page.goto("/safety")
        page.goto("/me")
        page.locator("form[action='/sign-out'] button").click()
        page.wait_for_url("**/sign-in")
        kept = page.evaluate("""async () => {
          const texts = [];
          for (const name of await caches.keys())
            for (const request of await (await caches.open(name)).keys())
              texts.push(await (await caches.match(request)).text());
          return texts.join(" ");
        }""")
        for told in ("Harbour", "01632 960 100", "Okafor"):
            assert told not in kept


def test_a_browser_that_is_slow_to_forget_keeps_nobody_on_the_page(chromium, own_demo):
    with opened(chromium, base_url=own_demo.address, viewport=PHONE) as page:
        sign_in(page)
        wait_for_worker(page)
        page.goto("/me")
        page.evaluate("() => { CacheStorage.prototype.delete = () => new Promise(() => {}) }")
        page.locator("form[action='/sign-out'] button").click()
        page.wait_for_url("**/sign-in")


def test_it_can_be_installed(driver, demo, tmp_path):
    with closing(launch_persistent(driver, tmp_path / "profile", viewport=PHONE)) as context:
        page = context.new_page()
        page.goto(f"{demo.address}/sign-in")
        wait_for_worker(page)
        session = context.new_cdp_session(page)
        assert session.send("Page.getInstallabilityErrors") == {"installabilityErrors": []}
        session.detach()


# A new version of the app.


def kept_versions(page: Page) -> set[str]:
    names = page.evaluate("async () => await caches.keys()")
    return {name.removeprefix("kept-") for name in names if name.startswith("kept-")}


def sheet_of(page: Page) -> str:
    return page.locator("link[rel=stylesheet]").first.get_attribute("href") or ""


def test_a_new_version_waits_for_a_tap_and_the_old_one_goes_on_working(chromium, versioned):
    phone = Phone(chromium, base_url=versioned.address, timezone_id=versioned.zone)
    nora = Nora(versioned)
    phone.context.add_cookies(
        [{"name": "aftercare", "value": nora.cookie, "url": versioned.address}]
    )
    page = phone.page
    phone.today()
    phone.settle()
    old = versioned.version
    versioned.upgrade()
    page.evaluate("async () => (await navigator.serviceWorker.ready).update()")
    update = page.get_by_role("button", name="Use it now")
    expect(update).to_be_visible()
    assert kept_versions(page) == {old, versioned.version}
    # Until then this page goes on with the files that it began with, without a network too.
    phone.offline()
    page.reload()
    page.locator("#day[data-ready]").wait_for()
    assert old in sheet_of(page)
    phone.online()
    page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(update).to_be_visible()
    with page.expect_event("load"):
        update.click()
    page.locator("#day[data-ready]").wait_for()
    assert versioned.version in sheet_of(page)
    phone.context.close()


# The home screen.


INSTALLING = """() => {
  window.told = { badges: [], persisted: 0, prompted: 0 };
  navigator.setAppBadge = async (count) => told.badges.push(count);
  navigator.clearAppBadge = async () => told.badges.push(0);
  navigator.storage.persist = async () => (told.persisted += 1);
  const offer = new Event("beforeinstallprompt", { cancelable: true });
  offer.prompt = async () => (told.prompted += 1);
  dispatchEvent(offer);
}"""


def test_installing_is_offered_after_the_second_day_and_not_again(wims):
    wims.today()
    wims.page.evaluate(INSTALLING)
    hint = wims.page.locator("[data-note=install]")
    wims.rate("pain_average", 3)
    wims.save("Sent")
    expect(wims.page.locator("[data-note=saved]")).to_contain_text("sent to your clinic")
    expect(hint).to_have_count(0)
    wims.rate("pain_average", 4)
    wims.page.locator("#save").click()
    hint.get_by_role("button", name="Put it there").click()
    expect(hint).to_have_count(0)
    assert wims.page.evaluate("() => told.prompted") == 1
    wims.rate("pain_average", 5)
    wims.page.locator("#save").click()
    expect(wims.page.locator("[data-note=saved]")).to_contain_text("sent to your clinic")
    expect(hint).to_have_count(0)
    # The phone was asked to keep what it holds, and its icon told the count.
    assert wims.page.evaluate("() => told.persisted") == 3
    assert wims.page.evaluate("() => told.badges.includes(1) && told.badges.at(-1) === 0")


def test_an_iphone_is_told_of_the_share_sheet(wims):
    wims.page.add_init_script("Object.defineProperty(navigator, 'standalone', { value: false })")
    wims.today()
    for pain in (3, 4):
        wims.rate("pain_average", pain)
        wims.page.locator("#save").click()
        expect(wims.page.locator("[data-note=saved]")).to_contain_text("sent to your clinic")
    hint = wims.page.locator("[data-note=install]")
    expect(hint).to_contain_text("share sign")
    hint.get_by_role("button", name="Not now").click()
    expect(hint).to_have_count(0)
