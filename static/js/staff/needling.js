// The needling record for the thumb: muscles from the map or three letters, steppers, needles counted.

const form = document.querySelector("[data-rows]");
const rows = form.querySelector(".rows");
const blank = document.getElementById("blank");
const find = document.getElementById("find");
const near = document.getElementById("near");
const known = new Map([...document.querySelectorAll("#all-muscles option")].map((one) => [one.dataset.id, one]));
const NEAREST = 4;

const field = (row, name) => row.querySelector(`[name^="${name}-"]`);
const muscleOf = (row) => field(row, "muscle").value;
const sideOf = (row) => row.querySelector("[name^=side-]:checked")?.value;
const live = () => [...form.querySelectorAll("[data-row]")].filter((row) => !row.disabled);
const shown = () => live().filter((row) => !row.hidden);
const chosen = () => live().filter(muscleOf);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function button(words, act, className = "btn small") {
  const made = Object.assign(document.createElement("button"), { type: "button", className, textContent: words });
  made.addEventListener("click", act);
  return made;
}

// Steppers: the number stays a field of its own, for typing and for screen readers.
function step(input) {
  const by = Number(input.dataset.step);
  const move = (way) => {
    const next = (Number(input.value) || 0) + way * by;
    input.value = Math.min(Number(input.max), Math.max(Number(input.min), next));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const box = Object.assign(document.createElement("div"), { className: "stepper" });
  const name = document.querySelector(`label[for="${input.id}"]`)?.textContent.trim() ?? "";
  const [less, more] = [-1, 1].map((way) => button(way < 0 ? "−" : "+", () => move(way), ""));
  less.setAttribute("aria-label", `${name} −${by}`);
  more.setAttribute("aria-label", `${name} +${by}`);
  input.replaceWith(box);
  box.append(less, input, more);
}

function dress(row) {
  row.querySelectorAll("[data-step]").forEach(step);
  const remove = button(blank.dataset.remove, () => takeOut(row), "btn small remove");
  row.append(remove);
  showLung(row);
}

function showLung(row) {
  row.querySelector(".lung-note").hidden = !known.get(muscleOf(row))?.hasAttribute("data-lung");
}

function takeOut(row) {
  const words = known.get(muscleOf(row))?.value ?? "";
  row.disabled = row.hidden = true;
  const line = Object.assign(document.createElement("p"), { className: "removed" });
  const back = button(blank.dataset.undo, () => {
    row.disabled = row.hidden = false;
    line.remove();
    show();
    field(row, "muscle").focus();
  });
  line.append(Object.assign(document.createElement("span"), { textContent: fill(blank.dataset.removed, { muscle: words }) }), back);
  row.after(line);
  back.focus();
  show();
}

let place = Math.max(-1, ...[...form.querySelectorAll("[data-row]")].map((row) => Number(field(row, "muscle").name.split("-").at(-1)))) + 1;

// What a new row begins with: the last one's needle and technique, for the hand goes on with the same.
const KEPT = ["insertions", "technique", "gauge", "length", "depth", "dwell", "lot"];

function add(muscle, side) {
  const last = chosen().at(-1);
  let row = live().find((one) => !muscleOf(one));
  if (!row) {
    const made = blank.content.cloneNode(true);
    for (const one of made.querySelectorAll("[name], [id], [for]")) {
      for (const name of ["name", "id", "for"]) {
        if (one.hasAttribute(name)) one.setAttribute(name, one.getAttribute(name).replace("-NEW", `-${place}`));
      }
    }
    place += 1;
    row = made.querySelector("[data-row]");
    rows.append(row);
    dress(row);
  }
  unfold(row);
  field(row, "muscle").value = muscle;
  for (const one of row.querySelectorAll("[name^=side-]")) if (one.value === side) one.checked = true;
  if (last && last !== row) for (const name of KEPT) field(row, name).value = field(last, name).value;
  showLung(row);
  show();
}

// Empty rows wait out of sight: the chooser fills them.
function unfold(row) {
  row.hidden = false;
  const spare = row.closest("details.spare");
  if (!spare) return;
  spare.hidden = false;
  spare.open = true;
}

// The legend's numbers, what is lit on the body, how many needles that makes.
let counted = Number(form.elements.needles_in.value) || 0;
function show() {
  shown().forEach((row, n) => (row.querySelector("legend").textContent = fill(blank.dataset.number, { number: n + 1 })));
  const lit = new Set(chosen().flatMap((row) => {
    const side = sideOf(row);
    return (side === "middle" ? ["left", "right"] : [side]).map((one) => `${muscleOf(row)} ${one}`);
  }));
  for (const spot of form.querySelectorAll(".body-map [data-place]")) spot.classList.toggle("on", lit.has(spot.dataset.place));
  const { needles_in: into } = form.elements;
  // One needle a muscle, until somebody says otherwise.
  if (!into.value || Number(into.value) === counted) {
    counted = chosen().length;
    into.value = counted || "";
  }
  showOut();
}

const allOut = document.getElementById("all-out");
function showOut() {
  const { needles_in: into, needles_out: out } = form.elements;
  allOut.hidden = !into.value || out.value === into.value;
  allOut.querySelector("span").textContent = fill(allOut.dataset.words, { n: into.value });
}
allOut.addEventListener("click", () => {
  form.elements.needles_out.value = form.elements.needles_in.value;
  showOut();
});

// A tap on the body: the muscles that lie nearest, since many lie over each other.
function point(svg, { clientX, clientY }) {
  return new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM().inverse());
}

function offer(svg, event) {
  const { x, y } = point(svg, event);
  const spots = [...svg.querySelectorAll("[data-place]")].map((spot) => {
    const [cx, cy, rx, ry] = ["cx", "cy", "rx", "ry"].map((name) => Number(spot.getAttribute(name)));
    // How far outside its own shape, so that a long muscle is as near as a short one.
    return { spot, away: Math.hypot(x - cx, y - cy) - (rx + ry) / 2 };
  });
  spots.sort((one, other) => one.away - other.away);
  near.replaceChildren(
    ...spots.slice(0, NEAREST).map(({ spot }) => {
      const [muscle, side] = spot.dataset.place.split(" ");
      const words = fill(near.dataset.label, { muscle: known.get(muscle).value, side: near.dataset[side] });
      return button(words, () => {
        add(muscle, side);
        near.replaceChildren();
      });
    }),
  );
}

for (const svg of form.querySelectorAll(".body-map")) svg.addEventListener("click", (event) => offer(svg, event));

// Three letters that fit one muscle are enough; Enter takes the first that fits.
function fitting(text) {
  const low = text.trim().toLocaleLowerCase();
  if (low.length < 3) return [];
  const all = [...known].map(([id, { value }]) => ({ id, name: value.toLocaleLowerCase() }));
  const exact = all.filter(({ name }) => name === low);
  return exact.length ? exact : all.filter(({ name }) => name.split(/\s+/).some((word) => word.startsWith(low)) || name.includes(low));
}

function take(id) {
  const side = sideOf(chosen().at(-1) ?? live()[0] ?? form) ?? "left";
  find.value = "";
  near.replaceChildren();
  add(id, side);
}

find.addEventListener("input", () => {
  const found = fitting(find.value);
  const isChosen = found.length === 1 && found[0].name === find.value.trim().toLocaleLowerCase();
  if (isChosen) return take(found[0].id);
  near.replaceChildren(...found.slice(0, NEAREST).map(({ id }) => button(known.get(id).value, () => take(id))));
});
find.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const [first] = fitting(find.value);
  if (first) take(first.id);
});

form.querySelector(".chooser").hidden = false;
for (const row of form.querySelectorAll("[data-row]")) {
  dress(row);
  row.hidden = !muscleOf(row);
}
for (const spare of form.querySelectorAll("details.spare")) spare.hidden = true;
for (const input of form.querySelectorAll("[data-step]")) if (!input.closest(".stepper")) step(input);
form.addEventListener("input", showOut);
form.addEventListener("change", (event) => {
  const row = event.target.closest("[data-row]");
  if (row) showLung(row);
  show();
});
show();
