"""What the screen of a killed phone called saved goes into a ledger; the server has to hold it."""

from __future__ import annotations

import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Self, cast

from playwright.sync_api import Error as BrowserFault
from playwright.sync_api import Page, Playwright
from playwright.sync_api import TimeoutError as BrowserTimeout
from sqlalchemy import func, select

from tests.support.browser import WITHIN
from tests.support.cast import Record
from tests.support.killable import Phone, until
from tests.support.phone_server import WEATHER, Nora, PhoneServer
from tracker.store.schema import (
    Checkin,
    DiaryDay,
    Operation,
    Revision,
    SorenessEntry,
    StretchEntry,
)

# What is tapped, and what the screen says.

TAP = """([cell, value]) => {
  const [part, id, name] = cell;
  const block = document.querySelector(`#day [data-${part}="${id}"]`);
  if (!block || block.hidden || block.closest("[hidden]")) return false;
  block.querySelector("details")?.setAttribute("open", "");
  if (name === "note") {
    const field = block.querySelector("[name=note], [name^='note-']");
    if (!field) return false;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  }
  const one = block.querySelector(`[name="${name}"][value="${value}"], [name^="${name}-"][value="${value}"]`);
  one?.click();
  return Boolean(one);
}"""

SAVE = """() => {
  const told = [];
  for (const part of ["episode", "session", "line"]) {
    for (const block of document.querySelectorAll(`#day [data-${part}]`)) {
      if (block.hidden || block.closest("[hidden]")) continue;
      const id = block.dataset[part];
      for (const one of block.querySelectorAll("input[type=radio]:checked")) {
        if (one.value !== "") told.push([part, id, one.name.split("-")[0], one.value]);
      }
      const note = block.querySelector("[name=note], [name^='note-']");
      if (note?.value) told.push([part, id, "note", note.value]);
    }
  }
  const day = document.getElementById("day").dataset.day;
  document.querySelector("[data-note=saved]")?.remove();
  document.getElementById("save").click();
  return [day, told];
}"""

SAID = """() => [
  document.querySelector("[data-note=saved]")?.textContent ?? "",
  document.querySelector("[data-note=fault]")?.textContent ?? "",
  document.querySelector("[data-note=sign-in]")?.textContent ?? "",
]"""

SAVED = "Saved on this phone"
SENT = "Saved and sent"

WORKER = """async () => {
  const found = await navigator.serviceWorker.getRegistration();
  if (!found?.active) return "";
  const { port1, port2 } = new MessageChannel();
  const told = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(resolve, 1000, "");
  });
  found.active.postMessage({ kind: "version" }, [port2]);
  return told;
}"""

IS_WAITING = "async () => Boolean((await navigator.serviceWorker.getRegistration())?.waiting)"

IS_CONTROLLED = "() => navigator.serviceWorker.controller !== null"

HAS_PAGE = """async () => {
  const src = document.querySelector("script[src$='/js/patient.js']").src;
  const store = await import(src.replace(/patient.js$/, "store.js"));
  const pages = await store.listPages(document.body.dataset.who);
  return pages.some(({ path }) => path === "/today");
}"""

OUTBOX = """async () => {
  const src = document.querySelector("script[src$='/js/patient.js']").src;
  const queue = await import(src.replace(/patient.js$/, "queue.js"));
  return queue.items(document.body.dataset.who);
}"""

Cell = tuple[str, str, str, str]
"""What a value is about: the part of the form, its id, the day and the field."""

SCALES = ("pain_average", "pain_worst", "stiffness", "sleep", "stress")
OF_DAY = ("sleep", "stress", "note")
OUTCOMES = ("done", "partly", "too_hard", "could_not")


@dataclass
class Typed:
    """A value that was chosen, and what the screen said of it before the phone was killed."""

    value: str
    moment: str
    is_saved: bool = False
    is_sent: bool = False


@dataclass
class Ledger:
    """What was chosen, cell by cell in order."""

    typed: dict[Cell, list[Typed]] = field(default_factory=lambda: defaultdict(list))

    def may_stand(self, cell: Cell) -> set[str]:
        """Values that may stand by now: the last that was saved, and what was tried since."""
        found: set[str] = set()
        for one in reversed(self.typed[cell]):
            found.add(one.value)
            if one.is_saved:
                break
        return found

    @property
    def count_saved(self) -> int:
        """Values that the screen called saved."""
        return sum(one.is_saved for row in self.typed.values() for one in row)


@dataclass
class Tally:
    """What was done, and what came of it."""

    runs: int = 0
    kills: int = 0
    saves: int = 0
    values_saved: int = 0
    swaps: int = 0
    waited: int = 0
    """Times that a new worker was installed while a page was open."""
    upgrades: int = 0
    ended: int = 0
    restarts: int = 0
    operations: int = 0
    weather: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)
    losses: list[str] = field(default_factory=list)
    doubles: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    """Taps that the page took back before they were saved."""
    odd: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """Everything that must not be."""
        return [*self.losses, *self.doubles, *self.strangers, *self.undone, *self.odd]


# The proof.

KILLS = (
    "while it loads",
    "before saving",
    "while saving",
    "when it says saved",
    "while sending",
    "when it says sent",
)


class Proof:
    """Rounds of logging on one profile and one server, each ended by a kill."""

    def __init__(self, playwright: Playwright, folder: Path, seed: int) -> None:
        self.playwright = playwright
        self.profile = folder / "profile"
        self.profile.mkdir()
        self.luck = random.Random(seed)
        self.server = PhoneServer(folder)
        self.server.luck = random.Random(seed + 1)
        self.nora = Nora(self.server)
        self.ledger = Ledger()
        self.tally = Tally()
        self.is_signed_in = True
        self._seen = ""
        self._upgrades = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.server.stop()

    # The first time, with everything well: the worker takes its copies.

    @contextmanager
    def _phone(self, end: str = "") -> Iterator[Phone]:
        phone = Phone(self.playwright, self.profile, self.server.zone)
        try:
            yield phone
        finally:
            phone.kill()
            self.tally.kills += 1
            if end:
                self.tally.killed[end] += 1

    def begin(self) -> None:
        """Sign in, and wait until the phone holds the app and the last days."""
        with self._phone() as phone:
            phone.carry(self.nora.cookie, self.server.address)
            self._open(phone.page)
            assert until(phone.page, IS_CONTROLLED)
            phone.page.reload()
            assert until(phone.page, HAS_PAGE)
        self._seen = self.server.version

    def _open(self, page: Page, day: date | None = None) -> bool:
        """Open a day; False when the sign-in page came in its place."""
        path = f"/today?date={day}" if day else "/today"
        page.goto(self.server.address + path, wait_until="commit")
        page.wait_for_selector("form#day[data-ready], form[action='/join']", state="attached")
        return page.locator("form#day").count() == 1

    # A round.

    def run(self) -> None:
        """One round: some weather, some entries, a kill."""
        luck = self.luck
        self.tally.runs += 1
        is_swapped = luck.random() < 0.15
        if is_swapped:
            self.server.upgrade()
            self.tally.swaps += 1
        if self.is_signed_in and luck.random() < 0.12:
            self._end_sessions()
        # Only a phone that reaches the server, and for some seconds, gets a new version.
        self._upgrades = is_swapped and luck.random() < 0.7
        weather = luck.choice((*WEATHER, "stopped", "stopped", "stopped", "fair"))
        self._change_weather("fair" if self._upgrades else weather)
        end = luck.choice(KILLS[1:] if self._upgrades else KILLS)
        with self._phone(end) as phone, suppress(_Killed):
            # A kill keeps Chromium from writing cookies down, which it does twice a minute.
            if self.is_signed_in or luck.random() < 0.5:
                if not self.is_signed_in:
                    self.nora.sign_in()
                    self.is_signed_in = True
                phone.carry(self.nora.cookie, self.server.address)
            self._log(phone, end)
        self.server.weather = "fair"

    def _end_sessions(self) -> None:
        self.nora.end_sessions()
        self.is_signed_in = False
        self.tally.ended += 1

    def _change_weather(self, weather: str) -> None:
        self.tally.weather[weather] += 1
        if weather == "stopped":
            self.server.halt()
            return
        self.server.weather = weather
        if not self.server.is_up:
            self.server.resume()
            self.tally.restarts += 1

    def _log(self, phone: Phone, end: str) -> None:
        luck, page = self.luck, phone.page
        count = luck.randint(1, 3)
        day = self._pick_day()
        if end == "while it loads":
            with suppress(BrowserFault):
                page.goto(f"{self.server.address}/today?date={day}", wait_until="commit")
            page.wait_for_timeout(luck.uniform(0, 400))
            raise _Killed
        for n in range(count):
            is_last = n == count - 1
            if n == 0 or luck.random() < 0.6:
                day = self._pick_day()
                if not self._open(page, day):
                    return
                self._see_worker(page)
            if self._upgrades:
                self._upgrades = False
                self._take_upgrade(page)
            if luck.random() < 0.15:
                self._change_weather(luck.choice((*WEATHER, "stopped")))
            if self.is_signed_in and luck.random() < 0.04:
                self._end_sessions()
            self._enter(page, day, end if is_last else "")

    def _pick_day(self) -> date:
        back = self.luck.randint(0, 12) if self.luck.random() < 0.5 else self.luck.randint(13, 58)
        return self.nora.today - timedelta(days=back)

    def _see_worker(self, page: Page) -> None:
        """Count a worker's upgrade when it is over."""
        if self._seen == self.server.version:
            return
        if page.evaluate(WORKER) == self.server.version:
            self._seen = self.server.version
            self.tally.upgrades += 1

    def _take_upgrade(self, page: Page) -> None:
        """Wait until the new worker is there; then sometimes do as the page proposes."""
        if not until(page, IS_WAITING, 6):
            return
        self.tally.waited += 1
        with suppress(BrowserTimeout):
            if self.luck.random() < 0.5:
                page.evaluate("() => { window.isOld = true; }")
                page.locator("[data-note=update] button").click(timeout=3000)
                page.wait_for_function("() => !window.isOld", timeout=5000)
                page.wait_for_selector("form#day[data-ready]", state="attached", timeout=5000)
                self._see_worker(page)

    def _enter(self, page: Page, day: date, end: str) -> None:
        """Choose some answers, save, and write down what the screen said before the end."""
        luck = self.luck
        moment = f"run {self.tally.runs}"
        wanted = self._choose(page, day)
        page.wait_for_timeout(luck.uniform(0, 120))
        if end == "before saving":
            raise _Killed
        shown_day, chosen = page.evaluate(SAVE)
        if shown_day != day.isoformat():
            self.tally.odd.append(f"{moment}: {day} was asked for, {shown_day} shown")
        stands = {_cell(part, at, shown_day, name): value for part, at, name, value in chosen}
        typed = []
        for cell, value in wanted:
            if stands.get(cell) == value:
                typed.append((cell, Typed(value, moment)))
                # From the tap on the value may reach the server, whatever the screen has said.
                self.ledger.typed[cell].append(typed[-1][1])
            else:
                self.tally.undone.append(f"{moment}: {cell} {value} became {stands.get(cell)}")
        if end == "while saving":
            page.wait_for_timeout(luck.uniform(0, 60))
        elif end != "while sending":
            self._wait_until_said(page, SENT if end == "when it says sent" else SAVED)
        else:
            self._wait_until_said(page, SAVED)
            page.wait_for_timeout(luck.uniform(0, 250))
        self._note(page, typed, moment)
        if end:
            raise _Killed
        # What is tapped before the page has come to rest is another question.
        page.wait_for_timeout(luck.uniform(0, 300))
        self._note(page, typed, moment)

    def _wait_until_said(self, page: Page, words: str) -> None:
        deadline = time.monotonic() + 1.5
        while time.monotonic() < deadline:
            said, fault, _sign_in = page.evaluate(SAID)
            if words in said or fault or (SENT in said):
                return
            page.wait_for_timeout(5)

    def _note(self, page: Page, typed: Sequence[tuple[Cell, Typed]], moment: str) -> None:
        said, fault, _sign_in = page.evaluate(SAID)
        if fault:
            self.tally.odd.append(f"{moment}: the screen said: {fault}")
        is_saved, is_sent = said.startswith((SAVED, SENT)), said.startswith(SENT)
        if is_saved and typed and not typed[0][1].is_saved:
            self.tally.saves += 1
        for _cell, one in typed:
            one.is_saved |= is_saved
            one.is_sent |= is_sent

    def _choose(self, page: Page, day: date) -> list[tuple[Cell, str]]:
        luck = self.luck
        on = day.isoformat()
        lines = page.locator("#day [data-line]").all()
        ids = {
            "episode": [str(one) for one in self.nora.episodes],
            "session": [
                one.get_attribute("data-session") or ""
                for one in page.locator("#day [data-session]").all()
            ],
            "line": [one.get_attribute("data-line") or "" for one in lines],
        }
        taps: list[tuple[str, str, str]] = []
        for episode in ids["episode"]:
            if episode == ids["episode"][0] or luck.random() < 0.5:
                taps.append(("episode", episode, "pain_average"))
                taps += [("episode", episode, name) for name in SCALES[1:] if luck.random() < 0.2]
                if luck.random() < 0.5:
                    taps.append(("episode", episode, "note"))
        if day >= self.nora.today - timedelta(days=12):
            taps += [("session", one, "soreness") for one in ids["session"] if luck.random() < 0.5]
        taps += [("line", one, "outcome") for one in ids["line"] if luck.random() < 0.4]
        wanted = []
        for part, where, name in taps:
            cell = _cell(part, where, on, name)
            value = self._value(cell)
            if page.evaluate(TAP, [[part, where, name], value]):
                wanted.append((cell, value))
        return wanted

    def _value(self, cell: Cell) -> str:
        """A value that can't stand there by now."""
        if cell[3] == "note":
            return f"Run {self.tally.runs}, {self.luck.getrandbits(40):x}."
        taken = self.ledger.may_stand(cell)
        all_values = OUTCOMES if cell[3] == "outcome" else [str(n) for n in range(11)]
        return self.luck.choice([value for value in all_values if value not in taken] or all_values)

    # The end.

    def drain(self) -> None:
        """Fair weather, signed in: everything is sent."""
        self._change_weather("fair")
        self.nora.sign_in()
        phone = Phone(self.playwright, self.profile, self.server.zone)
        try:
            phone.carry(self.nora.cookie, self.server.address)
            assert self._open(phone.page)
            left: list[dict[str, Any]] = []
            deadline = time.monotonic() + WITHIN
            while time.monotonic() < deadline:
                left = phone.page.evaluate(OUTBOX)
                if all(item["state"] == "invalid" for item in left):
                    break
                phone.page.wait_for_timeout(100)
            for item in left:
                told = json.dumps({**item["operation"], "refusal": item.get("refusal")})
                self.tally.odd.append(f"{item['state']} in the end: {told}")
        finally:
            phone.kill()

    def check(self) -> Tally:
        """Compare the ledger with the server."""
        server = self._server_values()
        self.tally.operations = self._count_operations()
        self.tally.values_saved = self.ledger.count_saved
        for cell in {*server, *self.ledger.typed}:
            stood = server.get(cell, [])
            self._check_cell(cell, stood, self.ledger.typed.get(cell, []))
        return self.tally

    def _check_cell(self, cell: Cell, stood: list[str], typed: list[Typed]) -> None:
        tally = self.tally
        story = f"{cell}: typed {[_short(one) for one in typed]}, stood {stood}"
        places = _match(stood, typed)
        if places is None:
            many = Counter(stood) - Counter(one.value for one in typed)
            known = {one.value for one in typed}
            (tally.doubles if many and set(many) <= known else tally.strangers).append(story)
            return
        if not typed:
            return
        last = max((n for n, one in enumerate(typed) if one.is_saved), default=-1)
        may_stand = {one.value for one in typed[max(last, 0) :]}
        is_there = bool(stood) and stood[-1] in may_stand
        if last >= 0 and not is_there:
            tally.losses.append(f"not standing: {story}")
        # One that was saved may have been said anew before it was sent; one that was sent stays told.
        if any(one.is_sent and one.value not in stood for one in typed):
            tally.losses.append(f"sent, but not in the history: {story}")

    def _server_values(self) -> dict[Cell, list[str]]:
        """Each field's values, oldest first: those of the history, then the one that stands."""
        found: dict[Cell, list[str]] = {}
        with self.server.hub.database.door() as door:
            own = self.record.patient_id
            read = door.session.scalars
            history: dict[tuple[str, str], list[Revision]] = defaultdict(list)
            for old in read(select(Revision).where(Revision.patient_id == own)):
                history[old.entry, old.entry_key].append(old)

            def tell(
                row: Any, kind: str, key: str, part: str, key_id: str, names: Iterable[str]
            ) -> None:
                olds = sorted(history[kind, key], key=lambda old: old.rev)
                on = row.local_date.isoformat()
                if kind != "checkin" and row.rev != len(olds) + 1:
                    self.tally.odd.append(f"{kind} {key}: revision {row.rev}, history {len(olds)}")
                for name in names:
                    values = [old.before[name] for old in olds if name in old.before]
                    values.append(getattr(row, name))
                    told = [str(value) for value in values if value not in {None, ""}]
                    cell = (part, key_id, on, name)
                    if cell in found:
                        self.tally.doubles.append(f"two rows for {cell}")
                    found[cell] = told

            for checkin in read(select(Checkin).where(Checkin.patient_id == own)):
                tell(checkin, "checkin", str(checkin.entry_id), "episode",
                     str(checkin.episode_id), SCALES[:3])  # fmt: skip
            for day in read(select(DiaryDay).where(DiaryDay.patient_id == own)):
                tell(day, "day", day.local_date.isoformat(), "day", "", OF_DAY)
            for sore in read(select(SorenessEntry).where(SorenessEntry.patient_id == own)):
                tell(sore, "soreness", str(sore.entry_id), "session",
                     str(sore.needling_session_id), ["soreness"])  # fmt: skip
            for done in read(select(StretchEntry).where(StretchEntry.patient_id == own)):
                tell(done, "stretch", str(done.entry_id), "line",
                     str(done.prescription_id), ["outcome"])  # fmt: skip
        return {cell: values for cell, values in found.items() if values}

    @property
    def record(self) -> Record:
        """The patient's record."""
        return self.nora.record

    def _count_operations(self) -> int:
        with self.server.hub.database.door() as door:
            return cast("int", door.session.scalar(select(func.count()).select_from(Operation)))


class _Killed(Exception):
    """The phone is to be killed now."""


def _cell(part: str, where: str, on: str, name: str) -> Cell:
    """Sleep, stress and note belong to the day, whichever complaint they stand beside."""
    return ("day", "", on, name) if name in OF_DAY else (part, where, on, name)


def _short(one: Typed) -> str:
    mark = "sent" if one.is_sent else "saved" if one.is_saved else "?"
    return f"{one.value} ({mark}, {one.moment})"


def _match(stood: Sequence[str], typed: Sequence[Typed]) -> set[int] | None:
    """Places of what was typed that what stood is told by, in order; None where it can't be."""
    places: set[int] = set()
    # From the end: of two equal values the later one was typed for what stands now.
    at = len(typed)
    for value in reversed(stood):
        at -= 1
        while at >= 0 and typed[at].value != value:
            at -= 1
        if at < 0:
            return None
        places.add(at)
    return places
