"""A model of a phone: what it shows, its outbox, and a clock that may be wrong by years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.support.sync_oracle import UNSEEN, Key, Raw, State, key_of

FIRST: dict[str, State] = {
    "checkin": {"pain_average": 4},
    "soreness": {"soreness": 3},
    "stretch": {"outcome": "done", "reason": None},
    "safety": {"signs": ["fever"]},
    "measure": {"answers": {}},
    "question": {"text": ""},
    "flare_reply": {"answer": "yes"},
}
"""What an operation of each kind says in any case, and what is chosen where nothing else is."""


class Ids:
    """Ids in a row: a run can be told again."""

    def __init__(self) -> None:
        self.count = 0

    def next(self) -> str:
        self.count += 1
        return str(UUID(int=self.count << 64 | 1 << 63))


@dataclass
class Seen:
    """An entry as a phone knows it: its id, the revision that it saw, and the values then."""

    entry_id: str
    rev: int | None = None
    values: State = field(default_factory=dict)
    is_sure: bool = True
    """Whether the revision is known to hold these values and nobody else's besides."""
    is_old: bool = False
    """Whether it is no longer among the days that a phone can fetch: it goes on by guess."""
    about: dict[str, str] = field(default_factory=dict)


@dataclass
class Entry:
    """One operation in an outbox; a careful phone fills `raw` when it is sent first."""

    person: str
    kind: str
    key: Key
    about: dict[str, str]
    day: date
    true_day: date
    zone: str
    recorded_at: str
    touched: State
    raw: dict[str, Any] | None = None
    was_sent: bool = False
    is_exact: bool = False
    """Whether what was touched has to stand when it arrives."""


@dataclass
class Phone:
    """One device, careful or plain.

    A careful one says what was touched, replaces what it has not sent yet, sends one operation of
    an entry at a time, and looks at the server's state before it goes on from a revision that it
    can't be sure of. A plain one says the whole form with the newest revision it has heard of.
    """

    name: str
    zone: str
    ids: Ids
    is_careful: bool
    person: str = ""
    token: str | None = None
    clinics: tuple[str, ...] = ()
    skew: timedelta = timedelta()
    ahead: timedelta | None = None
    """Server minus phone when the server last answered."""
    device: str = ""
    views: dict[str, dict[Key, Seen]] = field(default_factory=dict)
    outbox: list[Entry] = field(default_factory=list)
    refused: list[Entry] = field(default_factory=list)
    elsewhere: list[Entry] = field(default_factory=list)
    """What this sign-in does not open: kept for one that does."""
    batches: list[tuple[str, list[Raw]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.device = self.ids.next()

    @property
    def kept(self) -> list[Entry]:
        """Everything that is not at the server, whosever it is."""
        return [*self.outbox, *self.refused, *self.elsewhere]

    # What it shows.

    def moment(self, now: datetime) -> datetime:
        """What this phone takes for now."""
        told = now + self.skew + (self.ahead or timedelta())
        return told.astimezone(ZoneInfo(self.zone))

    @property
    def view(self) -> dict[Key, Seen]:
        return self.views.setdefault(self.person, {})

    def waiting(self, key: Key) -> list[Entry]:
        """The person's own unsent operations of an entry."""
        return [one for one in self.outbox if (one.person, one.key) == (self.person, key)]

    def shown(self, key: Key) -> State:
        """An entry as the screen shows it."""
        seen = self.view.get(key)
        values = dict(seen.values) if seen else {}
        for one in self.waiting(key):
            values |= one.touched
        return values

    # Saying something.

    def says(
        self, kind: str, about: Mapping[str, str], said: State, now: datetime, back: int, new: bool
    ) -> None:
        """Write an operation down, about the day `back` days before what this phone calls today.

        `new` makes another one where an unsent one could be replaced (plain phones only).
        """
        moment = self.moment(now)
        day = moment.date() - timedelta(days=back)
        true_day = now.astimezone(moment.tzinfo).date() - timedelta(days=back)
        entry = about.get("entry_id") or self.ids.next()
        key = key_of(
            {"kind": kind, "local_date": day.isoformat(), "entry_id": entry, "data": about}
        )
        known = self.view.setdefault(key, Seen(entry))
        known.about = {k: v for k, v in about.items() if k != "entry_id"}
        shown = self.shown(key)
        touched = changed(said, shown) | missing(kind, {**shown, **said})
        one = Entry(
            self.person, kind, key, known.about,
            day, true_day, self.zone, moment.isoformat(timespec="seconds"), touched,
        )  # fmt: skip
        if self.is_careful:
            self._replace(one)
        else:
            waiting = self.waiting(key)
            if waiting and not new and not waiting[-1].was_sent:
                last = waiting[-1]
                self.outbox.remove(last)
                one.touched = {**last.touched, **touched}
            self._write(one, {**shown, **one.touched})
            self.outbox.append(one)

    def _replace(self, one: Entry) -> None:
        base = self.view[one.key].values
        waiting = self.waiting(one.key)
        if waiting and waiting[-1].raw is None:
            last = waiting[-1]
            self.outbox.remove(last)
            one.touched = {**last.touched, **one.touched}
            if len(waiting) == 1:
                # Back to what was there: no edit at all.
                one.touched = changed(one.touched, base)
        if one.touched:
            self.outbox.append(one)

    def _write(self, one: Entry, values: State) -> None:
        """Make the operation: what was touched (all that is shown, on a plain phone)."""
        seen = self.views[one.person][one.key]
        names = {*one.touched, *FIRST[one.kind]}
        if not self.is_careful:
            names |= values.keys()
        first = FIRST[one.kind]
        said = {name: values.get(name, first.get(name)) for name in sorted(names)}
        one.raw = {
            "op_id": self.ids.next(),
            "kind": one.kind,
            "entry_id": seen.entry_id,
            "base_rev": seen.rev,
            "recorded_at": one.recorded_at,
            "local_date": one.day.isoformat(),
            "zone": one.zone,
            "data": {**one.about, **said},
        }

    # Sending.

    def next_batch(self, most: int) -> list[Entry]:
        """What may be sent now, in order: nothing of anybody else's."""
        batch: list[Entry] = []
        for one in list(self.outbox):
            if len(batch) == most:
                break
            if one.person != self.person:
                continue
            if one.raw is None and not self._prepare(one):
                continue
            batch.append(one)
        return batch

    def _prepare(self, one: Entry) -> bool:
        """Whether a careful phone's operation can be made now: nothing before it is under way."""
        seen = self.view[one.key]
        if self.waiting(one.key)[0] is not one or not seen.is_sure:
            return False
        one.touched = changed(one.touched, seen.values)
        if not one.touched:
            self.outbox.remove(one)
            return False
        one.is_exact = not seen.is_old
        one.touched |= missing(one.kind, {**seen.values, **one.touched})
        self._write(one, {**seen.values, **one.touched})
        return True

    def learns(self, one: Entry, result: Mapping[str, Any]) -> None:
        """What the answer to one operation changes."""
        seen = self.views[one.person][one.key]
        status = result["status"]
        if status in {"invalid", "not_found"}:
            self.outbox.remove(one)
            (self.refused if status == "invalid" else self.elsewhere).append(one)
            return
        if one in self.outbox:
            self.outbox.remove(one)
        assert one.raw is not None
        seen.values |= said_in(one)
        is_whole = status == "applied"
        if one.kind == "checkin":
            is_whole = is_whole and one.raw["base_rev"] is not None  # the day may have been there
        if one.kind == "stretch":
            is_whole = is_whole and "sets_done" in one.touched  # told from the outcome otherwise
        # What is not wholly this phone's own may hold what it has not seen.
        seen.is_sure = seen.is_sure and is_whole
        if status == "applied" or not self.is_careful:
            # A new question begins at 1 again.
            least = 0 if one.kind == "question" else seen.rev or 0
            seen.rev = max(least, result["rev"])

    def sees(self, found: Mapping[Key, Seen]) -> None:
        """What was pulled stands in place of what was known; what is not sent yet stays."""
        for key, seen in found.items():
            if seen.entry_id:
                self.view[key] = seen
            elif key[0] == "question" or key not in self.view:
                # Nothing stands there: what is said of it next is new.
                self.view[key] = replace(seen, entry_id=self.ids.next())

    def forgets_doubt(self, within: Sequence[Key]) -> None:
        """An entry that is not among those that are kept any more can't be made sure."""
        for key, seen in self.view.items():
            if key not in within and not seen.is_sure:
                seen.is_sure = seen.is_old = True

    def mends(self, one: Entry) -> None:
        """The person says which day it was, and it is a new operation."""
        assert one.raw is not None
        entry_id = one.raw["entry_id"]
        key = key_of({**one.raw, "local_date": one.true_day.isoformat()})
        view = self.views[one.person]
        view.setdefault(key, Seen(entry_id))
        one.touched = said_in(one)
        is_last = not any(other.key == one.key for other in self.outbox + self.refused)
        if is_last and one.key != key and view[one.key].rev is None:
            del view[one.key]
        one.key, one.day, one.raw, one.was_sent = key, one.true_day, None, False
        if not self.is_careful:
            self._write(one, one.touched)
        self.outbox.append(one)


def said_in(one: Entry) -> State:
    """The values of an operation that was made, without what it is about."""
    assert one.raw is not None
    return {k: v for k, v in one.raw["data"].items() if k not in one.about}


def changed(said: State, shown: State) -> State:
    """What of `said` is not what is shown."""
    return {k: v for k, v in said.items() if v != shown.get(k, UNSEEN.get(k))}


def missing(kind: str, values: State) -> State:
    """What an operation can't be without and `values` does not have."""
    return {k: v for k, v in FIRST[kind].items() if v is not None and values.get(k) is None}
