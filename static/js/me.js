// What this phone keeps, the PIN before it, and leaving without losing anything unsaid.

import { note, ready, sendNow, who } from "./patient.js";
import * as queue from "./queue.js";
import * as store from "./store.js";
import { count, say } from "./words.js";

const by = (id) => document.getElementById(id);
const PATIENCE = 10_000;
const FORGETTING = 2_000;

async function showState() {
  const waiting = await store.countOutbox(who);
  if (waiting) by("waits").textContent = count("waiting", waiting);
  const isLocked = Boolean((await store.readKeys(who))?.lock);
  by("pin-on").hidden = isLocked;
  by("pin-off").hidden = !isLocked;
}

async function setPin(event) {
  event.preventDefault();
  const [pin, again] = [by("pin").value, by("pin-again").value];
  const fault = !/^\d{4,12}$/.test(pin) ? "pin_short" : pin !== again ? "pin_differs" : "";
  const line = by("pin-on").querySelector(".fault");
  line.hidden = !fault;
  line.textContent = fault && say(fault);
  if (fault) return;
  await queue.setPin(who, pin);
  by("pin").value = by("pin-again").value = "";
  note("pin", say("pin_set"), { tone: "done" });
  await showState();
}

async function takePin(event) {
  event.preventDefault();
  await queue.takePin(who);
  note("pin", say("pin_off"), { tone: "done" });
  await showState();
}

async function wipe() {
  await queue.wipeCopies(who);
  note("wiped", say("wiped"), { tone: "done" });
}

// Sign-out: first what waits is sent, then it is said what would be lost, then the phone forgets.
function askToLeave(waiting) {
  const box = by("leaving");
  by("leaving-head").textContent = count("leave", waiting);
  box.showModal();
  return new Promise((resolve) => {
    box.addEventListener("click", ({ target }) => {
      const chosen = target.closest("button")?.value;
      if (chosen === "file") queue.saveAsFile(who);
      else if (chosen) box.close(chosen);
    });
    box.addEventListener("close", () => resolve(box.returnValue === "leave"), { once: true });
  });
}

async function leave(event) {
  event.preventDefault();
  const form = event.target;
  if (!(await ready)) return form.submit();
  await sendNow();
  const waiting = await store.countOutbox(who);
  if (waiting && !(await askToLeave(waiting))) return;
  const body = new URLSearchParams(new FormData(form));
  if (await store.countOthers(who)) body.set("keep", "others");
  queue.leaving();
  try {
    // Gone from the clinic first: a phone that only believes it is online forgets nothing.
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual", signal });
    if (answer.type !== "opaqueredirect") throw new Error("still signed in");
  } catch (fault) {
    // The browser may forget for long before it hands the answer on: the next page tells which it is.
    if (fault.name === "TimeoutError") location.href = "/sign-in";
    return note("network", say("no_network"), { tone: "error" });
  }
  // The answer's header has the browser forget as well, which may cut this short or leave it hanging:
  // nobody is kept on a page that is no longer theirs.
  await Promise.race([queue.leavePhone(who).catch(() => {}), new Promise((done) => setTimeout(done, FORGETTING))]);
  location.href = "/sign-in";
}

// At once: a tap must never go past this to a sign-out that forgets what waits.
by("sign-out").addEventListener("submit", leave);

if (await ready) {
  by("phone").hidden = false;
  by("pin-on").addEventListener("submit", setPin);
  by("pin-off").addEventListener("submit", takePin);
  by("wipe").addEventListener("click", wipe);
  await showState();
}
