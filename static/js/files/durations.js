/** Lengths of time as players show them. */

const MINUTE = 60;

/** @param {number} seconds @returns {string} such as "1:05" */
export function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / MINUTE)}:${String(whole % MINUTE).padStart(2, "0")}`;
}

/** @param {number} seconds @returns {string} such as "1 minute 5 seconds", for screen readers */
export function spoken(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [minutes, rest] = [Math.floor(whole / MINUTE), whole % MINUTE];
  return [minutes && several(minutes, "minute"), (rest || !minutes) && several(rest, "second")]
    .filter(Boolean)
    .join(" ");
}

/** @param {number} number @param {string} what */
const several = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;
