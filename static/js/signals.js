/**
 * Live signals by type, such as typing and presence. They are never stored.
 * @import {Signal} from "./wire.js"
 */

/** @type {Map<string, ((signal: Signal) => void)[]>} */
const listeners = new Map();

/** Calls `listener` for every signal of a type, in addition to existing listeners.
 * @param {string} type @param {(signal: Signal) => void} listener */
export const listenFor = (type, listener) => listeners.set(type, [...(listeners.get(type) ?? []), listener]);

/** @param {Signal} signal */
export const hear = (signal) => listeners.get(signal.type)?.forEach((listener) => listener(signal));
