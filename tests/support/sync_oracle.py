"""What the server should hold after each operation, told anew over whole states.

It shares no line with `tracker.domain.merge` or the services: an entry is the list of its states
since the first, and an edit is compared with the state that its author was looking at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

Key = tuple[str, str, str]
"""Kind, what the entry is about, and its day: two of them are never the same entry."""

Raw = Mapping[str, Any]
State = dict[str, Any]

PAIN = ("pain_average", "pain_worst", "stiffness", "regions", "is_flare")
OF_DAY = ("sleep", "stress", "note")
STRETCH = ("outcome", "reason", "sets_done", "pain_during")
SORE = ("soreness", "muscle", "side", "side_effects")
UNSEEN: State = {"note": "", "text": "", "is_flare": False}
"""What somebody saw who saw no entry: an empty note or question, nothing chosen, nothing ticked."""

BY_ID = {"checkin": PAIN, "stretch": STRETCH, "soreness": SORE, "measure": ("answers",)}
"""The entries that a phone's id stands for, with the fields of each."""

UNKNOWN = ""
"""An entry's id that the server has chosen and no phone has seen yet."""

SHARES = {"done": 1.0, "partly": 0.5}


@dataclass(frozen=True)
class Plan:
    """What one person has been given: whose clinic each thing is, and from when on."""

    episodes: dict[str, str]
    opened: dict[str, date]
    lines: dict[str, tuple[str, int, date]]
    sessions: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    activities: dict[str, list[str]] = field(default_factory=dict)
    """Those that can be rated, by episode."""
    spells: dict[str, str] = field(default_factory=dict)
    """The clinic of each question about a bad spell that a phone was shown."""

    def clinic_of(self, kind: str, data: Raw) -> str | None:
        """The clinic that an operation is about; None for a report about nothing in particular."""
        if kind == "stretch":
            return self.lines[data["prescription_id"]][0]
        if kind == "soreness":
            return self.sessions[data["needling_session_id"]][0]
        if kind == "flare_reply":
            return self.spells[data["asked_id"]]
        return None if kind == "safety" else self.episodes[data["episode_id"]]


Glimpse = tuple[int | None, State]
"""A revision and its values; None for what was not there."""


@dataclass(frozen=True)
class Page:
    """The plain form of one day, as it was when it was opened."""

    episode: str
    line: str
    day: str
    checkin: Glimpse
    stretch: Glimpse
    of_day: Glimpse


@dataclass
class Told:
    """One entry: the id that it stands under, and its states; the first is revision 1."""

    entry_id: str
    states: list[State]

    @property
    def rev(self) -> int:
        return len(self.states)

    @property
    def now(self) -> State:
        return self.states[-1]

    def seen_by(self, raw: Raw) -> State:
        """What the author of an operation was looking at."""
        rev: int | None = raw["base_rev"]
        if rev is None:
            # Whoever made the entry has seen all that it said of it; anybody else saw none.
            return self.now if raw["entry_id"] == self.entry_id else UNSEEN
        return self.states[min(rev, self.rev) - 1]


@dataclass
class Asked(Told):
    """One question for a visit; what comes after its answer is another one."""

    follows: frozenset[str] = frozenset()
    """The ids of those that it continues: said of one of them, it is said of this one."""
    is_answered: bool = False

    @property
    def ids(self) -> frozenset[str]:
        """Whatever it is called."""
        return self.follows | {self.entry_id}

    def seen_by(self, raw: Raw) -> State:
        """Whoever asked it has seen it, by whichever id."""
        if raw["base_rev"] is None and raw["entry_id"] in self.ids:
            return self.now
        return super().seen_by(raw)


def merged(now: State, base: State, said: Mapping[str, Any]) -> State:
    """A state after an edit: what the edit left as it saw it is no edit."""
    edits = {name: value for name, value in said.items() if value != base.get(name)}
    return {**now, **edits}


def latest_day(now: datetime) -> date:
    """The latest date on any calendar."""
    return (now.astimezone(UTC) + timedelta(hours=14)).date()


def key_of(raw: Raw) -> Key:
    """The entry that an operation is about."""
    data = raw["data"]
    if raw["kind"] == "checkin":
        return ("checkin", data["episode_id"], raw["local_date"])
    if raw["kind"] == "stretch":
        return ("stretch", data["prescription_id"], raw["local_date"])
    if raw["kind"] == "measure":
        return ("measure", f"{data['episode_id']} {data['measure']}", raw["local_date"])
    if raw["kind"] == "question":
        return ("question", data["episode_id"], "")
    if raw["kind"] == "flare_reply":
        return ("flare_reply", data["asked_id"], "")
    return (raw["kind"], raw["entry_id"], "")


@dataclass
class Oracle:
    """One person's entries in every clinic."""

    plan: Plan
    entries: dict[Key, Told] = field(default_factory=dict)
    days: dict[tuple[str, str], list[State]] = field(default_factory=dict)
    reports: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    questions: dict[str, list[Asked]] = field(default_factory=dict)
    """Those of each episode, in the order in which they were asked."""
    operations: dict[str, int] = field(default_factory=dict)
    said: dict[Key, list[Raw]] = field(default_factory=dict)

    def hears(self, raw: Raw, clinics: Iterable[str], now: datetime) -> tuple[str, int | None]:
        """Apply an operation as the server should; gives the status and the revision."""
        if raw["op_id"] in self.operations:
            return "duplicate", self.operations[raw["op_id"]]
        clinic = self.plan.clinic_of(raw["kind"], raw["data"])
        if clinic is not None and clinic not in clinics:
            return "not_found", None
        if not self.is_day(raw, now) or self._is_elsewhere(raw):
            return "invalid", None
        key = key_of(raw)
        known = self.told(key)
        was = known.rev if known else 0
        met = was > (raw["base_rev"] or 0) or bool(known and self.saw_another(raw))
        rev = self._take(key, raw, list(clinics))
        self.operations[raw["op_id"]] = rev
        self.said.setdefault(key, []).append(raw["data"])
        return ("merged" if met else "applied"), rev

    def told(self, key: Key) -> Told | None:
        """What stands of an entry: of an episode's questions the one that waits for its answer."""
        if key[0] == "question":
            return self.waiting(key[1])
        return self.entries.get(key)

    def waiting(self, episode: str) -> Asked | None:
        """The question of an episode that nobody has answered."""
        return next((one for one in self.questions.get(episode, ()) if not one.is_answered), None)

    def saw_another(self, raw: Raw) -> bool:
        """Whether an operation speaks of a question that has been answered since."""
        if raw["kind"] != "question":
            return False
        asked = self.questions.get(raw["data"]["episode_id"], ())
        known = [one for one in asked if raw["entry_id"] in one.ids]
        return bool(known) and known[-1].is_answered

    def is_day(self, raw: Raw, now: datetime) -> bool:
        """Whether the day can be logged at all; a report is never refused for it."""
        day = date.fromisoformat(raw["local_date"])
        if raw["kind"] in {"safety", "flare_reply"}:
            return True
        if day > latest_day(now):
            return False
        if raw["kind"] == "stretch":
            return day >= self.plan.lines[raw["data"]["prescription_id"]][2]
        if raw["kind"] == "soreness":
            return True
        return day >= self.plan.opened[raw["data"]["episode_id"]]

    def _is_elsewhere(self, raw: Raw) -> bool:
        if raw["kind"] not in BY_ID:
            return False
        key = key_of(raw)
        return any(
            told.entry_id == raw["entry_id"] and other[0] == raw["kind"] and other != key
            for other, told in self.entries.items()
        )

    def _take(self, key: Key, raw: Raw, clinics: list[str]) -> int:
        if raw["kind"] == "safety":
            for clinic in clinics:
                self.reports[clinic, raw["entry_id"]] = raw["data"]["signs"]
            self.entries.setdefault(key, Told(raw["entry_id"], [{}]))
            return 1
        if raw["kind"] == "flare_reply":
            return self._replies(key, raw)
        told = self.told(key)
        was = told.rev if told else None
        base = told.seen_by(raw) if told and not self.saw_another(raw) else UNSEEN
        if raw["kind"] == "question":
            return self._asks(raw, base)
        if raw["kind"] == "checkin":
            said = {name: raw["data"][name] for name in PAIN if name in raw["data"]}
            of_day = {name: raw["data"][name] for name in OF_DAY if name in raw["data"]}
            clinic = self.plan.episodes[raw["data"]["episode_id"]]
            if of_day:
                self.hears_day(clinic, raw["local_date"], of_day, base)
        elif raw["kind"] == "stretch":
            said = self._stretch(raw["data"], told, base)
        else:
            said = {name: raw["data"][name] for name in BY_ID[key[0]] if name in raw["data"]}
        return self.edits(key, raw["entry_id"], said, base, was)

    def _replies(self, key: Key, raw: Raw) -> int:
        """The last word on a bad spell stands; the first one is revision 1."""
        told = self.entries.setdefault(key, Told(raw["entry_id"], []))
        state = {"answer": raw["data"]["answer"]}
        if told.states[-1:] != [state]:
            told.states.append(state)
        return told.rev

    def _asks(self, raw: Raw, base: State) -> int:
        """A question, or other words for the one that waits."""
        told = self.waiting(raw["data"]["episode_id"])
        said = {"text": raw["data"]["text"]}
        if told is None:
            asked = self.questions.setdefault(raw["data"]["episode_id"], [])
            known = [one for one in asked if raw["entry_id"] in one.ids]
            follows = known[-1].ids if known else frozenset()
            asked.append(Asked(UNKNOWN if known else raw["entry_id"], [said], follows))
            return 1
        state = merged(told.now, base, said)
        if state != told.now:
            told.states.append(state)
        return told.rev

    def _stretch(self, data: Raw, told: Told | None, base: State) -> State:
        said = {"reason": None, **{name: data[name] for name in STRETCH if name in data}}
        if said.get("pain_during") is None:
            said.pop("pain_during", None)
        is_edit = told is None or data["outcome"] not in {
            told.now["outcome"],
            base.get("outcome"),
        }
        if said.get("sets_done") is None:
            said.pop("sets_done", None)
            if is_edit:
                sets = self.plan.lines[data["prescription_id"]][1]
                said["sets_done"] = round(sets * SHARES.get(data["outcome"], 0))
        return said

    def hears_day(self, clinic: str, day: str, said: State, base: State) -> None:
        """What belongs to the day itself; every check-in of the day moves with it."""
        said = dict(said)
        if "note" in said:
            said["note"] = (said["note"] or "").strip()
        states = self.days.get((clinic, day))
        if states is None:
            if not any(value not in {None, ""} for value in said.values()):
                return
            states = self.days[clinic, day] = [{"sleep": None, "stress": None, "note": "", **said}]
        else:
            state = merged(states[-1], base, said)
            if state == states[-1]:
                return
            states.append(state)
        for (kind, about, on), told in self.entries.items():
            if kind == "checkin" and on == day and self.plan.episodes[about] == clinic:
                told.states.append({**told.now, **self.day_of(clinic, day)})

    def day_of(self, clinic: str, day: str) -> State:
        """The day's own values, as they stand in each of its check-ins."""
        states = self.days.get((clinic, day))
        return {**states[-1], "day_rev": len(states)} if states else {"note": "", "day_rev": None}

    def edits(self, key: Key, entry_id: str, said: State, base: State, was: int | None) -> int:
        """A new entry, or one more state of it; gives its revision.

        `was` is the revision before this operation: what its day moved and what is said here are
        one revision.
        """
        told = self.entries.get(key)
        if told is None:
            first: State = {**dict.fromkeys(BY_ID[key[0]]), **said}
            if key[0] == "soreness":
                first["side_effects"] = first["side_effects"] or []
            if key[0] == "checkin":
                first["is_flare"] = bool(first["is_flare"])
                first |= self.day_of(self.plan.episodes[key[1]], key[2])
            self.entries[key] = Told(entry_id, [first])
            return 1
        state = merged(told.now, base, said)
        if told.rev != was:
            told.states[-1] = state
        elif state != told.now:
            told.states.append(state)
        return told.rev

    # The plain form.

    def seen(self, key: Key) -> Glimpse:
        """An entry as a page opened now shows it."""
        told = self.entries.get(key)
        return (told.rev, dict(told.now)) if told else (None, UNSEEN)

    def seen_day(self, clinic: str, day: str) -> Glimpse:
        """What belongs to the day itself, as a page opened now shows it."""
        states = self.days.get((clinic, day))
        return (len(states), states[-1]) if states else (None, UNSEEN)

    def reads(
        self, page: Page, pain: State, of_day: State, line: State | None, ids: tuple[str, str]
    ) -> None:
        """Apply a form as the server should; `ids` are those that new entries have been given."""
        clinic = self.plan.episodes[page.episode]
        key = ("checkin", page.episode, page.day)
        told = self.entries.get(key)
        was = told.rev if told else None
        self.hears_day(clinic, page.day, of_day, page.of_day[1])
        self.edits(key, ids[0], pain, page.checkin[1], was)
        if line is not None:
            key = ("stretch", page.line, page.day)
            told = self.entries.get(key)
            said = self._stretch({**line, "prescription_id": page.line}, told, page.stretch[1])
            self.edits(key, ids[1], said, page.stretch[1], told.rev if told else None)
