import { isMessage } from "../messages/events.js";

/**
 * Steps over what is shown of a timeline: a message, or events that follow each other, which are one line.
 * @import {Message} from "../wire.js"
 */

/**
 * The index that is so many steps after or, if negative, before another; at most the end or the start.
 * @param {Message[]} list @param {number} place @param {number} steps
 */
export const step = (list, place, steps) => (steps < 0 ? back(list, place, -steps) : onward(list, place, steps));

/** @param {Message[]} list @param {number} index Whether a line of events goes on from the row before. */
const goesOn = (list, index) =>
  index > 0 && index < list.length && !isMessage(list[index - 1]) && !isMessage(list[index]);

/** @param {Message[]} list @param {number} place @param {number} steps */
function onward(list, place, steps) {
  let at = place;
  for (let left = steps; left > 0 && at < list.length; left -= 1) {
    at += 1;
    while (goesOn(list, at)) at += 1;
  }
  return at;
}

/** @param {Message[]} list @param {number} place @param {number} steps */
function back(list, place, steps) {
  let at = place;
  for (let left = steps; left > 0 && at > 0; left -= 1) {
    at -= 1;
    while (goesOn(list, at)) at -= 1;
  }
  return at;
}
