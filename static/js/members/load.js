import { batch } from "@preact/signals";
import { run } from "../connection.js";
import { once } from "../loading.js";
import { startRoster, takeRows } from "../rows.js";
import { rooms, rosters } from "../store.js";

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
 * Finds members of a room for whom a name begins with `word`, and if they are few, others.
 * @param {string} room A shared room. @param {string} word @param {number} few
 */
export async function findMembers(room, word, few) {
  const { members } = await run("room.members", { room, query: word });
  const usernames = usernamesOf(members);
  const named = usernames.length ? (await run("user.list", { usernames })).users : [];
  const others = members.length < few ? (await run("user.list", { query: word })).users : [];
  const here = others.length ? await amongMembers(room, usernamesOf(others)) : [];
  batch(() => {
    takeRows(room, { members: [...members, ...here] });
    takeRows("", { users: [...named, ...others] });
  });
}

/** @param {{username: string}[]} rows */
const usernamesOf = (rows) => rows.map(({ username }) => username);

/** Those of some people who are members of a room. @param {string} room @param {string[]} usernames At most 100. */
export const amongMembers = async (room, usernames) => (await run("room.members", { room, usernames })).members;
