import { Lexer } from "marked";
import { namesIn } from "../mentions.js";
import { isSafe } from "./links.js";
import { isVisible } from "./visible.js";

/**
 * A backslash stays in the text unless the sign after it would have had an effect: `\*not soft\*` loses both, the path
 * `C:\_foo\*bar` none. So inline text is first read without the backslashes, to see what its signs would do.
 * @import {Token} from "marked"
 */

const SIGNS = "*_~`[]<>#@";
const ESCAPED = /\\([*_~`[\]<>#@])/gu;
const BACKSLASHES = /\\/gu;
/** What stands for a backslash that is itself after one. */
const OTHER_PUNCTUATION = "/";
/** Noncharacters, which mean nothing to the parser, stand for signs without an effect while it reads them. */
const FIRST_STAND_IN = 0xfdd0;
const STAND_INS = /[\ufdd0-\ufdd9]/gu;
/** What begins a heading, a quote, an item, a rule or code, at the beginning of a line. */
const BEGINS_BLOCK =
  /^ {0,3}(?:#{1,6}(?=[ \t]+\S)|>(?!>>)|\*(?=[ \t]+\S)|`{3,}|~{3,}|(?<rule>[*_])(?:[ \t]*\k<rule>){2,}[ \t]*$)/gmu;

/** @param {string} sign */
const standIn = (sign) => String.fromCharCode(FIRST_STAND_IN + SIGNS.indexOf(sign));

/** @param {string} text */
const restored = (text) => text.replace(STAND_INS, (found) => SIGNS[found.charCodeAt(0) - FIRST_STAND_IN]);

export class EscapingLexer extends Lexer {
  #isInside = false;

  /** @param {string} text @param {Token[]} [tokens] @returns {Token[]} */
  inlineTokens(text, tokens = []) {
    if (this.#isInside || text.search(ESCAPED) < 0 || text.search(STAND_INS) >= 0) {
      return super.inlineTokens(text, tokens);
    }
    this.#isInside = true;
    const without = text.replace(ESCAPED, "$1").replace(BACKSLASHES, OTHER_PUNCTUATION);
    const effects = effectsIn(without, (bare) => super.inlineTokens(bare));
    super.inlineTokens(withStandIns(text, effects), tokens);
    this.#isInside = false;
    restore(tokens);
    return tokens;
  }
}

/** Puts a stand-in for each escaped sign without an effect. @param {string} text @param {Set<number>} effects */
function withStandIns(text, effects) {
  let backslashes = 0;
  return text.replace(ESCAPED, (escaped, sign, index) => {
    const hasEffect = effects.has(index - backslashes);
    backslashes += 1;
    return hasEffect ? escaped : `\\${standIn(sign)}`;
  });
}

/** @param {any[]} tokens */
function restore(tokens) {
  for (const token of tokens) {
    for (const key of ["raw", "text", "href", "title"]) {
      if (typeof token[key] === "string") token[key] = restored(token[key]);
    }
    restore(token.tokens ?? []);
  }
}

/** Where the signs of a text have an effect. @param {string} text @param {(text: string) => Token[]} read */
function effectsIn(text, read) {
  /** @type {Set<number>} */
  const found = new Set();
  for (const { index, 0: begun } of text.matchAll(BEGINS_BLOCK)) add(found, index, index + begun.length);
  addMarkers(read(text), 0, found);
  return found;
}

/** @param {Set<number>} found @param {number} from @param {number} to */
function add(found, from, to) {
  for (let at = from; at < to; at += 1) found.add(at);
}

/** @param {Token[]} tokens @param {number} start Where they begin. @param {Set<number>} found */
function addMarkers(tokens, start, found) {
  let from = start;
  for (const token of tokens) {
    const to = from + token.raw.length;
    if (token.type === "text") addNames(token.raw, from, found);
    else if (token.type === "link" || token.type === "image") addLink(token, from, found);
    else addEnds(token, from, found);
    from = to;
  }
}

/** Signs that name a person or a room. @param {string} text @param {number} start @param {Set<number>} found */
function addNames(text, start, found) {
  let at = start;
  for (const piece of namesIn(text, () => true)) {
    if (typeof piece !== "string") found.add(at);
    at += typeof piece === "string" ? piece.length : piece.written.length + 1;
  }
}

/** @param {any} link @param {number} from @param {Set<number>} found */
function addLink({ raw, href, text, tokens }, from, found) {
  if (!isSafe(href)) return;
  const label = { "[": 1, "!": 2 }[/** @type {string} */ (raw[0])];
  if (label) {
    add(found, from, from + label);
    add(found, from + label + text.length, from + raw.length);
    addMarkers(tokens, from + label, found);
  } else if (raw[0] === "<" || !/^(?:https?:|www\.)/iu.test(raw)) {
    for (const { index } of raw.matchAll(/[<@>]/gu)) found.add(from + index);
  }
}

/** The markers at the ends of emphasis and code; around nothing visible they are text. @param {any} token @param {number} from @param {Set<number>} found */
function addEnds({ type, raw, text, tokens }, from, found) {
  const width = type === "codespan" ? /^`*/u.exec(raw)?.[0].length : tokens && (raw.length - text.length) / 2;
  if (!width || !isVisible(text)) return;
  add(found, from, from + width);
  add(found, from + raw.length - width, from + raw.length);
  addMarkers(tokens ?? [], from + width, found);
}
