import { batch } from "@preact/signals";
import { Catchup } from "./catchup.js";
import { pause } from "./clock.js";
import { asRefusal, online, passesAfter, run } from "./connection.js";
import { extendWindow, forgetEverything, forgetPersonal, forgetRoom, startRoster, takeRows } from "./rows.js";
import * as store from "./store.js";

/**
 * The only way into the store: live changes, results of commands, and catching up.
 * @import {Where} from "./catchup.js"
 * @import {Change, CommandName, Membership, Params, Result, Tables} from "./wire.js"
 */

const NEWEST = 20;

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
    queueMicrotask(() => void (catchup.isRunning || revs.has(row.room) || catchUp(row.room)));
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
function tablesOf({ message, member, membership, room, read, items, user }) {
  const known = room && revs.has(room.name) ? room : undefined;
  return [
    message && { room: message.room, messages: [message] },
    member && { room: member.room, members: [member] },
    membership && { room: mine(), memberships: [membership] },
    known && { room: known.name, rooms: [known] },
    read && { room: mine(), reads: [read] },
    items && { room: mine(), inbox: items },
    user && { room: mine(), users: [user] },
  ].filter(Boolean);
}

online.subscribe((isOnline) => void (store.caughtUp.value &&= isOnline));

const catchup = new Catchup({
  mine,
  known: () => revs.keys(),
  missing: () => [...store.memberships.peek().keys()].filter((room) => !revs.has(room)),
  ask,
  listKnown: dropOthers,
  isPassing,
});

/** Fetches the missed changes of one room and our own. @param {string} room */
export const catchUp = (room) => catchup.one(room);

/** Fetches the missed changes of all rooms. @param {string} open The room on screen, which comes first. */
export const catchUpAll = (open) => catchup.all(open);

/** @param {unknown} error @returns {Promise<boolean>} whether it is temporary, after a pause if so */
async function isPassing(error) {
  if (asRefusal(error).code === "diverged") return startAnew();
  const seconds = passesAfter(asRefusal(error));
  if (seconds) await pause(seconds * 1000);
  return seconds > 0;
}

/** Forgets everything but who we are, as the server was put back to an earlier state. */
function startAnew() {
  const present = store.me.peek();
  revs.clear();
  batch(() => {
    forgetEverything();
    store.me.value = present;
  });
  return true;
}

/** The newest messages of the rooms that were used last: a server that was put back does not have them. */
function newest() {
  const known = [...revs.keys()].flatMap((room) => store.windowOf(room).peek().list.slice(-1));
  const last = known.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, NEWEST);
  return Object.fromEntries(last.map(({ room, seq, id }) => [room, { seq, id }]));
}

function mine() {
  return store.me.peek()?.username ?? "";
}

/** @param {string[]} rooms @param {Where} where */
async function ask(rooms, where) {
  const asked = new Map(rooms.map((room) => [room, revs.get(room) ?? 0]));
  const all = where.after === "" && where.until !== "";
  const answer = await run("sync", { revs: Object.fromEntries(asked), ...where, ...(all && { newest: newest() }) });
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
