// Every page of a patient: what waits is counted and sent, the last pages are kept for later.

import { clockTime, count, longDay, say } from "./words.js";
import * as queue from "./queue.js";
import * as store from "./store.js";

const who = document.body.dataset.who;
const kept = document.documentElement.dataset.kept;
const HOUR = 3_600_000;

function button([act, words]) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: words });
  made.className = "btn small";
  made.addEventListener("click", act);
  return made;
}

// One line at the top for each thing to know; saying it again replaces it.
export function note(name, text, { tone = "info", link, act, later } = {}) {
  const box = document.getElementById("notes");
  box.querySelector(`[data-note=${name}]`)?.remove();
  if (!text) return;
  const line = Object.assign(document.createElement("p"), { className: `flash ${tone}` });
  line.dataset.note = name;
  line.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (link) {
    const [href, textContent] = link;
    line.append(Object.assign(document.createElement("a"), { href, textContent, className: "btn small" }));
  }
  for (const one of [act, later]) if (one) line.append(button(one));
  box.append(line);
}

async function showCount() {
  const rows = await store.listOutbox(who);
  const refused = rows.filter(({ state }) => state === "invalid").length;
  const badge = document.getElementById("unsent");
  badge.hidden = !rows.length;
  badge.textContent = rows.length || "";
  badge.title = rows.length ? count("waiting", rows.length) : "";
  if (rows.length) navigator.setAppBadge?.(rows.length).catch(() => {});
  else navigator.clearAppBadge?.().catch(() => {});
  // Said once: the list itself and the line that says "saved on this phone" tell it too.
  const isTold = location.pathname === "/unsent" || document.querySelector("[data-note=saved]");
  const words = refused ? count("refused", refused) : rows.length && !isTold ? count("waiting", rows.length) : "";
  note("count", words, { link: ["/unsent", say("look")] });
}

const TEN_MINUTES = 600_000;

async function fetchDays(isDue) {
  const fetched = (await store.readMeta("fetched")) ?? {};
  const isOld = fetched.who !== who || !(Math.abs(Date.now() - fetched.at) < TEN_MINUTES);
  if (!(isDue || isOld) || !(await queue.fetchDays(who))) return;
  await store.writeMeta("fetched", { who, at: Date.now() });
  document.dispatchEvent(new Event("aftercare:days"));
}

export async function sendNow() {
  const { state, count: sent } = await queue.drain(who);
  note("sign-in", state === "sign_in" ? say("sign_in") : "", {
    link: ["/sign-in", say("sign_in_do")],
  });
  await showCount();
  document.dispatchEvent(new CustomEvent("aftercare:sent", { detail: { state, sent } }));
  if (state === "offline") retryLater();
  else wait = 5_000;
  if (state === "sent") await fetchDays(sent > 0);
  if (sent && state === "sent") keepPages(["/today", "/progress?range=2w"]);
  return state;
}

// Written down: send it now if that goes, else as soon as the phone says that it may.
export async function sendSoon() {
  await showCount();
  navigator.storage?.persist?.().catch(() => {});
  return sendNow();
}

let wait = 5_000;
let timer;
function retryLater() {
  clearTimeout(timer);
  timer = setTimeout(() => navigator.onLine && sendNow(), wait);
  wait = Math.min(wait * 2, 5 * 60_000);
}

// The pages as they stand, for the days without a network: kept by the worker, an hour apart.
async function keepPages(paths) {
  const worker = await navigator.serviceWorker?.ready;
  worker?.active?.postMessage({ kind: "warm", paths });
}

async function warm() {
  const warmed = (await store.readMeta("warmed")) ?? {};
  const isDue = warmed.who !== who || Date.now() - warmed.at > HOUR || Date.now() < warmed.at;
  if (!isDue) return;
  const links = [...document.querySelectorAll("a[href^='/stretches/']")].map((link) => link.pathname);
  const paths = ["/safety", "/today", "/progress?range=2w", "/stretches", "/me", "/unsent", ...new Set(links)];
  await keepPages(paths);
  await store.writeMeta("warmed", { who, at: Date.now() });
}

function tellOfUpdate(registration) {
  const offer = () => {
    if (!registration.waiting || !navigator.serviceWorker.controller) return;
    const update = () => {
      // This page alone: in another tab somebody may be typing.
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      registration.waiting?.postMessage({ kind: "update" });
    };
    note("update", say("update"), { act: [update, say("update_do")] });
  };
  offer();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", offer);
  });
}

// Forms other than the day's need the server: without one they say so and lose nothing.
function guardForms() {
  document.addEventListener("submit", (event) => {
    if (navigator.onLine || event.defaultPrevented || event.target.method === "dialog") return;
    event.preventDefault();
    note("network", say("no_network"), { tone: "error" });
    scrollTo({ top: 0 });
  });
}

// Before anything is shown or saved: whose phone this is.
async function prepare() {
  if (!who || !queue.canKeep()) return false;
  if (!kept) await queue.belongTo(who);
  await queue.phoneKey(who);
  await queue.recallKey(who);
  return true;
}

export const ready = prepare();

async function start() {
  if (!who) return;
  guardForms();
  if (kept && location.pathname !== "/today") {
    const when = `${longDay(kept.slice(0, 10))}, ${clockTime(new Date(kept))}`;
    note("kept", say("kept", { day: when }), { tone: "low" });
  }
  if (!(await ready)) return;
  queue.listen((news) => {
    showCount();
    // The worker, or another tab, has sent what this page still calls waiting.
    if (news.count) document.dispatchEvent(new CustomEvent("aftercare:sent", { detail: { sent: news.count } }));
  });
  navigator.serviceWorker?.ready.then(tellOfUpdate);
  addEventListener("online", sendNow);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") sendNow();
  });
  await showCount();
  await queue.forgetOld(who);
  await sendNow();
  if (!kept) (window.requestIdleCallback ?? setTimeout)(warm);
}

start();
export { who, kept };
