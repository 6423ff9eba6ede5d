import { useRef } from "preact/hooks";
import { online } from "../connection.js";
import { caughtUp, me, reads, windowOf } from "../store.js";
import { heldBack, holdBack } from "../reads/held-back.js";
import { isLooking } from "../reads/marks.js";
import { positionIn, unreadOf } from "../reads/unread.js";

/**
 * Where one left off: above the message of this number stands the line "New", which does not move while one reads,
 * unless one moves it. The room opens at the seq, also for who comes back to a hidden tab. Who looked while the
 * connection was gone gets the line and stays where they are.
 * @import {Message} from "../wire.js"
 * @import {Scroll} from "./scroll.js"
 * @typedef {{number: number, seq: number}} LeftOff Each 0 if there is none.
 */

/** @param {string} room @param {Scroll} scroll @returns {LeftOff} */
export function useFirstNew(room, scroll) {
  const found = useRef({ number: 0, seq: 0 });
  const isFirstLook = useRef(true);
  const isBack = useRef(true);
  const { list, more } = windowOf(room).value;
  const held = heldBack(room);
  if (!caughtUp.value) isBack.current = true;
  else if ((list.length || !more) && (isBack.current || !isLooking()) && isRead(room, found.current.number)) {
    const { number, seq } = leftOff(room);
    const opens = scroll.stuck && (isFirstLook.current || isHidden());
    if (number) found.current = { number, seq: opens ? seq : found.current.seq };
    if (isFirstLook.current) queueMicrotask(() => holdBack(room, 0));
    isFirstLook.current = false;
    isBack.current = false;
  } else if (Number.isFinite(held)) found.current = { ...found.current, number: held };
  scroll.unseen = isRead(room, found.current.number) ? 0 : found.current.seq;
  return found.current;
}

const isHidden = () => document.visibilityState === "hidden";

/** @param {string} room @param {number} number */
const isRead = (room, number) => number <= (reads.value.get(room)?.number ?? Infinity);

/** @param {string} room @returns {LeftOff} */
function leftOff(room) {
  const { list, more } = windowOf(room).peek();
  const row = reads.peek().get(room);
  if (!row || !unreadOf(room)) return { number: 0, seq: 0 };
  const read = positionIn(room) ?? row;
  const isHeldBack = read !== row;
  if (!isHeldBack && more && online.peek() && list[0].number > row.number + 1) {
    return { number: row.number + 1, seq: row.seq };
  }
  const isUnread = (/** @type {Message} */ { author, deleted }) => !deleted && author !== me.peek()?.username;
  const first = list.find((message) => message.number > read.number && (isHeldBack || isUnread(message)));
  return { number: first?.number ?? 0, seq: first?.seq ?? 0 };
}
