// The day's form on a phone: written down at once, whatever the network does, and about the right day
// even when the page is days old.

import { addDays, daysBetween, endOf, hoursBetween, localDay, weekday } from "./clock.js";
import { all, asMade, blocks, choose, fieldsOf, form, noteOf, onTop, readForm, remember, showPlaces, tickOf } from "./dayform.js";
import { hint } from "./install.js";
import { blank, DAY, ENTRY, isDue, overlay, PAIN, ratingToMend, write } from "./operations.js";
import { kept, note, ready, sendSoon, who } from "./patient.js";
import * as queue from "./queue.js";
import { clockTime, count, hoursAgo, longDay, outlook, say, shortWeekday } from "./words.js";

const state = document.getElementById("state");
const NIGHT_HOURS = 3;
// Before midnight: when soreness of a past day is taken to have been felt.
const EVENING = 4 * 3_600_000;
const WEEK = 7;

const made = { day: form?.dataset.day, today: document.querySelector("#week li:last-child a")?.dataset.day };

const onPage = [...document.querySelectorAll("#week a.logged")].map((link) => link.dataset.day);

// What the page is about; what `look` finds of it: the server's record of the day, what waits, the
// soreness of the week before, the days that are logged.
const about = { day: made.day, today: made.today ?? made.day };
let touched = false;
// Counts what is tapped and typed: whatever waits meanwhile must not write over it.
let edits = 0;

// Onto the page.

function fill(shown, now) {
  for (const block of blocks("checkins")) {
    const entry = shown.checkins[block.dataset.episode];
    for (const name of PAIN) choose(block, name, entry?.[name]);
    showPlaces(block, entry?.regions);
    tickOf(block).checked = Boolean(entry?.is_flare);
    if (!block.dataset.clinic) continue;
    const day = shown.days[block.dataset.clinic];
    for (const name of DAY.slice(0, 2)) choose(block, name, day?.[name]);
    noteOf(block).value = day?.note ?? "";
  }
  for (const block of all("[data-session]")) fillSoreness(block, shown, now);
  for (const block of all("[data-line]")) {
    const entry = shown.stretches[block.dataset.line];
    choose(block, "outcome", entry?.outcome);
    fieldsOf(block, "reason")[0].value = entry?.reason ?? "";
  }
  if (form.elements.all_done) form.elements.all_done.checked = false;
  const open = blocks("stretches").filter((block) => !shown.stretches[block.dataset.line]);
  const sweep = form.querySelector(".all-done");
  if (sweep) sweep.hidden = !open.length;
  remember(readForm());
}

// A session's ratings up to the day: the day's own that another one mends now, and the last before it.
function ratingsOf(shown, block, now) {
  const isOf = (row) => row.needling_session_id === block.dataset.session;
  const own = Object.values(shown.soreness).filter(isOf);
  const open = ratingToMend(own, about.day < about.today, now);
  const settled = [...(about.earlier ?? []).filter(isOf), ...own]
    .filter((row) => row !== open)
    .sort((a, b) => Date.parse(a.felt_at) - Date.parse(b.felt_at))
    .at(-1);
  return { open, settled };
}

// What stands of an entry by now, by the parts of the form.
function standingIn(shown, now) {
  const session = (one) => form.querySelector(`[data-session="${one.needling_session_id}"]`);
  return {
    checkins: (one) => ({ ...shown.checkins[one.episode_id], ...shown.days[one.clinic_id] }),
    stretches: (one) => shown.stretches[one.prescription_id],
    soreness: (one) => ratingsOf(shown, session(one), now).open,
  };
}

function fillSoreness(block, shown, now) {
  const { open, settled } = ratingsOf(shown, block, now);
  choose(block, "soreness", open?.soreness);
  choose(block, "sorest", open?.muscle ? `${open.muscle} ${open.side}` : "");
  const before = block.querySelector(".before");
  before.hidden = Boolean(open) || !settled;
  if (before.hidden) return;
  const zone = queue.zoneHere();
  const felt = Date.parse(settled.felt_at);
  const day = localDay(felt, zone);
  const isNear = { [about.today]: say("today"), [addDays(about.today, -1)]: say("yesterday") };
  const when = `${isNear[day] ?? longDay(day)}, ${clockTime(felt, zone)}`;
  before.textContent = say("said_before", { day: when, n: settled.soreness });
}

// Which blocks a day has.

// A stretch of the programme on its days, a soreness for a week after the needles, from the page's
// own store of blocks.
function layOut(shown, now) {
  for (const spare of all("template")) {
    for (const block of spare.content.children) block.hidden = true;
    spare.before(spare.content);
    spare.remove();
  }
  const { day, today } = about;
  const zone = queue.zoneHere();
  if (isAsMade(day, today)) return;
  const [always, latest] = document.getElementById("sore").dataset.to.split(" ").map(Number);
  for (const block of all("[data-episode]")) block.hidden = block.dataset.opened > day;
  for (const block of all("[data-session]")) {
    const hours = hoursBetween(block.dataset.needled, day < today ? endOf(day, zone) : now);
    const { settled } = ratingsOf(shown, block, now);
    const isAsked = hours <= always || (hours <= latest && settled?.soreness !== 0);
    block.hidden = hours < 0 || !isAsked;
  }
  for (const block of all("[data-line]")) {
    block.hidden = !isDue(block.dataset, day, weekday(day));
  }
  const stretches = document.getElementById("stretches");
  if (stretches) {
    const due = blocks("stretches");
    stretches.hidden = !due.length;
    const minutes = due.reduce((sum, block) => sum + Number(block.dataset.minutes), 0);
    document.getElementById("minutes").textContent = count("minutes", Math.ceil(minutes));
  }
}

// The blocks that the server put onto the page stand as long as it is about the same day.
const isAsMade = (day, today) => !kept && day === made.day && today === made.today;

// Not offered where the needles may speak; what is ticked can be unticked everywhere.
function offerWord() {
  for (const block of all("[data-episode]")) {
    const box = tickOf(block);
    box.closest(".spell-tick").hidden = block.dataset.sore.split(" ").includes(about.day) && !box.checked;
  }
}

function tellHours(now) {
  if (about.day !== about.today) return;
  for (const block of all("[data-session]")) {
    const hours = hoursBetween(block.dataset.needled, now);
    block.querySelector(".since-needling").textContent = hoursAgo(hours);
    block.querySelector(".outlook").textContent = outlook(hours);
    const tips = block.querySelector(".aftercare");
    if (tips) tips.hidden = hours > 72;
  }
}

function tellDay() {
  const isToday = about.day === about.today;
  document.getElementById("date").textContent = longDay(about.day);
  for (const one of all("[data-today]", document)) {
    one.textContent = isToday ? one.dataset.today : one.dataset.past;
  }
  form.dataset.day = form.elements.local_date.value = about.day;
  if (form.elements.was_today) form.elements.was_today.disabled = !isToday;
}

function tellWeek() {
  const list = document.querySelector("#week ul");
  if (!list) return;
  const sample = list.querySelector("li");
  const first = form.dataset.first;
  const days = Array.from({ length: WEEK }, (_, n) => addDays(about.today, n + 1 - WEEK));
  list.replaceChildren(
    ...days.filter((day) => day >= first).map((day) => {
      const item = sample.cloneNode(true);
      const link = item.querySelector("a");
      const isLogged = about.logged.has(day);
      link.href = day === about.today ? "/today" : `/today?date=${day}`;
      link.dataset.day = day;
      link.className = isLogged ? "logged" : "open";
      if (day === about.day) link.setAttribute("aria-current", "date");
      else link.removeAttribute("aria-current");
      item.querySelector(".wd").textContent = shortWeekday(day);
      item.querySelector(".num").textContent = Number(day.slice(8));
      const mark = item.querySelector(".mark");
      mark.replaceChildren(...(isLogged ? [icon("check")] : []));
      item.querySelector(".sr").textContent = say(isLogged ? "logged" : "not_logged");
      return item;
    }),
  );
}

function icon(name) {
  const drawn = document.querySelector(".save-bar .icon, .tabs .icon").cloneNode(true);
  const use = drawn.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
  return drawn;
}

// Words and a picture in the page's corner: where the day's entry is by now.
function tellState(name, words) {
  state.hidden = !words;
  if (!words) return;
  state.classList.toggle("saved", name !== "clock");
  state.replaceChildren(icon(name), Object.assign(document.createElement("span"), { textContent: words }));
}

function tellSaved(shown) {
  const isToday = about.day === about.today;
  const episodes = blocks("checkins").map((block) => shown.checkins[block.dataset.episode]);
  const isSaved = episodes.length > 0 && episodes.every(Boolean);
  const isBegun = episodes.some(Boolean);
  const words = isSaved ? "save_changes" : isToday ? "save_today" : "save_day";
  document.querySelector("#save span").textContent = say(words);
  if (about.waiting.length) tellState("smartphone", say("saved"));
  else if (isBegun && isToday) tellState("check", say("sent"));
  else if (isToday) tellState("", "");
  else tellState("clock", say(!isBegun ? "later" : episodes.some((one) => one?.is_backfilled) ? "added_later" : "past_day"));
}

// The page as the phone knows the day.

async function look() {
  const oldest = addDays(about.day < about.today ? about.day : about.today, -WEEK - 1);
  const days = Array.from({ length: daysBetween(oldest, about.today) + 1 }, (_, n) => addDays(oldest, n));
  const records = await Promise.all(days.map((day) => queue.readRecord(who, day)));
  const known = new Map(days.map((day, n) => [day, records[n] ?? blank()]));
  const items = await queue.items(who);
  about.record = known.get(about.day);
  about.waiting = items.filter(({ operation }) => operation.local_date === about.day);
  about.earlier = days
    .filter((day) => day < about.day)
    .flatMap((day) => Object.values(known.get(day).soreness));
  about.logged = new Set([
    ...onPage,
    ...days.filter((day) => Object.keys(known.get(day).checkins).length),
    ...items.filter(({ operation }) => operation.kind === "checkin").map(({ operation }) => operation.local_date),
  ]);
}

async function show({ refill = true } = {}) {
  const before = edits;
  await look();
  const now = await queue.rightNow();
  const shown = overlay(about.record, about.waiting);
  layOut(shown, now);
  if (refill && edits === before) fill(shown, now);
  offerWord();
  tellDay();
  tellHours(now);
  tellSaved(shown);
  tellWeek();
}

// What the server wrote into this page is what it holds of the day.
function readPage() {
  const record = blank();
  const seen = asMade(readForm);
  remember(seen);
  const revOf = (block, name) => Number(fieldsOf(block, name)[0]?.value) || null;
  seen.checkins.forEach(({ episode_id, clinic_id, sleep, stress, note: text, ...said }, n) => {
    const block = blocks("checkins")[n];
    const rev = revOf(block, "base_rev");
    const pain = Object.fromEntries(ENTRY.map((name) => [name, said[name]]));
    if (rev) record.checkins[episode_id] = { episode_id, rev, ...pain };
    if (clinic_id && revOf(block, "day_rev")) record.days[clinic_id] = { sleep, stress, note: text };
  });
  seen.soreness.forEach(({ label: _label, ...said }, n) => {
    const block = blocks("soreness")[n];
    const entry_id = fieldsOf(block, "entry_id")[0].value;
    const felt_at = block.dataset.felt;
    if (said.soreness !== null) record.soreness[entry_id] = { entry_id, felt_at, ...said };
  });
  seen.stretches.forEach(({ prescription_id, outcome, reason }, n) => {
    const rev = revOf(blocks("stretches")[n], "stretch_rev");
    if (rev) record.stretches[prescription_id] = { rev, outcome, reason: reason || null };
  });
  return record;
}

// Saving.

function clearFaults() {
  for (const one of all(".fault, .fault-box, .which-day", document)) one.remove();
  for (const one of all(".has-fault")) one.classList.remove("has-fault");
}

function tellFault({ code, episode_id }) {
  note("fault", say(code === "pain_needed" ? "look_at_marked" : code), { tone: "error" });
  const block = episode_id && form.querySelector(`[data-episode="${episode_id}"]`);
  const scale = block?.querySelector(".scale-field");
  if (scale) {
    scale.classList.add("has-fault");
    const line = Object.assign(document.createElement("p"), { className: "fault", textContent: say("pain_needed") });
    scale.append(line);
  }
  (scale?.querySelector("input") ?? document.getElementById("notes")).scrollIntoView({ block: "center" });
}

// Until three in the morning a page that was opened as today's is still about that day.
async function isStale() {
  const now = await queue.rightNow();
  const today = localDay(now, queue.zoneHere());
  if (about.day !== about.today || today === about.today) return false;
  return localDay(now - NIGHT_HOURS * 3_600_000, queue.zoneHere()) !== about.day;
}

function askWhichDay(today) {
  const box = Object.assign(document.createElement("div"), { className: "which-day" });
  const offer = (words, act) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: words });
    button.addEventListener("click", async () => {
      box.remove();
      note("fault", "");
      await act();
      await save();
    });
    box.append(button);
  };
  offer(say("about_day", { day: longDay(about.day) }), () => (about.today = today));
  offer(say("about_today"), async () => {
    Object.assign(about, { day: today, today });
    await show({ refill: false });
  });
  form.prepend(box);
  note("fault", say("stale_day"), { tone: "error" });
  scrollTo({ top: 0 });
  box.querySelector("button").focus();
}

async function writeDown(said, tries = 3) {
  await look();
  const now = await queue.rightNow();
  const fresh = onTop(said, standingIn(overlay(about.record, about.waiting), now));
  const written = write(await queue.envelope(about.day), about.record, about.waiting, fresh);
  if (written.faults) return written;
  try {
    await queue.keep(who, written);
  } catch (fault) {
    // Something was sent between the look and the writing.
    if (fault.name !== "ChangedError" || tries === 1) throw fault;
    return writeDown(said, tries - 1);
  }
  return written;
}

// One tap after the other, each with what stood there when its turn came; none waits for the network.
let writing = Promise.resolve();

function save() {
  writing = writing.then(saveNow).catch((fault) => {
    note("saved", "");
    note("fault", say(fault.name === "QuotaExceededError" ? "full" : "not_saved"), { tone: "error" });
    scrollTo({ top: 0 });
  });
  return writing;
}

async function saveNow() {
  clearFaults();
  for (const name of ["fault", "saved"]) note(name, "");
  if (await isStale()) return askWhichDay(localDay(await queue.rightNow(), queue.zoneHere()));
  const before = edits;
  const written = await writeDown(readForm());
  if (written.faults) return tellFault(written.faults[0]);
  touched = edits !== before;
  note("saved", say("saved_long"), { tone: "saved" });
  scrollTo({ top: 0 });
  await show({ refill: !touched });
  send(written, before);
}

async function send(written, before) {
  const told = await sendSoon();
  if (told !== "sent" || edits !== before) return;
  const ids = new Set(written.items.map(({ operation }) => operation.op_id));
  const isLeft = (await queue.items(who)).some(({ operation }) => ids.has(operation.op_id));
  // What was not taken is said to need a look, elsewhere on the page.
  note("saved", isLeft ? "" : say("sent_long"), { tone: "saved" });
  await show({ refill: !touched });
  if (!isLeft) await hint();
}

// A number that the safety rule calls abnormal is asked about at once.
async function askAlso(tapped) {
  const block = tapped.closest("[data-session]");
  const now = await queue.rightNow();
  const shown = overlay(about.record ?? blank(), about.waiting ?? []);
  const { open } = ratingsOf(shown, block, now);
  const isOf = (row) => row.needling_session_id === block.dataset.session && row.entry_id !== open?.entry_id;
  const earlier = [...(about.earlier ?? []), ...Object.values(shown.soreness)].filter(isOf);
  const at = about.day < about.today ? endOf(about.day, queue.zoneHere()) - EVENING : now;
  (await import("./safety.js")).ask(document.getElementById("also"), block, Number(tapped.value), earlier, at);
}

// Coming back to the page.

async function comeBack() {
  const today = localDay(await queue.rightNow(), queue.zoneHere());
  if (touched || today === about.today) return show({ refill: false });
  Object.assign(about, { day: about.day === about.today ? today : about.day, today });
  return show();
}

// The server showed the form again as it was typed: it is no picture of what is stored.
const isRefused = Boolean(document.querySelector(".fault-box, .which-day"));

async function start() {
  if (!(await ready)) return;
  const today = localDay(await queue.rightNow(), queue.zoneHere());
  if (kept) {
    if (!navigator.onLine) note("kept", say("no_network_today"), { tone: "low" });
    const asked = new URL(location).searchParams.get("date");
    about.today = today;
    about.day = asked && asked <= today && asked >= form.dataset.first ? asked : today;
  } else if (!isRefused) {
    await queue.learn(who, about.day, readPage());
  }
  const items = await queue.items(who);
  await show({ refill: !touched && !isRefused && (kept || items.length > 0) });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") comeBack();
  });
  addEventListener("pageshow", (event) => event.persisted && comeBack());
  document.addEventListener("aftercare:days", () => show({ refill: !touched }));
  document.addEventListener("aftercare:sent", ({ detail }) => detail.sent && show({ refill: !touched }));
  form.dataset.ready = "yes";
}

// Tapped before this script was there, on a slow phone.
const isTapped = (one) => one.checked !== one.defaultChecked || (one.matches("textarea") && one.value !== one.defaultValue);

if (form && who && queue.canKeep()) {
  touched = all("input, textarea").some(isTapped);
  form.addEventListener("input", ({ target }) => {
    touched = true;
    edits += 1;
    if (target.name.startsWith("soreness")) askAlso(target);
  });
  form.addEventListener("toggle", async ({ target }) => target.open && (await import("./places.js")).dress(target), true);
  // From the first moment on: what is tapped before the rest has loaded is kept as well.
  const started = start();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = document.getElementById("save");
    button.setAttribute("aria-busy", "true");
    // A phone that can't keep anything: then as without a script.
    started.then(save, () => form.submit()).finally(() => button.removeAttribute("aria-busy"));
  });
}
