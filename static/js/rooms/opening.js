import { computed, effect, untracked } from "@preact/signals";
import { online } from "../connection.js";
import { currentRoom } from "../route.js";
import { caughtUp, heads, latest, memberships } from "../store.js";
import { catchUp } from "../sync.js";

/**
 * Fetches what is missing of a room when it opens, because at the start only the heads of the others come; and then of
 * the rooms where something happened last, so that they open at once, also offline.
 */

const FETCHED_BEFORE = 20;

const isBehind = computed(() => heads.value.has(currentRoom.value));

export function fetchOpenRooms() {
  effect(() => {
    const room = currentRoom.value;
    if (online.value && isBehind.value) untracked(() => catchUp(room));
  });
  caughtUp.subscribe((isCaughtUp) => isCaughtUp && untracked(fetchLatest));
}

function fetchLatest() {
  /** @param {string} room */
  const at = (room) => latest.peek().get(room) ?? "";
  const rooms = [...memberships.peek().keys()].sort((a, b) => Number(at(a) < at(b)) - Number(at(a) > at(b)));
  for (const room of rooms.slice(0, FETCHED_BEFORE).filter((name) => heads.peek().has(name))) catchUp(room);
}
