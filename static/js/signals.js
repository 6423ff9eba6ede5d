/**
 * Live signals by type, such as typing and presence. They are never stored.
 * @import {Signal} from "./wire.js"
 */

import { APPLICATION } from "./names.js";

/** @type {Map<string, ((signal: Signal) => void)[]>} */
const listeners = new Map();

/** Calls `listener` for every signal of a type, in addition to existing listeners.
 * @param {string} type @param {(signal: Signal) => void} listener */
export const listenFor = (type, listener) => listeners.set(type, [...(listeners.get(type) ?? []), listener]);

/**
 * Tells the listeners; and the page, of signals of the application: as `chatrooms:signal` on `window`.
 * @param {Signal} signal
 */
export function hear(signal) {
  listeners.get(signal.type)?.forEach((listener) => listener(signal));
  if (signal.from !== APPLICATION) return;
  globalThis.dispatchEvent?.(new CustomEvent("chatrooms:signal", { detail: signal }));
}
