"""The app as an app: its manifest, what opens without a server, and that it can be installed."""

from __future__ import annotations

import io
import json
from contextlib import closing

import pytest
from PIL import Image
from playwright.sync_api import Page

from tests.support.browser import PHONE, Demo, launch_persistent, opened

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


def wait_for_worker(page: Page) -> None:
    """Until a service worker has cached what it keeps and answers for this page."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    # A page that was still loading when the worker began is its own only from the next load on.
    page.reload()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


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


def test_it_can_be_installed(driver, demo, tmp_path):
    with closing(launch_persistent(driver, tmp_path / "profile", viewport=PHONE)) as context:
        page = context.new_page()
        page.goto(f"{demo.address}/sign-in")
        wait_for_worker(page)
        session = context.new_cdp_session(page)
        assert session.send("Page.getInstallabilityErrors") == {"installabilityErrors": []}
        session.detach()
