import { computed } from "@preact/signals";
import { isShown } from "../route.js";
import { inbox, isBlocked, reads } from "../store.js";
import { command } from "../sync.js";
import { attention, isLooking, lastSeen } from "./marks.js";

/**
 * The unread items of our inbox, such as mentions and replies. Reading a room reads its items on the server.
 * @import {InboxItem} from "../wire.js"
 */

const MOST_AT_ONCE = 100;

/** Whether an item needs no attention at once: only the inbox counts it. @param {InboxItem} item */
export const isQuiet = ({ kind }) => kind === "reaction" || kind === "invitation";

export const unreadItems = computed(() => [...inbox.value.values()].filter(isUnread));

/** @param {InboxItem | undefined} item */
export const isUnread = (item) => item !== undefined && !item.read && !item.gone;

/** @param {InboxItem[]} items */
function grouped(items) {
  /** @type {Map<string, InboxItem[]>} */
  const found = new Map(items.map(({ room }) => [room, []]));
  for (const item of items) found.get(item.room)?.push(item);
  return found;
}

const byRoom = computed(() => grouped(unreadItems.value));

/**
 * Whether its message is on screen or above, and just about to be read with the room; or it is quiet, and the room is
 * on screen.
 * @param {InboxItem} item
 */
function isBeingRead(item) {
  const { room, seq } = item;
  void attention.value;
  if (isQuiet(item)) return isShown(room) && isLooking();
  const seen = lastSeen.value.get(room);
  if (!seen || !isShown(room) || seq === null) return false;
  return seq <= seen.seq && seq > (reads.value.get(room)?.seq ?? 0) && isLooking();
}

/** Those that we have yet to see; not what people did whom we blocked since. */
export const waitingItems = computed(() =>
  unreadItems.value.filter((item) => !isBeingRead(item) && !isBlocked(item.by)),
);

const waitingByRoom = computed(() => grouped(waitingItems.value));

/** The number of messages for us that we have yet to see. @param {string} room */
export const concernsIn = (room) => waitingByRoom.value.get(room)?.filter((item) => !isQuiet(item)).length ?? 0;

/** Whether we were added to a room that we have yet to see. @param {string} room */
export const isAddedTo = (room) => waitingByRoom.value.get(room)?.some(({ kind }) => kind === "invitation") ?? false;

/** @param {string} room @returns {InboxItem[]} */
export const itemsIn = (room) => byRoom.value.get(room) ?? [];

/** @type {Set<number>} The items that are being marked. */
const marking = new Set();

/** @param {InboxItem[]} items */
export async function markItems(items) {
  const ids = items.map(({ id }) => id).filter((id) => !marking.has(id));
  for (let some = ids.splice(0, MOST_AT_ONCE); some.length; some = ids.splice(0, MOST_AT_ONCE)) {
    some.forEach((id) => marking.add(id));
    await command("inbox.mark", { ids: some }).catch(() => {});
    some.forEach((id) => marking.delete(id));
  }
}

/**
 * Marks the items whose messages are on screen, where reading the room does not: those of messages that were read
 * before an edit mentioned us or others reacted, and of messages that a link led to; and invitations to the room.
 * @param {string} room @param {boolean} isAway Whether the reader is not at the end of the room.
 * @param {(seq: number) => boolean} isOnScreen
 */
export function sawItems(room, isAway, isOnScreen) {
  if (!isLooking()) return;
  const read = reads.peek().get(room)?.seq ?? 0;
  markItems(itemsIn(room).filter(({ seq }) => seq === null || ((isAway || seq <= read) && isOnScreen(seq))));
}
