import { Hooks } from "marked";

/**
 * Where emphasis cannot begin or end: inside words, names and numbers. Markdown's own rule knows only letters and
 * spaces; East Asian text has neither spaces nor, after its punctuation, emphasis.
 */

/** Writing without spaces between words, or with endings that follow a marker: a letter of it is no part of a word. */
const UNSPACED = String.raw`\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}`;
const WORD = String.raw`[[\p{L}\p{N}\p{M}]--[${UNSPACED}]]`;
const IN_A_WORD = new RegExp(String.raw`(?<=${WORD})(?:\*+|~+)(?=${WORD})`, "gv");
/** Beside a symbol such as a macron: a marker is part of a face, as in `¯_(ツ)_/¯`. */
const IN_A_FACE = /(?<=[\p{Sk}--`][\\\/]?)[*_~]+|[*_~]+(?=[\\\/]?[\p{Sk}--`])/gv;
/** Such as `__init__`, which are names in several programming languages. */
const NAME = /(?<![\p{L}\p{N}_])__[a-z\d]+(?:_[a-z\d]+)*__(?![\p{L}\p{N}_])/gu;
/** Where a username begins that is mentioned. */
const IN_A_MENTION = /(?<=@)_+/gu;
/** Punctuation of East Asian sentences; all are one unit long. */
const WIDE = /[\u2018-\u201d\u2026\u3001-\u303f\uff01-\uff65]/gu;

const NO_WORD = new RegExp(`[${UNSPACED}]|${WIDE.source}`, "v");

/** What stands for a character that ends no word and is no marker. */
const LETTER = "a";

/** @param {string} text */
const blanked = (text) => LETTER.repeat(text.length);

/** Masks what is not a marker from the search for emphasis. @param {string} masked @returns {string} of the same length */
const emStrongMask = (masked) =>
  [IN_A_WORD, IN_A_FACE, NAME, IN_A_MENTION]
    .reduce((rest, part) => rest.replace(part, blanked), masked)
    .replace(WIDE, LETTER);

export const hooks = Object.assign(new Hooks(), { emStrongMask });

/**
 * Whether the marker at the beginning of `rest` is one, and not a character of a word.
 * @param {string} rest @param {string} masked
 */
export const isMarker = (rest, masked) => masked.at(-rest.length) === rest[0];

/** What stands before a marker, as far as emphasis is concerned. @param {string} [before] */
export const setting = (before = "") => (NO_WORD.test(before) ? "" : before);
