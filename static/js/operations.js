// What a phone says and what it takes the answers for: pure, no clock, no network, no database.
//
// A record is what the server is known to hold of one day:
// { checkins: {episode: {entry_id, rev, ...fields}}, days: {clinic: {sleep, stress, note}},
//   soreness: {entry_id: {rev, needling_session_id, soreness, felt_at}},
//   stretches: {prescription: {entry_id, rev, outcome, reason, sets_done, ...}} }
// An item is an operation that waits: { seq, state, tried, operation, about }, `about` staying on the
// phone. One that was tried may stand at the server: it is never taken back, only followed by another.

export const PAIN = ["pain_average", "pain_worst", "stiffness"];
// Of one check-in; places are a list, so they are compared by what they say.
export const ENTRY = [...PAIN, "regions", "is_flare"];
export const DAY = ["sleep", "stress", "note"];

// A rating is a moment: said again within two hours it mends the one before.
export const MOMENT = 2 * 3_600_000;

export const blank = () => ({ checkins: {}, days: {}, soreness: {}, stretches: {} });

const EMPTY = { note: "", is_flare: false };

const empty = (name) => EMPTY[name] ?? null;

// What an entry stands under: two operations with one key are about the same entry.
export function keyOf({ kind, local_date, entry_id, data }) {
  if (kind === "checkin") return `checkin ${local_date} ${data.episode_id}`;
  if (kind === "stretch") return `stretch ${local_date} ${data.prescription_id}`;
  if (kind === "flare_reply") return `flare_reply ${data.asked_id}`;
  return `${kind} ${entry_id}`;
}

// The server's last days as records by day.
export function byDay(kept) {
  const records = {};
  const of = (day) => (records[day] ??= blank());
  for (const row of kept.checkins) of(row.local_date).checkins[row.episode_id] = row;
  for (const row of kept.days) of(row.local_date).days[row.clinic_id] = row;
  for (const row of kept.soreness) of(row.local_date).soreness[row.entry_id] = row;
  for (const row of kept.stretches) of(row.local_date).stretches[row.prescription_id] = row;
  return records;
}

// A record as it will be when an operation is applied; the record that is given stays as it is.
export function applied(record, { operation, about }, rev = undefined) {
  const { kind, entry_id, data } = operation;
  const next = { ...record };
  const put = (part, key, fields) => {
    const before = record[part][key] ?? {};
    next[part] = { ...record[part], [key]: { ...before, ...fields } };
    if (rev !== undefined) next[part][key].rev = rev;
  };
  if (kind === "checkin") {
    const { episode_id, ...said } = data;
    const ofDay = Object.fromEntries(DAY.filter((name) => name in said).map((name) => [name, said[name]]));
    for (const name of DAY) delete said[name];
    put("checkins", episode_id, { entry_id, episode_id, ...said });
    if (about.clinic_id && Object.keys(ofDay).length) {
      next.days = { ...record.days, [about.clinic_id]: { ...record.days[about.clinic_id], ...ofDay } };
    }
  } else if (kind === "soreness") {
    const felt_at = record.soreness[entry_id]?.felt_at ?? operation.recorded_at;
    put("soreness", entry_id, { entry_id, felt_at, ...data });
  } else if (kind === "stretch") {
    put("stretches", data.prescription_id, { entry_id, ...data });
  }
  return next;
}

// What the patient has said by now: the record with everything that waits on top.
export function overlay(record, items) {
  return items.reduce((shown, item) => applied(shown, item), record);
}

export const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const changed = (names, said, base) =>
  Object.fromEntries(
    names
      .filter((name) => name in said && !same(said[name], base?.[name] ?? empty(name)))
      .map((name) => [name, said[name]]),
  );

const isOpen = (item) => !item.tried || item.state === "invalid";

// An edit of one entry: what the server holds or may hold of it, and the item whose place it takes.
function edit(envelope, record, items, kind, data) {
  const key = keyOf({ kind, local_date: envelope.local_date, ...data, data });
  const own = items.filter(({ operation }) => keyOf(operation) === key);
  const sent = own.filter((item) => !isOpen(item));
  const open = own.filter(isOpen);
  return { base: overlay(record, sent), sent, open };
}

// The operation that says `data` of an entry that stands at `standing`.
function say(envelope, kind, { sent, open }, standing, data, about) {
  const before = open.at(-1) ?? sent.at(-1);
  return {
    replaces: open.map(({ seq }) => seq),
    expects: sent.map(({ seq }) => seq),
    items: [
      {
        operation: {
          op_id: envelope.newId(),
          kind,
          entry_id: before?.operation.entry_id ?? standing?.entry_id ?? envelope.newId(),
          base_rev: standing?.rev ?? null,
          // A rating that is mended keeps the moment at which it was felt.
          recorded_at: (kind === "soreness" && before?.operation.recorded_at) || envelope.recorded_at,
          local_date: envelope.local_date,
          zone: envelope.zone,
          data,
        },
        about,
      },
    ],
  };
}

// Back to what stands: nothing to say, and what was to be said is not said either.
const unsay = ({ open }) => ({ replaces: open.map(({ seq }) => seq), expects: [], items: [] });

const ANSWERS = [...ENTRY, ...DAY];

function sayCheckin(envelope, record, items, form) {
  const found = edit(envelope, record, items, "checkin", form);
  const standing = found.base.checkins[form.episode_id];
  const day = form.clinic_id ? found.base.days[form.clinic_id] : undefined;
  const said = {
    ...changed(ENTRY, form, standing),
    ...(form.clinic_id ? changed(DAY, form, day) : {}),
  };
  if (!Object.keys(said).length) return unsay(found);
  // The day's first says how much it hurt; after that a number that was left alone is not said again,
  // or it would take back what another phone has said of it.
  const pain = standing ? {} : { pain_average: form.pain_average };
  const data = { episode_id: form.episode_id, ...pain, ...said };
  const about = { clinic_id: form.clinic_id || null, label: form.label };
  return say(envelope, "checkin", found, standing, data, about);
}

// Whether a stretch is asked for on a day: in force, on one of its weekdays, and not paused. `told` are
// its data as a page has them; `weekday` is the day's, Monday 0.
export function isDue({ starts, ends, days, pauses = "[]" }, day, weekday) {
  const isPaused = JSON.parse(pauses).some(([first, last]) => first <= day && day <= last);
  return starts <= day && (!ends || day <= ends) && Boolean(days & (1 << weekday)) && !isPaused;
}

// The rating that a new one mends: one just made, or on a past day the day's own.
export function ratingToMend(ratings, isPast, nowMs) {
  const latest = [...ratings].sort((a, b) => (a.felt_at < b.felt_at ? -1 : 1)).at(-1);
  return latest && (isPast || nowMs - Date.parse(latest.felt_at) < MOMENT) ? latest : undefined;
}

function saySoreness(envelope, record, items, form) {
  const isOf = (rating) => rating.needling_session_id === form.needling_session_id;
  const shown = Object.values(overlay(record, items).soreness).filter(isOf);
  const mended = ratingToMend(shown, envelope.is_past, Date.parse(envelope.recorded_at));
  const entry_id = mended?.entry_id ?? envelope.newId();
  const found = edit(envelope, record, items, "soreness", { entry_id });
  const standing = found.base.soreness[entry_id];
  const { needling_session_id, soreness, ...site } = form;
  delete site.label;
  const isSame = (name) => (standing?.[name] ?? null) === site[name];
  if (standing?.soreness === soreness && Object.keys(site).every(isSame)) return unsay(found);
  const data = { needling_session_id, soreness, ...changed(Object.keys(site), site, standing) };
  return say(envelope, "soreness", found, standing ?? { entry_id }, data, { label: form.label });
}

const COUNTED = ["sets_done", "pain_during", "provenance"];

function sayStretch(envelope, record, items, form) {
  const found = edit(envelope, record, items, "stretch", form);
  const standing = found.base.stretches[form.prescription_id];
  const waits = found.open.at(-1)?.operation.data;
  const reason = form.outcome === "done" ? null : form.reason || null;
  const data = { prescription_id: form.prescription_id, outcome: form.outcome, reason };
  for (const name of COUNTED) {
    // What a timer has counted stays as long as the same is said of it.
    if (name in form) data[name] = form[name];
    else if (waits?.outcome === data.outcome && name in waits) data[name] = waits[name];
  }
  const isIn = (entry) => entry && Object.keys(data).every((name) => (entry[name] ?? null) === data[name]);
  if (isIn(standing)) return unsay(found);
  return say(envelope, "stretch", found, standing, data, { label: form.label });
}

// What to write down for a form: { items, replaces, expects }, or { faults: [{code, episode_id?}] }.
// Envelope: { newId, recorded_at, local_date, zone, is_past }; `items` are those of the day.
export function write(envelope, record, items, form) {
  const faults = [];
  const told = [];
  for (const one of form.checkins) {
    const says = ANSWERS.some((name) => (one[name] ?? empty(name)) !== empty(name));
    if (one.pain_average !== null) told.push(sayCheckin(envelope, record, items, one));
    else if (says) faults.push({ code: "pain_needed", episode_id: one.episode_id });
  }
  for (const one of form.soreness) {
    if (one.soreness !== null) told.push(saySoreness(envelope, record, items, one));
  }
  for (const one of form.stretches) {
    if (one.outcome) told.push(sayStretch(envelope, record, items, one));
  }
  if (!faults.length && !told.length) faults.push({ code: "nothing_chosen" });
  if (faults.length) return { faults };
  const all = (part) => told.flatMap((one) => one[part]);
  return { items: all("items"), replaces: all("replaces"), expects: all("expects") };
}

// What can go in one request: of several operations on one entry the first, since the next one has
// to name the revision that this one makes. What follows one that is `tried` waits for its answer.
export function batchOf(waiting, size, tried = new Set()) {
  const seen = new Set();
  const first = waiting.filter(({ operation }) => {
    const key = keyOf(operation);
    return !seen.has(key) && seen.add(key);
  });
  return first.filter(({ seq }) => !tried.has(seq)).slice(0, size);
}

// The items that follow an answered one, now edits of the revision that it made.
export function rebased(items, batch, results) {
  const revs = new Map();
  const byOp = new Map(results.map((result) => [result.op_id, result]));
  for (const { operation } of batch) {
    const result = byOp.get(operation.op_id);
    if (result?.rev) revs.set(keyOf(operation), result.rev);
  }
  return items
    .filter(({ operation, tried }) => !tried && revs.has(keyOf(operation)))
    .map((item) => ({ ...item, operation: { ...item.operation, base_rev: revs.get(keyOf(item.operation)) } }));
}

// What a batch's results mean: seqs that are done with, those to be mended, and the days' new records.
// `records` are those of the days that the batch is about.
export function settled(batch, results, records) {
  const done = { sent: [], invalid: [], records: { ...records }, merged: false };
  const byOp = new Map(results.map((result) => [result.op_id, result]));
  for (const item of batch) {
    const result = byOp.get(item.operation.op_id);
    if (!result) continue;
    if (result.status === "invalid" || result.status === "not_found") {
      done.invalid.push({ seq: item.seq, errors: { status: result.status, errors: result.errors } });
      continue;
    }
    done.sent.push(item.seq);
    const day = item.operation.local_date;
    const isMerged = result.status === "merged";
    done.merged ||= isMerged;
    // After a merge other fields may be newer than what is here: until they are fetched, the next
    // edit still counts from the revision that this phone has seen.
    const rev = isMerged || result.rev === null ? undefined : result.rev;
    done.records[day] = applied(done.records[day] ?? blank(), item, rev);
  }
  return done;
}
