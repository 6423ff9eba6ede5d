/**
 * Live signals by type: typing, presence. Nothing of them is stored.
 * @import {Signal} from "./wire.js"
 */

/** @type {Map<string, (signal: Signal) => void>} */
const ears = new Map();

/** @param {string} type @param {(signal: Signal) => void} ear */
export const listenFor = (type, ear) => ears.set(type, ear);

/** @param {Signal} signal */
export const hear = (signal) => ears.get(signal.type)?.(signal);
