// The outbox of the person on this phone: written before anything is called saved, emptied when
// there is a network. Used by the pages and by the service worker.

import { addDays, correct, localDay, localStamp, offsetFrom } from "./clock.js";
import { batchOf, blank, byDay, rebased, settled } from "./operations.js";
import * as store from "./store.js";
import { bind, canSeal, makeKey, makePin, open, openPin, seal } from "./vault.js";

const KEPT_DAYS = 14;
const BATCH = 50;
const PATIENCE = 20_000;

export const canKeep = () => canSeal() && "indexedDB" in globalThis;

// The phone's own clock, set right by what the server last said of it.
let offset;
export async function rightNow() {
  offset ??= (await store.readMeta("offset")) ?? null;
  return correct(Date.now(), offset);
}

async function hear(serverTime, sentAt) {
  offset = offsetFrom(serverTime, sentAt, Date.now());
  await store.writeMeta("offset", offset);
}

export const zoneHere = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

export async function device() {
  const known = await store.readMeta("device");
  if (known) return known;
  await store.writeMeta("device", crypto.randomUUID());
  return store.readMeta("device");
}

// Keys. Unsent entries are sealed under the phone's key, so that they can be sent while a PIN locks
// the rest; days and pages under the PIN's key where there is one.

export async function phoneKey(who) {
  const keys = (await store.readKeys(who)) ?? (await store.claimKeys(who, { device: await makeKey() }));
  return keys.device;
}

let opened = { who: null, key: null };

export function unlock(who, key) {
  opened = { who, key };
}

// Null while the PIN has not been given, and for somebody who has no keys here (yet, or any more).
export async function dayKey(who) {
  const keys = await store.readKeys(who);
  if (keys?.lock) return opened.who === who ? opened.key : null;
  return keys?.device ?? null;
}

export async function isLocked(who) {
  return Boolean((await store.readKeys(who))?.lock) && !(await dayKey(who));
}

const opBound = (who) => bind(who, "operation");
const dayBound = (who, day) => bind(who, "day", day);
export const pageBound = (who, path) => bind(who, "page", path);
const errorBound = (who) => bind(who, "errors");

// Whose phone this is now. The next person meets nothing of the last one; what that one did not send
// stays sealed until they come back.
export async function belongTo(who) {
  const before = await store.readMeta("who");
  if (before === who) return;
  await store.writeMeta("who", who);
  if (before) await wipeCopies(before);
}

// Days.

export async function readRecord(who, day) {
  const key = await dayKey(who);
  const row = key && (await store.readDay(who, day));
  return row ? open(key, dayBound(who, day), row.box) : undefined;
}

// What a page from the server says of a day, on top of what was known of it.
export async function learn(who, day, told) {
  const record = (await readRecord(who, day).catch(() => undefined)) ?? blank();
  for (const part of Object.keys(record)) {
    for (const [key, row] of Object.entries(told[part])) {
      record[part][key] = { ...record[part][key], ...row };
    }
  }
  await store.writeDays(who, await sealDays(who, { [day]: record }));
}

async function sealDays(who, records) {
  const key = await dayKey(who);
  if (!key) return [];
  return Promise.all(
    Object.entries(records).map(async ([day, record]) => ({
      day,
      box: await seal(key, dayBound(who, day), record),
    })),
  );
}

// The outbox.

// Each row that can be read: one that can't (a broken disk) holds up none of the others.
export async function items(who) {
  const key = await phoneKey(who);
  const read = async ({ seq, state, tried = false, box, errors }) => ({
    seq,
    state,
    tried,
    ...(await open(key, opBound(who), box)),
    ...(errors ? { refusal: await open(key, errorBound(who), errors) } : {}),
  });
  const rows = await store.listOutbox(who);
  const found = await Promise.all(rows.map((row) => read(row).catch(() => null)));
  return found.filter(Boolean);
}

export async function envelope(local_date) {
  const now = await rightNow();
  const zone = zoneHere();
  return {
    newId: () => crypto.randomUUID(),
    recorded_at: localStamp(now, zone),
    local_date,
    zone,
    is_past: local_date < localDay(now, zone),
  };
}

// When this returns the entry is on the disk: only then may a screen say so. A ChangedError means
// that the outbox is not what `written` was made from: look again.
export async function keep(who, written) {
  const key = await phoneKey(who);
  const { replaces, expects } = written;
  const operations = await Promise.all(
    written.items.map(async ({ operation, about }) => ({
      op_id: operation.op_id,
      box: await seal(key, opBound(who), { operation, about }),
    })),
  );
  await store.saveEntries({ who, operations, replaces, expects });
  await askForSync().catch(() => {});
  tell({ kind: "kept" });
}

// Where the browser can, it wakes the worker when there is a network, with every page closed.
async function askForSync() {
  const worker = await navigator.serviceWorker?.getRegistration();
  await worker?.sync?.register("outbox");
}

// News for the other pages of this phone.
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("aftercare") : null;
export const tell = (news) => channel?.postMessage(news);
export const listen = (hear) => channel?.addEventListener("message", ({ data }) => hear(data));

// Sending.

// An answer that is cut off, or a hotel's page in its place, is none.
const heard = (answer) =>
  answer.json().catch(() => {
    throw new DOMException("the answer could not be read", "NetworkError");
  });

const ask = (path, options = {}) =>
  fetch(`/api/v1/${path}`, {
    credentials: "same-origin",
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE),
    ...options,
  });

async function findSession(who) {
  const sentAt = Date.now();
  const answer = await ask("session");
  if (answer.status === 401) return { state: "sign_in" };
  if (!answer.ok) return { state: "offline" };
  const session = await heard(answer);
  await hear(session.server_time, sentAt);
  // Somebody else is signed in by now: what waits here is not theirs to send.
  return session.who.id === who ? { token: session.csrf_token } : { state: "sign_in" };
}

async function send(who, token, batch) {
  const body = { device: await device(), operations: batch.map(({ operation }) => operation) };
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const answer = await ask("sync", { method: "POST", headers, body: JSON.stringify(body) });
  if (answer.status === 401) return "sign_in";
  if (answer.status === 503) return "offline";
  if (!answer.ok) return "refused";
  const { results } = await heard(answer);
  await settle(who, batch, results);
  await store.writeMeta("settled", crypto.randomUUID());
  return null;
}

// An operation leaves the outbox by its own acknowledgement alone, in one step with what it changed.
async function settle(who, batch, results) {
  const records = {};
  for (const day of new Set(batch.map(({ operation }) => operation.local_date))) {
    records[day] = await readRecord(who, day).catch(() => undefined);
  }
  const { sent, invalid, records: after } = settled(batch, results, records);
  const key = await phoneKey(who);
  const all = await items(who);
  const followers = await Promise.all(
    rebased(all, batch, results).map(async ({ seq, operation, about }) => ({
      seq,
      box: await seal(key, opBound(who), { operation, about }),
    })),
  );
  const errors = await Promise.all(
    invalid.map(async ({ seq, errors: said }) => ({ seq, errors: await seal(key, errorBound(who), said) })),
  );
  const days = await sealDays(who, after);
  const known = all.map(({ seq }) => seq);
  const told = { who, sent, invalid: errors, rebased: followers, days, known };
  try {
    await store.settle(told);
  } catch (fault) {
    // Something was written down between the look and the settling: it has to be rebased too.
    if (fault.name !== "ChangedError") throw fault;
    await settle(who, batch, results);
  }
}

async function drainNow(who) {
  const tried = new Set();
  let size = BATCH;
  const look = async () => {
    const waiting = (await items(who)).filter(({ state }) => state === "waiting");
    return batchOf(waiting, size, tried);
  };
  let batch = await look();
  if (!batch.length) return { state: "sent", count: 0 };
  const session = await findSession(who);
  if (!session.token) return session;
  let state = "sent";
  for (; batch.length; batch = await look()) {
    const marked = await store.markTried(who, batch.map(({ seq }) => seq));
    batch = batch.filter(({ seq }) => marked.includes(seq));
    if (!batch.length) continue;
    const refusal = await send(who, session.token, batch);
    if (refusal === "refused" && batch.length > 1) {
      // Something in it makes the server fall over: one by one, so that it holds up nobody else.
      size = 1;
      continue;
    }
    if (refusal && refusal !== "refused") return { state: refusal };
    if (refusal) state = "offline";
    for (const { seq } of batch) tried.add(seq);
  }
  return { state, count: tried.size };
}

const alone = (work) =>
  navigator.locks ? navigator.locks.request("aftercare-outbox", work) : work();

// Send what waits: { state: "sent" | "offline" | "sign_in", count }. One page at a time.
export async function drain(who) {
  const outcome = await alone(() => drainNow(who)).catch((fault) => {
    // No network, or no answer in time; anything else is a fault of ours and has to be seen.
    if (/^(TypeError|TimeoutError|AbortError|NetworkError)$/.test(fault.name)) return { state: "offline" };
    throw fault;
  });
  tell({ kind: "drained", ...outcome });
  return outcome;
}

// The last 14 days as the server has them; false without a network or a key.
export async function fetchDays(who) {
  if (!(await dayKey(who))) return false;
  const sentAt = Date.now();
  const before = await store.readMeta("settled");
  let answer;
  try {
    answer = await ask("days");
    if (!answer.ok) return false;
    const kept = await answer.json();
    if (kept.who !== who) return false;
    await hear(kept.server_time, sentAt);
    const records = byDay(kept);
    for (let day = kept.first; day <= kept.last; day = addDays(day, 1)) records[day] ??= blank();
    return await alone(async () => {
      // Something was sent meanwhile: the answer may be older than what is known by now.
      if ((await store.readMeta("settled")) !== before) return false;
      await store.writeDays(who, await sealDays(who, records), kept.first);
      return true;
    });
  } catch {
    return false;
  }
}

// Nothing older than 14 days stays, whether there is a network or not.
export async function forgetOld(who) {
  const today = localDay(await rightNow(), zoneHere());
  await store.writeDays(who, [], addDays(today, 1 - KEPT_DAYS));
}

// The PIN: days and pages move under a new key that only the PIN opens.

// Everything that the old key sealed, sealed by the new one: a PIN can be set without a network too.
async function reseal(who, to) {
  const from = await dayKey(who);
  const again = async (bound, box) => seal(to, bound, await open(from, bound, box));
  const days = await store.readDays(who, "0000-00-00", "9999-99-99");
  const paths = (await store.listPages(who)).map(({ path }) => path);
  const pages = await Promise.all(paths.map((path) => store.getPage(who, path)));
  return {
    days: await Promise.all(days.map(async (row) => ({ ...row, box: await again(dayBound(who, row.day), row.box) }))),
    pages: await Promise.all(pages.map(async (row) => ({ ...row, box: await again(pageBound(who, row.path), row.box) }))),
  };
}

const toWorker = (message) => navigator.serviceWorker?.controller?.postMessage(message);

// Handed to the worker too, which opens the kept pages: it remembers it while the app is used.
function hold(who, key) {
  unlock(who, key);
  toWorker({ kind: "unlock", who, key });
}

export async function setPin(who, pin) {
  const phone = await phoneKey(who);
  const { key, lock } = await makePin(pin, phone);
  await store.rekey(who, { keys: { device: phone, lock }, ...(await reseal(who, key)) });
  hold(who, key);
}

export async function takePin(who) {
  const phone = await phoneKey(who);
  await store.rekey(who, { keys: { device: phone }, ...(await reseal(who, phone)) });
  hold(who, null);
}

export async function tryPin(who, pin) {
  const { device: phone, lock } = await store.readKeys(who);
  const key = lock ? await openPin(pin, phone, lock) : phone;
  if (key) hold(who, key);
  return Boolean(key);
}

// The key that was given on the page before, as long as the worker lives.
export async function recallKey(who) {
  const worker = navigator.serviceWorker?.controller;
  if (!worker || !(await store.readKeys(who))?.lock) return;
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(resolve, 2000, null);
  });
  worker.postMessage({ kind: "key", who }, [port2]);
  const key = await answer;
  if (!key) return;
  unlock(who, key);
  // The worker may end at any moment; whoever leaves a page hands it the key for the next one.
  addEventListener("pagehide", () => toWorker({ kind: "unlock", who, key }));
}

// Leaving and letting go.

export async function wipeCopies(who) {
  await store.dropPages(who, null);
  await store.writeDays(who, [], "9999-12-31");
  for (const name of ["warmed", "fetched"]) await store.writeMeta(name, null);
}

// Said before the sign-out, which takes the worker away: what it has asked for is not kept any more.
export const leaving = () => toWorker({ kind: "left" });

export async function leavePhone(who) {
  await store.writeMeta("who", null);
  await store.forget(who);
  for (const name of ["warmed", "fetched"]) await store.writeMeta(name, null);
  navigator.clearAppBadge?.().catch(() => {});
  await caches?.delete("pages");
}

// Out without the PIN: what is unsent stays, sealed under the phone's key, until they come back. False
// when the clinic could not be told.
export async function signOutLocked() {
  const session = await ask("session");
  if (session.ok) {
    const { csrf_token } = await heard(session);
    const body = new URLSearchParams({ csrf_token, keep: "others" });
    const answer = await fetch("/sign-out", { method: "POST", body, redirect: "manual" });
    if (answer.type !== "opaqueredirect") return false;
  } else if (session.status !== 401) {
    return false;
  }
  const who = await store.readMeta("who");
  const { device: phone } = await store.readKeys(who);
  await store.rekey(who, { keys: { device: phone }, days: [], pages: [] });
  await store.writeMeta("who", null);
  return true;
}

// What waits as a file that anybody can read: the patient's own copy.
export async function saveAsFile(who) {
  const told = (await items(who)).map(({ operation }) => operation);
  const file = new Blob([JSON.stringify({ format: "aftercare-unsent-1", operations: told }, null, 2)], {
    type: "application/json",
  });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "aftercare-unsent.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
