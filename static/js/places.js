// The body to tap beside the list of places: a tap takes a place into the list, the list lights it up.

import { say } from "./words.js";

const rowsOf = (box) => [...box.querySelectorAll(".place-row")];
const [placeOf, painOf] = [0, 1].map((n) => (row) => row.querySelectorAll("select")[n]);
let drawings;

async function fetchMaps(address) {
  drawings ??= fetch(address).then((answer) => answer.text());
  const parsed = new DOMParser().parseFromString(await drawings, "image/svg+xml");
  return [...parsed.querySelectorAll(".body-map")].map((map) => document.importNode(map, true));
}

// Empty rows wait out of sight until a place is tapped; one of them always stands for the list.
function show(box) {
  const rows = rowsOf(box);
  const free = rows.find((row) => !placeOf(row).value);
  for (const row of rows) row.hidden = row !== free && !placeOf(row).value;
  const lit = new Set(
    rows.flatMap((row) => {
      const place = placeOf(row).value;
      return [place, place.replace(/middle$/, "left"), place.replace(/middle$/, "right")];
    }),
  );
  for (const spot of box.querySelectorAll("[data-place]")) spot.classList.toggle("on", lit.has(spot.dataset.place));
}

function take(box, place) {
  const rows = rowsOf(box);
  const own = rows.find((row) => placeOf(row).value === place);
  const row = own ?? rows.find((one) => !placeOf(one).value);
  if (!row) return;
  placeOf(row).value = own ? "" : place;
  if (own) painOf(row).value = "";
  placeOf(row).dispatchEvent(new Event("change", { bubbles: true }));
  show(box);
  if (!own) painOf(row).focus();
}

// What has just been unfolded.
export function dress(details) {
  const box = details.querySelector("[data-places]");
  if (box) dressPlaces(box);
  if (details.matches(".sites")) dressSites(details);
}

// The needled sites: a tap on the body chooses the nearest in the list, for some are thin.
function dressSites(box) {
  box.onclick = ({ target, clientX, clientY }) => {
    const sites = target.closest(".body-map")?.querySelectorAll("[data-place]") ?? [];
    const away = (site) => {
      const { x, y, width, height } = site.getBoundingClientRect();
      return Math.hypot(clientX - x - width / 2, clientY - y - height / 2);
    };
    const [nearest] = [...sites].sort((one, other) => away(one) - away(other));
    if (nearest) box.querySelector(`input[value="${nearest.dataset.place}"]`)?.click();
  };
}

async function dressPlaces(box) {
  if (box.dataset.dressed) return;
  box.dataset.dressed = "yes";
  box.addEventListener("change", () => show(box));
  const maps = await fetchMaps(box.dataset.map).catch(() => []);
  const pair = Object.assign(document.createElement("div"), { className: "body-pair" });
  for (const map of maps) {
    const figure = document.createElement("figure");
    figure.append(map, Object.assign(document.createElement("figcaption"), { textContent: say(map.dataset.view) }));
    pair.append(figure);
    map.addEventListener("click", ({ target }) => {
      const place = target.closest("[data-place]")?.dataset.place;
      if (place) take(box, place);
    });
  }
  if (maps.length) box.querySelector("legend").after(pair);
  show(box);
}
