import { computed, signal } from "@preact/signals";
import { addressOf } from "./files/address.js";

/**
 * The emoji of the server, which texts and reactions have as codes: `:party:`. One that is not there is its code.
 * @import {CustomEmoji} from "./wire.js"
 */

/** A code without its end, which can be the beginning of another one. */
const BEGUN = /:(?=\d*[a-z_])[a-z\d_]{2,18}(?=:)/gu;

/** @type {import("@preact/signals").Signal<CustomEmoji[]>} */
export const customEmoji = signal([]);

const byCode = computed(() => new Map(customEmoji.value.map((each) => [`:${each.name}:`, addressOf(each, "small")])));

/** Where the picture of an emoji is; nothing for an emoji of Unicode, and for a code that is none. @param {string} code */
export const pictureOfEmoji = (code) => byCode.value.get(code);

/** What may be the code of an emoji; numbers, as of times, are none. */
const CODE = /:(?=\d*[a-z_])[a-z\d_]{2,18}:/gu;

/** Whether a text has what may be the code of an emoji that is not known. @param {string} text */
export const lacksSome = (text) => (text.match(CODE) ?? []).some((code) => !byCode.peek().has(code));

/** A text in pieces, each second one an emoji that is known. @param {string} text @returns {string[]} */
export function piecesOf(text) {
  const pieces = [];
  let end = 0;
  for (const { 0: begun, index } of byCode.value.size ? text.matchAll(BEGUN) : []) {
    const code = `${begun}:`;
    if (index >= end && byCode.value.has(code)) {
      pieces.push(text.slice(end, index), code);
      end = index + code.length;
    }
  }
  return [...pieces, text.slice(end)];
}
