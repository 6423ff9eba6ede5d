import { marked, Tokenizer } from "marked";

/**
 * Markdown's tokens, at a bounded cost: a message must never hold up the page that shows it.
 * @import {Token} from "marked"
 */

const MOST_STEPS = 4_000;
/** A step may search all the text that is left, and in what is slow to search each part counts as `SLOW` characters. */
const MOST_READ = 12_000_000;
const SLOW = 100;
const MOST_CELLS = 1_000;
const DEEPEST = 12;
const IN_A_WORD = /^[\p{L}\p{N}]/u;
const EMPHASIS = /[*_]+/gu;
/** What can be the beginning of an email address. */
const ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]*/u;

/** @param {string} text Throws a RangeError if it is too costly: then show it as it is. @returns {Token[]} */
export const lexed = (text) => marked.lexer(text, { gfm: true, breaks: true, tokenizer: new BoundedTokenizer() });

/** Throws a RangeError when a text takes too many steps; tables and nesting beyond their bounds are text. */
class BoundedTokenizer extends Tokenizer {
  #steps = 0;
  #read = 0;
  #depth = 0;

  /** The first thing the lexer tries at each block. @param {string} rest */
  space(rest) {
    this.#step(rest.length);
    return super.space(rest);
  }

  /** The first thing the lexer tries at each piece of a line. @param {string} rest */
  escape(rest) {
    this.#step(rest.length);
    return super.escape(rest);
  }

  /** @param {string} rest @param {string} masked @param {string} [before] */
  emStrong(rest, masked, before) {
    if (rest[0] !== "*" && (rest[0] !== "_" || IN_A_WORD.test(before ?? ""))) return undefined;
    const made = this.#nested(() => super.emStrong(rest, masked, before));
    this.#charge(SLOW * ((made?.raw ?? rest).match(EMPHASIS) ?? []).length);
    return made;
  }

  /** @param {string} rest */
  inlineText(rest) {
    this.#charge(SLOW * (ADDRESS.exec(rest)?.[0] ?? "").length);
    return super.inlineText(rest);
  }

  /** @param {string} rest */
  blockquote(rest) {
    return this.#nested(() => super.blockquote(rest));
  }

  /** @param {string} rest */
  list(rest) {
    const made = this.#nested(() => super.list(rest));
    made?.items.forEach(() => this.#step(0));
    return made;
  }

  /** The parser fills up short rows, so a few thousand characters can make a million cells. @param {string} rest */
  table(rest) {
    const found = this.rules.block.table.exec(rest);
    if (!found) return undefined;
    if (cells(found) <= Math.min(MOST_CELLS, found[0].length)) return super.table(rest);
    this.#charge(SLOW * found[0].length);
    return undefined;
  }

  /** @template T @param {() => T} make */
  #nested(make) {
    if (this.#depth >= DEEPEST) return undefined;
    this.#depth += 1;
    const made = make();
    this.#depth -= 1;
    return made;
  }

  /** @param {number} length */
  #step(length) {
    this.#steps += 1;
    if (this.#steps > MOST_STEPS) throw new RangeError("Too many steps");
    this.#charge(length);
  }

  /** @param {number} length */
  #charge(length) {
    this.#read += length;
    if (this.#read > MOST_READ) throw new RangeError("Too many characters read");
  }
}

/** @param {RegExpExecArray} table Its header, delimiters and rows. */
const cells = ([, , delimiters, rows]) => delimiters.split("|").length * (1 + (rows ?? "").split("\n").length);
