// Where a problem is: the body to tap beside the lists. The first place is the problem's own, others
// are where it reaches.

const box = document.querySelector("[data-where]");
const region = document.getElementById("region");
const sides = [...document.querySelectorAll("[name=side]")];
const also = [...box.querySelectorAll("[name=also]")];
let isTapped = false;

const own = () => `${region.value} ${sides.find((one) => one.checked)?.value}`;

function show() {
  const lit = new Set(
    [own(), ...also.filter((one) => one.checked).map((one) => one.value)].flatMap((place) => [
      place,
      ...["left", "right"].map((side) => place.replace(/middle$/, side)),
    ]),
  );
  for (const spot of box.querySelectorAll("[data-place]")) spot.classList.toggle("on", lit.has(spot.dataset.place));
}

function take(place) {
  const [, name, side] = place.match(/(.*) (.*)/);
  const other = also.find((one) => one.value === place);
  if (!isTapped) {
    region.value = name;
    for (const one of sides) one.checked = one.value === side;
  } else if (place !== own()) {
    other.checked = !other.checked;
  }
  isTapped = true;
  show();
}

for (const map of box.querySelectorAll(".body-map")) {
  map.addEventListener("click", ({ target }) => {
    const spot = target.closest("[data-place]");
    if (spot) take(spot.dataset.place);
  });
}
document.addEventListener("change", show);
show();
