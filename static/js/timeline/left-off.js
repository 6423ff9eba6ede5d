import { online } from "../connection.js";
import { positionIn, unreadOf } from "../reads/unread.js";
import { me, reads, windowOf } from "../store.js";

/**
 * @import {Place} from "./position.js"
 * @import {Message} from "../wire.js"
 */

/** Where one left off: the first unread message. @param {string} room @returns {Place} */
export function leftOff(room) {
  const { list, more } = windowOf(room).peek();
  const row = reads.peek().get(room);
  if (!row || !unreadOf(room)) return { number: 0, seq: 0 };
  const read = positionIn(room) ?? row;
  const isHeldBack = read !== row;
  if (!isHeldBack && more && online.peek() && list.length && list[0].number > row.number + 1) {
    return { number: row.number + 1, seq: row.seq };
  }
  const first = list.find((message) => message.number > read.number && (isHeldBack || isUnread(message)));
  return { number: first?.number ?? 0, seq: first?.seq ?? 0 };
}

/** @param {Message} message */
const isUnread = ({ author, deleted }) => !deleted && author !== me.peek()?.username;
