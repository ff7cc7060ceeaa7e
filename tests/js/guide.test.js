// The guided stretch: phases against a clock of the test's own, however late it is looked at.

import { back, begin, cue, entryAfter, isOver, isWhole, left, look, pause, plan, resume, returnTo, tick, timesLeft, tooPainful } from "../../static/js/guide.js";
import { isDue } from "../../static/js/operations.js";
import { equal, numbers, ok } from "./check.js";

const dose = (more = {}) => ({ repetitions: 2, hold: 30, sides: ["left", "right"], gap: 5, ...more });
const S = 1000;
const total = (phases) => phases.reduce((sum, { ms }) => sum + ms, 0);
const line = (more = {}) => ({ id: "p", sets: 2, days: 0b0011111, starts: "2026-11-01", ends: "", ...more });

export default (test) => {
  test("two sides change within a repetition and rest between two", () => {
    const phases = plan(dose());
    equal(phases.map(({ kind }) => kind), ["ready", "hold", "change", "hold", "rest", "hold", "change", "hold"]);
    equal(phases.map(({ side }) => side), ["left", "left", "right", "right", "left", "left", "right", "right"]);
    equal(total(phases), 4 * 35 * S);
  });

  test("one side gets ready, holds and rests", () => {
    equal(plan(dose({ sides: [""] })).map(({ kind }) => kind), ["ready", "hold", "rest", "hold"]);
  });

  test("a look each moment and one late look come to the same", () => {
    const next = numbers(7);
    for (let round = 0; round < 50; round += 1) {
      const phases = plan(dose({ repetitions: 1 + Math.floor(next() * 4), hold: 3 + Math.floor(next() * 40) }));
      const end = Math.floor(next() * total(phases) * 1.2);
      let often = begin(phases, 0);
      for (let now = 0; now < end; now += 1 + Math.floor(next() * 900)) often = tick(often, now);
      equal(tick(often, end), tick(begin(phases, 0), end));
    }
  });

  test("what is held is counted, and all of it makes the time whole", () => {
    const phases = plan(dose());
    const midway = tick(begin(phases, 0), 35 * S);
    equal([midway.held, isWhole(midway), isOver(midway)], [[1], false, false]);
    const over = tick(midway, total(phases));
    ok(isWhole(over) && isOver(over));
    equal(left(over, total(phases)), { seconds: 0, share: 1 });
  });

  test("a pause stands still and goes on where it stood", () => {
    const phases = plan(dose());
    const paused = pause(tick(begin(phases, 0), 15 * S), 15 * S);
    equal(left(tick(paused, 900 * S), 900 * S).seconds, 20);
    equal(pause(paused, 950 * S), paused);
    const on = resume(paused, 1000 * S);
    equal(left(on, 1001 * S).seconds, 19);
    equal(tick(on, 1020 * S).held, [1]);
  });

  test("back goes to the hold's own start, then to the one before, and counts anew", () => {
    const phases = plan(dose());
    const run = tick(begin(phases, 0), 45 * S);
    equal([run.at, run.held], [3, [1]]);
    const again = back(run, 45 * S);
    equal([again.at, again.held, left(again, 45 * S).seconds], [2, [1], 5]);
    const before = back(again, 46 * S);
    equal([before.at, before.held], [0, []]);
    equal(back(before, 46 * S).at, 0);
    equal(back(pause(run, 45 * S), 50 * S).stopped, 0);
  });

  test("a run that was cut off begins at its hold again", () => {
    const phases = plan(dose());
    const again = returnTo(begin(phases, 0), { at: 3, held: [1] }, 9 * S);
    equal([again.at, again.held, left(again, 9 * S).seconds], [2, [1], 5]);
    equal(returnTo(begin(phases, 0), { at: 2, held: [1] }, 0).at, 2);
    equal(returnTo(begin(phases, 0), { at: 0, held: [] }, 0).at, 0);
  });

  test("a clock that stands or goes back never goes over the phase's time", () => {
    const run = begin(plan(dose()), 1000 * S);
    equal(left(run, 900 * S), { seconds: 5, share: 0 });
    equal(tick(run, 900 * S), run);
  });

  test("it is heard when a hold begins, ends and has three seconds left", () => {
    const run = begin(plan(dose({ repetitions: 1 })), 0);
    const at = (ms) => look(tick(run, ms), ms);
    equal(cue(at(4900), at(5000)), "start");
    equal(cue(at(31_900), at(32_000)), "last");
    equal(cue(at(31_000), at(31_900)), null);
    equal(cue(at(3000), at(3100)), null);
    equal(cue(at(34_900), at(35_000)), "end");
    equal(cue(at(69_900), at(70_000)), "over");
    // Back from the background: one sound, not all that were missed.
    equal(cue(at(1000), at(69_000)), "start");
  });

  test("a time more is one set more, and all of them are done", () => {
    const first = entryAfter(line(), undefined, { isDone: true });
    equal(first, { outcome: "partly", sets_done: 1, reason: null, provenance: "timer" });
    equal(timesLeft(line(), first), 1);
    const second = entryAfter(line(), first, { isDone: true, pain: 2 });
    equal(second, { outcome: "done", sets_done: 2, reason: null, provenance: "timer", pain_during: 2 });
    equal(timesLeft(line(), second), 0);
    equal(entryAfter(line(), { outcome: "done" }, { isDone: true }).sets_done, 3);
  });

  test("skipping tells why, and takes back nothing that was done", () => {
    const none = entryAfter(line(), undefined, { isDone: false, reason: "no_time" });
    equal([none.outcome, none.sets_done, none.reason], ["could_not", 0, "no_time"]);
    const some = entryAfter(line(), { outcome: "partly", sets_done: 1 }, { isDone: false, reason: "ill" });
    equal([some.outcome, some.sets_done, some.reason], ["partly", 1, "ill"]);
  });

  test("too much pain ends it as too hard, with the pain", () => {
    const entry = entryAfter(line(), { outcome: "partly", sets_done: 1 }, { isDone: false, isTooHard: true, pain: 8 });
    equal([entry.outcome, entry.sets_done, entry.pain_during], ["too_hard", 1, 8]);
    equal(timesLeft(line(), entry), 0);
  });

  test("the rule of too much pain knows the day's own", () => {
    const limits = { least: 7, rise: 3 };
    equal([6, 7].map((pain) => tooPainful(pain, undefined, limits)), [false, true]);
    equal([4, 5].map((pain) => tooPainful(pain, 2, limits)), [false, true]);
    equal(tooPainful(0, null, limits), false);
  });

  test("a stretch is due on its days, while it is in force and not paused", () => {
    equal(isDue(line(), "2026-11-20", 4), true);
    equal(isDue(line(), "2026-11-21", 5), false);
    equal(isDue(line({ ends: "2026-11-19" }), "2026-11-20", 4), false);
    equal(isDue(line({ starts: "2026-11-21" }), "2026-11-20", 4), false);
    equal(isDue(line({ pauses: '[["2026-11-18","2026-11-20"]]' }), "2026-11-20", 4), false);
  });
};
