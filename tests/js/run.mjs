// `node --test tests/js/run.mjs`: every NAME.test.js beside this file, each `export default (test) => {...}`
// that calls test("a sentence", () => {...}). test_pure.py runs the same files in Chromium.

import { readdirSync } from "node:fs";
import { describe, test } from "node:test";

const files = readdirSync(new URL(".", import.meta.url)).filter((name) => name.endsWith(".test.js"));
if (!files.length) throw new Error("there are no tests");

for (const file of files.sort()) {
  const { default: tell } = await import(`./${file}`);
  describe(file, () => tell(test));
}
