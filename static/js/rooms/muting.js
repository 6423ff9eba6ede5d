/**
 * How long a room is muted.
 * @typedef {"hour" | "morning" | "on"} Length
 */

const HOUR_MS = 3_600_000;
/** The hour at which tomorrow begins. */
const MORNING = 8;

/** @type {[Length, string][]} */
export const LENGTHS = [
  ["hour", "For 1 hour"],
  ["morning", "Until tomorrow"],
  ["on", "Until I unmute it"],
];

/** When it ends; null if it does not. @param {Length} length @param {Date} now @returns {Date | null} */
export function endOf(length, now) {
  if (length === "hour") return new Date(now.getTime() + HOUR_MS);
  return length === "morning" ? new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, MORNING) : null;
}
