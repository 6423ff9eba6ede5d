import { Tokenizer } from "marked";
import { hooks, isMarker, setting } from "./emphasis.js";
import { EscapingLexer } from "./escapes.js";
import { addressIn } from "./links.js";

/**
 * Markdown's tokens, as people write it in chats, at a bounded cost: a message must never hold up the page that shows it.
 * HTML, definitions of links, underlined headings and line breaks are text.
 * @import {Token, Tokens} from "marked"
 */

/** For each of these the parser may search all the text. */
const MARKERS = /[\\`*_~[<]/gu;
const MOST_SEARCHED = 900_000;
const MOST_STEPS = 4_000;
/**
 * A step may search all the text that is left, and in what is slow to search each part counts as `SLOW` characters.
 * A text may be read this often as a whole, so that many short ones cost no more than a long one.
 */
const MOST_READINGS = 500;
const SLOW = 100;
const SLOW_ADDRESS = 5;
const SHORTEST = 400;
const MOST_CELLS = 1_000;
const DEEPEST = 12;
const EMPHASIS = /[*_]+/gu;
const STRUCK = /~+/gu;
/** What can be the beginning of an email address. */
const ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]*/u;
/** Not all that Markdown allows, which would change paths and faces: a backslash is for what has a meaning here. */
const ESCAPED = /^\\([*_~`[\]<>#@])/u;
/** Lines of a quote. Three signs together are the prompt of a programming language. */
const QUOTED = /^(?: {0,3}>(?!>>).*(?:\n|$))+/u;
const INDENTED = /^(?:(?: {4}| {0,3}\t).*|[ \t]*)$/u;
const LANGUAGE = /^[\w+#.-]*$/u;
const FIRST_LINE = /^[ ]*(?:`+|~+)[ \t]*(.*)/u;
const BETWEEN_CELLS = /\\?\||\s/gu;

const nothing = () => undefined;
/** What is text in a chat. */
const TEXT = { br: nothing, def: nothing, html: nothing, lheading: nothing, tag: nothing };

/** @param {string} text Throws a RangeError if it is too costly: then show it as it is. @returns {Token[]} */
export function lexed(text) {
  if (text.length * (text.match(MARKERS) ?? []).length > MOST_SEARCHED) throw new RangeError("Too many markers");
  const isIndented = text.split("\n").every((line) => INDENTED.test(line));
  const tokenizer = Object.assign(new ChatTokenizer(text, isIndented), TEXT);
  return new EscapingLexer({ gfm: true, hooks, tokenizer }).lex(text);
}

/** Throws a RangeError when a text takes too many steps; tables and nesting beyond their bounds are text. */
class ChatTokenizer extends Tokenizer {
  #steps = 0;
  #read = 0;
  #depth = 0;
  #most;
  #isIndented;

  /** @param {string} text @param {boolean} isIndented Whether all of the text is; if only some lines are, they are no code. */
  constructor(text, isIndented) {
    super();
    this.#most = MOST_READINGS * Math.max(SHORTEST, text.length);
    this.#isIndented = isIndented;
  }

  /** The first thing the lexer tries at each block. @param {string} rest */
  space(rest) {
    this.#step(rest.length);
    return super.space(rest);
  }

  /** @param {string} rest */
  code(rest) {
    return this.#isIndented ? super.code(rest) : undefined;
  }

  /** What is behind the backticks, if it is no language, is code as well. @param {string} rest */
  fences(rest) {
    const made = super.fences(rest);
    if (!made) return made;
    const [, info] = FIRST_LINE.exec(made.raw) ?? ["", ""]; // as written: the library takes backslashes out of its own
    if (LANGUAGE.test(info.trim())) return made;
    return { ...made, lang: "", text: made.text ? `${info}\n${made.text}` : info };
  }

  /** The first thing the lexer tries at each piece of a line. @param {string} rest */
  escape(rest) {
    this.#step(rest.length);
    const found = ESCAPED.exec(rest);
    return found ? { type: /** @type {const} */ ("escape"), raw: found[0], text: found[1] } : undefined;
  }

  /** @param {string} rest @param {string} masked @param {string} [before] */
  emStrong(rest, masked, before) {
    if ((rest[0] !== "*" && rest[0] !== "_") || !isMarker(rest, masked)) return undefined;
    const made = this.#nested(() => super.emStrong(rest, masked, setting(before)));
    this.#charge(SLOW * ((made?.raw ?? rest).match(EMPHASIS) ?? []).length);
    return made;
  }

  /** @param {string} rest @param {string} masked @param {string} [before] */
  del(rest, masked, before) {
    if (rest[0] !== "~" || !isMarker(rest, masked)) return undefined;
    const made = this.#nested(() => super.del(rest, masked, setting(before)));
    this.#charge(SLOW * ((made?.raw ?? rest).match(STRUCK) ?? []).length);
    return made;
  }

  /** Its lines stay lines. @param {string} rest */
  codespan(rest) {
    const made = super.codespan(rest);
    if (!made?.raw.includes("\n")) return made;
    const [ticks] = /^`+/u.exec(rest) ?? [""];
    return { ...made, text: made.raw.slice(ticks.length, -ticks.length) };
  }

  /** @param {string} rest @returns {Tokens.Link | undefined} */
  url(rest) {
    if (!/^(?:https?:|www\.)/iu.test(rest)) return super.url(rest);
    const found = addressIn(rest);
    if (!found) return undefined;
    const { raw, href } = found;
    this.#charge(SLOW_ADDRESS * raw.length);
    return { type: "link", raw, href, text: raw, title: null, tokens: [{ type: "text", raw, text: raw }] };
  }

  /** @param {string} rest */
  inlineText(rest) {
    this.#charge(SLOW * (ADDRESS.exec(rest)?.[0] ?? "").length);
    return super.inlineText(rest);
  }

  /** Its lines alone: what follows is an answer to it. @param {string} rest */
  blockquote(rest) {
    const lines = QUOTED.exec(rest)?.[0];
    return lines ? this.#nested(() => super.blockquote(lines)) : undefined;
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
    const { inlineQueue } = this.lexer;
    const before = inlineQueue.length;
    const made = cells(found) <= Math.min(MOST_CELLS, found[0].length) ? super.table(rest) : undefined;
    if (made && !losesCells(made, found)) return made;
    inlineQueue.length = before;
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
    if (this.#read > this.#most) throw new RangeError("Too many characters read");
  }
}

/** @param {RegExpExecArray} table Its header, delimiters and rows. */
const cells = ([, , delimiters, rows]) => delimiters.split("|").length * (1 + (rows ?? "").split("\n").length);

/**
 * Whether a row has more cells than the header: the parser drops them.
 * @param {Tokens.Table} table @param {RegExpExecArray} written
 */
function losesCells({ header, rows }, [, head, , body]) {
  const kept = [header, ...rows].flat().map(({ text }) => text.replace(BETWEEN_CELLS, "").length);
  return kept.reduce((sum, length) => sum + length, 0) < `${head}${body ?? ""}`.replace(BETWEEN_CELLS, "").length;
}
