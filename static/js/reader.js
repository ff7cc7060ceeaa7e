// A chart's days under the finger: a slider, a touch or the pointer chooses one, its entry stands
// below in words. They come from the table beside the drawing, which serves alone without a script.

const SVG = "http://www.w3.org/2000/svg";
const THUMB = 28;

// Where each stop stands, in the drawing's own units: a list, or "left day-width" of even days.
function stopsOf(svg, most) {
  if (svg.dataset.stops) return svg.dataset.stops.split(" ").map(Number);
  const [left, day] = svg.dataset.days.split(" ").map(Number);
  return Array.from({ length: most }, (_, place) => left + (place + 0.5) * day);
}

// `places` are the stops that a touch may choose: of a small line those that have a value.
function drawing(svg, most, places = [...Array(most).keys()]) {
  const cursor = document.createElementNS(SVG, "path");
  cursor.setAttribute("class", "cursor");
  svg.append(cursor);
  const [top, bottom] = svg.dataset.plot.split(" ");
  return { svg, cursor, places, stops: stopsOf(svg, most), top, bottom, width: svg.viewBox.baseVal.width };
}

function nearest({ svg, stops, places, width }, clientX) {
  const shown = svg.getBoundingClientRect();
  const x = ((clientX - shown.left) / shown.width) * width;
  const far = (place) => Math.abs(stops[place] - x);
  return places.reduce((best, place) => (far(place) < far(best) ? place : best), places[0]);
}

function part(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

// A whole row speaks cell by cell, under its columns' names; a part of a cell speaks for itself.
function words(entry) {
  const row = entry.closest("tr");
  const head = part("strong", "", row.cells[0].textContent.trim());
  if (entry !== row) return [head, part("span", "", ...entry.cloneNode(true).childNodes)];
  const names = row.closest("table").tHead.rows[0].cells;
  const told = [...row.cells].slice(1).flatMap((cell, place) => {
    if (!cell.textContent.trim()) return [];
    const copy = cell.cloneNode(true);
    for (const hidden of copy.querySelectorAll(".sr")) hidden.className = "quiet";
    const name = names[place + 1];
    const title = "bare" in name.dataset ? [] : [part("span", "quiet", name.textContent), " "];
    return [part("span", "", ...title, ...copy.childNodes)];
  });
  return [head, ...told];
}

// The small lines on the time line's days; each has its values, the newest first, in a table's body.
const linesIn = (beside, most) =>
  [...(beside?.querySelectorAll(".now") ?? [])].map((head, line) => {
    const rows = [...beside.querySelectorAll("tbody")[line].rows].slice(1);
    const at = rows.map((row) => Number(row.dataset.at ?? -1));
    const svg = head.nextElementSibling.querySelector("svg");
    return { ...drawing(svg, most, at.filter((place) => place >= 0 && place < most)), head, rows, at };
  });

// A small line says its newest value up to the day that is shown, and gives back that day's own.
function follow({ head, rows, at }, place) {
  const known = at.findIndex((one) => one <= place);
  const [day, value] = [...(rows[known]?.cells ?? [])].map((cell) => cell.textContent);
  head.lastElementChild.replaceChildren(...(value ? [value, " ", part("span", "quiet", "· ", day)] : ["–"]));
  const title = part("span", "quiet", head.firstElementChild.textContent);
  return at[known] === place ? [part("span", "", title, " ", value)] : [];
}

function start(root) {
  const reader = root.querySelector("[data-reader]");
  const slider = reader.querySelector("input");
  const box = reader.querySelector(".entry");
  const table = root.querySelector("[data-entries]");
  const entries = [...table.children];
  if (table.dataset.entries) entries.reverse();
  const most = Number(slider.max) + 1;
  const lines = linesIn(document.getElementById(root.dataset.read), most);
  const own = [...root.querySelectorAll("svg[data-days], svg[data-stops]")].map((svg) => drawing(svg, most));
  const drawings = [...own, ...lines];

  function show() {
    const place = slider.valueAsNumber;
    const entry = entries[place];
    const told = [...words(entry), ...lines.flatMap((line) => follow(line, place))];
    slider.setAttribute("aria-valuetext", told.map((one) => one.textContent).join(", ").replace(/\s+/g, " "));
    box.replaceChildren(...told);
    const day = entry.dataset.day;
    if (day && reader.dataset.open) {
      const link = part("a", "btn small", reader.dataset.words);
      link.href = reader.dataset.open + day;
      box.append(link);
    }
    for (const { cursor, stops, top, bottom } of drawings)
      cursor.setAttribute("d", `M${stops[place].toFixed(2)} ${top}V${bottom}`);
  }

  // The thumb stands under its day; beside uneven stops, or a drawing that scrolls, it goes alone.
  function align() {
    slider.removeAttribute("style");
    const seen = own.find(({ svg }) => svg.clientWidth);
    if (!seen?.svg.dataset.days || seen.svg.clientWidth > reader.clientWidth) return;
    const scale = seen.svg.clientWidth / seen.width;
    const share = (length) => (100 * length * scale) / reader.clientWidth;
    const [first, last] = [seen.stops[0], seen.stops.at(-1)];
    const offset = seen.svg.getBoundingClientRect().left - reader.getBoundingClientRect().left;
    // In shares, so that a narrower page has it narrower before this runs again.
    slider.style.marginInlineStart = `calc(${share(first + offset / scale)}% - ${THUMB / 2}px)`;
    slider.style.inlineSize = `calc(${share(last - first)}% + ${THUMB}px)`;
  }

  function choose(place) {
    if (slider.valueAsNumber === place) return;
    slider.value = place;
    show();
  }
  slider.addEventListener("input", show);
  for (const one of drawings.filter(({ places }) => places.length)) {
    const point = (event) => choose(nearest(one, event.clientX));
    one.svg.addEventListener("click", point);
    one.svg.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse" || event.buttons) point(event);
    });
    one.svg.classList.add("touched");
  }
  slider.disabled = false;
  new ResizeObserver(align).observe(root);
  show();
}

for (const root of document.querySelectorAll("[data-read]:has([data-reader])")) start(root);
