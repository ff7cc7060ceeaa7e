// Boxes that only this phone opens: AES-GCM, each bound to what it is and whose.

const AES = "AES-GCM";
const IV_BYTES = 12;
const SHAPE = { name: AES, length: 256 };
const USES = ["encrypt", "decrypt"];
const PIN_KEY = "pin key";

const toBytes = (text) => new TextEncoder().encode(text);
const toText = (bytes) => new TextDecoder().decode(bytes);
const random = (length) => crypto.getRandomValues(new Uint8Array(length));
const how = (iv, bound) => ({ name: AES, iv, additionalData: toBytes(bound) });

// Browsers have WebCrypto in a secure context alone.
export function canSeal() {
  return Boolean(globalThis.crypto?.subtle);
}

export function makeKey() {
  return crypto.subtle.generateKey(SHAPE, false, USES);
}

// One text of an owner, a purpose and whatever else a box must not be moved away from.
export function bind(who, purpose, ...more) {
  return JSON.stringify([who, purpose, ...more]);
}

async function sealBytes(key, bound, bytes) {
  const iv = random(IV_BYTES);
  return { iv, data: await crypto.subtle.encrypt(how(iv, bound), key, bytes) };
}

// Throws OperationError for a box that was changed, moved or sealed under another key.
function openBytes(key, bound, { iv, data }) {
  return crypto.subtle.decrypt(how(iv, bound), key, data);
}

export function sealText(key, bound, text) {
  return sealBytes(key, bound, toBytes(text));
}

export async function openText(key, bound, box) {
  return toText(await openBytes(key, bound, box));
}

export function seal(key, bound, value) {
  return sealText(key, bound, JSON.stringify(value ?? null));
}

export async function open(key, bound, box) {
  return JSON.parse(await openText(key, bound, box));
}

async function stretch(pin, salt, iterations) {
  const base = await crypto.subtle.importKey("raw", toBytes(pin), "PBKDF2", false, ["deriveKey"]);
  const slowly = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(slowly, base, SHAPE, false, USES);
}

// The bytes are overwritten: only the browser's own, closed copy stays.
async function keep(raw) {
  try {
    return await crypto.subtle.importKey("raw", raw, AES, false, USES);
  } finally {
    raw.fill(0);
  }
}

// A new key and its lock: sealed under the PIN, and that under the phone, where alone it can be guessed.
export async function makePin(pin, deviceKey, iterations = 600_000) {
  const salt = random(16);
  const slow = await stretch(pin, salt, iterations);
  const raw = random(32);
  const { iv, data } = await sealBytes(slow, PIN_KEY, raw);
  const inner = new Uint8Array([...iv, ...new Uint8Array(data)]);
  const box = await sealBytes(deviceKey, PIN_KEY, inner);
  return { key: await keep(raw), lock: { salt, iterations, box } };
}

// Null is a wrong PIN; a lock that is not this phone's throws.
export async function openPin(pin, deviceKey, { salt, iterations, box }) {
  const inner = new Uint8Array(await openBytes(deviceKey, PIN_KEY, box));
  const slow = await stretch(pin, salt, iterations);
  const pinBox = { iv: inner.slice(0, IV_BYTES), data: inner.slice(IV_BYTES) };
  const raw = await openBytes(slow, PIN_KEY, pinBox).catch(() => null);
  return raw && keep(new Uint8Array(raw));
}
