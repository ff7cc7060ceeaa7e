"""The people whose pages are looked at: the demo's cast, and two new clinics beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from tests.support.browser import PHONE, ClinicServer, Demo, Watch
from tracker.domain.access import OwnRecord, PatientActor, Role, StaffActor
from tracker.domain.days import local_day
from tracker.domain.needling import MuscleRow, Side, Technique
from tracker.domain.prescription import Dose
from tracker.services import (
    accounts,
    clinics,
    invitations,
    needling,
    patient_joining,
    patients,
    programme,
    safety,
    staff_joining,
)
from tracker.services.clinics import ClinicSettings
from tracker.services.daybook import Moment
from tracker.services.invitations import NewInvitation
from tracker.services.needling import NewSession
from tracker.services.patient_joining import Joining
from tracker.services.patients import NewEpisode, NewPatient
from tracker.services.programme import NewPrescription
from tracker.store.schema import Episode, FlareQuestion, Patient, Person

PASSWORD = "a sentence is a good password"
LOCALES = {"en": "en-GB", "de": "de-DE"}
CAST = ("pat", "nora", "pia", "lea")
BORN = {"wim": 1970, "paul": 1990, "petra": 1985}


@dataclass
class Quay:
    """A clinic whose few patients show what the demo's do not; `lena`'s own has none at all."""

    server: ClinicServer
    ids: dict[str, UUID] = field(default_factory=dict)
    born: dict[str, int] = field(default_factory=lambda: dict(BORN))
    links: dict[str, str] = field(default_factory=dict)
    """Paths that let somebody in: used up by coming in, not by looking."""

    def __post_init__(self) -> None:
        self._lead = self._found()
        self._invite()
        self._write()

    def _found(self) -> StaffActor:
        """The clinic with its lead."""
        hub, now = self.server.hub, datetime.now(UTC)
        numbers: dict[str, Any] = dict.fromkeys(
            ("emergency_number", "clinic_number"), "01632 960 300"
        )
        rest: dict[str, Any] = dict.fromkeys(
            ("out_of_hours_number", "crisis_number", "opening_hours"), ""
        )
        given = ClinicSettings(
            name="Quay Physio",
            zone=self.server.zone,
            language="en",
            minimum_age=16,
            **numbers,
            **rest,
        )
        with hub.database.door(writes=True) as door:
            self.ids["clinic"] = clinics.found(door, given, now)
            made = staff_joining.invite_first_lead(
                door, hub.secrets, self.ids["clinic"], "quentin@quay.example", now
            )
            signed_in = staff_joining.join_staff(
                door,
                hub.secrets,
                invitations.look_up(door, hub.secrets, made.token, now),
                name="Quentin Moss",
                password=PASSWORD,
                language="en",
                now=now,
            )
            lead = accounts.find_actor(door, hub.secrets, signed_in.token, now)
        assert isinstance(lead, StaffActor)
        return lead

    def _invite(self) -> None:
        """Four patients and a colleague."""
        now = datetime.now(UTC)
        today = local_day(now, self.server.zone)
        since = NewEpisode("Left shoulder", "shoulder", "left", today - timedelta(days=20))
        with self.server.hub.database.scope(self._lead, writes=True) as scope:
            self.born["tim"] = today.year - 10
            for name, year in self.born.items():
                given = NewPatient(f"{name.title()} Lund", year, None, is_own=True, episode=since)
                self.ids[name] = patients.add_patient(scope, given, now, today).id
            made = staff_joining.invite_staff(
                scope, self.server.hub.secrets, "new@quay.example", Role.PHYSIO, now
            )
            self.links["colleague"] = f"/join/{made.token}"
            self._needle_twice(scope, now, today)
            episodes = patients.see_patient(scope, self.ids["paul"])[1]
            patients.close_episode(scope, self.ids["paul"], episodes[0].id, today)
        for name in self.born:
            self.links[name] = f"/join/{self.invite(name).token}"

    def _needle_twice(self, scope: Any, now: datetime, today: date) -> None:
        """Petra has two complaints, both needled today."""
        petra = self.ids["petra"]
        second = NewEpisode("Right knee", "leg", "right", today)
        patients.open_episode(scope, petra, second, now, today)
        for hours, episode in enumerate(patients.see_patient(scope, petra)[1], 1):
            row = MuscleRow("upper-trapezius", Side.LEFT, 3, Technique.DEEP)
            at = now - timedelta(hours=hours)
            needling.record_session(
                scope, petra, NewSession(episode.id, at, [row], "", uuid4()), now
            )

    def invite(self, name: str) -> NewInvitation:
        """A new way in for a patient: link and code."""
        with self.server.hub.database.scope(self._lead, writes=True) as scope:
            return patient_joining.invite_patient(
                scope, self.server.hub.secrets, self.ids[name], datetime.now(UTC)
            )

    def ask(self, name: str) -> None:
        """Have a patient asked whether it is a bad spell, once."""
        now, key = datetime.now(UTC), self.ids[name]
        with self.server.hub.database.door(writes=True) as door:
            if door.session.scalars(
                select(FlareQuestion).where(FlareQuestion.patient_id == key)
            ).first():
                return
            episode = door.session.scalars(select(Episode).where(Episode.patient_id == key)).first()
            assert episode is not None
            door.session.add(
                FlareQuestion(
                    clinic_id=episode.clinic_id, patient_id=key, id=uuid4(), rev=0,
                    episode_id=episode.id, source_id=uuid4(),
                    local_date=local_day(now, self.server.zone), reason="flare_lift",
                    numbers={"pain": 7, "usual": 3, "days": 9}, asked_at=now,
                )
            )  # fmt: skip

    def report(self, *signs: str) -> None:
        """A safety report of Flora's, who is on no phone that a test holds."""
        now = datetime.now(UTC)
        flora = self._flora(now)
        with self.server.hub.database.scope(flora, writes=True) as scope:
            moment = Moment(local_day(now, self.server.zone), self.server.zone, now)
            safety.report(scope, moment, safety.ReportInput(uuid4(), signs))

    def _flora(self, now: datetime) -> PatientActor:
        """Joined and needled yesterday; made when she is first asked for."""
        hub, zone = self.server.hub, self.server.zone
        today = local_day(now, zone)
        if "flora" not in self.ids:
            since = NewEpisode("Neck", "neck", "right", today - timedelta(days=20))
            given = NewPatient("Flora Nilsen", 1979, None, is_own=True, episode=since)
            with hub.database.scope(self._lead, writes=True) as scope:
                self.ids["flora"] = patients.add_patient(scope, given, now, today).id
                episode = patients.see_patient(scope, self.ids["flora"])[1][0]
                row = MuscleRow("upper-trapezius", Side.LEFT, 3, Technique.DEEP)
                session = NewSession(episode.id, now - timedelta(hours=20), [row], "", uuid4())
                needling.record_session(scope, self.ids["flora"], session, now)
            said = Joining("Flora Nilsen", 1979, "en", zone, agrees=True)
            token = self.invite("flora").token
            with hub.database.door(writes=True) as door:
                opened = invitations.look_up(door, hub.secrets, token, now)
                patient_joining.join_patient(
                    door, hub.secrets, opened, said, now, here=None, today=today
                )
        own = OwnRecord(self.ids["clinic"], self.ids["flora"], "Quay Physio", zone)
        with hub.database.door() as door:
            person_id = door.session.get_one(Patient, (own.clinic_id, own.patient_id)).person_id
        assert person_id is not None
        return PatientActor(person_id, uuid4(), "Flora Nilsen", "en", zone, (own,))

    def prescribe(self, name: str, stretch: str, side: str, dose: Dose) -> UUID:
        """A stretch for a patient's first problem, from today on."""
        now = datetime.now(UTC)
        today = local_day(now, self.server.zone)
        with self.server.hub.database.scope(self._lead, writes=True) as scope:
            episode = patients.see_patient(scope, self.ids[name])[1][0]
            given = NewPrescription(stretch, side, dose, "")
            return programme.prescribe(scope, self.ids[name], episode.id, given, now, today).id

    def _write(self) -> None:
        """The links that mails hold."""
        hub = self.server.hub
        with hub.database.door() as door:
            lead = door.session.get_one(Person, self._lead.person_id)
            self.links["reset"] = f"/reset/{accounts.reset_ticket(hub.secrets, lead)}"
        for kind in ("daily_digest", "weekly_digest"):
            who = [str(self.ids["clinic"]), str(self._lead.person_id), kind]
            self.links[kind] = f"/unsubscribe/{hub.secrets.sign('unsubscribe', who)}"


@dataclass
class World:
    """Who is who, with one page open for each of them and each language."""

    browser: Browser
    demo: Demo
    quay: Quay
    _pages: dict[tuple[str, str], tuple[Page, Watch]] = field(default_factory=dict)
    _states: dict[str, Any] = field(default_factory=dict)
    _speaks: dict[str, str] = field(default_factory=dict)

    def page(self, who: str, language: str) -> tuple[Page, Watch]:
        """Somebody's page at phone size in a language, `door` and `gate` being nobody's."""
        key = (who, language)
        if key not in self._pages:
            self._pages[key] = self._open(who, language)
        page, watch = self._pages[key]
        if who not in {"door", "gate"} and self._speaks.get(who) != language:
            page.goto("/me")
            page.locator(f"main .languages button[value={language}]").click()
            expect(page.locator("html")).to_have_attribute("lang", language)
            self._speaks[who] = language
        watch.faults.clear()
        watch.allowed.clear()
        return page, watch

    def _address(self, who: str) -> str:
        return self.demo.address if who in {*CAST, "door"} else self.quay.server.address

    def _open(self, who: str, language: str) -> tuple[Page, Watch]:
        context = self.browser.new_context(
            base_url=self._address(who),
            viewport=PHONE,  # type: ignore[arg-type]
            locale=LOCALES[language],
            timezone_id="Europe/London" if who in CAST else self.quay.server.zone,
            # A colour that is still on its way has the wrong contrast.
            reduced_motion="reduce",
            storage_state=self._states.get(who),
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        if who not in {"door", "gate"} and who not in self._states:
            self._come_in(page, who)
            self._states[who] = context.storage_state()
        return page, Watch(page)

    def _come_in(self, page: Page, who: str) -> None:
        if who in CAST:
            page.goto("/sign-in")
            page.locator(f"form:has([value='{who}@demo.example']) button").click()
        elif who == "quentin":
            page.goto("/sign-in")
            page.locator("[name=email]").fill("quentin@quay.example")
            page.locator("[name=password]").fill(PASSWORD)
            page.locator("form[action='/sign-in'] button").click()
        elif who == "lena":
            page.goto(self.quay.server.link)
            page.locator("[name=name]").fill("Lena Vogt")
            page.locator("[name=password]").fill(PASSWORD)
            page.locator("button.main").click()
        else:
            page.goto(self.quay.links[who])
            page.locator("[name=name]").fill(f"{who.title()} Lund")
            page.locator("[name=year_of_birth]").fill(str(BORN[who]))
            page.locator("[name=agrees]").check()
            page.locator("button.main").click()
        page.wait_for_url(lambda url: "/join/" not in url and "/sign-in" not in url)

    def welcome_back(self) -> str:
        """A link for somebody who has joined before, and still shares: Petra."""
        # Never Paul, who may have stopped sharing by now: a clinic can't invite him back.
        if "petra" not in self._states:
            self.page("petra", "en")
        return f"/join/{self.quay.invite('petra').token}"

    def close(self) -> None:
        """Close every page's context."""
        for page, _watch in self._pages.values():
            page.context.close()
