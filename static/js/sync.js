import { batch } from "@preact/signals";
import { asRefusal, online, passesAfter, run } from "./connection.js";
import { byBytes } from "./names.js";
import { currentRoom } from "./route.js";
import { extendWindow, forgetPersonal, forgetRoom, startRoster, takeRows } from "./rows.js";
import * as store from "./store.js";

/**
 * Everything that enters the store comes through here: live changes, answers of commands, catching up.
 * @import {Change, CommandName, Membership, Params, Result, Tables} from "./wire.js"
 */

/** @type {Map<string, number>} Up to where each room is known here. */
export const revs = new Map();

/** @type {Set<(change: Tables & {room: string}) => void>} */
const listeners = new Set();

/** @param {(change: Tables & {room: string}) => void} listener Called with what was new, after the store has it. */
export const onChange = (listener) => listeners.add(listener);

/** @type {Set<(row: Membership) => void>} */
const removals = new Set();

/** @param {(row: Membership) => void} listener Called when a room is taken off our list: because it is no longer ours, or closed. */
export const onRemoval = (listener) => removals.add(listener);

/**
 * The change that comes next is applied, an older one dropped; a gap is filled by catching up. Nothing of a closed
 * conversation is: it comes back once our own room says so.
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

/** @param {Tables & {room: string}} change Rows that are true but need not be all of their rev. */
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
 * A command whose answer enters the store like any change; it does not raise the rev, because the change of the same
 * commit, which is on its way, may hold more than the answer shows.
 * @template {CommandName} C @param {C} command @param {Params<C>} params @returns {Promise<Result<C>>}
 */
export async function command(command, params) {
  const result = await run(command, params);
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

/** Bytes of names in a question, of which 128 KiB are the most that the server takes. */
const REVS_BYTES = 64 * 1024;
const OPEN_BYTES = 16 * 1024;

/** @type {Promise<void> | null} */
let running = null;
let wantsAll = false;
/** @type {Set<string>} Rooms with a gap. */
const wanted = new Set();

/**
 * Asks for everything that changed since, in one room and our own, or in all. Calls that come meanwhile are answered by
 * further rounds.
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

/** The rooms that are to be asked about next; none means all. Nobody asks twice for what is not there. @param {Set<string>} asked */
function due(asked) {
  const isAll = wantsAll;
  const missing = [...store.memberships.peek().keys()].filter((room) => !revs.has(room) && !asked.has(room));
  const rooms = [...new Set([...wanted, ...missing])];
  wantsAll = false;
  wanted.clear();
  if (isAll) return [];
  return rooms.length ? rooms : null;
}

/** @param {unknown} error Of these, some pass by themselves: then all is asked anew. @returns {Promise<boolean>} whether to try again */
async function afterPause(error) {
  const seconds = passesAfter(asRefusal(error));
  if (seconds) await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  wantsAll = seconds > 0;
  return wantsAll;
}

/** Page by page in the order of the names, our own room and the one on screen first. */
async function all() {
  for (let after = /** @type {string | null} */ (""); after !== null; ) {
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

/** About as many of these rooms as fit into a question, and our own; the others are due next. @param {string[]} rooms @param {Set<string>} asked */
async function some(rooms, asked) {
  const open = rooms.slice(0, fitting(rooms, OPEN_BYTES));
  const { more } = await ask([mine(), ...open], { after: "", until: "", open });
  for (const room of open) asked.add(room);
  for (const room of more ? rooms : rooms.slice(open.length)) wanted.add(room);
}

const mine = () => store.me.peek()?.username ?? "";

/** @param {string} after */
const namesAfter = (after) => [...revs.keys()].filter((room) => room !== mine() && byBytes(room, after) > 0).sort(byBytes);

/** How many of the names are `size` bytes in a question, each with its rev. @param {string[]} names @param {number} size */
function fitting(names, size) {
  const over = names.findIndex((name) => (size -= 3 * name.length + 16) < 0);
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

/** What we hold of rooms that are not on our list, all of which is known by now. */
function dropOthers() {
  for (const room of revs.keys()) {
    if (isOurs(room)) continue;
    revs.delete(room);
    forgetRoom(room);
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

/** Too far behind: the window is what comes from now on, older messages are paged in. @param {Change} change */
function startOver({ room, rev }) {
  revs.set(room, 0);
  forgetRoom(room, rev);
  if (room === mine()) forgetPersonal();
  extendWindow(room, rev + 1, true);
  startRoster(room, false);
}

/** From the very start: there is nothing older. @param {string} room */
function startComplete(room) {
  extendWindow(room, 1, false);
  startRoster(room, true);
}
