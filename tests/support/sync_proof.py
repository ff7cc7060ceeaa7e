"""Reads what the database holds of some persons and compares it with what it should hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.support.databases import rows_of
from tests.support.sync_oracle import (
    BY_ID,
    OF_DAY,
    PAIN,
    SORE,
    STRETCH,
    Key,
    Oracle,
    Raw,
    State,
    Told,
    latest_day,
)
from tests.support.sync_world import Person, World, picked
from tracker.services import summaries
from tracker.store.schema import (
    Checkin,
    DiaryDay,
    Episode,
    EpisodeSummary,
    FlareQuestion,
    MeasureEntry,
    Operation,
    Revision,
    SafetyReport,
    SorenessEntry,
    StretchEntry,
    VisitQuestion,
)

LOGGED: tuple[Any, ...] = (
    Checkin,
    DiaryDay,
    SorenessEntry,
    StretchEntry,
    SafetyReport,
    MeasureEntry,
    VisitQuestion,
    FlareQuestion,
)
FIELDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "checkin": (Checkin, (*PAIN, "day_rev")),
    "day": (DiaryDay, OF_DAY),
    "soreness": (SorenessEntry, SORE),
    "stretch": (StretchEntry, STRETCH),
    "measure": (MeasureEntry, ("answers",)),
    "question": (VisitQuestion, ("words",)),
}
DAY_APART = timedelta(hours=26)
"""How long a day begins somewhere before it begins everywhere."""

SUMMARY = ("last_logged_on", "pain_end", "pain", "done_end", "done_halves", "last_soreness",
           "last_soreness_at")  # fmt: skip


class Stored:
    """Everything logged in one database, each row with the states that its history tells."""

    def __init__(self, world: World) -> None:
        self.rows = {model: rows_of(world.database, model) for model in LOGGED}
        self.operations = rows_of(world.database, Operation)
        self._befores: dict[tuple[str, str, UUID], list[Revision]] = {}
        for row in rows_of(world.database, Revision, order=Revision.rev.desc()):
            self._befores.setdefault((row.entry, row.entry_key, row.patient_id), []).append(row)

    def of(self, model: Any, person: Person) -> list[Any]:
        """A person's rows in every clinic."""
        own = {(record.clinic.id, record.patient_id) for record in person.records}
        return [row for row in self.rows[model] if (row.clinic_id, row.patient_id) in own]

    def states(self, entry: str, row: Any) -> list[State]:
        """An entry's states, the first one first, told by walking back through its history."""
        _model, names = FIELDS[entry]
        key = row.local_date.isoformat() if entry == "day" else str(row.entry_id)
        found = [picked(row, names)]
        revs = []
        for revision in self._befores.get((entry, key, row.patient_id), []):
            revs.append(revision.rev)
            before = {k: v for k, v in revision.before.items() if k in names}
            found.insert(0, {**found[0], **before})
        assert revs == list(range(row.rev, 1, -1)), (entry, key, row.rev, revs)
        return found


def key_of_row(row: Any) -> Key:
    """The entry that a row is."""
    if isinstance(row, Checkin):
        return ("checkin", str(row.episode_id), row.local_date.isoformat())
    if isinstance(row, StretchEntry):
        return ("stretch", str(row.prescription_id), row.local_date.isoformat())
    if isinstance(row, MeasureEntry):
        return ("measure", f"{row.episode_id} {row.measure}", row.local_date.isoformat())
    return ("soreness", str(row.entry_id), "")


def load(oracle: Oracle, world: World, person: Person) -> None:
    """What stands before the first operation."""
    stored = Stored(world)
    for row in stored.of(DiaryDay, person):
        oracle.days[str(row.clinic_id), row.local_date.isoformat()] = stored.states("day", row)
    for kind in BY_ID:
        for row in stored.of(FIELDS[kind][0], person):
            states = stored.states(kind, row)
            if kind == "checkin":
                states[-1] |= oracle.day_of(str(row.clinic_id), row.local_date.isoformat())
            oracle.entries[key_of_row(row)] = Told(str(row.entry_id), states)


class Proof:
    """What is wrong, counted and told: losses, doubles and rows that are somebody else's."""

    def __init__(self, world: World, oracles: dict[str, Oracle], before: Stored) -> None:
        self.world = world
        self.oracles = oracles
        self.before = before
        self.stored = Stored(world)
        self.faults: Counter[str] = Counter()
        self.told: list[str] = []

    def _wrong(self, kind: str, *words: object) -> None:
        self.faults[kind] += 1
        self.told.append(f"{kind}: {' '.join(str(word) for word in words)}")

    def check(self, now: datetime) -> None:
        """Look at everything; what is wrong stands in `faults` and `told`."""
        for name, person in self.world.people.items():
            oracle = self.oracles[name]
            for kind in BY_ID:
                self._check_entries(kind, person, oracle)
            self._check_days(person, oracle)
            self._check_reports(person, oracle)
            self._check_questions(person, oracle)
            self._check_replies(person, oracle)
            self._check_operations(person, oracle)
            self._check_said(person, oracle)
            self._check_moments(person, oracle, now)
            self._check_summaries(person, now)
        self._check_bystanders()

    def _check_entries(self, kind: str, person: Person, oracle: Oracle) -> None:
        model, names = FIELDS[kind]
        told = {key: one for key, one in oracle.entries.items() if key[0] == kind}
        rows = self.stored.of(model, person)
        for key, count in Counter(map(key_of_row, rows)).items():
            if count > 1:
                self._wrong("doubles", key, count)
        for row in rows:
            one = told.pop(key_of_row(row), None)
            if one is None:
                self._wrong("misfiled", person.name, key_of_row(row))
                continue
            if str(row.entry_id) != one.entry_id:
                self._wrong("losses", key_of_row(row), "stands under another id")
            states = self.stored.states(kind, row)
            wanted = [{k: v for k, v in state.items() if k in names} for state in one.states]
            if states != wanted:
                self._wrong("losses", key_of_row(row), states, "instead of", wanted)
        for key in told:
            self._wrong("losses", key, "is not there")

    def _check_days(self, person: Person, oracle: Oracle) -> None:
        found = {
            (str(row.clinic_id), row.local_date.isoformat()): self.stored.states("day", row)
            for row in self.stored.of(DiaryDay, person)
        }
        for key in found.keys() | oracle.days.keys():
            if found.get(key) != oracle.days.get(key):
                self._wrong("losses", key, found.get(key), "instead of", oracle.days.get(key))

    def _check_reports(self, person: Person, oracle: Oracle) -> None:
        found = Counter(
            (str(row.clinic_id), str(row.entry_id), tuple(row.signs))
            for row in self.stored.of(SafetyReport, person)
        )
        wanted = Counter((*key, tuple(signs)) for key, signs in oracle.reports.items())
        for kind, more in (("losses", wanted - found), ("doubles", found - wanted)):
            for key in more:
                self._wrong(kind, "report", key)

    def _check_questions(self, person: Person, oracle: Oracle) -> None:
        rows = sorted(self.stored.of(VisitQuestion, person), key=lambda row: row.id)
        found: dict[str, list[Any]] = {}
        for row in rows:
            found.setdefault(str(row.episode_id), []).append(row)
        for episode in found.keys() | oracle.questions.keys():
            stand = [
                ([state["words"] for state in self.stored.states("question", row)],
                 row.answered_at is not None)
                for row in found.get(episode, ())
            ]  # fmt: skip
            asked = oracle.questions.get(episode, ())
            wanted = [([state["text"] for state in one.states], one.is_answered) for one in asked]
            if stand != wanted:
                self._wrong("losses", "questions of", episode, stand, "instead of", wanted)
                continue
            said = [data["text"] for data in oracle.said.get(("question", episode, ""), ())]
            kept = {words for states, _is_answered in stand for words in states}
            for words in said:
                if words and words not in kept:
                    self._wrong("losses", "question", episode, words, "can be read nowhere")

    def _check_replies(self, person: Person, oracle: Oracle) -> None:
        found = {
            ("flare_reply", str(row.id), ""): (row.answer, row.rev)
            for row in self.stored.of(FlareQuestion, person)
            if row.answer is not None
        }
        wanted = {
            key: (told.now["answer"], told.rev)
            for key, told in oracle.entries.items()
            if key[0] == "flare_reply"
        }
        if found != wanted:
            self._wrong("losses", "replies", found, "instead of", wanted)

    def _check_operations(self, person: Person, oracle: Oracle) -> None:
        found = Counter(
            (str(row.op_id), row.rev)
            for row in self.stored.operations
            if row.person_id == person.id
        )
        wanted = Counter(oracle.operations.items())
        for kind, more in (("losses", wanted - found), ("doubles", found - wanted)):
            for key in more:
                self._wrong(kind, "operation", person.name, key)

    def _check_said(self, person: Person, oracle: Oracle) -> None:
        """Each value that a phone ever said stands, or can be read in the entry's history."""
        for kind in BY_ID:
            for row in self.stored.of(FIELDS[kind][0], person):
                states = self.stored.states(kind, row)
                if kind == "checkin":
                    states += self._day_states(row, person)
                for data in oracle.said.get(key_of_row(row), ()):
                    self._check_data(key_of_row(row), data, states)

    def _day_states(self, row: Any, person: Person) -> Sequence[State]:
        for day in self.stored.of(DiaryDay, person):
            if (day.clinic_id, day.local_date) == (row.clinic_id, row.local_date):
                return self.stored.states("day", day)
        return []

    def _check_data(self, key: Key, data: Raw, states: Sequence[State]) -> None:
        for name, value in data.items():
            # What was left empty or unticked by somebody who saw no entry is no edit.
            is_empty = value is None or value is False or value in ("", [])
            if name.endswith("_id") or name == "measure" or is_empty:
                continue
            if not any(state.get(name) == value for state in states):
                self._wrong("losses", key, name, value, "can be read nowhere")

    def _check_moments(self, person: Person, oracle: Oracle, now: datetime) -> None:
        """No wrong clock put anything into the future, before its own day or its needles."""
        soon = now + timedelta(seconds=1)
        of_days = (Checkin, StretchEntry, MeasureEntry, VisitQuestion)
        for row in [row for model in of_days for row in self.stored.of(model, person)]:
            began = datetime.combine(row.local_date, time.min, ZoneInfo(row.zone))
            if row.recorded_at > soon or row.recorded_at < began - DAY_APART:
                self._wrong("moments", type(row), row.entry_id, row.recorded_at, row.zone)
        for row in self.stored.of(SorenessEntry, person):
            _clinic, needled_at = oracle.plan.sessions[str(row.needling_session_id)]
            if not needled_at <= row.felt_at <= soon:
                self._wrong("moments", key_of_row(row), row.felt_at, needled_at)

    def _check_summaries(self, person: Person, now: datetime) -> None:
        token, _clinics = self.world.sign_in(person.name, now, everywhere=True)
        actor = self.world.find(token, now)
        assert actor is not None
        with self.world.database.scope(actor, writes=True) as scope:
            for episode in scope.entities(Episode):
                row = scope.find(EpisodeSummary, EpisodeSummary.episode_id == episode.id)
                if row is None:
                    continue
                kept = picked(row, SUMMARY)
                summaries.rebuild(scope, episode, latest_day(now))
                if picked(row, SUMMARY) != kept:
                    self._wrong("summaries", kept, "instead of", picked(row, SUMMARY))

    def _check_bystanders(self) -> None:
        own = {
            record.patient_id for person in self.world.people.values() for record in person.records
        }
        for model in LOGGED:
            others = [
                [row.patient_id for row in stored.rows[model] if row.patient_id not in own]
                for stored in (self.before, self.stored)
            ]
            if Counter(others[0]) != Counter(others[1]):
                self._wrong("misfiled", model.__tablename__, "of somebody who said nothing")
        ids = {person.id for person in self.world.people.values()}
        for row in self.stored.operations:
            if row.person_id not in ids:
                self._wrong("misfiled", "operation", row.op_id)
