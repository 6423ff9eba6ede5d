import { rightsOf } from "../messages/rights.js";
import { isThread, parentOf } from "../names.js";
import { blockedIn, isArchived, isAsked, mayModerate, rooms } from "../store.js";
import { messageAbove } from "../threads/entering.js";

/** What we may do in a room or thread. @param {string} room @returns {import("../messages/rights.js").Rights} */
export function rightsIn(room) {
  const { posting, threading } = rooms.value.get(parentOf(room)) ?? {};
  return rightsOf({
    isArchived: isArchived(room),
    isBlocked: blockedIn(room) !== "",
    isAsked: isAsked(room),
    isEnded: isThread(room) && Boolean(messageAbove(room)?.deleted),
    isModerator: mayModerate(room),
    posting: isThread(room) ? threading : posting,
    threading,
  });
}
