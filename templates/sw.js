// The service worker: keeps the safety page and a page for the time without a network.
const VERSION = {{ version | tojson }};
const KEPT = "kept-" + VERSION;
const PAGES = "pages";
const KEEP = {{ keep | tojson }};

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const kept = await caches.open(KEPT);
      await kept.addAll(KEEP);
      const pages = await caches.open(PAGES);
      await pages.add("/safety");
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("kept-") && name !== KEPT) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

async function fromNetworkFirst(request, path) {
  try {
    const answer = await fetch(request);
    if (answer.status >= 500 && path === "/safety") throw new Error("the server is not well");
    // Kept only as itself: a redirect to the sign-in must never stand in its place.
    if (path === "/safety" && answer.ok && !answer.redirected) {
      const pages = await caches.open(PAGES);
      await pages.put("/safety", answer.clone());
    }
    return answer;
  } catch (fault) {
    if (path === "/safety") {
      const kept = await caches.match("/safety");
      if (kept) return kept;
    }
    return (await caches.match("/offline")) || Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin || request.method !== "GET") return;
  if (url.pathname.startsWith("/static/")) {
    event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
  } else if (request.mode === "navigate" || url.pathname === "/safety") {
    event.respondWith(fromNetworkFirst(request, url.pathname));
  }
});
