import { useRef } from "preact/hooks";
import { isSinceMine, me, reads, readUpTo, ready } from "../store.js";
import { heldBack, holdBack } from "./held-back.js";

/** @import {Message} from "../wire.js" */

/**
 * Where one left off: above it stands the line "New", which does not move while one reads, unless one moves it.
 * @param {string} room @param {Message[]} list @returns {number | undefined} The number of what was new when one came in.
 */
export function useFirstNew(room, list) {
  const found = useRef(/** @type {number | undefined} */ (undefined));
  const isFirstLook = useRef(true);
  const held = heldBack(room);
  if (isFirstLook.current && list.length && ready.value) {
    isFirstLook.current = false;
    found.current = firstUnread(room, list);
    queueMicrotask(() => holdBack(room, 0));
  } else if (Number.isFinite(held)) found.current = held;
  return found.current;
}

/** @param {string} room @param {Message[]} list */
function firstUnread(room, list) {
  const row = reads.peek().get(room);
  const read = row && readUpTo.limit(room, row.number);
  const isHeldBack = row && read !== row.number;
  const isNew = read === undefined ? isSinceMine : (/** @type {Message} */ { number }) => number > read;
  return list.find((message) => isNew(message) && (isHeldBack || message.author !== me.peek()?.username))?.number;
}
