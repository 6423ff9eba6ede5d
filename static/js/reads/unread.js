import { newest, reads, uncounted } from "../store.js";
import { unreadAfter } from "./counts.js";
import { limited } from "./held-back.js";

/** The unread messages of each room. */

/** The position that unread messages are counted from; null where there is none. @param {string} room */
export function positionIn(room) {
  const row = reads.value.get(room);
  return row ? limited(room, row) : null;
}

/** @param {string} room */
export function unreadOf(room) {
  const position = positionIn(room);
  return position ? unreadAfter(position, newest.value.get(room) ?? 0, uncounted.value.get(room) ?? []) : 0;
}
