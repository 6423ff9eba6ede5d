import { computed } from "@preact/signals";
import { run } from "../connection.js";
import { listed } from "../listed.js";

/** The open rooms that we have not joined; of many, the largest. */
export const { rows: openRooms, bring: bringOpenRooms } = listed(async () => (await run("room.list", {})).rooms);

const names = computed(() => new Set(openRooms.value.map(({ name }) => name)));

/** Whether there is such a room, as far as we know. @param {string} room */
export function isOpenRoom(room) {
  bringOpenRooms();
  return names.value.has(room);
}
