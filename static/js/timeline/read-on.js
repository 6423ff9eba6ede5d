import { isMessage } from "../messages/events.js";

/**
 * How far one has read by scrolling on from the read position.
 * @import {Numbered} from "../messages/events.js"
 * @import {Message} from "../wire.js"
 * @typedef {{first: number, last: number}} InSight The seqs of the first and last message that are on screen.
 */

/**
 * The number up to which all messages were on screen: further, if what is on screen now continues it.
 * @param {number} before @param {Message[]} list What is loaded. @param {InSight} inSight
 */
export function readOn(before, list, inSight) {
  const messages = list.filter(isMessage);
  const first = messages.find(({ seq }) => seq >= inSight.first)?.number ?? Infinity;
  const last = messages.findLast(({ seq }) => seq <= inSight.last)?.number ?? 0;
  return first <= before + 1 ? Math.max(before, last) : before;
}
