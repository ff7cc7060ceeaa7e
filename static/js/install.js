// The hint to put the app on the home screen: after the second day that was saved, never before, and
// not again for two months once it was waved away.

import { note } from "./patient.js";
import * as store from "./store.js";
import { say } from "./words.js";

const SAVES = 2;
const REST = 60 * 86_400_000;

let offer = null;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  offer = event;
});
addEventListener("appinstalled", () => note("install", ""));

const isInstalled = () => matchMedia("(display-mode: standalone)").matches || navigator.standalone;
// Safari on a phone has no prompt of its own: it takes the share sheet.
const isApple = () => "standalone" in navigator;

export async function hint() {
  const known = (await store.readMeta("install")) ?? { saves: 0, until: 0 };
  known.saves += 1;
  await store.writeMeta("install", known);
  if (isInstalled() || known.saves < SAVES || Date.now() < known.until) return;
  const later = async () => {
    note("install", "");
    await store.writeMeta("install", { ...known, until: Date.now() + REST });
  };
  if (offer) {
    const install = async () => {
      await offer.prompt();
      await later();
    };
    note("install", say("install"), { tone: "low", act: [install, say("install_do")], later: [later, say("not_now")] });
  } else if (isApple()) {
    note("install", say("install_apple"), { tone: "low", later: [later, say("not_now")] });
  }
}
