import { pause } from "./clock.js";
import { asRefusal, online, passesAfter } from "./connection.js";

/** Loads something once at a time, for as long as it takes. */

/** @type {Map<string, Promise<void>>} */
const loading = new Map();

/**
 * @param {string} key Names what is loaded. @param {() => Promise<void>} load
 * @returns {Promise<void>} the same one while it is loading
 */
export function once(key, load) {
  const started = loading.get(key) ?? insist(load).finally(() => loading.delete(key));
  loading.set(key, started);
  return started;
}

/** Retries temporary failures, because nothing else would load it again. @param {() => Promise<void>} load */
async function insist(load) {
  for (let seconds = 1; seconds;) {
    seconds = await load().then(() => 0, patience);
    if (seconds) await pause(seconds * 1000);
  }
}

/** @param {unknown} error */
function patience(error) {
  const refusal = asRefusal(error);
  return refusal.code === "offline" ? Number(online.peek()) : passesAfter(refusal);
}

const LONGEST_PAUSE = 30;

/**
 * Loads a part of the page for as long as it takes, because nothing else would load it again.
 * @template T @param {() => Promise<T>} load @param {number} [seconds] To wait after a failure. @returns {Promise<T>}
 */
export const insistOn = (load, seconds = 1) =>
  load().catch(() => pause(seconds * 1000).then(() => insistOn(load, Math.min(seconds * 2, LONGEST_PAUSE))));
