import { effect } from "@preact/signals";
import { quiet } from "../preferences.js";

/**
 * Do not disturb: neither sounds nor desktop notifications in this browser, for a while. What arrives is counted as ever.
 */

/** As long as one does not end it. */
export const ENDLESS = "on";

/**
 * The milliseconds until it ends; infinite if it is endless.
 * @param {string} until A time, or `ENDLESS`. @param {number} now
 */
export const leftOf = (until, now) => (until === ENDLESS ? Infinity : Math.max(0, Date.parse(until) - now || 0));

/** Ends it at its time, also where the page was not open then. */
export function endQuiet() {
  let timer = 0;
  effect(() => {
    clearTimeout(timer);
    const left = quiet.value ? leftOf(quiet.value, Date.now()) : Infinity;
    if (left < Infinity) timer = setTimeout(() => (quiet.value = ""), left);
  });
}
