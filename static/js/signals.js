/**
 * Live signals by type: typing, presence. Nothing of them is stored.
 * @import {Signal} from "./wire.js"
 */

/** @type {Map<string, ((signal: Signal) => void)[]>} */
const listeners = new Map();

/** Call `listener` with every signal of a type, beside those that listen already.
 * @param {string} type @param {(signal: Signal) => void} listener */
export const listenFor = (type, listener) => listeners.set(type, [...(listeners.get(type) ?? []), listener]);

/** @param {Signal} signal */
export const hear = (signal) => listeners.get(signal.type)?.forEach((listener) => listener(signal));
