// A guided stretch as phases in time: pure, told by a clock that is handed in, in ms that only go on.
// However late it is asked (a tab in the background, a phone that slept), it says what holds by now.

// One time of the day: each repetition on each side, with a pause to get ready, change side or rest
// before each hold. `sides` is ["left", "right"], or one entry where there is nothing to change.
export function plan({ repetitions, hold, sides, gap }) {
  const phases = [];
  for (let time = 1; time <= repetitions; time += 1) {
    sides.forEach((side, n) => {
      const kind = !phases.length ? "ready" : n ? "change" : "rest";
      phases.push({ kind, side, time, ms: gap * 1000 }, { kind: "hold", side, time, ms: hold * 1000 });
    });
  }
  return phases;
}

// A run: at phase `at` since `since`, or stopped after so many ms of it; `held` are the holds done.
export const begin = (phases, now, at = 0, held = []) => ({ phases, at, since: now, stopped: null, held });

export const isOver = ({ phases, at }) => at >= phases.length;
export const isWhole = ({ phases, held }) => held.length * 2 === phases.length;

const spent = ({ since, stopped }, now) => stopped ?? Math.max(now - since, 0);

export function tick(run, now) {
  let { at, since, held } = run;
  if (run.stopped !== null) return run;
  for (let phase = run.phases[at]; phase && now - since >= phase.ms; phase = run.phases[at]) {
    if (phase.kind === "hold") held = [...held, at];
    since += phase.ms;
    at += 1;
  }
  return at === run.at ? run : { ...run, at, since, held };
}

export const pause = (run, now) => (run.stopped === null ? { ...run, stopped: spent(run, now) } : run);
export const resume = (run, now) =>
  run.stopped === null ? run : { ...run, since: now - run.stopped, stopped: null };

// To the start of what is held now, with time to get ready; from there, to the hold before.
export function back(run, now) {
  const to = Math.max(run.phases[run.at]?.kind === "hold" ? run.at - 1 : run.at - 2, 0);
  const held = run.held.filter((at) => at < to);
  return { ...run, at: to, since: now, stopped: run.stopped === null ? null : 0, held };
}

// Back in a run that was cut off: at the start of the hold that stood then.
export function returnTo(run, { at, held }, now) {
  const isHold = run.phases[at]?.kind === "hold";
  return back({ ...run, at: isHold ? at : at + 1, held }, now);
}

// Whole seconds that are left, and the share of the phase that is over.
export function left(run, now) {
  const ms = run.phases[run.at]?.ms ?? 0;
  const over = Math.min(spent(run, now), ms);
  return { seconds: Math.ceil((ms - over) / 1000), share: ms ? over / ms : 1 };
}

// What is to be heard between two looks: the newest of it alone, so that nothing is made up for.
export function cue(before, after) {
  if (after.at !== before.at) return !after.kind ? "over" : after.kind === "hold" ? "start" : "end";
  const isLast = after.kind === "hold" && after.seconds < before.seconds && after.seconds <= 3;
  return isLast && after.seconds > 0 ? "last" : null;
}

export const look = (run, now) => ({ at: run.at, kind: run.phases[run.at]?.kind, ...left(run, now) });

// The day's stretches, by what is logged of each.

const setsOf = (line, entry) => entry?.sets_done ?? (entry?.outcome === "done" ? line.sets : 0);

// How many times are still to do today: none of what was too hard or could not be done.
export function timesLeft(line, entry) {
  if (["done", "too_hard", "could_not"].includes(entry?.outcome)) return 0;
  return Math.max(line.sets - setsOf(line, entry), 0);
}

// The entry after one time of a stretch: the timer's own count, on top of what stood there.
export function entryAfter(line, entry, { isDone, reason = null, isTooHard, pain }) {
  const sets_done = Math.min(setsOf(line, entry) + (isDone ? 1 : 0), 20);
  let outcome = sets_done >= line.sets ? "done" : "partly";
  if (isTooHard) outcome = "too_hard";
  else if (!isDone && !sets_done) outcome = "could_not";
  const said = { outcome, sets_done, reason: outcome === "done" ? null : reason, provenance: "timer" };
  return typeof pain === "number" ? { ...said, pain_during: pain } : said;
}

// The working rule of domain/too_painful.py; `usual` is the day's pain where it is known.
export const tooPainful = (during, usual, { least, rise }) =>
  during >= least || (typeof usual === "number" && during - usual >= rise);
