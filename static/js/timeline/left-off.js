import { isMessage } from "../messages/events.js";
import { MOST } from "../reads/counts.js";

/**
 * Where one left off.
 * @import {Data, Place, Position} from "./position.js"
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
 * How many messages are unread below those that were in sight. If not all of them are loaded, all unread messages of the
 * room count, but those that were in sight in the part of the past that is shown.
 * @param {object} known
 * @param {Message[]} known.list What is loaded of the present. @param {boolean} known.more Whether there is more before it.
 * @param {Message[]} known.past What is shown instead of it, if anything is.
 * @param {number} known.read The number up to which messages are read. @param {number} known.seenTo And were in sight.
 * @param {number} known.unread How many messages are unread. @param {Known["isUnheard"]} known.isUnheard
 */
export function unreadBelow({ list, more, past, read, seenTo, unread, isUnheard }) {
  const after = Math.max(read, seenTo);
  /** @param {Message[]} some @param {number} from @param {number} [to] */
  const between = (some, from, to = Infinity) =>
    some.filter(isMessage).filter((each) => each.number > from && each.number <= to && isUnread(each, isUnheard))
      .length;
  const isMissing = more && (list.find(isMessage)?.number ?? Infinity) > after + 1;
  if (!isMissing) return between(list, after);
  return unread < MOST ? Math.max(0, unread - between(past, read, after)) : unread;
}

/** @param {Message} message @param {Known["isUnheard"]} isUnheard */
const isUnread = ({ author, deleted }, isUnheard) => !deleted && !isUnheard(author);

/**
 * How many messages are new below the line, after those that came or were deleted since. Those that come while one looks
 * at them are not new: they only pass, though it takes a moment until they count as read.
 * @param {Position} before @param {Pick<Position, "firstNew">} now @param {Data} data
 * @returns {Pick<Position, "news" | "counted">}
 */
export function newsBelow(before, now, { isLooking, read, unread }) {
  const { news, counted } = before;
  if (now.firstNew.number !== before.firstNew.number) return { news: unread, counted: { read, unread, passing: 0 } };
  const came = Math.max(0, unread - counted.unread);
  const deleted = read === counted.read ? Math.max(0, counted.unread - unread) : 0;
  const isWatched = isLooking && before.stuck && !before.isBack;
  const added = isWatched ? 0 : came;
  const passing = Math.min(unread, Math.max(0, counted.passing + came - added - deleted));
  const left = news + added - Math.max(0, deleted - counted.passing);
  return { news: isWatched || deleted ? left : Math.max(left, unread), counted: { read, unread, passing } };
}
