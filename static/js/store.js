// What the phone keeps; only this module touches IndexedDB. A call is one transaction, done when it is on disk.
// Boxes come sealed (vault.js); `who` is the owner's id, a string: nobody meets another's rows.

// Step n takes the database from version n to n + 1. Add steps, never change one, and never drop the outbox.
export const STEPS = [
  (db) => {
    db.createObjectStore("meta");
    db.createObjectStore("keys");
    const outbox = db.createObjectStore("outbox", { keyPath: "seq", autoIncrement: true });
    outbox.createIndex("who", "who");
    outbox.createIndex("op", ["who", "op_id"], { unique: true });
    db.createObjectStore("days", { keyPath: ["who", "day"] });
    db.createObjectStore("pages", { keyPath: ["who", "path"] });
  },
];

// What is told of a connection that the browser cut, as Safari does in the background.
const LOST = /^(InvalidState|Unknown|Abort|TransactionInactive)Error$/;

let connection = null;

function connect(steps, name, whenGone) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, steps.length);
    request.onupgradeneeded = ({ oldVersion }) => {
      try {
        for (const step of steps.slice(oldVersion)) step(request.result, request.transaction);
      } catch (fault) {
        request.transaction.abort();
        reject(fault);
      }
    };
    // Nothing on `blocked`: the pages in the way close on `versionchange`, then this goes on.
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      request.result.onclose = request.result.onversionchange = whenGone;
      resolve(request.result);
    };
  });
}

// Only the connection that failed: another call may have opened a new one since.
function leave(mine) {
  if (connection === mine) connection = null;
  return mine.then((db) => db.close(), () => {});
}

// The open database, of whichever steps it was opened with first.
export function openStore(steps = STEPS, name = "aftercare") {
  if (!connection) {
    const mine = connect(steps, name, () => leave(mine));
    mine.catch(() => leave(mine));
    connection = mine;
  }
  return connection;
}

export async function closeStore() {
  if (connection) await leave(connection);
}

const got = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// `work` may wait for requests of this transaction, for nothing else: it would be over.
function within(db, names, mode, work) {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(names, mode, { durability: "strict" });
    const begin = async () => work(...names.map((name) => transaction.objectStore(name)));
    let result;
    let fault;
    transaction.oncomplete = () => resolve(result);
    transaction.onabort = () =>
      reject(transaction.error ?? fault ?? new DOMException("", "AbortError"));
    begin().then(
      (value) => (result = value),
      (reason) => {
        fault = reason;
        try {
          transaction.abort();
        } catch {
          // The request that failed has ended it already.
        }
      },
    );
  });
}

async function run(names, mode, work) {
  const mine = openStore();
  try {
    return await within(await mine, names, mode, work);
  } catch (fault) {
    if (!LOST.test(fault.name)) throw fault;
    await leave(mine);
    return within(await openStore(), names, mode, work);
  }
}

// Stores by name, handed to `work` in that order.
const read = (names, work) => run(names.split(" "), "readonly", work);
const write = (names, work) => run(names.split(" "), "readwrite", work);

const getFrom = (store, key) => read(store, (rows) => got(rows.get(key)));
const putInto = (store, value, key) => write(store, (rows) => void rows.put(value, key));

// All keys [who, ...]: an array comes after every string.
const allOf = (who) => IDBKeyRange.bound([who], [who, []]);

async function own(outbox, who, seq) {
  const row = await got(outbox.get(seq));
  return row?.who === who ? row : undefined;
}

async function dropOwn(outbox, who, seq) {
  const row = await own(outbox, who, seq);
  if (row) outbox.delete(seq);
  return row;
}

function putAll(store, who, rows = []) {
  for (const row of rows) store.put({ ...row, who });
}

// Values by name. Keys by person: `{device: CryptoKey, lock?: object}`.

export const readMeta = (key) => getFrom("meta", key);
export const writeMeta = (key, value) => putInto("meta", value, key);

export const readKeys = (who) => getFrom("keys", who);
export const writeKeys = (who, record) => putInto("keys", record, who);

// The record that stands: of two pages that make keys at once, the second gets the first one's.
export const claimKeys = (who, record) =>
  write("keys", async (keys) => {
    const standing = await got(keys.get(who));
    if (!standing) keys.put(record, who);
    return standing ?? record;
  });

// The outbox: rows `{seq, who, op_id, state: "waiting" | "invalid", tried?, box, errors?: box}`.

// What was looked at has changed meanwhile: look again.
function changed() {
  return Object.assign(new Error("the outbox has changed"), { name: "ChangedError" });
}

// Gives the new seqs. An op_id that waits already is a ConstraintError, and nothing was saved.
// What is replaced must still wait and not have been tried, since it may stand at the server; what is
// expected must still wait: else a ChangedError, and nothing was saved.
export const saveEntries = ({ who, operations, days, replaces = [], expects = [] }) =>
  write("outbox days", async (outbox, dayRows) => {
    for (const seq of expects) if (!(await own(outbox, who, seq))) throw changed();
    for (const seq of replaces) {
      const row = await dropOwn(outbox, who, seq);
      if (!row || (row.tried && row.state === "waiting")) throw changed();
    }
    putAll(dayRows, who, days);
    const seqs = [];
    for (const { op_id, box } of operations) {
      seqs.push(await got(outbox.add({ who, op_id, state: "waiting", box })));
    }
    return seqs;
  });

export const listOutbox = (who) => read("outbox", (outbox) => got(outbox.index("who").getAll(who)));

export const countOutbox = (who) => read("outbox", (outbox) => got(outbox.index("who").count(who)));

export const countOthers = (who) =>
  read("outbox", async (outbox) => {
    const all = await got(outbox.count());
    return all - (await got(outbox.index("who").count(who)));
  });

// About to be sent: from now on it may stand at the server, whatever is heard of it. Gives the seqs that
// still wait: what was said anew or let go since it was looked at must not be sent.
export const markTried = (who, seqs) =>
  write("outbox", async (outbox) => {
    const waiting = [];
    for (const seq of seqs) {
      const row = await own(outbox, who, seq);
      if (row?.state !== "waiting") continue;
      waiting.push(seq);
      if (!row.tried) outbox.put({ ...row, tried: true });
    }
    return waiting;
  });

// What the server answered. A row that is gone or another's is left alone, and one that was tried
// meanwhile is not rebased. One beyond those that are `known` would have to be: a ChangedError.
export const settle = ({ who, sent = [], invalid = [], rebased = [], days, known }) =>
  write("outbox days", async (outbox, dayRows) => {
    const all = known ? await got(outbox.index("who").getAllKeys(who)) : [];
    if (!all.every((seq) => known.includes(seq))) throw changed();
    for (const seq of sent) await dropOwn(outbox, who, seq);
    for (const { seq, box } of rebased) {
      const row = await own(outbox, who, seq);
      if (row && !row.tried) outbox.put({ ...row, box });
    }
    for (const { seq, errors } of invalid) {
      const row = await own(outbox, who, seq);
      if (row) outbox.put({ ...row, state: "invalid", errors });
    }
    putAll(dayRows, who, days);
  });

export const requeue = (who, seq) =>
  write("outbox", async (outbox) => {
    const row = await own(outbox, who, seq);
    if (!row) return;
    delete row.errors;
    outbox.put({ ...row, state: "waiting" });
  });

// Gives the row, for `restoreOperation`; undefined when there was none.
export const removeOperation = (who, seq) => write("outbox", (outbox) => dropOwn(outbox, who, seq));

export const restoreOperation = (row) => write("outbox", (outbox) => got(outbox.put(row)));

// Days: rows `{who, day, box}`.

export const readDay = (who, day) => getFrom("days", [who, day]);

export const readDays = (who, first, last) =>
  read("days", (days) => got(days.getAll(IDBKeyRange.bound([who, first], [who, last]))));

// Days before `keepFrom` go.
export const writeDays = (who, rows, keepFrom) =>
  write("days", async (days) => {
    putAll(days, who, rows);
    if (keepFrom) days.delete(IDBKeyRange.bound([who], [who, keepFrom], false, true));
  });

// Pages: rows `{who, path, version, stored_at, box}`, stored_at in ms.

// For somebody whose keys are here: a page that arrives after its owner has left stays away.
export const putPage = (row) =>
  write("keys pages", async (keys, pages) => {
    if (await got(keys.get(row.who))) pages.put(row);
  });

export const getPage = (who, path) => getFrom("pages", [who, path]);

async function shortRows(pages, who) {
  const rows = await got(pages.getAll(allOf(who)));
  return rows.map(({ path, version, stored_at }) => ({ path, version, stored_at }));
}

export const listPages = (who) => read("pages", (pages) => shortRows(pages, who));

// Those stored before an instant in ms; null drops all.
export const dropPages = (who, olderThanMs) =>
  write("pages", async (pages) => {
    for (const { path, stored_at } of await shortRows(pages, who)) {
      if (olderThanMs === null || stored_at < olderThanMs) pages.delete([who, path]);
    }
  });

// A PIN was set or taken away: in place of what the old key sealed stands what the new one did.
export const rekey = (who, { keys, days, pages }) =>
  write("keys days pages", async (keyRows, dayRows, pageRows) => {
    keyRows.put(keys, who);
    for (const store of [dayRows, pageRows]) store.delete(allOf(who));
    putAll(dayRows, who, days);
    putAll(pageRows, who, pages);
  });

export const forget = (who) =>
  write("outbox days pages keys", async (outbox, days, pages, keys) => {
    for (const seq of await got(outbox.index("who").getAllKeys(who))) outbox.delete(seq);
    for (const store of [days, pages]) store.delete(allOf(who));
    keys.delete(who);
  });
