// The service worker: the app's own files, the patient's pages as they last stood, and the outbox
// when the browser says that there is a network again.
import * as queue from {{ (base ~ "js/queue.js") | tojson }};
import * as store from {{ (base ~ "js/store.js") | tojson }};
import { open, seal } from {{ (base ~ "js/vault.js") | tojson }};

const VERSION = {{ version | tojson }};
const KEPT = "kept-" + VERSION;
const PAGES = "pages";
const KEEP = {{ keep | tojson }};
// Patients' pages that are kept, sealed; a folder ends with a slash.
const OWN = {{ own | tojson }};
// Where what is kept is not what the bare address shows: two weeks are all that may stay.
const ASKED = { "/progress": "/progress?range=2w" };
// After this long a slow network is none, where there is a kept page to show instead.
const PATIENCE = 3000;
const FORTNIGHT = 14 * 86_400_000;

const isOwn = (path) => OWN.some((own) => path === own || (own.endsWith("/") && path.startsWith(own)));

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const kept = await caches.open(KEPT);
      await kept.addAll(KEEP);
      await fetchSafety("/safety");
    })(),
  );
});

// Counts the sign-outs on this phone: what was asked for before one is not kept after it.
let stay = 0;

// An update waits until the person agrees or every page of the app is closed.
self.addEventListener("message", (event) => {
  const { kind, ...said } = event.data;
  if (kind === "update") self.skipWaiting();
  if (kind === "unlock") queue.unlock(said.who, said.key);
  if (kind === "key") event.waitUntil(handKey(said.who, event.ports[0]));
  if (kind === "left") stay += 1;
  if (kind === "warm") event.waitUntil(warm(said.paths));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const who = await store.readMeta("who");
      const used = new Set([VERSION]);
      // A kept page of the version before needs that version's files until it is kept anew.
      if (who) for (const { version } of await store.listPages(who)) used.add(version);
      for (const name of await caches.keys()) {
        if (name.startsWith("kept-") && !used.has(name.slice("kept-".length))) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("sync", (event) => {
  if (event.tag !== "outbox") return;
  event.waitUntil(
    (async () => {
      const who = await store.readMeta("who");
      const { state } = who ? await queue.drain(who) : {};
      // The browser tries again later when this fails.
      if (state === "offline") throw new Error("still no network");
    })(),
  );
});

// Whose phone this is, as the server's last page had it: "-" is staff, whose pages are not kept.
async function note(answer) {
  const told = answer.headers.get("Aftercare-Who");
  if (!told) return null;
  const who = told === "-" ? null : told;
  await queue.belongTo(who);
  return who;
}

// The drawings that a kept page shows: the product's own, so they lie beside its scripts.
async function keepFigures(html, version) {
  const kept = await caches.open("kept-" + version);
  const shown = html.match(/\/static\/[0-9a-f]+\/figures\/[\w-]+\.svg/g) ?? [];
  for (const address of new Set(shown)) {
    if (!(await kept.match(address))) await kept.add(address).catch(() => {});
  }
}

async function keepPage(path, answer, since) {
  if (since !== stay) return;
  const who = await note(answer);
  const isPage = answer.ok && !answer.redirected && /^text\/html/.test(answer.headers.get("Content-Type"));
  const key = who && isPage && isOwn(path) && (await queue.dayKey(who));
  if (!key) return;
  const html = await answer.text();
  const version = html.match(/\/static\/([0-9a-f]+)\//)?.[1] ?? VERSION;
  const headers = [...answer.headers].filter(([name]) => /^content-(type|security-policy)$/i.test(name));
  const box = await seal(key, queue.pageBound(who, path), { html, headers });
  if (since !== stay) return;
  await store.putPage({ who, path, version, stored_at: Date.now(), box });
  await keepFigures(html, version);
}

async function keptPage(path) {
  const who = await store.readMeta("who");
  if (!who || !isOwn(path)) return null;
  const row = await store.getPage(who, path);
  const key = row && (await queue.dayKey(who));
  if (!key) return null;
  // What is shown of an old page is its form; the days in it are told from the last 14 alone.
  if (Date.now() - row.stored_at > FORTNIGHT && path !== "/today") {
    await store.dropPages(who, Date.now() - FORTNIGHT);
    return null;
  }
  const { html, headers } = await open(key, queue.pageBound(who, path), row.box);
  const marked = html.replace("<html ", `<html data-kept="${new Date(row.stored_at).toISOString()}" `);
  return new Response(marked, { headers });
}

async function isLocked(path) {
  const who = await store.readMeta("who");
  return Boolean(who) && isOwn(path) && queue.isLocked(who);
}

// Past the browser's own cache, which has a second try wait until a stuck first one is over.
const anew = (request) => new Request(request, { cache: "no-store" });

async function fromNetwork(event, path, url) {
  const since = stay;
  const answer = await fetch(anew(event.request));
  const isAsked = url.pathname + url.search === (ASKED[path] ?? path);
  if (isAsked) event.waitUntil(keepPage(path, answer.clone(), since));
  else if (since === stay) event.waitUntil(note(answer));
  return answer;
}

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function showPage(event, url) {
  const path = url.pathname;
  if (await isLocked(path).catch(() => false)) return caches.match("/locked");
  const network = fromNetwork(event, path, url);
  network.catch(() => {});
  const kept = keptPage(path).catch(() => null);
  try {
    const slow = later(PATIENCE).then(() => kept).then((page) => page ?? network);
    const answer = await Promise.race([network, slow]);
    return answer.status >= 500 ? ((await kept) ?? answer) : answer;
  } catch {
    return (await kept) ?? (await caches.match("/offline")) ?? Response.error();
  }
}

// Safety is nobody's secret and has to open under a PIN too: kept as it is, with the clinic's numbers
// once they are known. A page without them, after a session has ended, does not take their place.
async function fetchSafety(request) {
  const answer = await fetch(anew(request));
  if (answer.status >= 500) throw new Error("the server is not well");
  const isBetter = answer.headers.has("Aftercare-Who") || !(await caches.match("/safety"));
  // Kept only as itself: a redirect to the sign-in must never stand in its place.
  if (answer.ok && !answer.redirected && isBetter) {
    const pages = await caches.open(PAGES);
    await pages.put("/safety", answer.clone());
  }
  return answer;
}

async function showSafety(request) {
  const kept = () => caches.match("/safety");
  const network = fetchSafety(request);
  network.catch(() => {});
  try {
    return await Promise.race([network, later(PATIENCE).then(kept).then((page) => page ?? network)]);
  } catch {
    return (await kept()) ?? Response.error();
  }
}

// Fetched past this worker's own copies: a page is never refreshed from what is kept of it.
async function warm(paths) {
  const since = stay;
  for (const address of paths) {
    if (address === "/safety") {
      await fetchSafety(address).catch(() => null);
      continue;
    }
    const answer = await fetch(anew(address)).catch(() => null);
    if (!answer?.ok) return;
    await keepPage(new URL(address, location.origin).pathname, answer, since);
  }
}

async function handKey(who, port) {
  const keys = await store.readKeys(who);
  port.postMessage(keys?.lock ? await queue.dayKey(who) : null);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin || request.method !== "GET") return;
  if (url.pathname.startsWith("/static/")) {
    event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
  } else if (url.pathname === "/safety") {
    event.respondWith(showSafety(request));
  } else if (request.mode === "navigate") {
    event.respondWith(showPage(event, url));
  }
});
