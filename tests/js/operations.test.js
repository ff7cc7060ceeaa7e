// What a phone says, against a small server of the test's own that merges as the real one does.

import { applied, batchOf, blank, byDay, keyOf, MOMENT, overlay, ratingToMend, rebased, settled, write } from "../../static/js/operations.js";
import { equal, numbers, ok } from "./check.js";

const DAY = "2026-11-22";
const NOON = "2026-11-22T12:00:00+00:00";

let ids = 0;
const newId = () => `id-${(ids += 1)}`;
const envelope = (more = {}) => ({ newId, recorded_at: NOON, local_date: DAY, zone: "UTC", is_past: false, ...more });
const nobody = { pain_average: null, pain_worst: null, stiffness: null, sleep: null, stress: null, note: "" };
const day = (more = {}) => ({ episode_id: "e", clinic_id: "c", label: "Shoulder", ...nobody, ...more });
const form = (more = {}) => ({ checkins: [day()], soreness: [], stretches: [], ...more });
const said = (written) => written.items.map(({ operation }) => operation);

export default (test) => {
  test("an untouched form says that nothing is chosen", () => {
    equal(write(envelope(), blank(), [], form()), { faults: [{ code: "nothing_chosen" }] });
  });

  test("a note without a number asks for the number", () => {
    const written = write(envelope(), blank(), [], form({ checkins: [day({ note: "hm" })] }));
    equal(written, { faults: [{ code: "pain_needed", episode_id: "e" }] });
  });

  test("two answers to one question go one after the other", () => {
    const answer = (entry_id, said) => ({
      kind: "flare_reply", entry_id, local_date: DAY, data: { asked_id: "q", answer: said },
    });
    equal(keyOf(answer("a", "no")), keyOf(answer("b", "yes")));
    const waiting = ["a", "b"].map((id, seq) => ({ seq, operation: answer(id, "yes") }));
    equal(batchOf(waiting, 50).map(({ seq }) => seq), [0]);
  });

  test("zero is an answer", () => {
    const [operation] = said(write(envelope(), blank(), [], form({ checkins: [day({ pain_average: 0 })] })));
    equal(operation.data, { episode_id: "e", pain_average: 0 });
    equal(operation.base_rev, null);
  });

  test("only what was changed is said, from the revision that was seen", () => {
    const record = blank();
    record.checkins.e = { entry_id: "x", rev: 3, pain_average: 4, pain_worst: 6, stiffness: null };
    record.days.c = { sleep: 2, stress: null, note: "old" };
    const seen = day({ pain_average: 4, pain_worst: 6, sleep: 2, note: "new" });
    const [operation] = said(write(envelope(), record, [], form({ checkins: [seen] })));
    equal(operation.data, { episode_id: "e", note: "new" });
    equal([operation.base_rev, operation.entry_id], [3, "x"]);
    equal(said(write(envelope(), record, [], form({ checkins: [{ ...seen, note: "old" }] }))), []);
  });

  test("what was never tried is replaced, what was tried is followed", () => {
    const first = write(envelope(), blank(), [], form({ checkins: [day({ pain_average: 4 })] }));
    const item = { seq: 1, state: "waiting", tried: false, ...first.items[0] };
    const again = form({ checkins: [day({ pain_average: 6 })] });
    const replaced = write(envelope(), blank(), [item], again);
    equal([replaced.replaces, replaced.expects], [[1], []]);
    equal(said(replaced)[0].entry_id, item.operation.entry_id);
    const followed = write(envelope(), blank(), [{ ...item, tried: true }], again);
    equal([followed.replaces, followed.expects], [[], [1]]);
    equal(said(followed)[0].data, { episode_id: "e", pain_average: 6 });
  });

  test("taking a change back before it was tried says nothing at all", () => {
    const record = blank();
    record.checkins.e = { entry_id: "x", rev: 1, pain_average: 4, pain_worst: null, stiffness: null };
    const item = { seq: 7, state: "waiting", tried: false, ...write(envelope(), record, [], form({ checkins: [day({ pain_average: 9 })] })).items[0] };
    const back = write(envelope(), record, [item], form({ checkins: [day({ pain_average: 4 })] }));
    equal([back.items, back.replaces], [[], [7]]);
    // Once tried it may stand at the server: then going back is an edit like any other.
    const after = write(envelope(), record, [{ ...item, tried: true }], form({ checkins: [day({ pain_average: 4 })] }));
    equal(said(after)[0].data, { episode_id: "e", pain_average: 4 });
  });

  test("a rating within two hours mends the one before, later it is another", () => {
    const rating = { entry_id: "r", needling_session_id: "s", soreness: 5, felt_at: NOON };
    const at = (ms) => Date.parse(NOON) + ms;
    equal(ratingToMend([rating], false, at(MOMENT - 1)), rating);
    equal(ratingToMend([rating], false, at(MOMENT)), undefined);
    equal(ratingToMend([rating], true, at(20 * MOMENT)), rating);
    const record = blank();
    record.soreness.r = { ...rating, rev: 2 };
    const sore = (soreness) => form({ checkins: [], soreness: [{ needling_session_id: "s", label: "", soreness }] });
    const [mended] = said(write(envelope(), record, [], sore(3)));
    equal([mended.entry_id, mended.base_rev], ["r", 2]);
    const [another] = said(write(envelope({ recorded_at: "2026-11-22T15:00:00+00:00" }), record, [], sore(3)));
    ok(another.entry_id !== "r" && another.base_rev === null);
    equal(said(write(envelope(), record, [], sore(5))), []);
  });

  test("a rating that waits and is mended keeps the moment at which it was felt", () => {
    const sore = (soreness) => form({ checkins: [], soreness: [{ needling_session_id: "s", label: "", soreness }] });
    const first = write(envelope(), blank(), [], sore(5));
    const item = { seq: 1, state: "waiting", tried: false, ...first.items[0] };
    const later = envelope({ recorded_at: "2026-11-22T13:00:00+00:00" });
    const [mended] = said(write(later, blank(), [item], sore(2)));
    equal([mended.entry_id, mended.recorded_at], [item.operation.entry_id, NOON]);
  });

  test("a stretch that was done has no reason", () => {
    const one = { prescription_id: "p", label: "Neck", outcome: "done", reason: "ill" };
    const [operation] = said(write(envelope(), blank(), [], form({ checkins: [], stretches: [one] })));
    equal(operation.data, { prescription_id: "p", outcome: "done", reason: null });
  });

  test("a batch holds one operation of an entry, the first", () => {
    const of = (seq, episode_id) => ({ seq, operation: { kind: "checkin", local_date: DAY, entry_id: `${seq}`, data: { episode_id } } });
    equal(batchOf([of(1, "e"), of(2, "e"), of(3, "f")], 9).map(({ seq }) => seq), [1, 3]);
    equal(batchOf([of(1, "e"), of(2, "f")], 1).map(({ seq }) => seq), [1]);
  });

  test("days come apart and together again", () => {
    const kept = { checkins: [{ local_date: DAY, episode_id: "e", rev: 1, pain_average: 3 }], days: [{ local_date: DAY, clinic_id: "c", note: "n" }], soreness: [{ local_date: DAY, entry_id: "r", soreness: 2 }], stretches: [{ local_date: "2026-11-21", prescription_id: "p", outcome: "done" }] };
    const records = byDay(kept);
    equal(records[DAY].checkins.e.pain_average, 3);
    equal(records[DAY].days.c.note, "n");
    equal(Object.keys(records).sort(), ["2026-11-21", DAY]);
  });

  // One phone, its form said over and over, a server that applies by revision and field, answers that
  // get lost: at the end the server holds what the form last said.
  test("whatever is lost on the way, the last word stands at the server", () => {
    const random = numbers(20261122);
    for (let round = 0; round < 300; round += 1) {
      const server = { row: null, seen: new Map(), history: [] };
      let record = blank();
      let items = [];
      let seq = 0;
      let shown = { pain_average: null, pain_worst: null, note: "" };
      const apply = (operation) => {
        if (server.seen.has(operation.op_id)) return { status: "duplicate", rev: server.seen.get(operation.op_id) };
        const { pain_average, pain_worst, note } = operation.data;
        const edited = Object.fromEntries(Object.entries({ pain_average, pain_worst, note }).filter(([, value]) => value !== undefined));
        const was = server.row?.rev ?? 0;
        if (!server.row) server.row = { rev: 1, pain_average: null, pain_worst: null, note: "" };
        const base = operation.base_rev ? server.history[operation.base_rev] : { note: "" };
        const now = { ...server.row };
        for (const [name, value] of Object.entries(edited)) if (value !== (base[name] ?? (name === "note" ? "" : null)) || was === 0) now[name] = value;
        const isNews = was === 0 || ["pain_average", "pain_worst", "note"].some((name) => now[name] !== server.row[name]);
        server.row = { ...now, rev: was + (isNews ? 1 : 0) };
        server.history[server.row.rev] = { ...server.row };
        server.seen.set(operation.op_id, server.row.rev);
        return { status: was > (operation.base_rev ?? 0) ? "merged" : "applied", rev: server.row.rev };
      };
      const send = (isHeard) => {
        const batch = batchOf(items.filter(({ state }) => state === "waiting"), 9);
        for (const item of batch) item.tried = true;
        const results = batch.map(({ operation }) => ({ op_id: operation.op_id, errors: {}, ...apply(operation) }));
        if (!isHeard) return;
        const done = settled(batch, results, { [DAY]: record });
        const followers = new Map(rebased(items, batch, results).map((item) => [item.seq, item]));
        items = items.filter((item) => !done.sent.includes(item.seq)).map((item) => followers.get(item.seq) ?? item);
        record = done.records[DAY] ?? record;
      };
      for (let step = 0; step < 12; step += 1) {
        const dice = random();
        if (dice < 0.6) {
          const change = { pain_average: Math.floor(random() * 3), note: ["", "a", "b"][Math.floor(random() * 3)], pain_worst: [null, 1][Math.floor(random() * 2)] };
          shown = { ...shown, ...change };
          const written = write(envelope(), record, items, form({ checkins: [day(shown)] }));
          items = items.filter((item) => !written.replaces.includes(item.seq));
          for (const item of written.items) items.push({ seq: (seq += 1), state: "waiting", tried: false, ...item });
        } else {
          send(dice < 0.8);
        }
        const seen = overlay(record, items);
        if (shown.pain_average !== null) equal(seen.checkins.e.pain_average, shown.pain_average);
      }
      while (items.length) send(true);
      if (shown.pain_average === null) continue;
      const { pain_average, pain_worst, note } = server.row;
      equal({ pain_average, pain_worst, note }, shown);
    }
  });

  test("an entry's key is its day and problem, a rating's its own id", () => {
    equal(keyOf({ kind: "checkin", local_date: DAY, entry_id: "a", data: { episode_id: "e" } }), keyOf({ kind: "checkin", local_date: DAY, entry_id: "b", data: { episode_id: "e" } }));
    ok(keyOf({ kind: "soreness", entry_id: "a", data: {} }) !== keyOf({ kind: "soreness", entry_id: "b", data: {} }));
  });

  test("what is refused goes to the list and changes nothing that is known", () => {
    const item = { seq: 1, operation: { op_id: "o", kind: "checkin", local_date: DAY, entry_id: "x", data: { episode_id: "e", pain_average: 4 } }, about: {} };
    const done = settled([item], [{ op_id: "o", status: "invalid", rev: null, errors: { note: ["long"] } }], {});
    equal([done.sent, done.invalid.length, done.records], [[], 1, {}]);
  });

  test("an applied operation leaves the record that it was given alone", () => {
    const record = blank();
    applied(record, { operation: { kind: "checkin", entry_id: "x", data: { episode_id: "e", pain_average: 4, note: "n" } }, about: { clinic_id: "c" } }, 1);
    equal(record, blank());
  });

  test("what a timer counted stays until something else is said of it", () => {
    const only = (more) => form({ checkins: [], stretches: [{ prescription_id: "p", label: "Neck", ...more }] });
    const counted = { outcome: "done", reason: "", sets_done: 1, provenance: "timer" };
    const first = write(envelope(), blank(), [], only(counted));
    const item = { seq: 1, state: "waiting", tried: false, ...first.items[0] };
    // The day's form says it once more, as it stands there.
    const [kept] = said(write(envelope(), blank(), [item], only({ outcome: "done", reason: "" })));
    equal([kept.data.sets_done, kept.data.provenance], [1, "timer"]);
    const [other] = said(write(envelope(), blank(), [item], only({ outcome: "partly", reason: "no_time" })));
    equal(other.data, { prescription_id: "p", outcome: "partly", reason: "no_time" });
    const record = applied(blank(), item, 1);
    equal(said(write(envelope(), record, [], only({ outcome: "done", reason: "" }))), []);
    const [rated] = said(write(envelope(), record, [], only({ ...counted, pain_during: 2 })));
    equal([rated.data.pain_during, rated.base_rev], [2, 1]);
  });
};
