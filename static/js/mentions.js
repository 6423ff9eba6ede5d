import { folded } from "./names.js";

/**
 * `@alice` and `#design` in texts, by the server's grammar of names. Which people a message mentions is up to the
 * server; this finds where the text names them.
 * @typedef {{sign: "@" | "#", name: string, written: string}} Named A name as it is stored, and as it is written.
 */

/** In a piece of text; others are shown as they are written, since each is a button or a link. */
const MOST = 200;
const BEGINS = /[@#]/u;
const NAMED = /(?<sign>[@#])(?<![\p{L}\p{M}\p{N}][._-]*[@#])(?<![@#/\\][@#])(?<given>[\p{L}\p{M}\p{N}._-]{1,128})/gu;

/** Whether a text may name somebody or something. @param {string} text */
export const mayName = (text) => BEGINS.test(text);

/**
 * A name can end in punctuation, which can also be the sentence's, so the longest known name counts.
 * @param {string} text
 * @param {(sign: Named["sign"], name: string) => boolean} isKnown
 * @returns {(string | Named)[]} The text in pieces, with the known names in it.
 */
export function namesIn(text, isKnown) {
  /** @type {(string | Named)[]} */
  const pieces = [];
  let end = 0;
  for (const found of text.matchAll(NAMED)) {
    const named = longest(/** @type {Named["sign"]} */ (found[1]), found[2], isKnown);
    if (named && pieces.length < 2 * MOST) {
      pieces.push(text.slice(end, found.index), named);
      end = found.index + 1 + named.written.length;
    }
  }
  return [...pieces, text.slice(end)];
}

/**
 * @param {Named["sign"]} sign @param {string} given
 * @param {(sign: Named["sign"], name: string) => boolean} isKnown
 * @returns {Named | null}
 */
function longest(sign, given, isKnown) {
  for (let written = given; written; written = shorter(written)) {
    const name = folded(written);
    if (isKnown(sign, name)) return { sign, name, written };
  }
  return null;
}

/** Without the punctuation at its end; empty if there is none. @param {string} written */
const shorter = (written) => (/[._-]$/u.test(written) ? written.slice(0, -1) : "");
