// Measures and the question for the visit on a phone: written down at once, whatever the network does.

import { localDay } from "./clock.js";
import { note, ready, sendSoon, who } from "./patient.js";
import * as queue from "./queue.js";
import { say } from "./words.js";

const forms = [...document.querySelectorAll("form[data-op]")];
const value = (form, name) => form.elements[name].value;

function read(form, isSkipped) {
  const episode_id = value(form, "episode_id");
  if (form.dataset.op === "question") return { episode_id, text: value(form, "text").trim() };
  const chosen = isSkipped ? [] : [...form.querySelectorAll("[name^=answer-]:checked")];
  const answers = chosen.map((one) => [one.name.slice("answer-".length), Number(one.value)]);
  return { episode_id, measure: value(form, "measure"), answers: Object.fromEntries(answers) };
}

const waitingOf = async (id) => (await queue.items(who)).filter(({ operation }) => operation.entry_id === id);

async function write(form, data, tries = 3) {
  const { newId, ...when } = await queue.envelope(localDay(await queue.rightNow(), queue.zoneHere()));
  // A measure belongs to its day: on a page of another day this is a new one.
  const isNew = form.dataset.day && form.dataset.day !== when.local_date;
  const entry_id = isNew ? newId() : value(form, "entry_id");
  const own = await waitingOf(entry_id);
  // What was tried may stand at the server: it is followed, not replaced.
  const isOpen = (item) => !item.tried || item.state === "invalid";
  const { recorded_at, local_date, zone } = when;
  const operation = {
    op_id: newId(),
    kind: form.dataset.op,
    entry_id,
    base_rev: isNew ? null : Number(value(form, "base_rev")) || null,
    recorded_at,
    local_date,
    zone,
    data,
  };
  const seqs = (items) => items.map(({ seq }) => seq);
  const told = {
    items: [{ operation, about: { label: form.dataset.label } }],
    replaces: seqs(own.filter(isOpen)),
    expects: seqs(own.filter((item) => !isOpen(item))),
  };
  try {
    await queue.keep(who, told);
  } catch (fault) {
    // Something was sent between the look and the writing.
    if (fault.name !== "ChangedError" || tries === 1) throw fault;
    await write(form, data, tries - 1);
  }
}

async function save(form, isSkipped) {
  const data = read(form, isSkipped);
  if (data.answers && !isSkipped && !Object.keys(data.answers).length) {
    return note("fault", say("nothing_chosen"), { tone: "error" });
  }
  note("fault", "");
  await write(form, data);
  const card = form.closest(".ask");
  if (card) card.hidden = true;
  note("saved", say("saved_long"), { tone: "saved" });
  document.getElementById("notes").scrollIntoView({ block: "center" });
  if ((await sendSoon()) !== "sent") return;
  note("saved", say("sent_long"), { tone: "saved" });
  if (form.dataset.back && !card) location.assign(form.dataset.back);
}

async function dress(form) {
  const waiting = (await waitingOf(value(form, "entry_id"))).at(-1);
  if (!waiting) return;
  const card = form.closest(".ask");
  if (card) card.hidden = true;
  const { text } = waiting.operation.data;
  if (text !== undefined && form.elements.text.value === form.elements.text.defaultValue) form.elements.text.value = text;
}

if (who && queue.canKeep()) {
  for (const form of forms) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const isSkipped = event.submitter?.name === "skip";
      const failed = () => note("fault", say("not_saved"), { tone: "error" });
      // A phone that can't keep anything: then as without a script.
      ready.then((can) => (can ? save(form, isSkipped) : form.submit())).catch(failed);
    });
  }
  if (await ready) for (const form of forms) await dress(form);
}
