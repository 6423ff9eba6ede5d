import { isShared, isThread } from "../names.js";
import { levelOf } from "../preferences.js";
import { blockedIn, isAsked, isSilent, newest, reads, uncounted } from "../store.js";
import { concern } from "./concern.js";
import { unreadAfter } from "./counts.js";
import { limited } from "./held-back.js";
import { concernsIn, isAddedTo } from "./inbox.js";

/** The unread messages of each room, and what of them concerns us. */

/** The position that unread messages are counted from; null where there is none. @param {string} room */
export function positionIn(room) {
  const row = reads.value.get(room);
  return row ? limited(room, row) : null;
}

/** None of a person whom we blocked. @param {string} room */
export function unreadOf(room) {
  const position = blockedIn(room) ? null : positionIn(room);
  return position ? unreadAfter(position, newest.value.get(room) ?? 0, uncounted.value.get(room) ?? []) : 0;
}

/** @param {string} room @param {boolean} [isSeen] Whether we look at it: then only what concerns us counts, which may be out of view. */
export function concernOf(room, isSeen = false) {
  const unread = isSeen ? 0 : unreadOf(room);
  return concern({
    isShared: isShared(room) || isThread(room),
    unread,
    concerns: concernsIn(room),
    asks: isAsked(room) ? unread > 0 : isAddedTo(room),
    isSilent: isSilent(room),
    level: levelOf(room),
  });
}
