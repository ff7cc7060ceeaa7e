"""What the phone keeps: all or nothing, each person's own, through upgrades and lost connections."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page

from tests.support.browser import opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PRELUDE = """async (url) => {
  const store = await import(url);
  const box = (text) => ({ iv: new Uint8Array(12), data: new TextEncoder().encode(text).buffer });
  const said = (row) => row && new TextDecoder().decode(row.box.data);
  const op = (op_id) => ({ op_id, box: box(op_id) });
  const day = (day, text = day) => ({ day, box: box(text) });
  const queue = async (who) => (await store.listOutbox(who)).map((row) => `${row.op_id} ${row.state}`);
  const days = async (who) => (await store.readDays(who, "0", "9")).map((row) => `${row.day} ${said(row)}`);
  const page = (who, path, stored_at = 1) => ({ who, path, version: "v1", stored_at, box: box(path) });
  const paths = async (who) => (await store.listPages(who)).map((row) => row.path);
  const fault = (promise) => promise.then(() => "none", (one) => one instanceof Error && one.name);
  const late = new Promise((_, refuse) => setTimeout(refuse, 20_000, new Error("it hangs")));
"""


@pytest.fixture
def phone(chromium, demo):
    """A page under the app's own policy; its script is left out, so that the modules are alone."""
    with opened(chromium, base_url=demo.address) as page:
        page.route(
            "**/js/app.js", lambda route: route.fulfill(body="", content_type="text/javascript")
        )
        page.goto("/sign-in")
        yield page


def ask(page: Page, code: str) -> Any:
    """Run code in a page that has the store and a few short words for it."""
    src = page.locator("script[src$='/js/app.js']").get_attribute("src")
    assert src
    run = f"return Promise.race([late, (async () => {{ {code} }})()])"
    return page.evaluate(PRELUDE + run + "}", urljoin(src, "store.js"))


def test_an_entry_is_saved_whole_or_not_at_all(phone):
    told = ask(
        phone,
        """
        const told = {};
        const save = (operations, days, more) =>
          store.saveEntries({ who: "ann", operations, days, ...more });
        told.seqs = await save([op("a"), op("b")], [day("2026-11-22", "first")]);
        told.rows = await store.listOutbox("ann");
        told.box = said(told.rows[1]);
        told.twice = await fault(save([op("c"), op("a")], [day("2026-11-22", "lost"), day("2026-11-23")]));
        // An unreadable key is noticed only after the rows before it were put.
        told.noKey = await fault(save([op("c")], [day("2026-11-23"), day(undefined)]));
        told.noCopy = await fault(save([op("c"), { op_id: "d", box: () => 1 }], [day("2026-11-23")]));
        told.replaceFails = await fault(save([op("b")], [], { replaces: [told.seqs[0]] }));
        told.after = [await queue("ann"), await days("ann")];
        await save([op("a")], [day("2026-11-22", "mended")], { replaces: [told.seqs[0]] });
        told.replaced = [await queue("ann"), await days("ann")];
        told.empty = await save([], []);
        return told;
        """,
    )
    assert told["seqs"] == [1, 2]
    for row in told["rows"]:
        del row["box"]
    assert told["rows"] == [
        {"seq": 1, "who": "ann", "op_id": "a", "state": "waiting"},
        {"seq": 2, "who": "ann", "op_id": "b", "state": "waiting"},
    ]
    assert told["box"] == "b"
    assert told["twice"] == told["replaceFails"] == "ConstraintError"
    assert told["noKey"] == "DataError"
    assert told["noCopy"] == "DataCloneError"
    assert told["after"] == [["a waiting", "b waiting"], ["2026-11-22 first"]]
    assert told["replaced"] == [["b waiting", "a waiting"], ["2026-11-22 mended"]]
    assert told["empty"] == []


def test_nobody_meets_another_ones_rows(phone):
    told = ask(
        phone,
        """
        const told = {};
        // Names that are beginnings of each other: a range that is too wide takes them in.
        const everybody = ["a", "an", "ann", "anna"];
        const look = async (who) => ({
          queue: await queue(who), count: await store.countOutbox(who), others: await store.countOthers(who),
          days: await days(who), day: said(await store.readDay(who, "2026-11-22")) ?? null,
          paths: await paths(who), page: said(await store.getPage(who, "/today")) ?? null,
          keys: (await store.readKeys(who)) ?? null,
        });
        for (const who of everybody) {
          // The same op_id for all: it is unique for each, not over all.
          await store.saveEntries({ who, operations: [op("x")], days: [day("2026-11-22", who)] });
          await store.writeKeys(who, { device: who });
          await store.putPage(page(who, "/today"));
        }
        const seqs = {};
        for (const who of everybody) seqs[who] = (await store.listOutbox(who))[0].seq;
        told.before = await look("ann");
        const kept = async () => JSON.stringify([await look("a"), await look("an"), await look("anna")]);
        const first = await kept();
        const foreign = [seqs.a, seqs.an, seqs.anna];
        await store.settle({ who: "ann", sent: foreign, days: [] });
        await store.settle({ who: "ann", invalid: foreign.map((seq) => ({ seq, errors: box("no") })), days: [] });
        told.removed = (await store.removeOperation("ann", seqs.anna)) ?? null;
        told.replaced = await fault(store.saveEntries({ who: "ann", operations: [], days: [], replaces: foreign }));
        await store.writeDays("ann", [], "2026-12-01");
        await store.dropPages("ann", null);
        await store.rekey("ann", { keys: { device: "new" }, days: [], pages: [] });
        told.kept = (await kept()) === first;
        await store.settle({ who: "anna", invalid: [{ seq: seqs.anna, errors: box("no") }], days: [] });
        await store.requeue("ann", seqs.anna);
        told.notRequeued = await queue("anna");
        await store.requeue("anna", seqs.anna);

        await store.saveEntries({ who: "ann", operations: [op("y")], days: [day("2026-11-23")] });
        await store.putPage(page("ann", "/me"));
        await store.writeMeta("offset", -300);
        await store.forget("ann");
        told.forgotten = await look("ann");
        const last = JSON.parse(await kept());
        told.others = last.map((one) => one.others);
        told.left = JSON.stringify(last.map((one) => ({ ...one, others: 3 }))) === first;
        told.meta = await store.readMeta("offset");
        return told;
        """,
    )
    assert told["before"] == {
        "queue": ["x waiting"],
        "count": 1,
        "others": 3,
        "days": ["2026-11-22 ann"],
        "day": "ann",
        "paths": ["/today"],
        "page": "/today",
        "keys": {"device": "ann"},
    }
    assert told["removed"] is None
    assert told["replaced"] == "ChangedError"
    assert told["kept"]
    assert told["notRequeued"] == ["x invalid"]
    assert told["forgotten"] == {
        "queue": [],
        "count": 0,
        "others": 3,
        "days": [],
        "day": None,
        "paths": [],
        "page": None,
        "keys": None,
    }
    assert told["others"] == [2, 2, 2]
    assert told["left"]
    assert told["meta"] == -300


def test_what_the_server_answered_is_settled_at_once(phone):
    told = ask(
        phone,
        """
        const told = {};
        const operations = ["a", "b", "c", "d"].map(op);
        const [a, b, c, d] = await store.saveEntries({ who: "ann", operations, days: [] });
        const errors = box("too late");
        await store.removeOperation("ann", d);
        await store.settle({
          who: "ann", sent: [a, 99, d], invalid: [{ seq: b, errors }, { seq: d, errors }], days: [day("2026-11-22")],
        });
        told.settled = [await queue("ann"), await days("ann")];
        told.errors = said({ box: (await store.listOutbox("ann"))[0].errors });
        const half = { who: "ann", sent: [b, c], days: [day("2026-11-22", "new"), day(undefined)] };
        told.half = await fault(store.settle(half));
        told.unsettled = [await queue("ann"), await days("ann")];
        await store.requeue("ann", b);
        await store.requeue("ann", 99);
        told.again = (await store.listOutbox("ann")).map((row) => [row.op_id, row.state, "errors" in row]);
        const row = await store.removeOperation("ann", b);
        told.removed = [row.op_id, said(row), await queue("ann"), (await store.removeOperation("ann", b)) ?? null];
        await store.restoreOperation(row);
        await store.restoreOperation(row);
        told.restored = await queue("ann");
        // A seq is never given twice: an answer on its way can't hit another operation.
        await store.settle({ who: "ann", sent: [b, c] });
        [told.next] = await store.saveEntries({ who: "ann", operations: [op("e")], days: [] });
        return told;
        """,
    )
    assert told["settled"] == [["b invalid", "c waiting"], ["2026-11-22 2026-11-22"]]
    assert told["errors"] == "too late"
    assert told["half"] == "DataError"
    assert told["unsettled"] == told["settled"]
    assert told["again"] == [["b", "waiting", False], ["c", "waiting", False]]
    assert told["removed"] == ["b", "b", ["c waiting"], None]
    assert told["restored"] == ["b waiting", "c waiting"]
    assert told["next"] == 5


def test_what_changed_between_a_look_and_the_writing_is_looked_at_again(phone):
    told = ask(
        phone,
        """
        const told = {};
        const save = (operations, more) => store.saveEntries({ who: "ann", operations, days: [], ...more });
        const [a, b] = await save([op("a"), op("b")]);
        // Sent and answered since: what would take its place counts from another revision.
        await store.settle({ who: "ann", sent: [a] });
        told.replaced = await fault(save([op("c")], { replaces: [a] }));
        told.expected = await fault(save([op("c")], { expects: [a] }));
        told.marked = await store.markTried("ann", [a, b, 99]);
        told.tried = await fault(save([op("c")], { replaces: [b] }));
        told.after = await queue("ann");
        // Said while an answer was on its way: it has to be an edit of what that answer made.
        const [c] = await save([op("c")], { expects: [b] });
        told.unknown = await fault(store.settle({ who: "ann", sent: [b], known: [b] }));
        told.unsettled = await queue("ann");
        await store.settle({ who: "ann", sent: [b], invalid: [{ seq: c, errors: box("no") }], known: [b, c] });
        told.settled = await queue("ann");
        told.refused = await store.markTried("ann", [c]);
        return told;
        """,
    )
    assert told["replaced"] == told["expected"] == told["tried"] == "ChangedError"
    assert told["marked"] == [2]
    assert told["after"] == ["b waiting"]
    assert told["unknown"] == "ChangedError"
    assert told["unsettled"] == ["b waiting", "c waiting"]
    assert told["settled"] == ["c invalid"]
    assert told["refused"] == []


def test_days_pages_keys_and_values(phone):
    told = ask(
        phone,
        """
        const told = {};
        const november = ["2026-11-19", "2026-11-20", "2026-11-21", "2026-11-22"];
        await store.writeDays("ann", november.map((one) => day(one)));
        told.some = (await store.readDays("ann", "2026-11-20", "2026-11-21")).map((row) => row.day);
        await store.writeDays("ann", [day("2026-11-22", "new")], "2026-11-20");
        told.days = await days("ann");
        told.noDay = (await store.readDay("ann", "2026-11-19")) ?? null;

        // Nobody's keys, nobody's pages: who has left is not followed by a late one.
        await store.putPage(page("ann", "/late", 100));
        told.late = await paths("ann");
        await store.writeKeys("ann", { device: 1 });
        for (const [path, at] of [["/today", 100], ["/me", 200], ["/progress", 300]])
          await store.putPage(page("ann", path, at));
        await store.putPage({ ...page("ann", "/me", 250), version: "v2" });
        told.pages = await store.listPages("ann");
        await store.dropPages("ann", 250);
        told.young = await paths("ann");

        await store.rekey("ann", { keys: { device: 2 }, days: [day("2026-11-21", "anew")], pages: [page("", "/me")] });
        told.rekeyed = [await store.readKeys("ann"), await days("ann"), await paths("ann")];
        told.half = await fault(store.rekey("ann", { keys: { device: 3 }, days: [day(undefined)] }));
        told.still = [await store.readKeys("ann"), await days("ann"), await paths("ann")];
        await store.dropPages("ann", null);
        told.none = await paths("ann");

        told.claims = await Promise.all([1, 2].map((device) => store.claimKeys("bea", { device })));
        told.claimed = await store.readKeys("bea");
        await store.writeMeta("offset", 5);
        told.meta = [await store.readMeta("offset"), (await store.readMeta("nothing")) ?? null];
        return told;
        """,
    )
    assert told["some"] == ["2026-11-20", "2026-11-21"]
    assert told["days"] == ["2026-11-20 2026-11-20", "2026-11-21 2026-11-21", "2026-11-22 new"]
    assert told["noDay"] is None
    assert told["late"] == []
    assert told["pages"] == [
        {"path": "/me", "version": "v2", "stored_at": 250},
        {"path": "/progress", "version": "v1", "stored_at": 300},
        {"path": "/today", "version": "v1", "stored_at": 100},
    ]
    assert told["young"] == ["/me", "/progress"]
    assert told["rekeyed"] == [{"device": 2}, ["2026-11-21 anew"], ["/me"]]
    assert told["half"] == "DataError"
    assert told["still"] == told["rekeyed"]
    assert told["none"] == []
    assert told["claims"] == [{"device": 1}, {"device": 1}]
    assert told["claimed"] == {"device": 1}
    assert told["meta"] == [5, None]


def test_an_upgrade_keeps_the_queue_and_waits_for_other_pages(phone):
    told = ask(
        phone,
        """
        const told = { kept: [] };
        const more = [...store.STEPS, (db) => db.createObjectStore("more")];
        const entry = { who: "ann", operations: [op("a")], days: [] };
        // From every version that there was, and to one that is still to come.
        for (let version = 1; version <= store.STEPS.length; version++) {
          const name = `from-${version}`;
          const old = await store.openStore(store.STEPS.slice(0, version), name);
          await store.saveEntries(entry);
          await store.closeStore();
          const db = await store.openStore(more, name);
          told.kept.push([version, old.version, db.version, await queue("ann"), said((await store.listOutbox("ann"))[0])]);
          told.seqs = await store.saveEntries({ who: "ann", operations: [op("b")], days: [] });
          told.clash = await fault(store.saveEntries(entry));
          await store.closeStore();
        }

        // A second page has the next version; this one lets go of the database, and says so when it comes back.
        const second = await import(`${url}?second`);
        await store.saveEntries(entry);
        const bad = [...store.STEPS, (db) => { db.deleteObjectStore("outbox"); throw new TypeError("a bad step"); }];
        told.bad = await fault(second.openStore(bad));
        told.afterBad = await queue("ann");
        await second.openStore(more);
        told.second = (await second.listOutbox("ann")).map((row) => row.op_id);
        told.first = await fault(store.listOutbox("ann"));
        await second.closeStore();

        // A page that does not let go at once: the upgrade waits.
        const holding = await new Promise((resolve) => {
          indexedDB.open("aftercare").onsuccess = (event) => resolve(event.target.result);
        });
        let opened = false;
        const asked = new Promise((resolve) => (holding.onversionchange = resolve));
        const waiting = second.openStore([...more, () => {}]).then(() => (opened = true));
        await asked;
        await new Promise((resolve) => setTimeout(resolve, 200));
        told.early = opened;
        holding.close();
        await waiting;
        told.late = (await second.listOutbox("ann")).map((row) => row.op_id);
        return told;
        """,
    )
    assert told["kept"]
    for version, old, new, queue, box in told["kept"]:
        assert old == version
        assert new > version
        assert queue == ["a waiting"]
        assert box == "a"
    assert told["seqs"] == [2]
    assert told["clash"] == "ConstraintError"
    assert told["bad"] == "TypeError"
    assert told["afterBad"] == ["a waiting"]
    assert told["second"] == ["a"]
    assert told["first"] == "VersionError"
    assert told["early"] is False
    assert told["late"] == ["a"]


def test_a_lost_connection_is_opened_again_once(phone):
    told = ask(
        phone,
        """
        const told = {};
        const save = (...ids) => store.saveEntries({ who: "ann", operations: ids.map(op), days: [day("2026-11-22")] });
        await save("a");
        await store.closeStore();
        told.reopened = await queue("ann");
        (await store.openStore()).close();
        await save("b");
        // Several calls at once meet the lost connection; none of them closes the new one to another.
        (await store.openStore()).close();
        told.together = await Promise.all([queue("ann"), save("c"), store.countOutbox("ann"), save("d")]);

        const { transaction, close } = IDBDatabase.prototype;
        const failing = (times, name) => {
          let calls = 0;
          IDBDatabase.prototype.transaction = function (...words) {
            calls += 1;
            if (calls <= times) throw new DOMException("Connection to Indexed Database server lost", name);
            return transaction.apply(this, words);
          };
          return () => calls;
        };
        const tries = async (times, name, id) => {
          const calls = failing(times, name);
          const end = await fault(save(id));
          IDBDatabase.prototype.transaction = transaction;
          return [end, calls()];
        };
        told.once = await tries(1, "UnknownError", "e");
        told.twice = await tries(2, "UnknownError", "f");
        told.full = await tries(1, "QuotaExceededError", "g");
        told.noOpening = await (async () => {
          const { open } = IDBFactory.prototype;
          IDBFactory.prototype.open = () => { throw new DOMException("no", "SecurityError"); };
          await store.closeStore();
          const end = await fault(store.countOutbox("ann"));
          IDBFactory.prototype.open = open;
          return end;
        })();
        // Cut off in the middle: the browser aborts what runs, and it is done again as a whole.
        const { add } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.add = function (...words) {
          const request = add.apply(this, words);
          IDBObjectStore.prototype.add = add;
          request.addEventListener("success", () => this.transaction.abort());
          return request;
        };
        told.cut = await save("h", "i");
        told.end = await queue("ann");
        return told;
        """,
    )
    assert told["reopened"] == ["a waiting"]
    first, c, counted, d = told["together"]
    assert first == ["a waiting", "b waiting"]
    assert counted == 3
    assert [c, d] == [[3], [4]]
    assert told["once"] == ["none", 2]
    assert told["twice"] == ["UnknownError", 2]
    assert told["full"] == ["QuotaExceededError", 1]
    assert told["noOpening"] == "SecurityError"
    assert told["end"] == [f"{op_id} waiting" for op_id in "abcdehi"]


def test_a_full_phone_is_told_and_keeps_what_it_had(phone):
    session = phone.context.new_cdp_session(phone)
    origin = phone.evaluate("() => location.origin")
    session.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 300_000})
    told = ask(
        phone,
        """
        await store.saveEntries({ who: "ann", operations: [op("a")], days: [] });
        const big = { op_id: "b", box: box("x".repeat(3_000_000)) };
        const full = await fault(store.saveEntries({ who: "ann", operations: [big], days: [day("2026-11-22")] }));
        return [full, await queue("ann"), await days("ann")];
        """,
    )
    assert told == ["QuotaExceededError", ["a waiting"], []]


def test_a_call_ends_when_its_transaction_is_on_the_disk(phone):
    told = ask(
        phone,
        """
        const told = {};
        const { transaction } = IDBDatabase.prototype;
        let log = [];
        IDBDatabase.prototype.transaction = function (names, mode, options) {
          const made = transaction.call(this, names, mode, options);
          made.addEventListener("complete", () => log.push(`${[...made.objectStoreNames]} ${made.mode} ${made.durability}`));
          return made;
        };
        const calls = {
          saveEntries: () => store.saveEntries({ who: "ann", operations: [op("a")], days: [day("2026-11-22")] }),
          settle: () => store.settle({ who: "ann", sent: [1], days: [] }),
          removeOperation: () => store.removeOperation("ann", 1),
          restoreOperation: () => store.restoreOperation({ seq: 9, who: "ann", ...op("a"), state: "waiting" }),
          requeue: () => store.requeue("ann", 9),
          writeDays: () => store.writeDays("ann", [day("2026-11-22")], "2026-11-01"),
          writeKeys: () => store.writeKeys("ann", { device: 1 }),
          claimKeys: () => store.claimKeys("ann", { device: 1 }),
          rekey: () => store.rekey("ann", { keys: {}, days: [], pages: [] }),
          forget: () => store.forget("ann"),
        };
        for (const [name, call] of Object.entries(calls)) {
          log = [];
          await call();
          told[name] = log;
        }
        return told;
        """,
    )
    for name, log in told.items():
        assert len(log) == 1, name
        assert log[0].endswith(" readwrite strict"), name
    assert told["saveEntries"] == told["settle"] == ["days,outbox readwrite strict"]
    assert told["forget"] == ["days,keys,outbox,pages readwrite strict"]
    assert told["rekey"] == ["days,keys,pages readwrite strict"]


def test_it_works_in_a_module_worker(phone):
    # As in a service worker there is neither window nor document.
    script = """
      import * as store from "./store.js";
      await store.saveEntries({ who: "ann", operations: [{ op_id: "a", box: {} }], days: [] });
      postMessage(typeof window + typeof document);
    """
    phone.route(
        "**/js/trial.js", lambda route: route.fulfill(body=script, content_type="text/javascript")
    )
    told = ask(
        phone,
        """
        const worker = new Worker(new URL("trial.js", new URL(url, location)), { type: "module" });
        const from = await new Promise((resolve) => {
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = ({ message }) => resolve(`worker: ${message}`);
        });
        return [from, await queue("ann")];
        """,
    )
    assert told == ["undefinedundefined", ["a waiting"]]
