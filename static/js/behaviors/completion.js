import { signal } from "@preact/signals";
import { useState } from "preact/hooks";

/**
 * What a word that begins with `@`, `#` or `:` could become; people who spoke last come first.
 * @typedef {{insert: string, title: string, note: string, username?: string, emoji?: string}} Choice
 * @typedef {{sign: string, word: string, start: number}} Begun
 */

const BEGUN = /(?:^|[\s(])([@#:])([\p{L}\p{N}_+.-]*)$/u;

/** @type {import("@preact/signals").Signal<((room: string, sign: string, word: string) => Choice[]) | null>} */
const find = signal(null);

/** @param {string} room */
export function useCompletion(room) {
  const [begun, setBegun] = useState(/** @type {Begun | null} */ (null));
  const [chosen, setChosen] = useState(0);
  const choices = begun ? unfinished(begun, find.value?.(room, begun.sign, begun.word) ?? []) : [];
  const at = Math.min(chosen, choices.length - 1);

  /** @param {HTMLTextAreaElement} box */
  function look(box) {
    setChosen(0);
    setBegun(box.selectionStart === box.selectionEnd ? begunIn(box.value.slice(0, box.selectionStart)) : null);
  }

  /** @param {number} way */
  const walk = (way) => setChosen((at + way + choices.length) % choices.length);
  return { choices, chosen: at, start: begun?.start ?? 0, look, walk, close: () => setBegun(null) };
}

/** What is written out already needs no completing, so that Enter sends it. @param {Begun} begun @param {Choice[]} choices */
const unfinished = ({ sign, word }, choices) =>
  choices.length === 1 && choices[0].insert === sign + word ? [] : choices;

/** @param {string} before The text up to the cursor. @returns {Begun | null} */
function begunIn(before) {
  const found = BEGUN.exec(before);
  if (!found) return null;
  const [, sign, word] = found;
  if (sign === ":" && word.length < 2) return null;
  bring(sign);
  return { sign, word, start: before.length - word.length - 1 };
}

/** @param {string} sign */
async function bring(sign) {
  if (!find.value) find.value = (await import("./choices.js")).choicesFor;
  if (sign === ":") (await import("./emoji.js")).bringEmojis();
}
