import { computed, signal } from "@preact/signals";
import { run } from "../connection.js";
import { forgetWithPerson } from "../forgetting.js";
import { currentRoom, currentThread } from "../route.js";
import { keep, kept, keptUnder } from "../storage.js";
import { listenFor } from "../signals.js";
import { isMessage } from "../messages/events.js";
import { loadBetween } from "../messages/history.js";
import { isUnheard, me, newest, windowOf } from "../store.js";
import { revs } from "../sync.js";
import { MOST, readFrom } from "./counts.js";

/**
 * "Mark as unread from here", until one comes back to the room in any tab. The server only knows forwards: it is kept in
 * this browser, and sent live to your tabs in others.
 * @import {Read} from "../wire.js"
 * @typedef {{number: number, uncounted: number, room_rev: number}} Held The first message that is unread, and, as in
 *   `Read`, how many from it on are not, as of which rev.
 */

/** Counts changes, which are kept by room. */
const changes = signal(0);
addEventListener("storage", () => (changes.value += 1));

/** @type {Set<string>} The rooms where it was done in this tab: being there is no coming back. */
const doneHere = new Set();

forgetWithPerson(() => doneHere.clear());

/** @param {string} room */
const key = (room) => `${me.peek()?.username} unread ${room}`;

/** @param {string} room @param {number} number The first message that is to count as unread; 0 for none. */
export function holdBack(room, number) {
  if (!number && !kept(key(room))) return;
  share(room, number ? counted(room, number) : null);
  if (number) doneHere.add(room);
  else doneHere.delete(room);
  if (number) countAll(room, number).catch(() => {});
}

/** Sets it in all tabs. @param {string} room @param {Held | null} news */
function share(room, news) {
  hold(room, news);
  run("signal", { to: me.peek()?.username ?? "", type: "unread", data: { room, held: news } }).catch(() => {});
}

/** Counts again, once all that follows is loaded. @param {string} room @param {number} number */
async function countAll(room, number) {
  if ((newest.peek().get(room) ?? 0) - number >= MOST || !(await loadBetween(room))) return;
  if (held(room)?.number === number) share(room, counted(room, number));
}

/**
 * As far as it is loaded.
 * @param {string} room @param {number} number @returns {Held}
 */
function counted(room, number) {
  const room_rev = revs.get(room) ?? 0;
  const rows = [...windowOf(room).peek().rows.values()].filter(isMessage);
  const uncounted = rows.filter(
    (message) => message.number >= number && readFrom(message, isUnheard) <= room_rev,
  ).length;
  return { number, uncounted, room_rev };
}

/** @param {string} room @param {Held | null} news */
function hold(room, news) {
  keep(key(room), news ? JSON.stringify(news) : "");
  changes.value += 1;
}

/** What is kept, by room: looking it up is for hundreds of rooms at once. */
const all = computed(() => {
  void changes.value;
  return keptUnder(`${me.value?.username} unread `);
});

/** @param {string} room @returns {Held | null} */
const held = (room) => JSON.parse(all.value.get(room) ?? "null");

/** @param {string} room @returns {number} */
export const heldBack = (room) => held(room)?.number ?? Infinity;

/**
 * The read position, or an earlier one if it is held back.
 * @param {string} room @param {Read} read
 */
export function limited(room, read) {
  const from = held(room);
  return from && from.number <= read.number ? { ...read, ...from, number: from.number - 1 } : read;
}

listenFor("unread", ({ from, data }) => void (from === me.peek()?.username && hold(data.room, data.held)));
addEventListener("focus", () => {
  for (const room of [currentRoom.peek(), currentThread.peek()]) if (room && !doneHere.has(room)) holdBack(room, 0);
});
