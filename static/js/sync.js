import { batch } from "@preact/signals";
import { asRefusal, online, passesAfter, run } from "./connection.js";
import { extendWindow, forgetPersonal, forgetRoom, startRoster, takeRows } from "./rows.js";
import * as store from "./store.js";

/**
 * Everything that enters the store comes through here: live changes, answers of commands, catching up.
 * @import {Change, CommandName, Member, Params, Result, Tables} from "./wire.js"
 */

/** @type {Map<string, number>} Up to where each room is known here. */
export const revs = new Map();

/** @type {Set<(change: Tables & {room: string}) => void>} */
const listeners = new Set();

/** @param {(change: Tables & {room: string}) => void} listener Called with what was new, after the store has it. */
export const onChange = (listener) => listeners.add(listener);

/** @type {Set<(room: string) => void>} */
const removals = new Set();

/** @param {(room: string) => void} listener Called when a room that was ours no longer is. */
export const onRemoval = (listener) => removals.add(listener);

/**
 * The change that comes next is applied, an older one dropped; a gap is filled by catching up.
 * @param {Change} change @param {number} since The rev that it builds on.
 */
export function apply(change, since = change.rev - 1) {
  const held = revs.get(change.room) ?? 0;
  if (change.rev <= held) return;
  if (since > held) return void catchUp();
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

/** @param {Member} row */
function weighMembership(row) {
  if (!row.gone) {
    queueMicrotask(() => void (revs.has(row.room) || catchUp()));
    return;
  }
  if (!revs.delete(row.room)) return;
  for (const listener of removals) listener(row.room);
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
function tablesOf({ message, member, room, read, user }) {
  const mine = store.me.value?.username ?? "";
  const known = room && revs.has(room.name) ? room : undefined;
  return [
    message && { room: message.room, messages: [message] },
    member && { room: member.room, members: [member] },
    known && { room: known.name, rooms: [known] },
    read && { room: mine, reads: [read] },
    user && { room: mine, users: [user] },
  ].filter(Boolean);
}

online.subscribe((isOnline) => void (store.caughtUp.value &&= isOnline));

/** @type {Promise<void> | null} */
let running = null;
let again = false;

/** Asks for everything that changed since; calls that come meanwhile are answered by one more round. */
export function catchUp() {
  again = running !== null;
  running ??= rounds().finally(() => {
    running = null;
    if (again) catchUp();
  });
  return running;
}

async function rounds() {
  for (let more = true; more; ) more = await round().catch(afterPause);
}

/** @param {unknown} error Of these, some pass by themselves. @returns {Promise<boolean>} whether to try again */
async function afterPause(error) {
  const seconds = passesAfter(asRefusal(error));
  if (seconds) await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return seconds > 0;
}

async function round() {
  const asked = new Map(revs);
  const answer = await run("sync", { revs: Object.fromEntries(asked) });
  batch(() => {
    for (const change of answer.changes) enter(change, asked.get(change.room) ?? 0, answer.reset.includes(change.room));
    store.ready.value ||= !answer.more;
    store.caughtUp.value ||= !answer.more;
  });
  return answer.more && answer.changes.some((change) => change.rev > (asked.get(change.room) ?? 0));
}

/** @param {Change} change @param {number} since @param {boolean} reset */
function enter(change, since, reset) {
  if (reset) startOver(change);
  apply(change, reset ? 0 : since);
}

/** Too far behind: the window is what comes from now on, older messages are paged in. @param {Change} change */
function startOver({ room, rev }) {
  revs.set(room, 0);
  forgetRoom(room);
  if (room === store.me.value?.username) forgetPersonal();
  extendWindow(room, rev + 1, true);
  startRoster(room, false);
}

/** From the very start: there is nothing older. @param {string} room */
function startComplete(room) {
  extendWindow(room, 1, false);
  startRoster(room, true);
}
