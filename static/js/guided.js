// The guided session on its page: shows what guide.js tells, and writes each stretch down the moment
// that it is finished, so that whatever comes between takes nothing back.

import { localDay, weekday } from "./clock.js";
import * as guide from "./guide.js";
import { blank, overlay, write } from "./operations.js";
import { kept, note, ready, sendSoon, who } from "./patient.js";
import * as queue from "./queue.js";
import * as store from "./store.js";
import { count, say } from "./words.js";

const panel = document.getElementById("guide");
const at = (name) => document.getElementById(`guide-${name}`);
const STEPS = ["run", "why", "rate", "ache", "stop", "end"];
const words = JSON.parse(panel.dataset.words);
const tell = (name, values = {}) => words[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
const clock = () => performance.now();
const limits = { least: Number(panel.dataset.least), rise: Number(panel.dataset.rise) };

const lines = [...document.querySelectorAll("[data-line]")].map((item) => {
  const { line, episode, days, starts, ends, sets, repetitions, hold, sides, label } = item.dataset;
  const pauses = JSON.parse(item.dataset.pauses || "[]");
  const dose = { repetitions: Number(repetitions), hold: Number(hold), sides: sides.split(" "), gap: Number(panel.dataset.gap) };
  return { id: line, item, episode, label, pauses, days: Number(days), starts, ends, sets: Number(sets), dose };
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

function tellSound() {
  at("sound").setAttribute("aria-pressed", String(isLoud));
  at("sound").querySelector("span").textContent = tell(isLoud ? "sound_on" : "sound_off");
  swap(at("sound"), isLoud ? "volume" : "volume-off");
}

function swap(button, name) {
  const use = button.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${name}`));
}

// The page.

function show(step) {
  for (const name of STEPS) at(name).hidden = name !== step;
  if (step !== "run") cancelAnimationFrame(frame);
  const head = step !== "run" && at(step).querySelector("h2[tabindex]");
  if (head) head.focus();
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
  if (guide.isOver(session.run)) return finish();
  if (isNew) {
    tellPhase(now);
    remember({ line: session.line.id, at: session.run.at, held: session.run.held });
  } else tellTime(now);
  if (session.run.stopped === null) frame = requestAnimationFrame(go);
}

// A tab in the background draws nothing; its sounds and its entries shall come all the same.
setInterval(() => session?.run && !at("run").hidden && document.hidden && go(), 500);

function tellPause() {
  const isStopped = session.run.stopped !== null;
  at("pause").querySelector("span").textContent = tell(isStopped ? "resume" : "pause");
  swap(at("pause"), isStopped ? "play" : "pause");
  tellPhase(clock());
}

function setRun(run) {
  session.run = run;
  seen = guide.look(run, clock());
  tellPause();
  go();
}

const toggle = () => setRun((session.run.stopped === null ? guide.pause : guide.resume)(session.run, clock()));
const hold = () => (session.run = guide.pause(session.run, clock()));

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
  // Back in the middle of it: from the start of the hold that was cut off.
  session.run = from ? guide.back({ ...begun, at: from.at + (phases[from.at]?.kind === "hold" ? 0 : 1), held: from.held }, clock()) : begun;
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
  if (guide.tooPainful(pain, usual, limits)) return stop(pain, entry);
  await keep(line, () => ({ ...entry, pain_during: pain }));
  goOn();
}

async function stop(pain, entry) {
  const { line } = session;
  const counted = pain === null ? {} : { pain };
  await keep(line, (before) => ({ ...guide.entryAfter(line, entry ?? before, { isDone: false, isTooHard: true, reason: "more_pain", ...counted }) }));
  end("stop");
}

async function skip(reason) {
  const { line } = session;
  await keep(line, (entry) => guide.entryAfter(line, entry, { isDone: false, reason }));
  next();
}

const painOf = (form) => {
  const value = new FormData(form).get("pain_during");
  return value ? Number(value) : null;
};

// Beginning.

async function look() {
  const day = localDay(await queue.rightNow(), queue.zoneHere());
  const { shown } = await known(day);
  const due = lines.filter((line) => guide.isDue(line, day, weekday(day)));
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
  const minutes = open.reduce((sum, { dose }) => sum + (dose.repetitions * dose.sides.length * (dose.hold + dose.gap)) / 60, 0);
  const told = at("start").querySelector("span");
  told.dataset.words ??= told.textContent;
  told.textContent = isBegun ? tell("from_here") : `${told.dataset.words}, ${count("minutes", Math.ceil(minutes))}`;
}

async function start() {
  const { day, open, from } = await look();
  if (!open.length) return offer();
  audio ??= "AudioContext" in window ? new AudioContext() : null;
  audio?.resume();
  const place = from && open.findIndex((line) => line.id === from.line);
  const todo = place > 0 ? [...open.slice(place), ...open.slice(0, place)] : open;
  session = { day, lines: [...todo], all: todo.length, done: new Set() };
  for (const one of [at("head"), at("intro")]) one.hidden = true;
  panel.hidden = false;
  stayAwake();
  begin(todo[0], place >= 0 && from ? from : null);
}

const KEYS = { " ": "pause", ArrowLeft: "back", ArrowRight: "skip" };

function listen() {
  at("start").addEventListener("click", start);
  at("pause").addEventListener("click", toggle);
  at("back").addEventListener("click", () => setRun(guide.back(session.run, clock())));
  at("skip").addEventListener("click", () => {
    hold();
    show("why");
  });
  at("hurts").addEventListener("click", () => {
    hold();
    show("ache");
  });
  at("stay").addEventListener("click", () => (show("run"), setRun(guide.resume(session.run, clock()))));
  at("better").addEventListener("click", () => (show("run"), setRun(guide.back(guide.resume(session.run, clock()), clock()))));
  at("again").addEventListener("click", () => rate(painOf(at("rate")), () => begin(session.line)));
  at("why").addEventListener("click", ({ target }) => target.value && skip(target.value));
  at("rate").addEventListener("submit", (event) => (event.preventDefault(), rate(painOf(at("rate")), next)));
  at("ache").addEventListener("submit", (event) => (event.preventDefault(), stop(painOf(at("ache")))));
  at("sound").addEventListener("click", () => {
    isLoud = !isLoud;
    tellSound();
    store.writeMeta("isMuted", !isLoud);
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input, textarea, select, a, summary") || event.altKey || event.ctrlKey || event.metaKey;
    const isPress = event.key === " " && event.target.closest("button");
    if (!session || at("run").hidden || isTyping || isPress || !KEYS[event.key]) return;
    event.preventDefault();
    at(KEYS[event.key]).click();
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
