// The page in front of the others while a PIN locks this phone.

import * as queue from "./queue.js";
import * as store from "./store.js";

const by = (id) => document.getElementById(id);
const PATIENCE = 1000;

by("unlock").addEventListener("submit", async (event) => {
  event.preventDefault();
  const who = await store.readMeta("who");
  const isRight = await queue.tryPin(who, by("pin").value);
  by("wrong").hidden = isRight;
  if (isRight) return location.reload();
  by("pin").value = "";
  by("pin").focus();
  // A second for each try: nobody taps through ten thousand.
  by("pin").disabled = true;
  setTimeout(() => {
    by("pin").disabled = false;
    by("pin").focus();
  }, PATIENCE);
});

by("forgot").addEventListener("click", async () => {
  const done = await queue.signOutLocked().catch(() => false);
  by("offline").hidden = done;
  if (done) location.href = "/sign-in";
});
