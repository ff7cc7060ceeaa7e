// The day's form as values, and values onto the form: no store, no clock, no words.

import { DAY, ENTRY, PAIN, same } from "./operations.js";

export const form = document.getElementById("day");

const SHARE = { checkins: "episode", soreness: "session", stretches: "line" };

export const all = (selector, within = form) => [...within.querySelectorAll(selector)];
export const blocks = (part) => all(`[data-${SHARE[part]}]`).filter((block) => !block.hidden);
// A field's name may carry an id behind a dash.
export const fieldsOf = (block, name) => all(`[name="${name}"], [name^="${name}-"]`, block);

function chosen(block, name) {
  const value = fieldsOf(block, name).find((one) => one.checked)?.value;
  return value ? Number(value) : null;
}

export function choose(block, name, value) {
  for (const one of fieldsOf(block, name)) one.checked = one.value === String(value ?? "");
}

// A place without a number hurts as the day does.
function placesOf(block, pain) {
  const rows = all(".place-row", block).map((row) => [...row.querySelectorAll("select")].map((one) => one.value));
  const told = rows
    .filter(([place, own]) => place && (own || pain !== null))
    .map(([place, own]) => {
      const [, region, side] = place.match(/(.*) (.*)/);
      return { pain: own ? Number(own) : pain, region, side };
    });
  return told.length ? told : null;
}

export function showPlaces(block, places) {
  all(".place-row", block).forEach((row, n) => {
    const { region, side, pain } = places?.[n] ?? {};
    const [place, own] = row.querySelectorAll("select");
    place.value = region ? `${region} ${side}` : "";
    own.value = pain ?? "";
  });
}

function siteOf(block) {
  const [muscle, side] = (fieldsOf(block, "sorest").find((one) => one.checked)?.value || "").split(" ");
  return { muscle: muscle || null, side: side || null };
}

export function readForm() {
  const allDone = form.elements.all_done?.checked;
  return {
    checkins: blocks("checkins").map((block) => ({
      episode_id: block.dataset.episode,
      clinic_id: block.dataset.clinic,
      label: block.dataset.label,
      ...Object.fromEntries(PAIN.map((name) => [name, chosen(block, name)])),
      regions: placesOf(block, chosen(block, "pain_average")),
      is_flare: tickOf(block).checked,
      ...(block.dataset.clinic
        ? { sleep: chosen(block, "sleep"), stress: chosen(block, "stress"), note: noteOf(block).value.trim() }
        : {}),
    })),
    soreness: blocks("soreness").map((block) => ({
      needling_session_id: block.dataset.session,
      label: block.dataset.label,
      soreness: chosen(block, "soreness"),
      ...siteOf(block),
    })),
    stretches: blocks("stretches").map((block) => {
      const outcome = fieldsOf(block, "outcome").find((one) => one.checked)?.value;
      return {
        prescription_id: block.dataset.line,
        label: block.dataset.label,
        outcome: outcome ?? (allDone ? "done" : null),
        isSwept: !outcome && allDone,
        reason: fieldsOf(block, "reason")[0].value,
      };
    }),
  };
}

// The box and not its twin, which is there for forms without a script.
export const tickOf = (block) => block.querySelector(".spell-tick [type=checkbox]");

export const noteOf = (block) => fieldsOf(block, "note")[0];

// What the form was filled with, by part and id: only what differs from it is an edit. The rest is as
// it stands by now, whoever wrote it: another tab, another phone.
const filled = {};

const KEYS = { checkins: "episode_id", soreness: "needling_session_id", stretches: "prescription_id" };
const NAMES = { checkins: [...ENTRY, ...DAY], soreness: ["soreness", "muscle", "side"], stretches: ["outcome", "reason"] };

export function remember(seen) {
  for (const [part, key] of Object.entries(KEYS)) {
    filled[part] = Object.fromEntries(seen[part].map((one) => [one[key], one]));
  }
}

// What was said, on top of what stands: `standing` gives it by part, for one of its entries.
export function onTop(said, standing) {
  const untouched = (part, one, name) => name in one && same(one[name], filled[part]?.[one[KEYS[part]]]?.[name]);
  const nothing = (value) => ({ string: "", boolean: false })[typeof value] ?? null;
  // "All done" speaks for stretches of which nothing is logged, for no others.
  const isLogged = (part, one) => part === "stretches" && one.isSwept && standing[part](one);
  const merge = (part) => (one) => ({
    ...one,
    ...(isLogged(part, one) || {}),
    ...Object.fromEntries(
      NAMES[part]
        .filter((name) => untouched(part, one, name))
        .map((name) => [name, standing[part](one)?.[name] ?? nothing(one[name])]),
    ),
  });
  return Object.fromEntries(Object.keys(NAMES).map((part) => [part, said[part].map(merge(part))]));
}

// The form as the server made it, whatever was tapped since or brought back by the browser.
export function asMade(read) {
  const part = (one) => (one.matches("textarea") ? "value" : one.matches("option") ? "selected" : "checked");
  const made = (one) => one[`default${part(one)[0].toUpperCase()}${part(one).slice(1)}`];
  // All of them first: to check one radio is to uncheck another.
  const typed = all("input:not([type=hidden]), textarea, option").map((one) => [one, one[part(one)]]);
  for (const [one] of typed) one[part(one)] = made(one);
  const seen = read();
  for (const [one, value] of typed) one[part(one)] = value;
  return seen;
}

