import { batch } from "@preact/signals";
import { pause } from "./clock.js";
import { asRefusal, online, passesAfter, run } from "./connection.js";
import { byBytes } from "./names.js";
import { currentRoom } from "./route.js";
import { extendWindow, forgetPersonal, forgetRoom, startRoster, takeRows } from "./rows.js";
import * as store from "./store.js";

/**
 * The only way into the store: live changes, results of commands, and catching up.
 * @import {Change, CommandName, Membership, Params, Result, Tables} from "./wire.js"
 */

/** @type {Map<string, number>} The rev up to which each room is known. */
export const revs = new Map();

/** @type {Set<(change: Tables & {room: string}) => void>} */
const listeners = new Set();

/** @param {(change: Tables & {room: string}) => void} listener Called with new rows, after they are in the store. */
export const onChange = (listener) => listeners.add(listener);

/** @type {Set<(row: Membership) => void>} */
const removals = new Set();

/**
 * @param {(row: Membership) => void} listener Called when a room leaves our list,
 *   because our membership ended or we closed it.
 */
export const onRemoval = (listener) => removals.add(listener);

/**
 * Applies the next change, drops an older one, and fills a gap by catching up. Changes of a closed conversation are
 * ignored: it returns with a change of our own room.
 * @param {Change} change @param {number} since The rev that it builds on.
 */
export function apply(change, since = change.rev - 1) {
  const held = revs.get(change.room) ?? 0;
  if (change.rev <= held || store.closed.peek().has(change.room)) return;
  if (since > held) return void catchUp(change.room);
  batch(() => {
    if (!revs.has(change.room)) startComplete(change.room);
    revs.set(change.room, change.rev);
    take(change);
  });
}

/** @param {Tables & {room: string}} change Current rows, but not necessarily all of their rev. */
function take(change) {
  takeRows(change.room, change);
  for (const row of change.memberships ?? []) weighMembership(row);
  for (const listener of listeners) listener(change);
}

/** @param {Membership} row */
function weighMembership(row) {
  if (!row.gone && !row.closed) {
    queueMicrotask(() => void (running || revs.has(row.room) || catchUp(row.room)));
    return;
  }
  if (!revs.delete(row.room)) return;
  for (const listener of removals) listener(row);
  forgetRoom(row.room);
}

/**
 * Runs a command and puts its result into the store. This does not raise the rev, because the change of the same commit
 * is still to come and may have more rows.
 * @template {CommandName} C @param {C} name @param {Params<C>} params @returns {Promise<Result<C>>}
 */
export async function command(name, params) {
  const result = await run(name, params);
  batch(() => tablesOf(result).forEach(take));
  return result;
}

/** @param {Record<string, any>} result @returns {(Tables & {room: string})[]} */
function tablesOf({ message, member, membership, room, read, user }) {
  const known = room && revs.has(room.name) ? room : undefined;
  return [
    message && { room: message.room, messages: [message] },
    member && { room: member.room, members: [member] },
    membership && { room: mine(), memberships: [membership] },
    known && { room: known.name, rooms: [known] },
    read && { room: mine(), reads: [read] },
    user && { room: mine(), users: [user] },
  ].filter(Boolean);
}

online.subscribe((isOnline) => void (store.caughtUp.value &&= isOnline));

/** Bytes of names in a request, which may be at most 128 KiB. */
const REVS_BYTES = 64 * 1024;
const OPEN_BYTES = 16 * 1024;

/** @type {Promise<void> | null} */
let running = null;
let wantsAll = false;
/** @type {Set<string>} Rooms with a gap. */
const wanted = new Set();

/**
 * Fetches the missed changes of one room and our own, or of all rooms. Calls in the meantime lead to further rounds.
 * @param {string} [room]
 */
export function catchUp(room) {
  if (room) wanted.add(room);
  else wantsAll = true;
  running ??= rounds().finally(() => (running = null));
  return running;
}

async function rounds() {
  /** @type {Set<string>} */
  const asked = new Set();
  for (let rooms = due(asked); rooms; rooms = due(asked)) {
    const isPassing = await (rooms.length ? some(rooms, asked) : all()).then(() => true, afterPause);
    if (!isPassing) return wanted.clear();
  }
}

/**
 * The rooms to fetch next; empty means all, null none. A room that does not exist is fetched only once.
 * @param {Set<string>} asked
 */
function due(asked) {
  const isAll = wantsAll;
  const missing = [...store.memberships.peek().keys()].filter((room) => !revs.has(room) && !asked.has(room));
  const rooms = [...new Set([...wanted, ...missing])];
  wantsAll = false;
  wanted.clear();
  if (isAll) return [];
  return rooms.length ? rooms : null;
}

/**
 * @param {unknown} error If it is temporary, fetch everything again. @returns {Promise<boolean>} whether to try again
 */
async function afterPause(error) {
  const seconds = passesAfter(asRefusal(error));
  if (seconds) await pause(seconds * 1000);
  wantsAll = seconds > 0;
  return wantsAll;
}

/** Fetches all rooms, page by page in the order of their names, our own and the one on screen first. */
async function all() {
  for (let after = /** @type {string | null} */ (""); after !== null;) {
    const isFirst = after === "";
    const names = namesAfter(after);
    const covered = names.slice(0, fitting(names, REVS_BYTES));
    const open = isFirst ? [currentRoom.peek()] : [];
    const until = covered.length < names.length ? covered[covered.length - 1] : null;
    const answer = await ask([...(isFirst ? [mine()] : []), ...open, ...covered], { after, until, open });
    if (isFirst && answer.until !== "") dropOthers();
    after = answer.until;
  }
}

/**
 * Fetches as many of these rooms as fit into a request, and our own; the others are due next.
 * @param {string[]} rooms @param {Set<string>} asked
 */
async function some(rooms, asked) {
  const open = rooms.slice(0, fitting(rooms, OPEN_BYTES));
  const { more } = await ask([mine(), ...open], { after: "", until: "", open });
  for (const room of open) asked.add(room);
  for (const room of more ? rooms : rooms.slice(open.length)) wanted.add(room);
}

const mine = () => store.me.peek()?.username ?? "";

/** @param {string} after */
const namesAfter = (after) =>
  [...revs.keys()].filter((room) => room !== mine() && byBytes(room, after) > 0).sort(byBytes);

/** How many names, with their revs, fit into `size` bytes of a request. @param {string[]} names @param {number} size */
function fitting(names, size) {
  let left = size;
  const over = names.findIndex((name) => (left -= 3 * name.length + 16) < 0);
  return over < 0 ? names.length : Math.max(1, over);
}

/** @param {string[]} rooms @param {{after: string, until: string | null, open: string[]}} where */
async function ask(rooms, where) {
  const asked = new Map(rooms.map((room) => [room, revs.get(room) ?? 0]));
  const answer = await run("sync", { revs: Object.fromEntries(asked), ...where });
  batch(() => {
    for (const change of answer.changes) enter(change, asked.get(change.room) ?? 0, answer.reset.includes(change.room));
    takeRows(mine(), { reads: answer.reads.filter(({ room }) => isOurs(room)) });
    store.ready.value ||= answer.until !== "";
    store.caughtUp.value ||= answer.until === null;
  });
  return answer;
}

/** Drops rooms that are not on our list, once the whole list is known. */
function dropOthers() {
  for (const room of revs.keys()) {
    if (!isOurs(room)) {
      revs.delete(room);
      forgetRoom(room);
    }
  }
}

/** @param {string} room */
const isOurs = (room) => room === mine() || store.memberships.peek().has(room);

/** @param {Change} change @param {number} since @param {boolean} reset */
function enter(change, since, reset) {
  if (!isOurs(change.room)) return;
  if (reset) startOver(change);
  apply(change, reset ? 0 : since);
}

/**
 * Resets a room that is too far behind: the window starts here, and older messages are loaded in pages.
 * @param {Change} change
 */
function startOver({ room, rev }) {
  revs.set(room, 0);
  forgetRoom(room, rev);
  if (room === mine()) forgetPersonal();
  extendWindow(room, rev + 1, true);
  startRoster(room, false);
}

/** Starts a room that we know from its first change, so there is nothing older. @param {string} room */
function startComplete(room) {
  extendWindow(room, 1, false);
  startRoster(room, true);
}
