// What a test of a pure module says: the same words in Node and in a browser.

function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date) return Object.is(+a, +b);
  if (a instanceof Map || a instanceof Set) return same([...a], [...b]);
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
}

const show = (value) => (value === undefined || value !== value ? String(value) : JSON.stringify(value));

// Alike in every part; undefined is not absent, -0 is not 0.
export function equal(got, expected, hint = "") {
  if (!same(got, expected)) throw new Error(`${hint} got ${show(got)}, not ${show(expected)}`.trim());
}

export function ok(value, hint = "this") {
  if (!value) throw new Error(`${hint} does not hold`);
}

// The name of what is thrown, e.g. "RangeError"; what runs may be a promise's function.
export async function throws(run, name) {
  try {
    await run();
  } catch (fault) {
    return equal(fault.name, name, `${fault.message}:`);
  }
  throw new Error(`nothing was thrown, not even ${name}`);
}

// Numbers in [0, 1), the same ones each time.
export function numbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
