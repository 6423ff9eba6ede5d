import { batch } from "@preact/signals";
import { asRefusal, online, passesAfter, run } from "../connection.js";
import { extendWindow, startRoster, takeRows } from "../rows.js";
import { rosters, windowOf } from "../store.js";

/** What a room needs when it is on screen and what is not here yet: older messages, its members. */

const PAGE = 50;
const MEMBER_PAGES = 10;

/** @type {Map<string, Promise<void>>} */
const loading = new Map();

/** @param {string} key @param {() => Promise<void>} load */
function once(key, load) {
  const started = loading.get(key) ?? insist(load).finally(() => loading.delete(key));
  loading.set(key, started);
  return started;
}

/** What fails for a moment is tried again: nobody else would ask. @param {() => Promise<void>} load */
async function insist(load) {
  for (let seconds = 1; seconds; ) {
    seconds = await load().then(() => 0, patience);
    if (seconds) await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  }
}

/** @param {unknown} error */
function patience(error) {
  const refusal = asRefusal(error);
  return refusal.code === "offline" ? Number(online.peek()) : passesAfter(refusal);
}

/** One page of messages from below the window. @param {string} room */
export const loadOlder = (room) => once(`older ${room}`, () => older(room));

/** @param {string} room @returns {Promise<void>} */
async function older(room) {
  const { lowest, more } = windowOf(room).peek();
  if (!more) return;
  const before = Number.isFinite(lowest) ? { before: lowest } : {};
  const page = await run("history", { room, limit: PAGE, ...before });
  if (windowOf(room).peek().lowest !== lowest) return older(room);
  batch(() => {
    takeRows(room, { messages: page.messages });
    extendWindow(room, page.messages[0]?.seq ?? Math.min(lowest, 1), page.more);
  });
}

/** @param {string} room */
export const loadMembers = (room) => once(`members ${room}`, () => allMembers(room));

/** @param {string} room */
async function allMembers(room) {
  if (rosters.peek().get(room)?.complete) return;
  /** @type {string | undefined} */
  let after;
  for (let pages = 0; pages < MEMBER_PAGES; pages += 1) {
    const { members, more } = await run("room.members", { room, ...(after ? { after } : {}) });
    takeRows(room, { members });
    after = members.at(-1)?.username;
    if (!more || !after) break;
  }
  startRoster(room, true);
}
