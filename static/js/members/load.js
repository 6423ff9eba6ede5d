import { run } from "../connection.js";
import { once } from "../loading.js";
import { startRoster, takeRows } from "../rows.js";
import { rooms, rosters } from "../store.js";
import { command } from "../sync.js";

/** Loads all members of a room, unless it is large: then they are loaded as they are shown, and found by the server. */

const ALL_PAGES = 5;
const PAGE = 100;

/** @param {string} room */
export const loadMembers = (room) => once(`members ${room}`, () => allMembers(room));

/** How many members a room has. @param {string} room */
export const sizeOf = (room) => rooms.value.get(room)?.members ?? 0;

/** @param {string} room */
async function allMembers(room) {
  if (rosters.peek().get(room)?.complete || (rooms.peek().get(room)?.members ?? 0) > ALL_PAGES * PAGE) return;
  /** @type {string | undefined} */
  let after;
  for (let pages = 0; pages < ALL_PAGES; pages += 1) {
    const { members, more } = await run("room.members", { room, ...(after ? { after } : {}) });
    takeRows(room, { members });
    after = members.at(-1)?.username;
    if (!more) return startRoster(room, true);
  }
}

/**
 * Finds people for whom a name begins with `word`: members of the room first.
 * @param {string} room A shared room. @param {string} word
 */
export async function findMembers(room, word) {
  const { members } = await command("room.members", { room, query: word });
  takeRows(room, { members });
  const usernames = members.map(({ username }) => username);
  const { users } = await command("user.list", usernames.length ? { usernames } : { query: word });
  takeRows("", { users });
}
