import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { isComposing } from "../composing.js";
import { begunIn, firstChoice, unfinished, walked } from "./begun.js";
import { insert } from "./writing.js";

/**
 * Completion of words that start with `@`, `#` or `:`; people who posted last come first. In the composer, a `/` at the
 * very start completes room actions.
 * @import {Begun} from "./begun.js"
 * @import {Box} from "./writing.js"
 * @typedef {{insert: string, title: string, note: string, username?: string, emoji?: string,
 *   act?: () => void}} Choice
 */

/** @type {import("@preact/signals").Signal<((room: string, sign: string, word: string) => Choice[]) | null>} */
const find = signal(null);

/** @param {string} room @param {Box} box @param {boolean} [canAct] */
export function useCompletion(room, box, canAct) {
  const [begun, setBegun] = useState(/** @type {Begun | null} */ (null));
  const [chosen, setChosen] = useState(0);
  const choices = begun ? unfinished(begun, find.value?.(room, begun.sign, begun.word) ?? []) : [];
  const at = Math.min(chosen, choices.length - 1);
  const close = () => setBegun(null);

  /** @param {HTMLTextAreaElement} area */
  function look({ selectionStart, selectionEnd, value }) {
    const found = selectionStart === selectionEnd ? begunIn(value.slice(0, selectionStart)) : null;
    if (found && !find.value) bring();
    setChosen(found ? firstChoice(found) : 0);
    setBegun(found?.sign === "/" && !canAct ? null : found);
  }

  /** @param {number} index */
  function choose(index) {
    const { insert: text, act } = choices[index];
    if (box.current) insert(box.current, act ? "" : `${text} `, begun?.start);
    close();
    act?.();
  }

  /** @param {number} way */
  const walk = (way) => setChosen(walked(at, way, choices.length));

  /** @param {KeyboardEvent} event @returns {boolean} whether the list of choices handled it */
  function takes(event) {
    const accept = () => choose(Math.max(at, 0));
    const enter = at < 0 ? undefined : accept;
    const ways = { ArrowDown: () => walk(1), ArrowUp: () => walk(-1), Escape: close, Enter: enter, Tab: accept };
    const act = choices.length ? ways[/** @type {keyof typeof ways} */ (event.key)] : undefined;
    if (!act || event.shiftKey || event.altKey || isComposing(event)) return false;
    event.preventDefault();
    event.stopPropagation();
    act();
    return true;
  }

  return { choices, chosen: at, look, choose, takes, close };
}

/** Offline nothing comes, and the next key asks again. */
const bring = () =>
  void import("./choices.js").then(
    ({ choicesFor }) => (find.value = choicesFor),
    () => {},
  );
