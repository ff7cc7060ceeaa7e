// The page's own words, and how it writes numbers and days.

const language = document.documentElement.lang || "en";
const told = document.getElementById("words");
const texts = told ? JSON.parse(told.dataset.words) : {};
const plural = new Intl.PluralRules(language);
// English as the server writes it: the day before the month.
const locale = language === "en" ? "en-GB" : language;

export function say(key, values = {}) {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export const count = (key, n) => say(`${key}_${plural.select(n) === "one" ? "one" : "other"}`, { n });

const noon = (day) => new Date(`${day}T12:00:00Z`);
const format = (options) => {
  const made = new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
  return (day) => made.format(noon(day));
};

// Sunday 22 November
export const longDay = (day) => format({ weekday: "long", day: "numeric", month: "long" })(day);
export const shortWeekday = (day) => format({ weekday: "short" })(day).replace(/\.$/, "");
export const clockTime = (instant, zone) =>
  new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(instant);

export function hoursAgo(hours) {
  if (hours < 1) return say("just_now");
  return hours < 72 ? count("hours", Math.floor(hours)) : count("days", Math.floor(hours / 24));
}

export function outlook(hours) {
  return say(hours < 12 ? "outlook_0" : hours <= 72 ? "outlook_24" : "outlook_73");
}
