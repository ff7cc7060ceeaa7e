"""The safety ladder on a phone: advice at once, without a network too; the report after it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from tests.browser.phones import Phone, rows, wait_for_worker
from tests.support.browser import PHONE
from tests.support.phone_server import Nora
from tests.test_outreach import Postbox
from tracker.domain.access import Role
from tracker.services import outreach
from tracker.store.schema import (
    Clinic,
    Flag,
    Membership,
    NeedlingSession,
    Outbox,
    Patient,
    SafetyReport,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEPT = "Saved on this phone for your clinic. Nobody watches live: do what it says above."
SENT = "Your clinic has it too. Nobody watches live: do what it says above."


def advice(phone: Phone):
    return phone.page.locator("#ladder .advice:visible")


def tick(phone: Phone, sign: str) -> None:
    phone.page.locator(f"#ladder [value={sign}]").check()


def nora(server) -> tuple[Nora, Any]:
    """A patient of a clinic whose server can be stopped, and her cookie."""
    made = Nora(server)
    return made, {"name": "aftercare", "value": made.cookie, "url": server.address}


def test_from_the_first_visit_on_to_the_mail(chromium, versioned):
    """No other page is opened: the first visit of /safety, the server gone, a sign, the advice."""
    who, cookie = nora(versioned)
    cover = who.made.colleague(who.record.clinic, "Cora Vane", Role.PHYSIO, by=who.physio)
    physio = who.made.colleague(who.record.clinic, "Phil Oak", Role.PHYSIO, by=who.physio)
    hub = versioned.hub
    with hub.database.door(writes=True) as door:
        own = Membership.id == cover.membership_id
        door.run(update(Membership).where(own).values(covers_since=datetime.now(UTC)))
        door.run(update(Patient).values(physio_id=physio.membership_id))
    phone = Phone(chromium, base_url=versioned.address, timezone_id=versioned.zone)
    phone.context.add_cookies([cookie])
    phone.page.goto("/safety")
    phone.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    phone.page.close()
    versioned.halt()

    phone.page = phone.context.new_page()
    phone.page.goto("/safety")
    expect(phone.page.locator("h1")).to_have_text("Does something feel wrong?")
    tick(phone, "chest_pain")
    expect(advice(phone)).to_contain_text("Call 112 now")
    expect(advice(phone).locator("a[href='tel:112']")).to_be_in_viewport()
    assert rows_there(versioned, SafetyReport) == []
    expect(phone.page.locator(".state:visible")).to_have_text(KEPT)
    expect(advice(phone)).to_contain_text("Call 112 now")
    waiting = "return (await queue.items(document.body.dataset.who)).map((one) => one.operation)"
    (said,) = phone.store(waiting)
    assert (said["kind"], said["data"]) == ("safety", {"signs": ["chest_pain"]})

    versioned.resume()
    phone.page.evaluate("() => dispatchEvent(new Event('online'))")
    expect(phone.page.locator(".state:visible")).to_have_text(SENT)
    assert phone.store(waiting) == []
    (report,) = rows_there(versioned, SafetyReport)
    (flag,) = rows_there(versioned, Flag)
    assert (report.signs, flag.tier, flag.source_id) == (["chest_pain"], "red", report.entry_id)
    postbox = Postbox()
    with versioned.app.app_context():
        outreach.run_due(hub.database, hub.secrets, postbox, hub.render, datetime.now(UTC))
    told = [mail.to for mail in postbox.taken if "safety report" in mail.subject]
    assert sorted(told) == sorted([who.physio.email, physio.email, cover.email])
    phone.context.close()


def rows_there(server, model):
    with server.hub.database.door() as door:
        found = list(door.session.scalars(select(model)))
        door.session.expunge_all()
        return found


def test_a_slip_that_is_unticked_is_no_report(petras, quay):
    page = petras.page
    page.goto("/safety")
    page.locator("#ladder[data-ready]").wait_for()
    tick(petras, "chest_pain")
    page.locator("#ladder [value=chest_pain]").uncheck()
    expect(advice(petras)).to_have_count(0)
    page.wait_for_timeout(3500)
    assert rows(quay, SafetyReport, "petra") == []
    assert petras.store("return store.countOutbox(who)") == 0


def test_what_is_ticked_together_is_one_report_and_more_is_another(petras, quay):
    page = petras.page
    page.goto("/safety")
    page.locator("#ladder[data-ready]").wait_for()
    tick(petras, "fever")
    expect(advice(petras)).to_contain_text("Call today")
    tick(petras, "pus")
    tick(petras, "small_bruise")
    expect(advice(petras)).to_contain_text("Call today")
    expect(page.locator("[data-state=sent]")).to_be_visible()
    tick(petras, "collapse")
    expect(advice(petras)).to_contain_text("Do not drive yourself")
    page.wait_for_timeout(3500)
    expect(page.locator("[data-state=sent]")).to_be_visible()
    told = [report.signs for report in rows(quay, SafetyReport, "petra")]
    assert told == [["pus", "fever", "small_bruise"], ["collapse", "pus", "fever", "small_bruise"]]


def test_what_was_not_sent_is_replaced(petras, quay):
    page = petras.page
    petras.offline()
    page.goto("/safety")
    page.locator("#ladder[data-ready]").wait_for()
    tick(petras, "fever")
    expect(page.locator("[data-state=kept]")).to_be_visible()
    tick(petras, "pus")
    page.wait_for_timeout(3500)
    assert petras.store("return store.countOutbox(who)") == 1
    petras.online()
    expect(page.locator("[data-state=sent]")).to_be_visible()
    (report,) = rows(quay, SafetyReport, "petra")
    assert report.signs == ["pus", "fever"]


def test_going_to_the_telephone_waits_for_nothing(petras, quay):
    page = petras.page
    page.goto("/safety")
    page.locator("#ladder[data-ready]").wait_for()
    tick(petras, "collapse")
    advice(petras).locator(".call").evaluate(
        "link => { link.addEventListener('click', (event) => event.preventDefault()); link.click() }"
    )
    expect(page.locator("[data-state=sent]")).to_be_visible(timeout=2500)
    assert len(rows(quay, SafetyReport, "petra")) == 1


def test_under_a_pin_the_ladder_opens_and_the_report_waits_sealed(petras, quay):
    page = petras.page
    page.goto("/me")
    page.locator("#phone").wait_for()
    page.locator("details:has(#pin-on) > summary").evaluate_all(
        "all => all.forEach((o) => o.click())"
    )
    page.locator("#pin").fill("2580")
    page.locator("#pin-again").fill("2580")
    page.locator("#pin-on button").click()
    page.locator("#notes .flash.done").wait_for()
    petras.offline()
    page.close()
    petras.page = page = petras.context.new_page()
    page.goto("/safety")
    page.locator("#ladder[data-ready]").wait_for()
    tick(petras, "trouble_breathing")
    expect(advice(petras)).to_contain_text("Do not drive yourself")
    expect(page.locator("[data-state=kept]")).to_be_visible()
    petras.online()
    expect(page.locator("[data-state=sent]")).to_be_visible()
    assert len(rows(quay, SafetyReport, "petra")) == 1


def test_signed_out_there_is_advice_and_no_report(chromium, versioned):
    phone = Phone(chromium, base_url=versioned.address, timezone_id=versioned.zone)
    phone.page.goto("/safety")
    wait_for_worker(phone.page)
    phone.offline()
    phone.page.reload()
    tick(phone, "fever")
    expect(advice(phone)).to_contain_text("Call today")
    tick(phone, "collapse")
    expect(advice(phone)).to_contain_text("Call the emergency number now")
    expect(advice(phone).locator("a[href^='tel:']")).to_have_count(3)
    expect(phone.page.locator(".after")).to_contain_text("your clinic is not told")
    phone.context.close()


def test_the_advice_needs_no_script(chromium, quay):
    context = chromium.new_context(
        base_url=quay.server.address, viewport=PHONE, java_script_enabled=False
    )
    page = context.new_page()
    page.goto("/safety")
    page.locator("[value=fever]").check()
    expect(page.locator(".advice:visible")).to_contain_text("Call today")
    page.locator("[value=worst_headache]").check()
    expect(page.locator(".advice:visible")).to_contain_text("Do not drive yourself")
    page.locator("button.tell").click()
    expect(page.locator("#answer")).to_be_in_viewport()
    expect(page.locator("#answer")).to_contain_text("Call the emergency number now")
    context.close()


def test_a_page_that_is_days_old_knows_the_hour_and_the_needles(petras, quay):
    with quay.server.hub.database.door(writes=True) as door:
        week = [[["08:00", "18:00"]]] * 7
        door.run(update(Clinic).values(open_spans=week, out_of_hours_number="116117"))
    page = petras.page
    page.goto("/safety")
    expect(page.locator("[data-open=yes]")).to_have_count(1)
    petras.offline()
    page.clock.install(time=datetime.now(UTC) + timedelta(days=8, hours=9))
    page.goto("/safety")
    page.locator("#ladder[data-ready]").wait_for()
    tick(petras, "fever")
    numbers = advice(petras).locator(".call strong")
    boxes = {number.inner_text(): number.bounding_box()["y"] for number in numbers.all()}
    assert min(boxes, key=lambda number: boxes[number]) == "116117"
    tick(petras, "chest_pain")
    expect(page.locator(".if-needled:visible")).to_have_count(0)


def test_abnormal_soreness_asks_at_once_and_reports(petras, quay):
    with quay.server.hub.database.door(writes=True) as door:
        door.run(update(NeedlingSession).values(needled_at=datetime.now(UTC) - timedelta(hours=75)))
    petras.today()
    also = petras.page.locator("#also")
    petras.rate("soreness", 3, "#sore section:nth-of-type(1)")
    expect(also).to_be_hidden()
    petras.rate("soreness", 5, "#sore section:nth-of-type(1)")
    expect(also).to_be_visible()
    expect(also).to_contain_text("Is any of this true as well?")
    also.locator("[value=spreading_redness]").check()
    expect(also.locator(".advice:visible")).to_contain_text("Call today")
    expect(also.locator(".advice:visible .call").first).to_be_in_viewport(ratio=1)
    expect(also.locator("[data-state=sent]")).to_be_visible()
    (report,) = rows(quay, SafetyReport, "petra")
    assert report.signs == ["spreading_redness"]
    petras.rate("pain_average", 4)
    petras.save("Sent")
    kinds = sorted((flag.kind, flag.tier) for flag in rows(quay, Flag, "petra"))
    assert kinds == [("safety", "urgent"), ("soreness", "amber")]
    with quay.server.hub.database.door() as door:
        assert {row.kind for row in door.session.scalars(select(Outbox))} == {"safety"}
