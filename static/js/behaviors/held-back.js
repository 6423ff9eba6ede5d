import { signal } from "@preact/signals";
import { keep, kept } from "../settings.js";
import { me, readUpTo } from "../store.js";

/** "Mark as unread from here": kept in this browser until one comes back to the room; the server only knows forwards. */

/** Counts changes, which are kept by room. */
const changes = signal(0);
addEventListener("storage", () => (changes.value += 1));

/** @param {string} room */
const key = (room) => `unread ${me.peek()?.username} ${room}`;

/** @param {string} room @param {number} number The first message that is to count as unread; 0 for none. */
export function holdBack(room, number) {
  if (!number && !kept(key(room))) return;
  keep(key(room), number ? String(number) : "");
  changes.value += 1;
}

/** @param {string} room @returns {number} */
export function heldBack(room) {
  changes.value;
  return Number(kept(key(room))) || Infinity;
}

readUpTo.limit = (room, number) => Math.min(number, heldBack(room) - 1);
