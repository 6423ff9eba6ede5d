import { WORD } from "../mentions.js";

/**
 * A word that is being written and can be completed: its sign, what is written of it, and where it starts.
 * @typedef {{sign: string, word: string, start: number}} Begun
 */

/** By the grammar of names, as in `mentions.js`; an emoji begins a word. */
const BEGUN = new RegExp(
  String.raw`(?:([@#])(?<!${WORD}[@#])(?<![@#\/\\][@#])|(?:^|[\s\(])(:)|^(\/))([\p{L}\p{M}\p{N}_+.\-]*)$`,
  "v",
);
/** A displayed name can have spaces: after an `@`, other words can belong to what is begun. */
const GOES_ON = new RegExp(
  String.raw`@(?<!${WORD}@)(?<![@#\/\\]@)([\p{L}\p{M}\p{N}_][^\s@#]*(?: [^\s@#]+){0,4} ?)$`,
  "v",
);
/** Of an emoji; fewer are a smiley. */
const LETTERS = 2;

/** @param {string} before The text up to the cursor. @returns {Begun | null} */
export function begunIn(before) {
  const found = BEGUN.exec(before);
  if (!found) return wordsBegunIn(before);
  const [, mark, colon, slash, word] = found;
  const sign = mark ?? colon ?? slash;
  return sign === ":" && word.length < LETTERS ? null : { sign, word, start: before.length - word.length - 1 };
}

/** @param {string} before @returns {Begun | null} */
function wordsBegunIn(before) {
  const word = GOES_ON.exec(before)?.[1];
  return word ? { sign: "@", word, start: before.length - word.length - 1 } : null;
}

/** Whether a text is a command, or looks like one: see `slash.js`. @param {string} text */
export const isCommand = (text) => /^\/\p{L}+(?:\s|$)/u.test(text);

/**
 * The choice that Enter takes at first: none before a letter is typed, since the sign can be all that one wants to send.
 * @param {Begun} begun
 */
export const firstChoice = ({ word }) => (word ? 0 : -1);

/**
 * The next choice in a list that goes round.
 * @param {number} at @param {number} way 1 or -1 @param {number} count
 */
export const walked = (at, way, count) => (at < 0 && way < 0 ? count - 1 : (at + way + count) % count);

/**
 * Hides the only choice once it is typed in full, so that Enter sends the message.
 * @template {{insert: string}} C @param {Begun} begun @param {C[]} choices @returns {C[]}
 */
export const unfinished = ({ sign, word }, choices) =>
  choices.length === 1 && choices[0].insert === sign + word ? [] : choices;
