import { run } from "./connection.js";
import { once } from "./loading.js";
import { startRoster, takeRows } from "./rows.js";
import { rosters } from "./store.js";

/** Loads the members of a room. */

const MOST_PAGES = 10;

/** @param {string} room */
export const loadMembers = (room) => once(`members ${room}`, () => allMembers(room));

/** @param {string} room */
async function allMembers(room) {
  if (rosters.peek().get(room)?.complete) return;
  /** @type {string | undefined} */
  let after;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const { members, more } = await run("room.members", { room, ...(after ? { after } : {}) });
    takeRows(room, { members });
    after = members.at(-1)?.username;
    if (!more || !after) break;
  }
  startRoster(room, true);
}
