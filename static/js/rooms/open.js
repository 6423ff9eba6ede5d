import { computed } from "@preact/signals";
import { online, run } from "../connection.js";
import { forgetWithRows } from "../forgetting.js";
import { listed } from "../listed.js";

/** The open rooms that we have not joined: the largest, and those that texts name. */

/** The most rooms that the server lists together. */
const FULL = 200;
const SOON_MS = 1_000;
/** How many rooms are looked for by name together, of those that a full list does not have. */
const AT_ONCE = 5;

export const { rows: openRooms, bring: bringOpenRooms, renew } = listed(ask);

const names = computed(() => new Set(openRooms.value.map(({ name }) => name)));

/** The rooms that texts name. */
const named = new Set();
/** Those that were named since the list was loaded. @type {string[]} */
let wanted = [];
/** The last ones that were looked for. @type {string[]} */
let sought = [];
forgetWithRows(() => {
  named.clear();
  wanted = [];
  sought = [];
});

async function ask() {
  sought = [...new Set([...wanted.reverse(), ...sought])].slice(0, AT_ONCE);
  wanted = [];
  const { rooms } = await run("room.list", {});
  if (rooms.length < FULL) return rooms;
  const missing = sought.filter((room) => !rooms.some(({ name }) => name === room));
  const found = await Promise.all(missing.map((room) => run("room.list", { query: room.slice(1) })));
  return [...rooms, ...found.flatMap((more) => more.rooms.filter(({ name }) => missing.includes(name)))];
}

/** Whether there is such a room, as far as we know; one that was not named before may be new. @param {string} room */
export function isOpenRoom(room) {
  bringOpenRooms();
  if (online.value && !named.has(room)) lookFor(room);
  return names.value.has(room);
}

/** @param {string} room */
function lookFor(room) {
  named.add(room);
  if (!wanted.length) setTimeout(() => wanted.length && renew().catch(() => {}), SOON_MS);
  wanted.push(room);
}
