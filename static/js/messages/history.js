import { batch, signal } from "@preact/signals";
import { asRefusal, online, passesAfter, run } from "../connection.js";
import { extendWindow, setPast, startRoster, takeRows } from "../rows.js";
import { rosters, windowOf } from "../store.js";

/** Loads what the room on screen still lacks: older and newer messages, and its members. */

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

/** Retries temporary failures, because nothing else would load it again. @param {() => Promise<void>} load */
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

/** Why a room cannot be loaded, such as a conversation with an unknown person; by room. */
export const refusals = signal(/** @type {Map<string, string>} */ (new Map()));

/** Loads a page of messages before those shown. @param {string} room */
export const loadOlder = (room) => once(`older ${room}`, () => older(room).catch((error) => refuse(room, asRefusal(error))));

/** @param {string} room @param {import("../connection.js").Refusal} refusal @returns {never} */
function refuse(room, refusal) {
  if (refusal.code === "not_found") refusals.value = new Map(refusals.value).set(room, refusal.message);
  throw refusal;
}

/** @param {string} room @returns {Promise<void>} */
async function older(room) {
  const { lowest, more, past } = windowOf(room).peek();
  const start = past?.from ?? lowest;
  if (!(past ?? { more }).more) return;
  const before = Number.isFinite(start) ? { before: start } : {};
  const page = await run("history", { room, limit: PAGE, ...before });
  const now = windowOf(room).peek();
  if ((now.past?.from ?? now.lowest) !== start) return older(room);
  const from = page.messages[0]?.seq ?? Math.min(start, 1);
  batch(() => {
    takeRows(room, { messages: page.messages });
    if (past) setPast(room, from, past.to, page.more);
    else extendWindow(room, from, page.more);
  });
}

/** Loads a page of messages after the part of the past that is shown. @param {string} room */
export const loadNewer = (room) => once(`newer ${room}`, () => newer(room));

/** @param {string} room */
async function newer(room) {
  const { past } = windowOf(room).peek();
  if (!past) return;
  const page = await run("history", { room, limit: PAGE, after: past.to });
  const now = windowOf(room).peek().past;
  if (!now || now.to !== past.to) return;
  const to = page.more ? (page.messages.at(-1)?.seq ?? past.to) : Infinity;
  batch(() => {
    takeRows(room, { messages: page.messages });
    setPast(room, now.from, to, now.more);
  });
}

/** Loads the messages around a message. @param {string} room @param {number} seq */
export const loadAround = (room, seq) => once(`around ${room}`, () => around(room, seq));

/** @param {string} room @param {number} seq */
async function around(room, seq) {
  if (seq >= windowOf(room).peek().lowest) return;
  const { messages, more_before: more, more_after } = await run("history", { room, around: seq, limit: PAGE });
  if (!messages.length) return;
  batch(() => {
    takeRows(room, { messages });
    setPast(room, messages[0].seq, more_after ? messages[messages.length - 1].seq : Infinity, more);
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
