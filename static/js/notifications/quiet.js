import { effect } from "@preact/signals";
import { quiet } from "../preferences.js";

/**
 * Do not disturb: neither sounds nor desktop notifications in this browser, for a while. What arrives is counted as ever.
 */

/** Timers stand still while a computer sleeps, clocks do not: the time is looked at this often. */
const LOOKS_EVERY_MS = 60_000;

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
  function look() {
    clearTimeout(timer);
    const left = quiet.value ? leftOf(quiet.value, Date.now()) : Infinity;
    if (left === 0) quiet.value = "";
    else if (left < Infinity) timer = setTimeout(look, Math.min(left, LOOKS_EVERY_MS));
  }
  effect(look);
}
