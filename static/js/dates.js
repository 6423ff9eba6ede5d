import { signal } from "@preact/signals";

/** Times and dates in the browser's language. */

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long", month: "long", day: "numeric" });
const dated = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "long", day: "numeric" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const DAY_MS = 86_400_000;
const LOOKS_EVERY_MS = 60_000;

/** @param {string} at */
export const timeOf = (at) => clock.format(new Date(at));

/** The time without AM or PM, for narrow places. @param {string} at */
export const shortTime = (at) =>
  clock
    .formatToParts(new Date(at))
    .filter(({ type }) => type !== "dayPeriod")
    .map(({ value }) => value)
    .join("")
    .trim();

/** @param {string} at */
export const exactTime = (at) => exact.format(new Date(at));

/** @param {Date} date */
const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** @param {string} words */
const capital = (words) => words.charAt(0).toLocaleUpperCase() + words.slice(1);

const today = signal(midnight(new Date()));
setInterval(() => (today.value = midnight(new Date())), LOOKS_EVERY_MS);

/** "Today", "Yesterday", or a date. It reads a signal, so views update at midnight. @param {Date} date */
export function dayName(date) {
  const ago = Math.round((today.value - midnight(date)) / DAY_MS);
  if (ago === 0 || ago === 1) return capital(relative.format(-ago, "day"));
  return (ago > 0 && ago < 300 ? weekday : dated).format(date);
}
