"""An entry outlives a server that is stopped and started again: in Chromium, WebKit and Firefox."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from tests.browser.world import Quay
from tests.support import engines
from tests.support.phone_server import PhoneServer
from tracker.store.schema import Checkin, DiaryDay, Operation

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    # Selenium's own WebKitGTK says this of itself.
    pytest.mark.filterwarnings("ignore:setting remote_server_addr:DeprecationWarning"),
]

JOIN = """
document.querySelector("[name=name]").value = "Wim Lund";
document.querySelector("[name=year_of_birth]").value = "1970";
document.querySelector("[name=agrees]").click();
document.querySelector("form:has([name=year_of_birth]) button.main").click();
"""
IS_READY = """return location.pathname === "/today" && Boolean(document.querySelector("#day[data-ready]"));"""
IS_KEPT = """
if (!navigator.serviceWorker.controller) return false;
const src = document.querySelector("script[src$='/js/patient.js']").src;
const store = await import(src.replace(/patient.js$/, "store.js"));
const pages = await store.listPages(document.body.dataset.who);
return pages.some(({ path }) => path === "/today");
"""
LOG = """
document.querySelector("[name=pain_average][value='4']").click();
const note = document.querySelector("[name=note]");
note.value = given[0];
note.dispatchEvent(new Event("input", { bubbles: true }));
document.getElementById("save").click();
"""
SAYS = """
const state = document.getElementById("state");
return !state.hidden && state.textContent.trim() === given[0];
"""
STANDS = """
return [document.querySelector("[name=pain_average]:checked")?.value ?? null,
        document.querySelector("[name=note]").value];
"""
NOTE = "Stairs were hard: größer als gestern."


@pytest.fixture
def server(tmp_path):
    """A clinic's server that can be stopped and started on its port."""
    with PhoneServer(tmp_path) as running:
        yield running


@pytest.fixture(params=["chromium", "webkit", "firefox"])
def engine(request, server, tmp_path):
    """A browser without a past."""
    made: engines.Engine
    if request.param == "chromium":
        made = engines.Chromium(request.getfixturevalue("chromium"), server.zone)
    elif request.param == "webkit":
        if reason := engines.missing(engines.webkit_programs, "WebKitGTK"):
            pytest.skip(reason)
        made = engines.WebKit(server.zone)
    else:
        if reason := engines.missing(engines.find_firefox, "Firefox on PATH"):
            pytest.skip(reason)
        made = engines.Firefox(server.zone, tmp_path / "firefox")
    with made:
        yield made


def rows(server, patient_id):
    """(pain, note) of each day that stands, and how many operations were applied."""
    with server.hub.database.door() as door:
        pain = door.session.scalars(
            select(Checkin.pain_average).where(Checkin.patient_id == patient_id)
        ).all()
        notes = door.session.scalars(
            select(DiaryDay.note).where(DiaryDay.patient_id == patient_id)
        ).all()
        operations = door.session.scalar(select(func.count()).select_from(Operation))
    return list(pain), list(notes), operations


def test_what_is_logged_while_the_server_is_stopped_is_sent_once_when_it_is_back(server, engine):
    quay = Quay(server)
    today = f"{server.address}/today"
    engine.open(server.address + quay.links["wim"])
    engine.ask(JOIN)
    assert engine.wait(IS_READY)
    # A page that was still loading when the worker began is its own from the next load on.
    for _ in range(3):
        if engine.wait(IS_KEPT, within=8):
            break
        engine.open(today)
        assert engine.wait(IS_READY)
    assert engine.wait(IS_KEPT)

    server.halt()
    engine.open(today)
    assert engine.wait(IS_READY)
    engine.ask(LOG, NOTE)
    assert engine.wait(SAYS, "Saved on this phone")
    assert rows(server, quay.ids["wim"]) == ([], [], 0)

    engine.open(today)
    assert engine.wait(IS_READY)
    assert engine.ask(SAYS, "Saved on this phone")
    assert engine.ask(STANDS) == ["4", NOTE]

    server.resume()
    # It tries again by itself, first after five seconds and then ever later.
    if not engine.wait(SAYS, "Sent", within=20):
        engine.open(today)
        assert engine.wait(IS_READY)
        assert engine.wait(SAYS, "Sent")
    assert rows(server, quay.ids["wim"]) == ([4], [NOTE], 1)

    engine.open(today)
    assert engine.wait(IS_READY)
    assert engine.ask(STANDS) == ["4", NOTE]
    assert rows(server, quay.ids["wim"]) == ([4], [NOTE], 1)
