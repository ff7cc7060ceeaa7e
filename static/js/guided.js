// The guided session on its page: shows what guide.js tells, and writes each stretch down the moment
// that it is finished, so that whatever comes between takes nothing back.

import { localDay, weekday } from "./clock.js";
import * as guide from "./guide.js";
import { blank, isDue, overlay, write } from "./operations.js";
import { kept, note, ready, sendSoon, who } from "./patient.js";
import * as queue from "./queue.js";
import * as store from "./store.js";
import { say } from "./words.js";

const panel = document.getElementById("guide");
const at = (name) => document.getElementById(`guide-${name}`);
const words = JSON.parse(panel.dataset.words);
const tell = (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
const clock = () => performance.now();

const lines = [...document.querySelectorAll("[data-line]")].map((item) => {
  const { line, sets, repetitions, hold, sides } = item.dataset;
  const dose = { repetitions: Number(repetitions), hold: Number(hold), sides: sides.split(" "), gap: Number(panel.dataset.gap) };
  return { ...item.dataset, id: line, item, sets: Number(sets), dose };
});

// The session: its day, the lines still to do, what runs of the first of them, how many were finished.
let session = null;
let seen = null;
let frame = 0;

// What the phone knows.

async function known(day) {
  const record = (await queue.readRecord(who, day)) ?? blank();
  const items = (await queue.items(who)).filter(({ operation }) => operation.local_date === day);
  return { record, items, shown: overlay(record, items) };
}

// What the server wrote into this page is what it holds of the page's day.
function readPage() {
  const record = blank();
  for (const { id, item } of lines) {
    const { rev, outcome, setsDone } = item.dataset;
    if (rev) record.stretches[id] = { rev: Number(rev), outcome, sets_done: Number(setsDone) };
  }
  return record;
}

// One after the other, each on top of what stands by then; none waits for the network.
let writing = Promise.resolve();

function keep(line, said) {
  writing = writing.then(() => keepNow(line, said)).catch((fault) => {
    note("fault", say(fault.name === "QuotaExceededError" ? "full" : "not_saved"), { tone: "error" });
    return null;
  });
  return writing;
}

async function keepNow(line, said, tries = 3) {
  const { record, items, shown } = await known(session.day);
  const entry = said(shown.stretches[line.id]);
  const one = { prescription_id: line.id, label: line.label, ...entry };
  const written = write(await queue.envelope(session.day), record, items, { checkins: [], soreness: [], stretches: [one] });
  try {
    if (written.items?.length) await queue.keep(who, written);
  } catch (fault) {
    if (fault.name !== "ChangedError" || tries === 1) throw fault;
    return keepNow(line, said, tries - 1);
  }
  sendSoon();
  return entry;
}

// Where a session stands, for whoever comes back to it on the same day.
const remember = (place) => store.writeMeta("guide", place && { who, day: session.day, ...place }).catch(() => {});

// Sound, vibration and a screen that stays on.

let isLoud = true;
let audio = null;

function beep(hertz, seconds) {
  if (!isLoud || !audio) return;
  const [tone, gain] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = hertz;
  gain.gain.setValueAtTime(0.25, audio.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + seconds);
  tone.connect(gain).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + seconds);
}

const CUES = {
  start: [880, 0.35, [120]],
  last: [660, 0.1, []],
  end: [440, 0.4, [80, 80, 80]],
  over: [520, 0.8, [200, 100, 200]],
};

function sound(name) {
  const [hertz, seconds, buzz] = CUES[name];
  beep(hertz, seconds);
  if (buzz.length) navigator.vibrate?.(buzz);
}

let awake = null;

async function stayAwake() {
  if (!session || document.visibilityState !== "visible") return;
  awake = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null;
}

// A button's words, and its picture where that changes.
function label(name, text, icon) {
  at(name).querySelector("span").textContent = text;
  const use = at(name).querySelector("use");
  if (icon) use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${icon}`));
}

function tellSound() {
  at("sound").setAttribute("aria-pressed", isLoud);
  label("sound", tell(isLoud ? "sound_on" : "sound_off"), isLoud ? "volume" : "volume-off");
}

// The page.

function show(step) {
  for (const one of panel.querySelectorAll(".guide-step")) one.hidden = one !== at(step);
  cancelAnimationFrame(frame);
  at(step).querySelector(":scope > h2")?.focus();
}

function tellPhase(now) {
  const { kind, side, time } = session.run.phases[session.run.at] ?? {};
  if (!kind) return;
  at("say").textContent = session.run.stopped === null
    ? tell(side ? `${kind}_${side}` : kind, { n: time, all: session.line.dose.repetitions })
    : tell("paused");
  panel.dataset.phase = kind;
  tellTime(now);
}

function tellTime(now) {
  const { seconds, share } = guide.left(session.run, now);
  if (at("left").textContent !== String(seconds)) at("left").textContent = seconds;
  at("arc").setAttribute("stroke-dashoffset", (session.run.phases[session.run.at]?.kind === "hold" ? share : 1 - share).toFixed(3));
}

function go() {
  cancelAnimationFrame(frame);
  const now = clock();
  session.run = guide.tick(session.run, now);
  const looked = guide.look(session.run, now);
  const heard = seen && guide.cue(seen, looked);
  const isNew = !seen || looked.at !== seen.at;
  seen = looked;
  if (heard) sound(heard);
  if (guide.isOver(session.run)) return once(finish);
  if (isNew) {
    tellPhase(now);
    remember({ line: session.line.id, at: session.run.at, held: session.run.held });
  } else tellTime(now);
  if (session.run.stopped === null) frame = requestAnimationFrame(go);
}

// A tab in the background draws nothing; its sounds and its entries shall come all the same.
setInterval(() => session?.run && !at("run").hidden && document.hidden && go(), 500);

function tellPause() {
  const [word, icon] = session.run.stopped === null ? ["pause", "pause"] : ["resume", "play"];
  label("pause", tell(word), icon);
  tellPhase(clock());
}

function setRun(run) {
  session.run = run;
  seen = guide.look(run, clock());
  tellPause();
  go();
}

function begin(line, from) {
  const phases = guide.plan(line.dose);
  Object.assign(session, { line, run: null, entry: null });
  at("name").textContent = line.label;
  at("count").textContent = session.all > 1 ? tell("count", { n: session.all - session.lines.length + 1, all: session.all }) : "";
  at("how").replaceChildren(...[...line.item.cloneNode(true).children].slice(1));
  for (const form of [at("rate"), at("ache"), at("why")]) form.reset();
  show("run");
  at("name").focus();
  panel.scrollIntoView({ block: "start" });
  seen = null;
  const begun = guide.begin(phases, clock());
  session.run = from ? guide.returnTo(begun, from, clock()) : begun;
  tellPause();
  go();
}

async function finish() {
  const { line } = session;
  remember(null);
  const said = (entry) => guide.entryAfter(line, entry, { isDone: true });
  const entry = await keep(line, said);
  session.entry = entry ?? said();
  at("done").textContent = entry ? tell("well_done") : "";
  session.done.add(line.id);
  const isMore = guide.timesLeft(line, session.entry) > 0;
  at("again").hidden = !isMore;
  at("next").textContent = tell(session.lines.length > 1 ? "next" : "finish");
  show("rate");
  at("next").focus();
}

function next() {
  session.lines.shift();
  if (session.lines.length) return begin(session.lines[0]);
  end("end");
}

function end(step) {
  remember(null);
  at("sum").textContent = tell("count", { n: session.done.size, all: session.all });
  show(step);
  awake?.release().catch(() => {});
  session = null;
}

// How much it hurt is said on top of what is in the log already.
async function rate(pain, goOn) {
  const { line, entry, day } = session;
  if (pain === null) return goOn();
  const { shown } = await known(day);
  const usual = shown.checkins[line.episode]?.pain_average;
  if (guide.tooPainful(pain, usual, panel.dataset)) return stop(pain, entry);
  await keep(line, () => ({ ...entry, pain_during: pain }));
  goOn();
}

async function stop(pain, entry) {
  const { line } = session;
  await keep(line, (before) => guide.entryAfter(line, entry ?? before, { isTooHard: true, reason: "more_pain", pain }));
  end("stop");
}

async function skip(reason) {
  const { line } = session;
  await keep(line, (entry) => guide.entryAfter(line, entry, { reason }));
  next();
}

const painOf = (form) => {
  const value = new FormData(at(form)).get("pain_during");
  return value && Number(value);
};

// Beginning.

async function look() {
  const day = localDay(await queue.rightNow(), queue.zoneHere());
  const { shown } = await known(day);
  const due = lines.filter((line) => isDue(line, day, weekday(day)));
  // A single stretch may be done on a day of rest too.
  const offered = due.length || !at("one") ? due : lines.filter((line) => line.starts <= day && (!line.ends || day <= line.ends));
  const open = offered.filter((line) => guide.timesLeft(line, shown.stretches[line.id]));
  for (const { item } of lines) item.hidden = !due.some((line) => line.item === item);
  const before = await store.readMeta("guide");
  const from = before?.who === who && before.day === day ? before : null;
  return { day, due, open, from };
}

async function offer() {
  const { due, open, from } = await look();
  const [none, all] = [at("none"), at("all")];
  if (none) none.hidden = due.length > 0;
  if (all) all.hidden = !due.length || open.length > 0;
  at("begin").hidden = !open.length;
  const isBegun = from && open.some((line) => line.id === from.line);
  if (isBegun) label("start", tell("from_here"));
}

async function start() {
  const { day, open, from } = await look();
  if (!open.length) return offer();
  audio ??= "AudioContext" in window ? new AudioContext() : null;
  audio?.resume();
  const stood = open.find((line) => line.id === from?.line);
  const todo = stood ? [stood, ...open.filter((line) => line !== stood)] : open;
  session = { day, lines: todo, all: todo.length, done: new Set() };
  at("head").hidden = at("intro").hidden = true;
  panel.hidden = false;
  stayAwake();
  begin(todo[0], stood && from);
}

// A second tap while the first is still being written down is none.
let isBusy = false;

async function once(work) {
  if (isBusy) return;
  isBusy = true;
  await work().finally(() => (isBusy = false));
}

const goOn = (change) => {
  show("run");
  at("pause").focus();
  setRun(change(guide.resume(session.run, clock()), clock()));
};

const halt = (step) => () => {
  session.run = guide.pause(session.run, clock());
  show(step);
};

const ACTS = {
  start: () => once(start),
  pause: () => setRun((session.run.stopped === null ? guide.pause : guide.resume)(session.run, clock())),
  back: () => setRun(guide.back(session.run, clock())),
  skip: halt("why"),
  hurts: halt("ache"),
  stay: () => goOn((run) => run),
  better: () => goOn(guide.back),
  again: () => once(() => rate(painOf("rate"), () => begin(session.line))),
  why: ({ target }) => target.value && once(() => skip(target.value)),
  sound: () => {
    isLoud = !isLoud;
    tellSound();
    store.writeMeta("isMuted", !isLoud);
  },
};

function listen() {
  for (const [name, act] of Object.entries(ACTS)) at(name).addEventListener("click", act);
  panel.addEventListener("submit", (event) => {
    event.preventDefault();
    once(() => (event.target === at("rate") ? rate(painOf("rate"), next) : stop(painOf("ache"))));
  });
  document.addEventListener("keydown", (event) => {
    const button = panel.querySelector(`[aria-keyshortcuts="${event.code}"]`);
    const isOthers = event.altKey || event.ctrlKey || event.metaKey || event.target.closest("a");
    // A button that is focused is pressed by the space bar itself.
    if (!button || !session || at("run").hidden || isOthers || (event.code === "Space" && event.target.closest("button"))) return;
    event.preventDefault();
    button.click();
  });
  document.addEventListener("visibilitychange", () => {
    stayAwake();
    if (session?.run && !at("run").hidden) go();
  });
}

async function prepare() {
  if (!(await ready)) return;
  isLoud = !(await store.readMeta("isMuted"));
  tellSound();
  if (!kept) await queue.learn(who, panel.dataset.day, readPage());
  listen();
  await offer();
  document.addEventListener("aftercare:days", () => session ?? offer());
  panel.dataset.ready = "yes";
}

if (who && queue.canKeep() && lines.length) prepare();
