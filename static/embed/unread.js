import { computed } from "@preact/signals";
import { unreadAfter } from "../js/reads/counts.js";
import { blockedIn, memberships, newest, reads, uncounted } from "../js/store.js";

/** How many messages are unread in a room, none of a person whom we blocked; 1000 stands for more than 999. @param {string} room */
export function unreadIn(room) {
  const row = blockedIn(room) ? undefined : reads.value.get(room);
  return row ? unreadAfter(row, newest.value.get(room) ?? 0, uncounted.value.get(room) ?? []) : 0;
}

/** How many there are in all rooms that are not muted, and in conversations that were accepted. */
export const unread = computed(() =>
  [...memberships.value.values()].reduce(
    (sum, { room, muted, request }) => sum + (muted || request ? 0 : unreadIn(room)),
    0,
  ),
);
