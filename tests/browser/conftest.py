"""Chromium once a worker, the demo once a worker, and a new clinic for whoever writes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.phones import Phone
from tests.browser.world import Quay
from tests.support.browser import ClinicServer, Demo, launch
from tests.support.phone_server import PhoneServer
from tracker.domain.days import local_day

# What is right shows itself within milliseconds; on a busy machine it may take some seconds.
expect.set_options(timeout=15_000)


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


# Phones.


@pytest.fixture
def quay(clinic_server):
    """A clinic with patients who have not joined yet."""
    return Quay(clinic_server)


@pytest.fixture
def petras(chromium, quay):
    """Petra's phone: two complaints, both needled today; everything kept."""
    phone = Phone(chromium, quay)
    phone.join("petra", 1985)
    phone.settle()
    yield phone
    phone.context.close()


@pytest.fixture
def wims(chromium, quay):
    """Wim's phone: one complaint for twenty days, no needles."""
    phone = Phone(chromium, quay)
    phone.join("wim", 1970)
    phone.settle()
    yield phone
    phone.context.close()


@pytest.fixture
def today(clinic_server) -> date:
    """The clinic's today; its zone is one where it is about midday."""
    return local_day(datetime.now(UTC), clinic_server.zone)


@pytest.fixture
def versioned(tmp_path):
    """A clinic whose app can be replaced by a newer one."""
    with PhoneServer(tmp_path) as running:
        yield running
