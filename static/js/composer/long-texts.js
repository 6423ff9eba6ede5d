import { lengthOf } from "./writing.js";

/** Texts that are better sent as a file: those that are too long for a message, and long pastes, such as a log. */

const LONG = { characters: 2_000, lines: 30 };

/** Whether a paste is long. @param {string} text */
export const isLong = (text) => text.length > LONG.characters || text.split("\n", LONG.lines + 1).length > LONG.lines;

/** As a text area has it. @param {string} text */
export const asTyped = (text) => text.replace(/\r\n?/gu, "\n");

/**
 * The part of what is written that is offered as a file: what was pasted, or all that is too long; else nothing.
 * @param {string} text @param {string} pasted @param {number} limit
 */
export function offeredAsFile(text, pasted, limit) {
  if (pasted && isLong(pasted) && text.includes(pasted)) return pasted;
  return text.length > limit && lengthOf(text) > limit ? text : "";
}
