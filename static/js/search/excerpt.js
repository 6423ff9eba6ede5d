import { plain } from "../messages/plain.js";

/**
 * The part of a message that a search shows, with what was found in it.
 * @typedef {{text: string, isFound: boolean}} Piece
 */

/** How much of a text stands before the first thing that was found. */
const BEFORE = 40;
const LENGTH = 500;
const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Mymr}\p{sc=Khmr}]/u;

/**
 * @param {string[]} pieces The text as the server sends it: every second piece, from the second on, was found.
 * @returns {Piece[]}
 */
export function excerpt(pieces) {
  const text = pieces.join("");
  const start = pieces.length > 1 ? startOf(text, pieces[0].length) : 0;
  const shown = plain(text.slice(start, start + LENGTH));
  const found = pieces.filter((_, index) => index % 2 === 1);
  return [...(start ? [{ text: "…", isFound: false }] : []), ...marked(shown, found)];
}

/** Where to begin, so that the first thing that was found is visible: at the beginning of a word. @param {string} text @param {number} first */
function startOf(text, first) {
  if (first <= 1.5 * BEFORE) return 0;
  const near = text.slice(first - BEFORE, first);
  const line = near.lastIndexOf("\n");
  if (line >= 0) return first - BEFORE + line + 1;
  const space = near.search(/\s/u);
  return first - BEFORE + space + 1;
}

/** @param {string} text Without its formatting. @param {string[]} found @returns {Piece[]} */
export function marked(text, found) {
  const pattern = patternOf(found.flatMap((words) => (text.includes(words) ? words : wordsOf(words))));
  if (!pattern) return [{ text, isFound: false }];
  /** @type {Piece[]} */
  const pieces = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    pieces.push({ text: text.slice(at, match.index), isFound: false }, { text: match[0], isFound: true });
    at = match.index + match[0].length;
  }
  pieces.push({ text: text.slice(at), isFound: false });
  return pieces.filter((piece) => piece.text);
}

/**
 * The name of a file, with the words that a search asks for.
 * @param {string} name @param {string} query @returns {Piece[]}
 */
export function markedName(name, query) {
  const asked = query.toLowerCase().replace(/(?<=^|\s)(?:-\S*|[a-z]+:\S*)/gu, "");
  const words = new Set(wordsOf(asked));
  const beginnings = asked.match(/[\p{L}\p{N}\p{M}]+(?=\*)/gu) ?? [];
  /** @param {string} word */
  const isAsked = (word) => words.has(word) || beginnings.some((beginning) => word.startsWith(beginning));
  return marked(
    name,
    wordsOf(name).filter((word) => isAsked(word.toLowerCase())),
  );
}

/** @param {string} words What was found, with formatting between its words. */
const wordsOf = (words) => words.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];

/** @param {string[]} words @returns {RegExp | null} */
function patternOf(words) {
  const longestFirst = [...new Set(words)].filter(Boolean).sort((a, b) => b.length - a.length);
  return longestFirst.length ? new RegExp(longestFirst.map(whole).join("|"), "gu") : null;
}

/** A word that is not a part of another one, where there are spaces between words. @param {string} word */
function whole(word) {
  const literal = word.replace(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
  const before = /^[\p{L}\p{N}]/u.test(word) && !UNSPACED.test(word) ? String.raw`(?<![\p{L}\p{N}])` : "";
  const after = /[\p{L}\p{N}\p{M}]$/u.test(word) && !UNSPACED.test(word) ? String.raw`(?![\p{L}\p{N}])` : "";
  return `${before}${literal}${after}`;
}
