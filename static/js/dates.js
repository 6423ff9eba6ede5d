/** Times and dates in the browser's language. */

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long", month: "long", day: "numeric" });
const dated = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "long", day: "numeric" });
const moment = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  month: "short",
  day: "numeric",
  hour: "numeric",
  minute: "2-digit",
});
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

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

/** The time, with its day unless that is today. @param {string} at @param {Date} now */
export const momentOf = (at, now) =>
  midnight(new Date(at)) === midnight(now) ? timeOf(at) : moment.format(new Date(at));

/** @param {string} at */
export const exactTime = (at) => exact.format(new Date(at));

/** @param {Date} date */
export const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** @param {string} words */
const capital = (words) => words.charAt(0).toLocaleUpperCase() + words.slice(1);

/**
 * "Today", "Yesterday", or a date, with its year if it is long ago.
 * @param {Date} date @param {number} today Its midnight.
 */
export function dayName(date, today) {
  const ago = Math.round((today - midnight(date)) / DAY_MS);
  if (ago === 0 || ago === 1) return capital(relative.format(-ago, "day"));
  return (ago > 0 && ago < 300 ? weekday : dated).format(date);
}

/** The time of today, or the day before. @param {string} at @param {number} today Its midnight. */
export const timeOrDay = (at, today) => (midnight(new Date(at)) === today ? timeOf(at) : dayName(new Date(at), today));

/**
 * When something was last used, of which the server notes only the hour: no more exactly than that is known.
 * @param {string} at @param {Date} now
 */
export function lastUse(at, now) {
  const hours = Math.floor((now.getTime() - Date.parse(at)) / HOUR_MS);
  if (hours < 1) return "within the last hour";
  if (hours < 24) return relative.format(-hours, "hour");
  const days = Math.round((midnight(now) - midnight(new Date(at))) / DAY_MS);
  return days === 1 ? relative.format(-1, "day") : `on ${dated.format(new Date(at))}`;
}
