import { isMessage } from "../messages/events.js";

/**
 * Where one left off.
 * @import {Place} from "./position.js"
 * @import {Position as Read} from "../reads/counts.js"
 * @import {Message} from "../wire.js"
 * @typedef {object} Known
 * @property {Message[]} list What is loaded of the present.
 * @property {boolean} more Whether there are messages before it that can be loaded.
 * @property {Read & {seq: number}} read The read position.
 * @property {number} limit The number up to which messages count as read: less, if one has marked some as unread.
 * @property {(author: string) => boolean} isUnheard Whether nothing of an author is unread.
 */

/** @type {Place} */
export const NOWHERE = { number: 0, seq: 0 };

/** Leads to the beginning of a room of which nothing was read: no message has a lower seq. */
const BEGINNING = 1;

/**
 * The first unread message. If it is not loaded, the last one that was read leads there.
 * @param {Known} known @returns {Place}
 */
export function leftOff({ list, more, read, limit, isUnheard }) {
  const isHeldBack = limit < read.number;
  const messages = list.filter(isMessage);
  if (!isHeldBack && more && list.length && (messages[0]?.number ?? Infinity) > read.number + 1) {
    return { number: read.number + 1, seq: read.seq || BEGINNING };
  }
  const first = messages.find((message) => message.number > limit && (isHeldBack || isUnread(message, isUnheard)));
  return { number: first?.number ?? 0, seq: first?.seq ?? 0 };
}

/**
 * How many messages after a number are unread. If not all of them are loaded, all unread messages of the room count.
 * @param {{list: Message[], more: boolean, after: number, unread: number, isUnheard: Known["isUnheard"]}} known
 */
export function unreadBelow({ list, more, after, unread, isUnheard }) {
  const messages = list.filter(isMessage);
  if (more && (messages[0]?.number ?? Infinity) > after + 1) return unread;
  return messages.filter((message) => message.number > after && isUnread(message, isUnheard)).length;
}

/** @param {Message} message @param {Known["isUnheard"]} isUnheard */
const isUnread = ({ author, deleted }, isUnheard) => !deleted && !isUnheard(author);
