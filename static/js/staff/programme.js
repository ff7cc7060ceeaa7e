// The minutes a day while a dose is typed: what the server says after saving, said at once.

const form = document.getElementById("dose");
const head = document.getElementById("minutes");
const told = document.getElementById("with-this");
const plural = new Intl.PluralRules(document.documentElement.lang);
const { many, long, gap } = head.dataset;

const number = (name) => Number(form.elements[name]?.value) || 0;

function typed() {
  const chosen = form.elements.stretch.selectedOptions?.[0] ?? form.elements.stretch;
  const sides = chosen.dataset.sided && form.elements.side.value === "both" ? 2 : 1;
  const seconds = number("sets") * number("repetitions") * sides * (number("hold_seconds") + Number(gap));
  const days = [...form.querySelectorAll("[name=days]:checked")];
  return [days.reduce((mask, { value }) => mask | (1 << Number(value)), 0), seconds / 60];
}

// As domain/prescription.py has it: the stretches and minutes of the weekday with the most minutes.
function fullest(loads) {
  const days = Array.from({ length: 7 }, (_, day) => loads.filter(([mask]) => mask & (1 << day)));
  const sums = days.map((due) => [due.length, due.reduce((sum, [, minutes]) => sum + minutes, 0)]);
  return sums.reduce((most, day) => (day[1] > most[1] || (day[1] === most[1] && day[0] > most[0]) ? day : most));
}

const words = (element, minutes) => {
  const n = Math.ceil(minutes);
  return element.dataset[plural.select(n) === "one" ? "one" : "other"].replace("{n}", n);
};

function tell() {
  const standing = [...document.querySelectorAll("[data-load]:not([data-old])")]
    .map(({ dataset }) => dataset.load.split(" ").map(Number));
  const [count, minutes] = fullest([...standing, typed()]);
  told.hidden = false;
  told.textContent = words(told, minutes);
  document.getElementById("much").hidden = !(count > Number(many) || minutes > Number(long));
  document.getElementById("when").disabled = number("sets") > 1;
}

form.addEventListener("input", tell);
