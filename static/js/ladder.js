// The safety ladder's rules that a phone needs without the server: pure, their numbers come from the page.

import { localDay, localStamp, weekday } from "./clock.js";

// Whether a clinic is open on its own clock: null where it has told no hours. A day is spans of
// ["08:00", "12:30"], seven of them from Monday on; as domain/hours.py.
export function isOpen(week, zone, instant) {
  if (!week) return null;
  const clock = localStamp(instant, zone).slice(11, 16);
  return week[weekday(localDay(instant, zone))].some(([start, end]) => start <= clock && clock < end);
}

// Whether the newest of a session's ratings [{hours, soreness}] is abnormal; as domain/safety.py, which
// says why.
export function isAbnormal(ratings, limits) {
  const rows = [...ratings].sort((a, b) => a.hours - b.hours);
  const { hours, soreness } = rows.pop();
  const before = rows.filter((row) => row.hours <= limits.rise_hours).slice(-1);
  const since = rows.filter((row) => row.hours > limits.rise_hours);
  const base = Math.min(...[...before, ...since].map((row) => row.soreness));
  return (
    (soreness >= limits.strong && hours > limits.strong_hours) ||
    (soreness >= limits.lasting && hours >= limits.lasting_hours) ||
    (soreness - base >= limits.rise && hours > limits.rise_hours) ||
    (soreness >= limits.late && hours >= limits.late_hours)
  );
}
