// What waits on this phone: shown as it was said, to be sent, mended, kept as a file or let go.

import { note, ready, sendNow, who } from "./patient.js";
import * as queue from "./queue.js";
import * as store from "./store.js";
import { longDay, say } from "./words.js";

const list = document.getElementById("list");
// Mended on another page than the day's.
const ELSEWHERE = ["measure", "question"];
const make = (tag, fields) => Object.assign(document.createElement(tag), fields);

function words({ operation: { kind, data }, about }) {
  if (kind === "stretch") return `${about.label}: ${say(`outcome_${data.outcome}`)}`;
  if (kind === "safety") return say("kind_safety");
  if (kind === "flare_reply") return say(`kind_spell_${data.answer}`);
  // A measure has its own name; a question says itself.
  if (ELSEWHERE.includes(kind)) return data.text ? `${about.label}: ${data.text}` : about.label;
  if (kind === "soreness") return `${say("kind_soreness", { n: data.soreness })}, ${about.label}`;
  const told = ["pain_average", "pain_worst", "stiffness", "sleep", "stress"]
    .filter((name) => typeof data[name] === "number")
    .map((name) => say(`kind_${name}`, { n: data[name] }));
  if (typeof data.is_flare === "boolean") told.push(say(`kind_is_flare_${data.is_flare}`));
  return [`${about.label}: ${told.shift() ?? ""}`, ...told].join(", ");
}

function reasons({ refusal }) {
  if (!refusal) return "";
  if (refusal.status === "not_found") return say("refused_gone");
  return Object.values(refusal.errors).flat().join(" ");
}

function button(text, act, tone = "") {
  const made = make("button", { type: "button", className: `btn small ${tone}`, textContent: text });
  made.addEventListener("click", act);
  return made;
}

function line(item) {
  const { operation, state } = item;
  const row = make("li");
  const told = make("div");
  told.append(
    make("strong", { textContent: longDay(operation.local_date) }),
    make("span", { className: `pill ${state === "invalid" ? "plum" : ""}`, textContent: say(state === "invalid" ? "refused" : "waits") }),
    make("p", { textContent: words(item) }),
  );
  if (operation.data.note) told.append(make("p", { className: "quiet", textContent: operation.data.note }));
  if (state === "invalid") told.append(make("p", { className: "fault", textContent: reasons(item) }));
  const acts = make("div", { className: "row-actions" });
  if (!["safety", "flare_reply"].includes(operation.kind)) {
    acts.append(make("a", { className: "btn small", href: ELSEWHERE.includes(operation.kind) ? "/progress" : `/today?date=${operation.local_date}`, textContent: say("mend") }));
  }
  acts.append(button(say("delete"), () => remove(item), "danger"));
  row.append(told, acts);
  return row;
}

async function remove({ seq }) {
  const row = await store.removeOperation(who, seq);
  await show();
  note("deleted", say("deleted"), {
    act: [async () => {
      note("deleted", "");
      if (row) await store.restoreOperation(row);
      await show();
    }, say("undo")],
  });
}

async function show() {
  const items = await queue.items(who);
  list.replaceChildren(...items.map(line));
  const all = await store.countOutbox(who);
  note("unreadable", all > items.length ? say("unreadable") : "", { tone: "error" });
  document.getElementById("none").hidden = all > 0;
  document.getElementById("acts").hidden = !items.length;
}

async function retry() {
  for (const { seq, state } of await queue.items(who)) {
    if (state === "invalid") await store.requeue(who, seq);
  }
  const state = await sendNow();
  await show();
  if (state === "offline") note("retried", say("retried"));
}

if (await ready) {
  document.getElementById("retry").addEventListener("click", retry);
  document.getElementById("file").addEventListener("click", () => queue.saveAsFile(who));
  document.addEventListener("aftercare:sent", show);
  await show();
}
