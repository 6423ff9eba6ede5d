import { folded } from "./names.js";

/**
 * `@alice` and `#design` in texts, by the server's grammar of names. Which people a message mentions is up to the
 * server; this finds where the text names them.
 * @typedef {{sign: "@" | "#", name: string, written: string}} Named A name as it is stored, and as it is written.
 */

/** The words that mention all members of a room, or those who are online. */
export const WORDS = /** @type {const} */ (["room", "here"]);
/** Those that do in other chats. Here they mention no one, and no one can have them as a name. */
export const ELSEWHERE = ["all", "channel", "everyone"];

/** In a piece of text; others are shown as they are written, since each is a button or a link. */
const MOST = 200;
/** Of a name that is written, with what follows it. */
const LONGEST = 132;
const BEGINS = /[@#]/u;
/** Letters of scripts that have no spaces between words, or endings that follow names; the server has the same list. */
const UNSPACED = String.raw`\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3021-\u3035\u3038-\u303c\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\u{20000}-\u{3ffff}`;
/** What an `@` can follow only in an e-mail address. */
export const WORD = String.raw`[[\p{L}\p{M}\p{N}]--[${UNSPACED}]][._\-]*`;
const GIVEN = String.raw`[\p{L}\p{M}\p{N}._\-]{1,128}`;
const NAMED = new RegExp(String.raw`([@#])(?<!${WORD}[@#])(?<![@#\/\\][@#])(${GIVEN})`, "gv");
const IS_ADDRESS = new RegExp(String.raw`^[@#]${GIVEN}(?<=${WORD})@[\p{L}\p{M}\p{N}]`, "v");
const LAST = new RegExp(String.raw`(?:[._\-${UNSPACED}]|(?<=[${UNSPACED}])[^${UNSPACED}]+)$`, "v");

/** Whether a text may name somebody or something. @param {string} text */
export const mayName = (text) => BEGINS.test(text);

/**
 * A name can end in punctuation, which can also be the sentence's, and in scripts without spaces the sentence goes on
 * behind it, so the longest known name counts.
 * @param {string} text
 * @param {(sign: Named["sign"], name: string) => boolean} isKnown
 * @returns {(string | Named)[]} The text in pieces, with the known names in it.
 */
export function namesIn(text, isKnown) {
  /** @type {(string | Named)[]} */
  const pieces = [];
  let end = 0;
  for (const { sign, written, index } of writtenIn(text)) {
    const known = written.find((part) => isKnown(sign, folded(part)));
    if (known && pieces.length < 2 * MOST) {
      pieces.push(text.slice(end, index), { sign, name: folded(known), written: known });
      end = index + 1 + known.length;
    }
  }
  return [...pieces, text.slice(end)];
}

/**
 * The usernames that each `@` in a text can mean, best first; they may not exist.
 * @param {string} text @returns {string[][]}
 */
export const usernamesIn = (text) =>
  writtenIn(text).flatMap(({ sign, written }) => (sign === "@" ? [written.map(folded)] : []));

/**
 * The names after signs, each with the shorter ones that it can mean, as written.
 * @param {string} text @returns {{sign: Named["sign"], written: string[], index: number}[]}
 */
const writtenIn = (text) =>
  Array.from(text.matchAll(NAMED), ({ 1: sign, 2: given, index }) => {
    const isAddress = IS_ADDRESS.test(text.slice(index, index + LONGEST));
    return { sign: /** @type {Named["sign"]} */ (sign), written: isAddress ? [] : shorterThan(given), index };
  });

/** @param {string} given */
function shorterThan(given) {
  const all = [];
  for (let written = given; written; written = shorter(written)) all.push(written);
  return all;
}

/** The next shorter name that can end here; empty if there is none. @param {string} written */
const shorter = (written) => (LAST.test(written) ? written.replace(LAST, "") : "");
