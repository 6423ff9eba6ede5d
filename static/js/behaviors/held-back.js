import { signal } from "@preact/signals";
import { run } from "../connection.js";
import { currentRoom } from "../route.js";
import { keep, kept } from "../settings.js";
import { listenFor } from "../signals.js";
import { me, readUpTo } from "../store.js";

/**
 * "Mark as unread from here", until one comes back to the room in any tab. The server only knows forwards: it is kept in
 * this browser, and told live to one's tabs in others.
 */

/** Counts changes, which are kept by room. */
const changes = signal(0);
addEventListener("storage", () => (changes.value += 1));

/** @type {Set<string>} The rooms where it was done in this tab: being there is no coming back. */
const doneHere = new Set();

/** @param {string} room */
const key = (room) => `${me.peek()?.username} unread ${room}`;

/** @param {string} room @param {number} number The first message that is to count as unread; 0 for none. */
export function holdBack(room, number) {
  if (!number && !kept(key(room))) return;
  hold(room, number);
  if (number) doneHere.add(room);
  else doneHere.delete(room);
  run("signal", { to: me.peek()?.username ?? "", type: "unread", data: { room, number } }).catch(() => {});
}

/** @param {string} room @param {number} number */
function hold(room, number) {
  keep(key(room), number ? String(number) : "");
  changes.value += 1;
}

/** @param {string} room @returns {number} */
export function heldBack(room) {
  changes.value;
  return Number(kept(key(room))) || Infinity;
}

readUpTo.limit = (room, number) => Math.min(number, heldBack(room) - 1);
listenFor("unread", ({ from, data }) => void (from === me.peek()?.username && hold(data.room, data.number)));
addEventListener("focus", () => void (doneHere.has(currentRoom.peek()) || holdBack(currentRoom.peek(), 0)));
