"""The real application for the sync protocol's proof: sessions, deliveries, pulls and rows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import time_machine
from flask import Flask
from sqlalchemy import event, insert, select

from tests.support.cast import NOW, OPENED_ON, Cast, Maker, Record, make_cast
from tests.support.clients import Browser
from tests.support.databases import SqliteStore, _all_rows
from tests.support.sync_oracle import OF_DAY, PAIN, SORE, STRETCH, Key, Page, Plan, Raw, State
from tests.support.sync_phone import Seen
from tracker.domain.access import PatientActor
from tracker.domain.days import local_day
from tracker.domain.prescription import Outcome
from tracker.services import accounts, checkins, phone, questions, sync
from tracker.services.daybook import CheckinInput, DayEntries, DayInput, Moment, StretchInput
from tracker.services.hub import Hub
from tracker.store import logs, measures, records
from tracker.store.schema import Episode, FlareQuestion
from tracker.store.scope import Database, Scope

Fresh = Callable[[], Database]


@dataclass(frozen=True)
class Person:
    """Somebody with a phone: a record in each of some clinics."""

    name: str
    records: tuple[Record, ...]

    @property
    def id(self) -> UUID:
        person_id = self.records[0].person_id
        assert person_id is not None
        return person_id

    @property
    def clinics(self) -> tuple[str, ...]:
        return tuple(str(record.clinic.id) for record in self.records)


@dataclass(frozen=True)
class Given:
    """What Alice has besides: a second problem and stretch, and activities of her first problem."""

    episode: UUID
    line: UUID
    activities: tuple[UUID, ...]


class Stage:
    """The cast, and a second problem and stretch of Alice's, in one fresh database after another."""

    def __init__(self, folder: Path, hub: Callable[[str], Hub]) -> None:
        self._folder = folder
        self._hub = hub
        self._template = Path(SqliteStore(folder).fresh(folder).removeprefix("sqlite:///"))
        self._count = 0
        made = hub(f"sqlite:///{self._template}")
        maker = Maker(made.database, made.secrets)
        self.cast: Cast = make_cast(maker)
        alice = self.cast.alice
        self.given = Given(
            maker.episode(self.cast.pia, alice, "Shoulder"),
            maker.prescribed(self.cast.pia, alice, stretch="scalene"),
            tuple(maker.names(alice, "Driving", "Typing")),
        )
        self.rows = _all_rows(made.database.engine)
        made.database.dispose()

    def fresh(self) -> Hub:
        """A hub over a copy of the file; it does not wait for the disk."""
        self._count += 1
        path = self._folder / f"{self._count}.db"
        shutil.copyfile(self._template, path)
        made = self._hub(f"sqlite:///{path}")
        event.listen(made.database.engine, "connect", _in_a_hurry)
        return made

    def leave(self, hub: Hub) -> None:
        """Close a database of ours and remove its file."""
        hub.database.dispose()
        path = hub.database.engine.url.database or ""
        for end in ("", "-wal", "-shm"):
            Path(path + end).unlink(missing_ok=True)

    def put_into(self, database: Database) -> None:
        """The same rows in any empty database."""
        with database.door(writes=True) as door:
            for table, rows in self.rows:
                door.session.execute(insert(table), rows)


def _in_a_hurry(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous = OFF")


class World:
    """One database, and the persons whose phones speak to it."""

    def __init__(self, hub: Hub, cast: Cast, given: Given, app: Flask | None = None) -> None:
        self.hub = hub
        self.database = hub.database
        self.cast = cast
        self.app = app
        self.maker = Maker(hub.database, hub.secrets)
        self.people = {
            "alice": Person("alice", (cast.alice,)),
            "emil": Person("emil", (cast.emil, cast.emil_there)),
        }
        self._given = given
        self.plans = {name: self._plan(person) for name, person in self.people.items()}

    def _plan(self, person: Person) -> Plan:
        plan = Plan({}, {}, {})
        for record in person.records:
            clinic = str(record.clinic.id)
            plan.episodes[str(record.episode_id)] = clinic
            plan.lines[str(record.prescription_id)] = (clinic, 1, OPENED_ON)
            plan.sessions[str(record.needling_id)] = (clinic, NOW - timedelta(hours=26))
            if record is self.cast.alice:
                given = self._given
                plan.episodes[str(given.episode)] = clinic
                plan.lines[str(given.line)] = (clinic, 1, OPENED_ON)
                plan.activities[str(record.episode_id)] = [str(key) for key in given.activities]
        plan.opened.update(dict.fromkeys(plan.episodes, OPENED_ON))
        return plan

    def needle(self, name: str, now: datetime) -> None:
        """A physio records a session of now."""
        record = self.people[name].records[-1]
        by = self.cast.otto if record.clinic == self.cast.lighthouse else self.cast.pia
        session = self.maker.needled(by, record, now, now)
        self.plans[name].sessions[str(session)] = (str(record.clinic.id), now)

    def ask(self, name: str, now: datetime) -> None:
        """Somebody is asked whether it is a bad spell."""
        self.maker.asked(self.people[name].records[-1], now)

    def clinic_of_spell(self, asked_id: str) -> str:
        """Whose question about a bad spell it is."""
        with self.database.door() as door:
            row = door.session.scalar(
                select(FlareQuestion).where(FlareQuestion.id == UUID(asked_id))
            )
            assert row is not None
            return str(row.clinic_id)

    def answer(self, name: str, episode: str, now: datetime) -> bool:
        """A physio answers the question for a visit; False where none is asked."""
        record = next(
            one
            for one in self.people[name].records
            if str(one.clinic.id) == self.plans[name].episodes[episode]
        )
        by = self.cast.otto if record.clinic == self.cast.lighthouse else self.cast.pia
        with self.database.scope(self.maker.staff(by, now), writes=True) as scope:
            asked = records.get_episode(scope, record.patient_id, UUID(episode))
            row = measures.open_question(scope, asked)
            if row is None or not row.words:
                return False
            questions.answer(scope, record.patient_id, row.entry_id, "Yes.", now)
        return True

    # Sessions.

    def sign_in(self, name: str, now: datetime, *, everywhere: bool) -> tuple[str, tuple[str, ...]]:
        """A token, and the clinics that it opens."""
        first, *others = self.people[name].records
        besides = [record.clinic for record in others] if everywhere else []
        token = self.maker.open(first, now, *besides).token
        return token, (str(first.clinic.id), *(str(house.id) for house in besides))

    def find(self, token: str, now: datetime) -> PatientActor | None:
        """The actor behind a token, as each request looks it up."""
        with self.database.door() as door:
            actor = accounts.find_actor(door, self.hub.secrets, token, now)
        assert actor is None or isinstance(actor, PatientActor)
        return actor

    def end(self, token: str, now: datetime) -> None:
        """The session is ended on the server."""
        actor = self.find(token, now)
        if actor is not None:
            with self.database.door(writes=True) as door:
                accounts.sign_out(door, actor, now)

    # What a phone asks.

    def post(
        self, token: str, device: str, raws: Sequence[Raw], now: datetime, *, over_http: bool
    ) -> list[dict[str, Any]] | None:
        """Deliver operations; gives a result for each, None for a 401."""
        if over_http and self.app is not None:
            return self._post(self.app, token, device, raws, now)
        actor = self.find(token, now)
        if actor is None:
            return None
        told = json.loads(json.dumps(raws))
        results = sync.apply_all(
            lambda: self.database.scope(actor, writes=True), UUID(device), told, now
        )
        return [{"op_id": r.op_id, "entry_id": r.entry_id, "status": r.status, "rev": r.rev,
                 "errors": r.errors} for r in results]  # fmt: skip

    def _post(
        self, app: Flask, token: str, device: str, raws: Sequence[Raw], now: datetime
    ) -> list[dict[str, Any]] | None:
        with time_machine.travel(now, tick=False):
            app.extensions["aftercare"] = self.hub
            browser = Browser(app).carry(token)
            told = browser.get("/api/v1/session")
            if told.status_code == 401:
                return None
            answer = browser.client.post(
                "/api/v1/sync",
                json={"device": device, "operations": raws},
                headers={"X-CSRFToken": told.get_json()["csrf_token"]},
            )
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.get_json()["results"]
        return results

    def pull(self, token: str, zone: str, now: datetime) -> dict[Key, Seen] | None:
        """The last days as a phone keeps them, None for a 401."""
        actor = self.find(token, now)
        if actor is None:
            return None
        with self.database.scope(actor) as scope:
            kept = phone.see_kept(scope, Moment(local_day(now, zone), zone, now))
            days = {(row.clinic_id, row.local_date): row for row in kept.days}
            found: dict[Key, Seen] = {}
            for row in kept.checkins:
                day = days.get((row.clinic_id, row.local_date))
                values = picked(row, PAIN) | (picked(day, OF_DAY) if day else {})
                key = ("checkin", str(row.episode_id), row.local_date.isoformat())
                found[key] = Seen(str(row.entry_id), row.rev, values)
            for row in kept.stretches:
                key = ("stretch", str(row.prescription_id), row.local_date.isoformat())
                found[key] = Seen(str(row.entry_id), row.rev, picked(row, STRETCH))
            for row in kept.soreness:
                key = ("soreness", str(row.entry_id), "")
                about = {"needling_session_id": str(row.needling_session_id)}
                found[key] = Seen(str(row.entry_id), row.rev, picked(row, SORE), about=about)
            for asked in kept.asked:
                key, about = ("flare_reply", str(asked.id), ""), {"asked_id": str(asked.id)}
                found[key] = Seen("", about=about)
            for episode in kept.episodes:
                found |= self._shown(scope, episode)
        return found

    def _shown(self, scope: Scope, episode: Episode) -> dict[Key, Seen]:
        """What the pages show of an episode's measures, and of the question for the next visit."""
        found: dict[Key, Seen] = {}
        about = {"episode_id": str(episode.id)}
        for row in measures.entries_of(scope, episode):
            key = ("measure", f"{episode.id} {row.measure}", row.local_date.isoformat())
            of = {**about, "measure": row.measure}
            found[key] = Seen(str(row.entry_id), row.rev, {"answers": row.answers}, about=of)
        asked = measures.open_question(scope, episode)
        found["question", str(episode.id), ""] = (
            Seen(str(asked.entry_id), asked.rev, {"text": asked.words}, about=about)
            if asked and asked.words
            else Seen("", about=about)
        )
        return found

    def record(
        self, name: str, page: Page, pain: State, of_day: State, line: State | None, now: datetime
    ) -> tuple[str, str]:
        """Save the plain form; gives the ids of its check-in and its stretch (or nothing)."""
        token, _clinics = self.sign_in(name, now, everywhere=True)
        actor = self.find(token, now)
        assert actor is not None
        day = date.fromisoformat(page.day)
        entries = DayEntries(
            checkins=[CheckinInput(UUID(page.episode), pain, page.checkin[0])],
            days=[DayInput(UUID(self.plans[name].episodes[page.episode]), of_day, page.of_day[0])],
            stretches=[
                StretchInput(UUID(page.line), Outcome(line["outcome"]), line["reason"],
                             page.stretch[0])
            ] if line else [],
        )  # fmt: skip
        with self.database.scope(actor, writes=True) as scope:
            checkins.record_day(scope, Moment(day, "Europe/London", now), entries)
            row = logs.checkins_on(scope, day)[UUID(page.episode)]
            done = logs.stretch_entries_on(scope, day).get(UUID(page.line))
            return str(row.entry_id), str(done.entry_id) if done else ""


def picked(row: Any, names: Sequence[str]) -> State:
    """Some of a row's values."""
    return {name: getattr(row, name) for name in names}
