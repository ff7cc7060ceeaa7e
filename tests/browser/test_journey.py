"""The whole way of a clinic and its patient, by tapping and typing alone, with script and without."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select, update

from tests.browser.world import PASSWORD, Quay
from tests.support.browser import DESK, PHONE, launch, opened
from tracker.store.schema import AuthSession, Checkin, HeldForm
from tracker.web.responses import draw_qr

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_TAPS_TO_JOIN = 8
"""Taps from opening the link (or the sign-in page) until the first rating is saved."""

MOST_TAPS_A_DAY = 4


class Thumb:
    """Somebody who taps and types on a page; a field typed counts like a tap."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    def tap(self, where: str) -> None:
        """Tap what a selector finds."""
        self.page.locator(where).first.click()
        self.taps += 1

    def type(self, name: str, text: str) -> None:
        """Type into a field."""
        self.page.locator(f"main [name={name}]").fill(text)
        self.taps += 1

    def rate(self, name: str, value: int) -> None:
        """Tap a number of a scale."""
        self.tap(f"label:has([name={name}][value='{value}'])")

    def save_day(self) -> None:
        """Save, and see that the clinic has it."""
        self.tap(".save-bar button")
        expect(self.page.locator(".flash.saved")).to_contain_text(
            re.compile(r"^Saved (for|and sent)|^Saved\.$")
        )

    def counted(self, what: str, most: int) -> None:
        """Tell how many taps it took (`pytest -s` shows it); no more than allowed."""
        print(f"\n{what}: {self.taps} taps")  # noqa: T201 - a measure of ours
        assert self.taps <= most

    def join(self, name: str, year: int, *, agrees: bool = True) -> None:
        """Say who one is."""
        self.type("name", name)
        self.type("year_of_birth", str(year))
        if agrees:
            self.tap("label:has([name=agrees])")
        self.tap("form:has([name=year_of_birth]) button.main")
        self.page.wait_for_url("**/today")


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def has_script(request):
    """Whether pages run their script."""
    return request.param


@pytest.fixture
def allowed() -> set[int]:
    """Answers that a test provokes."""
    return set()


@pytest.fixture
def phone(chromium, clinic_server, has_script, allowed):
    """A patient's phone."""
    with opened(
        chromium,
        allowed=allowed,
        base_url=clinic_server.address,
        viewport=PHONE,
        has_touch=True,
        is_mobile=True,
        timezone_id=clinic_server.zone,
        java_script_enabled=has_script,
    ) as page:
        yield page


@pytest.fixture
def desk(chromium, clinic_server, has_script):
    """The clinic's computer."""
    with opened(
        chromium,
        base_url=clinic_server.address,
        viewport=DESK,
        timezone_id=clinic_server.zone,
        java_script_enabled=has_script,
    ) as page:
        yield page


# The clinic's side.


def come_in_as_lead(desk: Page, link: str) -> None:
    """Set a password by the link that the program printed, and sign in with it."""
    desk.goto(link)
    desk.locator("[name=name]").fill("Lena Vogt")
    desk.locator("[name=password]").fill(PASSWORD)
    desk.locator("button.main").click()
    desk.wait_for_url("**/patients")
    desk.goto("/me")
    desk.locator("form[action='/sign-out'] button").click()
    desk.wait_for_url("**/sign-in")
    desk.locator("[name=email]").fill("lena@bridge.example")
    desk.locator("[name=password]").fill(PASSWORD)
    desk.locator("form[action='/sign-in'] button").click()
    desk.wait_for_url("**/patients")


def invite(desk: Page, since: date) -> tuple[str, str]:
    """Make a patient's record; gives the link and the code that are shown once."""
    desk.locator("a[href='/patients/new']").first.click()
    desk.locator("[name=name]").fill("Mara Quist")
    desk.locator("[name=year_of_birth]").fill("1979")
    desk.locator("[name=complaint]").fill("Left shoulder")
    desk.locator("[name=region]").select_option("shoulder")
    desk.locator("label:has([name=side][value=left])").click()
    desk.locator("[name=opened_on]").fill(since.isoformat())
    desk.locator("form button.main").click()
    link = desk.locator(".link a").inner_text()
    assert desk.locator(".link a").get_attribute("href") == link
    drawn = desk.locator(".qr-box svg path").last.get_attribute("d")
    assert drawn
    assert drawn in draw_qr(link)
    return link, desk.locator("[data-code]").inner_text()


def see_mara(desk: Page) -> None:
    """Her page, from the caseload."""
    desk.goto("/patients")
    desk.locator(".who", has_text="Mara Quist").click()
    expect(desk.locator("h1")).to_have_text("Mara Quist")


def logged_days(desk: Page) -> list[list[str]]:
    """The time line's table, newest day first: [pain, soreness, stretches] where any is there."""
    see_mara(desk)
    table = desk.locator(".day-table").first
    table.locator("summary").click()
    rows = []
    for row in table.locator("tbody tr").all():
        pain, _worst, soreness, stretches, _note = row.locator("td").all_inner_texts()
        if re.search(r"\d", pain + soreness):
            rows.append([" ".join(text.split()) for text in (pain, soreness, stretches)])
    return rows


def needle_and_prescribe(desk: Page) -> None:
    """Record a session of now, then the stretch that is proposed for it, for every day."""
    see_mara(desk)
    desk.locator("a[href*='/needling/new']").first.click()
    if desk.locator("#find").is_visible():
        desk.locator("#find").fill("upper trapezius")
        desk.locator("#all-out").click()
    else:
        desk.locator("[name=muscle-0]").select_option("upper-trapezius")
        for name in ("needles_in", "needles_out"):
            desk.locator(f"[name={name}]").fill("1")
    for name in ("consent_scope", "is_confirmed"):
        if not desk.locator(f"[name={name}]").first.is_checked():
            desk.locator(f"label:has([name={name}])").first.click()
    desk.locator(".save-bar button").click()
    desk.wait_for_url("**/programme?*")
    desk.locator("#proposals li", has_text="Ear to shoulder").locator("a").click()
    expect(desk.locator("#stretch")).to_have_value("side-neck")
    for day in range(7):
        desk.locator(f"#dose [name=days][value='{day}']").set_checked(checked=True, force=True)
    desk.locator("#dose button.main").click()
    expect(desk.locator(".flash.done")).to_be_visible()


# The whole way.


def test_a_clinic_and_its_patient(clinic_server, desk, phone, today):
    come_in_as_lead(desk, clinic_server.link)
    link, _code = invite(desk, today - timedelta(days=5))

    thumb = Thumb(phone)
    phone.goto(link)
    thumb.join("Mara Quist", 1979)
    thumb.rate("pain_average", 4)
    thumb.save_day()
    thumb.counted("from the link to the first rating", MOST_TAPS_TO_JOIN)

    for days, pain in ((1, 5), (2, 6)):
        thumb.tap(f".week a[href*='{today - timedelta(days=days)}']")
        expect(phone.locator("[name=local_date]")).to_have_value(str(today - timedelta(days=days)))
        thumb.rate("pain_average", pain)
        thumb.save_day()
    rows = logged_days(desk)
    assert [row[0] for row in rows] == ["4", "5 added later", "6 added later"]

    needle_and_prescribe(desk)
    thumb.tap("nav.tabs a[href='/today']")
    about = phone.locator(".sore-sheet").inner_text()
    assert "top of the shoulder, to the neck" in about.lower()
    assert "trapezius" not in phone.locator("main").inner_text().lower()
    expect(phone.locator(".stretches")).to_contain_text("Ear to shoulder")

    thumb.taps = 0
    thumb.rate("pain_average", 3)
    thumb.rate("soreness", 2)
    thumb.tap("label.all-done")
    thumb.save_day()
    thumb.counted("a whole day", MOST_TAPS_A_DAY)
    assert logged_days(desk)[0] == ["3", "2", "1 of 1"]

    phone.goto("/me")
    thumb.tap(".sheet:has([name=share]) summary")
    thumb.tap("form:has([name=share][value=off]) button")
    expect(phone.locator("form:has([name=share][value=on]) button")).to_be_visible()
    assert logged_days(desk) == []
    expect(desk.locator(".notice")).to_contain_text("does not share")
    desk.goto("/patients")
    expect(desk.locator(".case", has_text="Mara Quist")).to_contain_text("not sharing")

    thumb.tap("form:has([name=share][value=on]) button")
    expect(phone.locator("form:has([name=share][value=off])")).to_have_count(1)
    assert len(logged_days(desk)) == 3


def test_by_short_code(clinic_server, desk, phone, today):
    come_in_as_lead(desk, clinic_server.link)
    _link, code = invite(desk, today)
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", code)

    thumb = Thumb(phone)
    phone.goto("/sign-in")
    thumb.type("code", code.replace("-", " ").lower())
    thumb.tap("form[action='/join'] button")
    thumb.join("quist mara", 1979)
    thumb.rate("pain_average", 0)
    thumb.save_day()
    thumb.counted("from the code to the first rating", MOST_TAPS_TO_JOIN)
    assert [row[0] for row in logged_days(desk)] == ["0"]

    phone.context.clear_cookies()
    answer = phone.request.post("/join", form={"code": code})
    assert answer.status in {400, 422}


# Leaving.


def test_after_signing_out_the_back_button_shows_nothing(driver, clinic_server, quay):
    # Playwright's own default leaves out the cache for going back; phones have it.
    browser = launch(driver, ignore_default_args=["--disable-back-forward-cache"])
    with (
        closing(browser),
        opened(browser, base_url=clinic_server.address, viewport=PHONE) as page,
    ):
        page.goto(quay.links["wim"])
        Thumb(page).join("Wim Lund", 1970)
        for path in ("/progress", "/me"):
            page.locator(f"nav.tabs a[href='{path}']").click()
            page.wait_for_url(f"**{path}")
        page.locator("form[action='/sign-out'] button").click()
        page.wait_for_url("**/sign-in")
        for _ in range(3):
            page.go_back()
            page.wait_for_url(re.compile(r"/sign-in\b"))
            for told in ("Wim", "Left shoulder"):
                expect(page.get_by_text(told)).to_have_count(0)


# A session that ends while somebody types.


def end_all_sessions(server) -> None:
    """As if every phone's session had run out."""
    with server.hub.database.door(writes=True) as door:
        door.run(update(AuthSession).values(ended_at=datetime.now(UTC)))


def count_held(server) -> int:
    """Forms that wait for their person."""
    with server.hub.database.door() as door:
        return int(door.session.scalar(select(func.count()).select_from(HeldForm)) or 0)


def pains_of(server, quay: Quay, name: str) -> list[int]:
    """Every average pain that the clinic holds of somebody."""
    wanted = select(Checkin.pain_average).where(Checkin.patient_id == quay.ids[name])
    with server.hub.database.door() as door:
        return list(door.session.scalars(wanted))


def enter_code(phone: Page, code: str) -> None:
    """Type a code on the sign-in page where one stands."""
    phone.locator("[name=code]").fill(code)
    phone.locator("form[action='/join'] button").click()


def type_while_the_session_ends(server, quay: Quay, phone: Page) -> Thumb:
    """Wim rates 7, writes a note and saves, signed out behind his back."""
    thumb = Thumb(phone)
    phone.goto(quay.links["wim"])
    thumb.join("Wim Lund", 1970)
    thumb.rate("pain_average", 7)
    phone.locator(".more summary").click()
    phone.locator("[name=note]").fill("Stairs were hard.")
    end_all_sessions(server)
    thumb.tap(".save-bar button")
    return thumb


def go_and_sign_in(server, phone: Page, *, has_script: bool) -> None:
    """What is typed stays on the phone, or with the server where the page has no script."""
    if has_script:
        expect(phone.locator("#state")).to_have_text("Saved on this phone")
        phone.locator("#notes a[href='/sign-in']").click()
    phone.wait_for_url("**/sign-in")
    expect(phone.locator(".flash.held")).to_have_count(0 if has_script else 1)
    assert count_held(server) == (0 if has_script else 1)


def test_what_was_typed_while_the_session_ended_is_saved_after_signing_in(
    clinic_server, quay, phone, has_script, allowed
):
    allowed.add(401)
    thumb = type_while_the_session_ends(clinic_server, quay, phone)
    go_and_sign_in(clinic_server, phone, has_script=has_script)
    enter_code(phone, quay.invite("wim").code)
    thumb.join("Wim Lund", 1970, agrees=False)
    if has_script:
        expect(phone.locator("#state")).to_have_text("Sent")
    else:
        expect(phone.locator(".flash.saved")).to_be_visible()
    phone.reload()
    expect(phone.locator("[name=pain_average][value='7']")).to_be_checked()
    expect(phone.locator("[name=note]")).to_have_value("Stairs were hard.")
    assert count_held(clinic_server) == 0
    assert pains_of(clinic_server, quay, "wim") == [7]


def test_somebody_else_neither_sees_nor_sends_what_was_typed(
    clinic_server, quay, phone, has_script, allowed
):
    allowed.add(401)
    thumb = type_while_the_session_ends(clinic_server, quay, phone)
    go_and_sign_in(clinic_server, phone, has_script=has_script)
    enter_code(phone, quay.invite("petra").code)
    thumb.join("Petra Lund", 1985)
    for path in ("/today", "/unsent", "/progress"):
        phone.goto(path)
        phone.wait_for_load_state("networkidle")
        assert "Stairs" not in phone.content()
        expect(phone.locator("[name^=pain_average]:checked")).to_have_count(0)
        expect(phone.locator("#unsent")).to_be_hidden()
    assert count_held(clinic_server) == 0
    assert pains_of(clinic_server, quay, "wim") == pains_of(clinic_server, quay, "petra") == []
    if not has_script:
        return
    # It was never hers to lose either: back in Wim's hands it goes out.
    phone.goto("/me")
    phone.locator("form[action='/sign-out'] button").click()
    phone.wait_for_url("**/sign-in")
    enter_code(phone, quay.invite("wim").code)
    thumb.join("Wim Lund", 1970, agrees=False)
    expect(phone.locator("#state")).to_have_text("Sent")
    assert pains_of(clinic_server, quay, "wim") == [7]


def test_a_page_left_open_is_not_saved_to_whoever_signs_in_next(clinic_server, quay, phone):
    # Not the watched page: sent with an old proof, its form is refused at first.
    left_open = phone.context.new_page()
    thumb = Thumb(left_open)
    left_open.goto(quay.links["wim"])
    thumb.join("Wim Lund", 1970)
    thumb.rate("pain_average", 7)

    phone.goto("/me")
    phone.locator("form[action='/sign-out'] button").click()
    phone.wait_for_url("**/sign-in")
    phone.goto(quay.links["petra"])
    Thumb(phone).join("Petra Lund", 1985)

    thumb.tap(".save-bar button")
    again = left_open.locator("main form:has([name=pain_average]) button")
    if again.count():
        again.click()
    phone.goto("/today")
    expect(phone.locator("h1")).to_contain_text("How is it today?")
    expect(phone.locator("[name^=pain_average]:checked")).to_have_count(0)
    phone.goto("/progress")
    expect(phone.locator(".day-table td:nth-child(2)", has_text="7")).to_have_count(0)
