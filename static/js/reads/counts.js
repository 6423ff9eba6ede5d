/**
 * How many messages are unread: by the read position and the room's numbers, whatever is loaded.
 * @import {Message, Read} from "../wire.js"
 * @typedef {Pick<Read, "number" | "uncounted" | "room_rev">} Position Where somebody is in a room.
 */

/** Stands for more unread messages than are counted. */
export const MOST = 1000;

/**
 * @param {Position} position
 * @param {number} newest The number of the room's newest message.
 * @param {Iterable<[number, number]>} uncounted The numbers of messages that are not unread, each with the rev from which on it is so.
 */
export function unreadAfter(position, newest, uncounted) {
  const after = newest - position.number;
  if (position.uncounted === null || after > MOST) return MOST;
  const since = [...uncounted].filter(([number, rev]) => number > position.number && rev > position.room_rev);
  return Math.max(0, after - position.uncounted - since.length);
}

/** A number of unread messages as it is shown. @param {number} number */
export const unreadText = (number) => (number >= MOST ? `${MOST - 1}+` : String(number));

/** @param {number} number */
export const concernText = (number) => `${unreadText(number)} for you`;

/**
 * The rev from which on a message is not unread: that of its deletion, or of its birth if nothing of its author is unread;
 * else infinite.
 * @param {Pick<Message, "author" | "seq" | "rev" | "deleted">} message
 * @param {(author: string) => boolean} isUnheard Whether nothing of an author is unread, see `store.isUnheard`.
 */
export function readFrom({ author, seq, rev, deleted }, isUnheard) {
  if (isUnheard(author)) return seq;
  return deleted ? rev : Infinity;
}
