// The safety ladder on a phone. Which advice is seen is told by the boxes alone (app.css): this module
// keeps the report, second, and sets right what a page that is days old says of hours and needles.

import { hoursBetween } from "./clock.js";
import { isAbnormal, isOpen } from "./ladder.js";

const SETTLE = 3000;
const who = document.body.dataset.who;

const all = (box, selector) => [...box.querySelectorAll(selector)];

function setRight(box) {
  const isOver = Date.now() > Date.parse(box.dataset.until);
  for (const one of all(box, ".if-needled")) one.hidden ||= isOver;
  for (const clinic of all(box, "[data-hours]")) {
    const open = isOpen(JSON.parse(clinic.dataset.hours), clinic.dataset.zone, Date.now());
    clinic.dataset.open = open ? "yes" : "no";
  }
}

const tell = (box, name) => {
  for (const line of all(box, "[data-state]")) line.hidden = line.dataset.state !== name;
};

// What is ticked becomes one report, once the thumb has rested; a slip that is unticked by then is none.
// What was not sent yet is replaced, what was sent is followed by another one that says all.
async function keepReports(box) {
  const [patient, queue, clock] = await Promise.all(["patient", "queue", "clock"].map((name) => import(`./${name}.js`)));
  if (!(await patient.ready)) return;
  let mine = null;
  let said = "";
  const ticked = () => all(box, "[name=signs]:checked").map(({ value }) => value);
  const findMine = async () => (await queue.items(who)).find(({ operation }) => operation.entry_id === mine?.entry_id);

  async function look() {
    const item = mine && (await findMine());
    tell(box, !mine ? "" : !item ? "sent" : item.state === "invalid" ? "lost" : "kept");
  }

  async function write(signs, tries = 3) {
    const waits = mine && (await findMine());
    const open = waits && !waits.tried && waits.state === "waiting" ? waits : null;
    const isNew = signs.some((sign) => !mine?.data.signs.includes(sign));
    if (!open && !isNew) return;
    const made = await queue.envelope(clock.localDay(await queue.rightNow(), queue.zoneHere()));
    const operation = {
      op_id: made.newId(),
      kind: "safety",
      entry_id: open?.operation.entry_id ?? made.newId(),
      base_rev: null,
      recorded_at: made.recorded_at,
      local_date: made.local_date,
      zone: made.zone,
      data: { signs },
    };
    const items = signs.length ? [{ operation, about: {} }] : [];
    try {
      await queue.keep(who, { items, replaces: open ? [open.seq] : [], expects: [] });
    } catch (fault) {
      // It was sent between the look and the writing.
      if (fault.name !== "ChangedError" || tries === 1) throw fault;
      return write(signs, tries - 1);
    }
    mine = items.length ? operation : null;
    await look();
    patient.sendSoon().then(look);
  }

  let writing = Promise.resolve();
  let timer;
  const now = () => {
    clearTimeout(timer);
    const signs = ticked();
    if (said === String(signs)) return;
    said = String(signs);
    writing = writing.then(() => write(signs)).catch(() => tell(box, "lost"));
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(now, SETTLE);
  };
  box.addEventListener("change", ({ target }) => {
    // What was ticked stays in sight above the advice.
    if (!box.hidden) target.scrollIntoView({ block: "nearest" });
    soon();
  });
  // Going to the telephone, or away: nothing is waited for.
  box.addEventListener("click", ({ target }) => target.closest("a[href^='tel:']") && now());
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && now());
  addEventListener("pagehide", now);
  document.addEventListener("aftercare:sent", look);
  for (const button of all(box, ".tell")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      now();
    });
  }
  box.dataset.ready = "yes";
  if (ticked().length) soon();
}

function start(box) {
  setRight(box);
  document.addEventListener("visibilitychange", () => setRight(box));
  if (who) keepReports(box);
  else box.dataset.ready = "yes";
}

// Below the day's soreness: asked as soon as a number is tapped that the rule calls abnormal. `earlier`
// are the session's other ratings, `at` the moment that this one is for.
export function ask(box, block, soreness, earlier, at) {
  const since = (instant) => hoursBetween(block.dataset.needled, instant);
  const ratings = earlier.map((row) => ({ hours: since(Date.parse(row.felt_at)), soreness: row.soreness }));
  const isAsked = isAbnormal([...ratings.filter(({ hours }) => hours < since(at)), { hours: since(at), soreness }], JSON.parse(box.dataset.limits));
  box.hidden = !isAsked && !box.querySelector(":checked");
  if (isAsked) block.after(box);
}

for (const box of all(document, "[data-ladder]")) start(box);
