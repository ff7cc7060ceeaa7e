// Days and times as a zone has them, told without trusting the phone's clock.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const formats = new Map();

const iso = (instant) => new Date(instant).toISOString();
const midnight = (day) => Date.parse(`${day}T00:00:00Z`);

function formatOf(zone) {
  if (!formats.has(zone)) {
    const digits = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
    const day = { year: "numeric", month: "numeric", day: "numeric" };
    formats.set(zone, new Intl.DateTimeFormat("en-US", { timeZone: zone, ...day, ...digits }));
  }
  return formats.get(zone);
}

// What a zone's clocks are ahead of UTC at an instant, in ms; a zone that nobody knows throws RangeError.
// In whole minutes, as RFC 3339 has it: a few zones of long ago had seconds too.
function aheadAt(instant, zone) {
  const is = {};
  for (const { type, value } of formatOf(zone).formatToParts(instant)) is[type] = Number(value);
  const wall = Date.UTC(is.year, is.month - 1, is.day, is.hour, is.minute, is.second);
  return Math.round((wall - instant) / MINUTE) * MINUTE;
}

// "2026-11-22"
export function localDay(instant, zone) {
  return iso(+instant + aheadAt(+instant, zone)).slice(0, 10);
}

// The instant in ms at which a zone's day is over.
export function endOf(day, zone) {
  const utc = midnight(addDays(day, 1));
  return utc - aheadAt(utc - aheadAt(utc, zone), zone);
}

// "2026-11-22T18:03:00+01:00"
export function localStamp(instant, zone) {
  const ahead = aheadAt(+instant, zone);
  const sign = ahead < 0 ? "-" : "+";
  return iso(+instant + ahead).slice(0, 19) + sign + iso(Math.abs(ahead)).slice(11, 16);
}

// The server's time at a moment of the phone's; what is not known (null, NaN) changes nothing.
export function correct(clientNow, offset) {
  return Number.isFinite(offset) ? clientNow + offset : clientNow;
}

// Server minus phone, in ms: the server is taken to have spoken in the middle of the round trip.
export function offsetFrom(serverTime, sentAt, gotAt) {
  return Math.round(Date.parse(serverTime) - (sentAt + gotAt) / 2);
}

export function hoursBetween(fromIso, instant) {
  return (instant - Date.parse(fromIso)) / HOUR;
}

// Days are counted on UTC, where each has 24 hours.
export function addDays(day, n) {
  return iso(midnight(day) + n * DAY).slice(0, 10);
}

// From a to b: positive when b is later.
export function daysBetween(a, b) {
  return (midnight(b) - midnight(a)) / DAY;
}

// 0 is Monday.
export function weekday(day) {
  return (new Date(midnight(day)).getUTCDay() + 6) % 7;
}
