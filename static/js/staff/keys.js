// The caseload by keyboard: j and k (or the arrows) go from patient to patient, / to the search, and
// ? shows the keys. Enter opens, since the patient's own link has the focus.

const dialog = document.querySelector("dialog.keys");
const hint = document.querySelector(".keys-hint");
const search = document.getElementById("q");

// A row in a closed fold is not there to be gone to.
const links = () =>
  [...document.querySelectorAll("[data-cases] .who")].filter((link) => !link.closest("details:not([open])"));

function go(step) {
  const all = links();
  if (!all.length) return false;
  const row = document.activeElement.closest?.(".case");
  const at = row ? all.indexOf(row.querySelector(".who")) : -1;
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
  if (next < 0 || next >= all.length) return true;
  all[next].focus();
  all[next].closest(".case").scrollIntoView({ block: "nearest" });
  return true;
}

const does = {
  j: () => go(1),
  ArrowDown: () => go(1),
  k: () => go(-1),
  ArrowUp: () => go(-1),
  "/": () => {
    search.focus();
    search.select();
    return true;
  },
  "?": () => {
    dialog.showModal();
    return true;
  },
};

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open) return;
  if (target.closest("input, textarea, select, summary, [contenteditable]")) return;
  // The arrows scroll as ever until a row has been chosen.
  if (key.startsWith("Arrow") && !target.closest(".case")) return;
  if (does[key]?.()) event.preventDefault();
});

// Where nothing hovers there is no keyboard to tell of.
hint.hidden = !matchMedia("(hover: hover)").matches;
hint.querySelector("button").addEventListener("click", () => dialog.showModal());
