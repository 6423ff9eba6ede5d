/**
 * `@alice` and `#design` in texts.
 * @typedef {{sign: "@" | "#", name: string}} Named
 */

const NAMED = /(?<![\p{L}\p{N}._@#/-])([@#])([\p{L}\p{N}](?:[\p{L}\p{N}._-]{0,46}[\p{L}\p{N}])?)/gu;

/**
 * @param {string} text
 * @returns {(string | Named)[]} The text in pieces, with the names of people and rooms as they are written.
 */
export function namesIn(text) {
  /** @type {(string | Named)[]} */
  const pieces = [];
  let end = 0;
  for (const found of text.matchAll(NAMED)) {
    pieces.push(text.slice(end, found.index), { sign: /** @type {Named["sign"]} */ (found[1]), name: found[2] });
    end = found.index + found[0].length;
  }
  return [...pieces, text.slice(end)];
}

/** @param {string} text @param {string} username */
export const mentions = (text, username) =>
  namesIn(text).some(
    (piece) => typeof piece !== "string" && piece.sign === "@" && piece.name.toLowerCase() === username,
  );
