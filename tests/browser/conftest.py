"""Chromium once a worker, the demo once a worker, and a new clinic for whoever writes."""

from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

from tests.support.browser import ClinicServer, Demo, launch


def pytest_collection_modifyitems(items):
    """Everything in this folder drives Chromium, whether its module says so or not."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def driver():
    """Playwright's driver."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(driver):
    """One Chromium; a test opens contexts in it and closes them."""
    browser = launch(driver)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """The demo with its usual clinic; tests change nothing in it that another one reads."""
    with Demo(tmp_path_factory.mktemp("demo")) as running:
        yield running
        assert "Traceback" not in running.log.read_text()


@pytest.fixture
def clinic_server(tmp_path):
    """A new clinic that belongs to one test."""
    with ClinicServer(tmp_path) as running:
        yield running
