// "Is this a bad spell?" on /today: the answer is written down like an entry, with or without a network,
// and what is asked is looked at anew after something was sent.

import { localDay } from "./clock.js";
import { note, ready, sendSoon, who } from "./patient.js";
import * as queue from "./queue.js";
import { say } from "./words.js";

const box = document.getElementById("spell");

// What the phone has an answer to already is not asked again.
async function hideAnswered() {
  const items = await queue.items(who);
  const told = new Set(items.map(({ operation }) => operation.data.asked_id));
  for (const form of box.querySelectorAll("form")) if (told.has(form.dataset.asked)) form.remove();
}

async function askAnew() {
  const answer = await fetch(box.dataset.from, { credentials: "same-origin", cache: "no-store" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // A thumb that is on its way to a button must not meet another one.
  if (box.contains(document.activeElement)) return;
  box.replaceChildren(...page.body.children);
  await hideAnswered();
}

async function answer(form, said) {
  const items = await queue.items(who);
  const same = items.filter(({ operation }) => operation.data.asked_id === form.dataset.asked);
  const made = await queue.envelope(localDay(await queue.rightNow(), queue.zoneHere()));
  const operation = {
    op_id: made.newId(),
    kind: "flare_reply",
    entry_id: made.newId(),
    base_rev: null,
    recorded_at: made.recorded_at,
    local_date: made.local_date,
    zone: made.zone,
    data: { asked_id: form.dataset.asked, answer: said },
  };
  const replaces = same.filter(({ tried }) => !tried).map(({ seq }) => seq);
  await queue.keep(who, { items: [{ operation, about: {} }], replaces, expects: [] });
  form.remove();
  note("spell", say(`spell_${said}`), { tone: "saved" });
  await sendSoon();
}

if (box && who && queue.canKeep()) {
  box.addEventListener("submit", (event) => {
    event.preventDefault();
    const { target: form, submitter } = event;
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    ready
      .then((isReady) => isReady || Promise.reject(new Error("nothing can be kept")))
      .then(() => answer(form, submitter.value))
      .catch(() => {
        delete form.dataset.busy;
        note("spell", say("not_saved"), { tone: "error" });
      });
  });
  document.addEventListener("aftercare:sent", ({ detail }) => detail.sent && askAnew());
  if (await ready) await hideAnswered();
  box.dataset.ready = "yes";
}
