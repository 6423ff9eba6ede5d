import { batch } from "@preact/signals";
import { Catchup } from "./catchup.js";
import { pause } from "./clock.js";
import { asRefusal, online, passesAfter, run } from "./connection.js";
import {
  endWindow,
  extendWindow,
  forgetEverything,
  forgetPersonal,
  forgetRoom,
  startRoster,
  takeOwnReactions,
  takeRows,
} from "./rows.js";
import { isThread, parentOf } from "./names.js";
import * as store from "./store.js";

/**
 * The only way into the store: live changes, results of commands, and catching up.
 * @import {Where} from "./catchup.js"
 * @import {Change, CommandName, Follow, Membership, Params, Result, Tables} from "./wire.js"
 */

const NEWEST = 20;

/** @type {Map<string, number>} The rev up to which each room is here, see also `store.heads`. */
export const revs = new Map();

/** Whether only the heads of rooms are fetched, because the page has just started: a room is fetched as it opens. */
let isStart = true;

/** Forgets all revs, for a new start. */
export function forgetRevs() {
  revs.clear();
  isStart = true;
}

/** The newest rev that is known of a room. @param {string} room */
export const newestRev = (room) => store.heads.peek().get(room)?.rev ?? revs.get(room) ?? 0;

const known = () => new Set([...revs.keys(), ...store.heads.peek().keys()]);

/** @param {string} room */
const isKnown = (room) => revs.has(room) || store.heads.peek().has(room);

/** @type {Set<(change: Tables & {room: string}) => void>} */
const listeners = new Set();

/** @param {(change: Tables & {room: string}) => void} listener Called with new rows, after they are in the store. */
export const onChange = (listener) => (listeners.add(listener), () => void listeners.delete(listener));

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
 * @param {Change} change @param {number} since The rev that it builds on: the last one, unless it covers several.
 */
export function apply(change, since = change.since ?? change.rev - 1) {
  const { room, rev } = change;
  const held = revs.get(room) ?? 0;
  const head = store.heads.peek().get(room);
  if (rev <= held || store.closed.peek().has(room) || (isThread(room) && !isOurs(room))) return;
  if (since <= held) batch(() => advance(change, head));
  else if (!head || since > head.rev) catchUp(room);
  else if (rev > head.rev) batch(() => (setHeads([[room, { since: head.since, rev }]]), take(change)));
}

/** What followed the head completes the room, once all before it is here. @param {Change} change @param {store.Head | undefined} head */
function advance(change, head) {
  const { room, rev } = change;
  if (!revs.has(room)) startComplete(room);
  revs.set(room, rev);
  if (head && rev >= head.since) {
    revs.set(room, Math.max(rev, head.rev));
    store.heads.value = new Map([...store.heads.value].filter(([name]) => name !== room));
    endWindow(room, Infinity);
  } else if (head) endWindow(room, rev);
  take(change);
}

/** @param {Tables & {room: string}} change Current rows, but not necessarily all of their rev. */
function take(change) {
  takeRows(change.room, change);
  for (const row of change.memberships ?? []) weighMembership(row);
  for (const row of change.follows ?? []) weighFollow(row);
  for (const listener of listeners) listener(change);
}

/** An older state that arrives late says nothing about now. @param {Membership} row */
function weighMembership(row) {
  if ((store.memberships.peek().get(row.room) ?? row).rev > row.rev) return;
  if (!row.gone && !row.closed) {
    queueMicrotask(() => void (catchup.isRunning || isKnown(row.room) || catchUp(row.room)));
    return;
  }
  if (row.gone) threadsIn(row.room).forEach(forget);
  if (!isKnown(row.room)) return;
  revs.delete(row.room);
  for (const listener of removals) listener(row);
  forgetRoom(row.room);
}

/** @param {string} room */
const threadsIn = (room) => [...known()].filter((other) => isThread(other) && parentOf(other) === room);

/** @param {string} room */
function forget(room) {
  revs.delete(room);
  forgetRoom(room);
}

/** A thread that we follow is fetched; one that we neither follow nor see is forgotten. @param {Follow} row */
function weighFollow({ room }) {
  if (isOurs(room)) queueMicrotask(() => void (catchup.isRunning || isKnown(room) || catchUp(room)));
  else if (isKnown(room)) forget(room);
}

/**
 * Runs a command and puts its result into the store. This does not raise the rev, because the change of the same commit
 * is still to come and may have more rows.
 * @template {CommandName} C @param {C} name @param {Params<C>} params @returns {Promise<Result<C>>}
 */
export async function command(name, params) {
  const result = await run(name, params);
  batch(() => takeResult(result));
  return result;
}

/** @param {Record<string, any>} result */
function takeResult(result) {
  tablesOf(result).forEach(take);
  if (result.message) takeOwnReactions([result.message], result.mine);
}

/** @param {Record<string, any>} result @returns {(Tables & {room: string})[]} */
function tablesOf({ message, member, membership, room, read, items, bookmark, block, follow, user }) {
  const listed = room?.name && isKnown(room.name) ? room : undefined;
  return [
    message && { room: message.room, messages: [message] },
    member && { room: member.room, members: [member] },
    membership && { room: mine(), memberships: [membership] },
    listed && { room: listed.name, rooms: [listed] },
    read && { room: mine(), reads: [read] },
    items && { room: mine(), inbox: items },
    bookmark && { room: mine(), bookmarks: [bookmark] },
    block && { room: mine(), blocks: [block] },
    follow && { room: mine(), follows: [follow] },
    user && { room: mine(), users: [user] },
  ].filter(Boolean);
}

online.subscribe((isOnline) => void (store.caughtUp.value &&= isOnline));

const catchup = new Catchup({
  mine,
  known,
  missing: () => [...store.memberships.peek().keys(), ...followed()].filter((room) => !isKnown(room)),
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
  forgetRevs();
  batch(() => {
    forgetEverything();
    store.me.value = present;
  });
  return true;
}

/** The newest messages of the rooms that were used last: a server that was put back does not have them. */
function newest() {
  const rows = [...revs.keys()].flatMap((room) => store.windowOf(room).peek().list.slice(-1));
  const last = rows.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, NEWEST);
  return Object.fromEntries(last.map(({ room, seq, id }) => [room, { seq, id }]));
}

function mine() {
  return store.me.peek()?.username ?? "";
}

/** @param {string[]} rooms @param {Where} where */
async function ask(rooms, where) {
  const asked = new Map(
    rooms.map((room) => [room, where.open.includes(room) ? (revs.get(room) ?? 0) : newestRev(room)]),
  );
  const all = where.after === "" && where.until !== "" && { newest: newest() };
  const answer = await run("sync", { revs: Object.fromEntries(asked), ...where, heads: isStart, ...all });
  takeAnswer(answer, asked);
  isStart &&= answer.until !== null;
  return answer;
}

/** @param {Result<"sync">} answer @param {Map<string, number>} asked The revs that it is since. */
export function takeAnswer(answer, asked) {
  const [reset, heads] = [new Set(answer.reset), new Set(answer.heads)];
  batch(() => {
    takeOwnReactions(
      answer.changes.flatMap(({ messages }) => messages ?? []),
      answer.mine,
    );
    for (const change of answer.changes.filter(({ room }) => !heads.has(room))) {
      enter(change, asked.get(change.room) ?? 0, reset.has(change.room));
    }
    enterHeads(
      answer.changes.filter(({ room }) => heads.has(room) && isOurs(room)),
      reset,
    );
    takeRows(mine(), { reads: answer.reads.filter(({ room }) => isOurs(room)) });
    store.ready.value ||= answer.until !== "";
    store.caughtUp.value ||= answer.until === null;
  });
}

/** Drops rooms that are not on our list, once the whole list is known. */
function dropOthers() {
  for (const room of known()) if (!isOurs(room)) forget(room);
}

/** @param {string} room */
const isOurs = (room) =>
  isThread(room)
    ? store.isReadable(room) && (store.isFollowed(room) || store.openThreads.peek().has(room))
    : room === mine() || store.memberships.peek().has(room);

const followed = () => [...store.follows.peek().keys()].filter(isOurs);

/** @param {Change} change @param {number} since @param {boolean} reset */
function enter(change, since, reset) {
  if (!isOurs(change.room)) return;
  if (reset) startOver(change);
  apply(change, reset ? 0 : since);
}

/**
 * Rooms with something newer, of which only the rooms themselves are here.
 * @param {Change[]} changes @param {Set<string>} reset
 */
function enterHeads(changes, reset) {
  for (const { room, rev } of changes.filter((change) => reset.has(change.room))) {
    revs.delete(room);
    forgetRoom(room, rev);
  }
  takeRows("", { rooms: changes.flatMap(({ rooms }) => rooms ?? []) });
  const ahead = changes.filter(({ room, rev }) => rev > newestRev(room));
  setHeads(ahead.map(({ room, rev }) => [room, { since: rev, rev }]));
}

/** @param {[string, store.Head][]} heads */
export function setHeads(heads) {
  store.heads.value = new Map([...store.heads.value, ...heads]);
  for (const [room] of heads) endWindow(room, revs.get(room) ?? 0);
}

/**
 * Resets a room that is too far behind: the window starts here, and older messages are loaded in pages. What came live
 * since is forgotten too, and comes again.
 * @param {Change} change
 */
function startOver({ room, rev }) {
  if ((store.heads.peek().get(room)?.rev ?? 0) > rev) catchUp(room);
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
