import { isMessage } from "../messages/events.js";
import { shownLength } from "../messages/folding.js";

/**
 * Steps over what is shown of a timeline: a message, or events that follow each other, which are one line.
 * @import {Message} from "../wire.js"
 */

/** What a page can lay out in a moment: long messages are rendered a few at a time. */
export const STEP_CHARACTERS = 5_000;

/**
 * The index that is so many steps after or, if negative, before another; at most the end or the start.
 * @param {Message[]} list @param {number} place @param {number} steps @param {number} [characters] How many they may show.
 */
export function step(list, place, steps, characters = Infinity) {
  const next = steps < 0 ? before : after;
  let at = place;
  let left = characters;
  for (let count = Math.abs(steps); count > 0; count -= 1) {
    const to = next(list, at);
    left -= length(list[Math.min(at, to)]);
    if (to === at || (at !== place && left < 0)) break;
    at = to;
  }
  return at;
}

/**
 * The same, but no further than what is rendered in one go, except for the first step.
 * @param {Message[]} list @param {number} place @param {number} steps
 */
export const fitting = (list, place, steps) => step(list, place, steps, STEP_CHARACTERS);

/** @param {Message | undefined} row */
const length = (row) => (row && isMessage(row) ? shownLength(row.text ?? "") : 0);

/** @param {Message[]} list @param {number} index Whether a line of events goes on from the row before. */
const goesOn = (list, index) =>
  index > 0 && index < list.length && !isMessage(list[index - 1]) && !isMessage(list[index]);

/** @param {Message[]} list @param {number} place */
function after(list, place) {
  let at = Math.min(place + 1, list.length);
  while (goesOn(list, at)) at += 1;
  return at;
}

/** @param {Message[]} list @param {number} place */
function before(list, place) {
  let at = Math.max(place - 1, 0);
  while (goesOn(list, at)) at -= 1;
  return at;
}
