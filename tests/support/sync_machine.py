"""Phones that log, lose their network and their sessions, and send: every order of it is tried."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from tests.support.cast import NOW
from tests.support.sync_oracle import (
    OF_DAY,
    PAIN,
    UNKNOWN,
    Key,
    Oracle,
    Page,
    Raw,
    State,
)
from tests.support.sync_phone import Entry, Ids, Phone
from tests.support.sync_proof import Proof, Stored, load
from tests.support.sync_world import World

ZONES = ("Europe/London", "Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati", "Pacific/Niue")
SKEWS = tuple(
    timedelta(**skew)
    for skew in ({}, {"minutes": 4}, {"minutes": -50}, {"hours": 9}, {"hours": -26}, {"days": 40},
                 {"days": -3650}, {"days": 3650})
)  # fmt: skip
STEPS = tuple(
    timedelta(**step)
    for step in ({"minutes": 2}, {"minutes": 40}, {"hours": 3}, {"hours": 9}, {"days": 1})
)
MOST_DAYS = timedelta(days=60)
SIDES = ("left", "right", "middle")
OUTCOMES = ("done", "partly", "too_hard", "could_not")
REASONS = (None, "no_time", "ill")
SIGNS = ("fever", "chest_pain", "small_bruise")
ITEMS = {"weekly": ("pain", "enjoyment", "activity"), "change": ("change",)}
WORDS = ("", "", "May I swim?")
"""What phones may say alike: nothing, which takes a question back, and the same question."""

TALLY: Counter[str] = Counter()
"""What all machines of this process did."""

scales = st.integers(0, 10)
places = st.integers(0, 2)
things = st.sampled_from((0, 0, 0, 1, 2))
ways = st.integers(1, 15)
pairs = st.tuples(scales, scales)
days_back = st.sampled_from((0, 0, 0, 1, 6))
people = st.sampled_from(("alice", "emil"))


class SyncMachine(RuleBasedStateMachine):
    """Two phones of Alice's and one that she shares with Emil, against one server."""

    open_world: ClassVar[Callable[[], World]]
    close_world: ClassVar[Callable[[World], None]]
    http_share: ClassVar[int] = 6
    """One delivery in so many goes through the web application."""

    def __init__(self) -> None:
        super().__init__()
        self.world = type(self).open_world()
        self.now = NOW
        self.ids = Ids()
        self.oracles = {name: Oracle(plan) for name, plan in self.world.plans.items()}
        for name, person in self.world.people.items():
            load(self.oracles[name], self.world, person)
        self.before = Stored(self.world)
        self.pages: dict[str, Page] = {}
        self.deliveries = 0
        self.phones: list[Phone] = []

    @initialize(
        careful=st.integers(0, 7),
        met=st.integers(0, 7),
        skew=st.lists(st.sampled_from(SKEWS), min_size=3, max_size=3),
    )
    def set_up(self, careful: int, met: int, skew: list[timedelta]) -> None:
        """Some phones have never heard the server's time; those log by a clock that is wrong."""
        for place, name in enumerate(("phone", "tablet", "shared")):
            one = Phone(name, ZONES[place], self.ids, bool(careful >> place & 1), "alice")
            one.skew = skew[place]
            self.phones.append(one)
            self._sign_in(one, "emil" if place == 2 else "alice", everywhere=True)
            if not met >> place & 1:
                self.pull(place)
        self._count("steps", -1)  # this one is none

    @invariant()
    def has_made_a_step(self) -> None:
        self._count("steps")

    def _sign_in(self, phone: Phone, name: str, *, everywhere: bool) -> None:
        phone.person = name
        phone.token, phone.clinics = self.world.sign_in(name, self.now, everywhere=everywhere)
        phone.outbox[:0], phone.elsewhere = phone.elsewhere, []

    def _count(self, what: str, by: int = 1) -> None:
        TALLY[what] += by

    # What people do.

    @rule(place=places, about=things, back=days_back, which=st.integers(1, 63),
          value=scales, new=st.booleans())  # fmt: skip
    def log_day(self, place: int, about: int, back: int, which: int, value: int, new: bool) -> None:
        phone = self.phones[place]
        plan = self.world.plans[phone.person]
        episode = list(plan.episodes)[about % len(plan.episodes)]
        values: State = {
            "pain_average": value,
            "pain_worst": None if value == 10 else value + 1,
            "stiffness": None if value % 3 == 0 else value - 1,
            "sleep": None if value % 4 == 0 else value,
            "note": "" if value % 5 == 0 else f"{phone.name} {self.ids.count}",
            "regions": [{"region": "neck", "side": SIDES[value % 3], "pain": value}],
        }
        said = {name: v for bit, (name, v) in enumerate(values.items()) if which >> bit & 1}
        if which % 2 == 0:
            said["stress"] = value
        if which % 3 == 0:
            said["is_flare"] = value % 2 == 0
        phone.says("checkin", {"episode_id": episode}, said, self.now, back, new)
        self._count("said")

    @rule(place=places, about=things, back=days_back, which=st.integers(1, 15),
          value=scales, new=st.booleans())  # fmt: skip
    def log_stretch(
        self, place: int, about: int, back: int, which: int, value: int, new: bool
    ) -> None:
        phone = self.phones[place]
        plan = self.world.plans[phone.person]
        line = list(plan.lines)[about % len(plan.lines)]
        values: State = {
            "outcome": OUTCOMES[value % 4],
            "reason": REASONS[value % 3],
            "sets_done": value % 4,
            "pain_during": value,
        }
        said = {name: v for bit, (name, v) in enumerate(values.items()) if which >> bit & 1}
        phone.says("stretch", {"prescription_id": line}, said, self.now, back, new)
        self._count("said")

    @rule(place=places, about=things, back=days_back, value=scales, effects=st.integers(0, 7),
          new=st.booleans())  # fmt: skip
    def log_soreness(
        self, place: int, about: int, back: int, value: int, effects: int, new: bool
    ) -> None:
        """A new rating, or an amendment of one that this phone knows."""
        phone = self.phones[place]
        plan = self.world.plans[phone.person]
        asked = [
            one for one, (_clinic, at) in plan.sessions.items()
            if self.now - at < timedelta(days=3)
        ]  # fmt: skip
        known = [seen for key, seen in phone.view.items() if key[0] == "soreness"]
        said: State = {"soreness": value}
        if effects & 1:
            said["side_effects"] = [["bruise"], ["nausea", "bruise"], []][value % 3]
        if effects & 2:
            said["side"] = SIDES[value % 3]
        if known and (effects & 4 or not asked):
            seen = known[(about + value) % len(known)]
            about_it = {**seen.about, "entry_id": seen.entry_id}
        elif asked:
            about_it = {"needling_session_id": asked[about % len(asked)]}
        else:
            return
        phone.says("soreness", about_it, said, self.now, back, new)
        self._count("said")

    @rule(place=places, signs=st.integers(1, 7))
    def report(self, place: int, signs: int) -> None:
        said = {"signs": [sign for bit, sign in enumerate(SIGNS) if signs >> bit & 1]}
        self.phones[place].says("safety", {}, said, self.now, signs, new=True)
        self._count("said")

    @rule(place=places, about=things, back=days_back, which=st.integers(0, 7), value=scales,
          new=st.booleans())  # fmt: skip
    def answer_measure(
        self, place: int, about: int, back: int, which: int, value: int, new: bool
    ) -> None:
        """A measure of a day; with no item of it chosen it is skipped."""
        phone = self.phones[place]
        plan = self.world.plans[phone.person]
        episode = list(plan.episodes)[about % len(plan.episodes)]
        items = {**ITEMS, "activities": tuple(plan.activities.get(episode, ()))}
        asked = [name for name in items if items[name]]
        measure = asked[(which + value) % len(asked)]
        number = value % 7 - 3 if measure == "change" else value
        chosen = [item for bit, item in enumerate(items[measure]) if which >> bit & 1]
        said: State = {"answers": dict.fromkeys(chosen, number)}
        of = {"episode_id": episode, "measure": measure}
        phone.says("measure", of, said, self.now, back, new)
        self._count("said")

    @rule(place=places, about=things, value=scales, new=st.booleans())
    def ask_for_visit(self, place: int, about: int, value: int, new: bool) -> None:
        phone = self.phones[place]
        plan = self.world.plans[phone.person]
        episode = list(plan.episodes)[about % len(plan.episodes)]
        words = WORDS[value] if value < len(WORDS) else f"{phone.name} asks {self.ids.count}"
        phone.says("question", {"episode_id": episode}, {"text": words}, self.now, 0, new)
        self._count("said")

    @rule(place=places, about=things, is_yes=st.booleans(), new=st.booleans())
    def reply(self, place: int, about: int, is_yes: bool, new: bool) -> None:
        """Whether it is a bad spell, where this phone was shown the question."""
        phone = self.phones[place]
        asked = [seen for key, seen in phone.view.items() if key[0] == "flare_reply"]
        if asked:
            seen = asked[-1 - about % len(asked)]
            said: State = {"answer": "yes" if is_yes else "no"}
            phone.says("flare_reply", seen.about, said, self.now, 0, new)
            self._count("said")

    @rule(order=st.permutations((0, 1)), back=days_back, ways=st.tuples(ways, ways), values=pairs,
          kind=st.booleans())  # fmt: skip
    def say_at_once(
        self,
        order: list[int],
        back: int,
        ways: tuple[int, int],
        values: tuple[int, int],
        kind: bool,
    ) -> None:
        """Both phones of one person say something of the same day, and both send it."""
        log = self.log_day if kind else self.log_stretch
        for place in order:
            log(place=place, about=0, back=back, which=ways[place], value=values[place], new=False)
        for place in order:
            self.deliver(place=place, most=500, fate=0, is_back=True)

    # What the network does.

    @rule(place=places, most=st.integers(1, 12), fate=st.integers(0, 5), is_back=st.booleans())
    def deliver(self, place: int, most: int, fate: int, is_back: bool) -> None:
        """Send part of the outbox; `fate` loses the answer or ends the session in the middle.

        With `is_back` its person signs in again first, where the session has ended.
        """
        phone = self.phones[place]
        if is_back and phone.token and self.world.find(phone.token, self.now) is None:
            self._sign_in(phone, phone.person, everywhere=most > 2)
        batch = phone.next_batch(most)
        if not batch:
            return
        if fate == 1 and len(batch) > 1:
            half = len(batch) // 2
            if self._send(phone, batch[:half], is_lost=False) and phone.token:
                self.world.end(phone.token, self.now)
                assert not self._send(phone, batch[half:], is_lost=False)
            return
        self._send(phone, batch, is_lost=fate in {2, 3})

    def _send(self, phone: Phone, batch: list[Entry], *, is_lost: bool) -> bool:
        raws: list[Raw] = [one.raw for one in batch if one.raw is not None]
        assert len(raws) == len(batch)
        assert {one.person for one in batch} == {phone.person}
        exact = {one.raw["op_id"]: one for one in batch if one.raw and one.is_exact}
        results = self._post(phone, raws, exact)
        if results is None:
            return False
        phone.batches = [*phone.batches[-20:], (phone.person, raws)]
        for one in batch:
            one.was_sent = True
        if is_lost:
            self._count("lost answers")
            return True
        phone.ahead = -phone.skew
        for one, result in zip(batch, results, strict=True):
            phone.learns(one, result)
        return True

    def _post(
        self, phone: Phone, raws: list[Raw], exact: Mapping[str, Entry] = MappingProxyType({})
    ) -> list[dict[str, Any]] | None:
        """Post, and hold each result against what it should be."""
        self.deliveries += 1
        over_http = self.world.app is not None and self.deliveries % self.http_share == 0
        self._count("http deliveries", over_http)
        oracle = self.oracles[phone.person]
        assert phone.token
        results = self.world.post(phone.token, phone.device, raws, self.now, over_http=over_http)
        if results is None:
            self._count("401s")
            return None
        for raw, result in zip(raws, results, strict=True):
            assert (result["op_id"], result["entry_id"]) == (raw["op_id"], raw["entry_id"])
            if raw["kind"] == "soreness" and result["status"] == "invalid":
                self._is_out_of_time(phone.person, raw, result)
                continue
            told = oracle.hears(raw, phone.clinics, self.now)
            assert (result["status"], result["rev"]) == told, (raw, result, told)
            if told[0] in {"applied", "merged"} and raw["op_id"] in exact:
                self._stands(phone.person, exact[raw["op_id"]])
            self._count(told[0])
            self._count("operations")
        return results

    def _is_out_of_time(self, name: str, raw: Any, result: Any) -> None:
        """A rating is refused for a day before the needles or long after them, for nothing else."""
        assert set(result["errors"]) <= {"soreness", "local_date"}, result
        _clinic, at = self.world.plans[name].sessions[raw["data"]["needling_session_id"]]
        days = [(at + timedelta(days=more)).date().isoformat() for more in range(1, 6)]
        is_future = raw["local_date"] > (self.now + timedelta(hours=14)).date().isoformat()
        assert raw["local_date"] not in days or is_future, (raw, result)
        self._count("invalid")

    def _stands(self, name: str, one: Entry) -> None:
        """What a careful phone's person changed stands when it arrives."""
        if one.key[0] == "safety":
            return
        oracle = self.oracles[name]
        told = oracle.told(one.key)
        assert told is not None
        assert one.raw is not None
        if one.touched == {"text": ""} and oracle.saw_another(one.raw):
            return  # what it takes back was answered; another phone's question is not meant
        state = told.now
        stands = {field: state.get(field) for field in one.touched}
        assert stands == one.touched, (one, state)

    @rule(place=places, fate=st.integers(0, 5))
    def deliver_all(self, place: int, fate: int) -> None:
        self.deliver(place=place, most=500, fate=fate, is_back=True)

    @rule(place=places, which=st.integers(0, 20))
    def replay(self, place: int, which: int) -> None:
        """A batch that was sent before comes again, and nobody waits for its answer."""
        phone = self.phones[place]
        own = [raws for person, raws in phone.batches if person == phone.person]
        if own:
            self._post(phone, own[-1 - which % len(own)])
            self._count("replays")

    @rule(place=places)
    def pull(self, place: int) -> None:
        phone = self.phones[place]
        assert phone.token
        found = self.world.pull(phone.token, phone.zone, self.now)
        if found is None:
            self._count("401s")
            return
        phone.ahead = -phone.skew
        self._agrees(phone, found)
        phone.sees(found)
        phone.forgets_doubt(list(found))

    def _agrees(self, phone: Phone, found: dict[Key, Any]) -> None:
        oracle = self.oracles[phone.person]
        for key, seen in found.items():
            told = oracle.told(key)
            if key[0] == "flare_reply":
                assert told is None, (key, told)  # who has answered is not asked
                oracle.plan.spells[key[1]] = self.world.clinic_of_spell(key[1])
                continue
            if not seen.entry_id:
                assert told is None or told.now == {"text": ""}, (key, told)
                continue
            assert told is not None, key
            if told.entry_id == UNKNOWN:
                told.entry_id = seen.entry_id
            wanted = {name: told.now.get(name) for name in seen.values}
            known = (seen.entry_id, seen.rev, seen.values)
            assert known == (told.entry_id, told.rev, wanted), (key, seen, told)

    # What happens to phones and people.

    @rule(what=st.integers(0, 9), place=places, n=st.integers(0, 39))
    def goes_on(self, what: int, place: int, n: int) -> None:
        """One of what happens seldom, or time passes."""
        phone = self.phones[place]
        if what == 0:
            self._switch_person(is_everywhere=bool(n % 2))
        elif what == 1 and phone.token:
            self.world.end(phone.token, self.now)
            self._count("sessions ended")
        elif what == 2:
            # By one clinic's code alone, or by both.
            self._sign_in(phone, phone.person, everywhere=bool(n % 2))
        elif what == 3:
            phone.zone, phone.skew = ZONES[n % len(ZONES)], SKEWS[n // len(ZONES)]
        elif what == 4:
            self._needle(("alice", "emil")[n % 2])
        elif self.now + STEPS[n % len(STEPS)] < NOW + MOST_DAYS:
            self.now += STEPS[n % len(STEPS)]

    def _switch_person(self, *, is_everywhere: bool) -> None:
        phone = self.phones[2]
        other = "emil" if phone.person == "alice" else "alice"
        shown = set(phone.view)
        self._sign_in(phone, other, everywhere=is_everywhere)
        assert not shown & set(phone.view)
        self._count("person switches")

    @rule(name=people, about=things, is_spell=st.booleans())
    def act_at_the_desk(self, name: str, about: int, is_spell: bool) -> None:
        """A question for a visit is answered, or somebody is asked about a bad spell."""
        if is_spell:
            self.world.ask(name, self.now)
            return
        oracle = self.oracles[name]
        episode = list(oracle.plan.episodes)[about % len(oracle.plan.episodes)]
        asked = oracle.waiting(episode)
        is_there = asked is not None and asked.now["text"] != ""
        assert self.world.answer(name, episode, self.now) == is_there
        if asked is not None and is_there:
            asked.is_answered = True
            self._count("questions answered")

    def _needle(self, name: str) -> None:
        sessions = self.world.plans[name].sessions
        if self.now - max(at for _clinic, at in sessions.values()) > timedelta(days=2):
            self.world.needle(name, self.now)

    @precondition(lambda self: any(phone.refused for phone in self.phones))
    @rule(place=places)
    def mend(self, place: int) -> None:
        phone = self.phones[place]
        for one in [one for one in phone.refused if one.person == phone.person][:1]:
            phone.refused.remove(one)
            phone.mends(one)
            self._count("mended")

    # The plain form, open for a while.

    @rule(name=people, about=things, back=days_back)
    def open_page(self, name: str, about: int, back: int) -> None:
        oracle = self.oracles[name]
        episode = list(oracle.plan.episodes)[about % len(oracle.plan.episodes)]
        line = list(oracle.plan.lines)[about % len(oracle.plan.lines)]
        day = (self.now - timedelta(days=back)).date().isoformat()
        self.pages[name] = Page(
            episode,
            line,
            day,
            oracle.seen(("checkin", episode, day)),
            oracle.seen(("stretch", line, day)),
            oracle.seen_day(oracle.plan.episodes[episode], day),
        )

    @precondition(lambda self: self.pages)
    @rule(name=people, value=scales, which=st.integers(1, 15))
    def send_page(self, name: str, value: int, which: int) -> None:
        page = self.pages.pop(name, None)
        if page is None:
            return
        pain = {field: page.checkin[1].get(field) for field in PAIN[:3]}
        of_day = {field: page.of_day[1].get(field) for field in OF_DAY}
        pain["is_flare"] = page.checkin[1]["is_flare"] is (which % 5 > 0)
        pain["pain_average"] = value
        if which & 1:
            pain["stiffness"] = value
        if which & 2:
            of_day["note"] = f"page {self.ids.next()[-20:]}"
        if which & 4:
            of_day["stress"] = value
        line: State = {"outcome": OUTCOMES[value % 4], "reason": REASONS[value % 3]}
        ids = self.world.record(name, page, pain, of_day, line if which & 8 else None, self.now)
        self.oracles[name].reads(page, pain, of_day, line if which & 8 else None, ids)
        self._count("forms")

    # The end.

    def teardown(self) -> None:
        try:
            # Not while a fault is on its way out: it is the one to be told.
            if sys.exc_info()[0] is None and self.phones:
                self._settle()
                self._count("runs")
                proof = Proof(self.world, self.oracles, self.before)
                proof.check(self.now)
                TALLY.update(proof.faults)
                assert not proof.faults, "\n".join(proof.told)
        finally:
            type(self).close_world(self.world)

    def _settle(self) -> None:
        """Every phone signs in as each of its persons, mends and sends all that it has."""
        for _round in range(2):
            for phone in self.phones:
                for name in sorted({one.person for one in phone.kept}):
                    self._sign_in(phone, name, everywhere=True)
                    self._drain(phone)
        for phone in self.phones:
            assert not phone.kept, phone
            for name in phone.views:
                self._sign_in(phone, name, everywhere=True)
                self.pull(self.phones.index(phone))

    def _drain(self, phone: Phone) -> None:
        for _try in range(50):
            if phone.is_careful:
                self.pull(self.phones.index(phone))
            batch = phone.next_batch(500)
            if batch:
                assert self._send(phone, batch, is_lost=False)
            for one in [one for one in phone.refused if one.person == phone.person]:
                phone.refused.remove(one)
                if one.kind == "soreness" and one.day == one.true_day:
                    self._count("let go")  # of a day before the needles: its person deletes it
                else:
                    phone.mends(one)
            if not any(one.person == phone.person for one in phone.outbox):
                return
        raise AssertionError(phone)


def prepare(
    open_world: Callable[[], World], close_world: Callable[[World], None]
) -> type[SyncMachine]:
    """A machine over worlds that are opened and closed so."""

    class Prepared(SyncMachine):
        pass

    Prepared.open_world = staticmethod(open_world)
    Prepared.close_world = staticmethod(close_world)
    return Prepared
