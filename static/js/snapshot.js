import { batch, effect } from "@preact/signals";
import { keepSnapshot, snapshotOf } from "./archive.js";
import { unreadItems } from "./reads/inbox.js";
import { positionIn } from "./reads/unread.js";
import * as store from "./store.js";
import { revs, setHeads } from "./sync.js";
import { allTables, extendWindow, noteNewest, noteUncounted, takeRows } from "./rows.js";

/**
 * A snapshot of the store, so that a reload shows something at once; catching up does the rest.
 * @import {Member, Message, Tables, User} from "./wire.js"
 * @typedef {{room: string, rev: number, messages: Message[], lowest: number, more: boolean,
 *   members: Member[], complete: boolean, uncounted: [number, number][]}} RoomSnapshot
 * @typedef {{room: string, rev: number, number: number, at: string, uncounted: [number, number][]}} HeadSnapshot
 * @typedef {Tables & {version: number, epoch?: string, me: User, timelines: RoomSnapshot[], heads?: HeadSnapshot[],
 *   ownReactions?: [string, string[]][]}} Snapshot
 */

/** Others are not restored. */
const VERSION = 3;
/** Of each room: copying more would hold up the page. */
const KEPT_MESSAGES = 100;
const KEPT_CHARACTERS = 50_000;
const SETTLED_AFTER_MS = 400;

/** @param {string} username */
export async function restore(username) {
  /** @type {Snapshot | undefined} */
  const snapshot = await snapshotOf(username);
  if (snapshot?.version !== VERSION || store.me.value) return;
  batch(() => {
    store.me.value = snapshot.me;
    store.epoch.value = snapshot.epoch ?? "";
    takeRows(username, snapshot);
    snapshot.timelines.forEach(restoreRoom);
    restoreHeads(snapshot.heads ?? []);
    store.ownReactions.value = new Map(snapshot.ownReactions);
    store.ready.value = true;
  });
}

/** @param {RoomSnapshot} kept */
function restoreRoom({ room, rev, messages, lowest, more, members, complete, uncounted }) {
  revs.set(room, rev);
  extendWindow(room, lowest, more);
  takeRows(room, { messages, members });
  noteUncounted(room, uncounted);
  store.rosters.value = new Map(store.rosters.value).set(room, {
    rows: store.rosters.value.get(room)?.rows ?? new Map(),
    complete,
  });
}

/** Messages that came live since they were heads are not kept. @param {HeadSnapshot[]} heads */
function restoreHeads(heads) {
  setHeads(heads.map(({ room, rev }) => [room, { since: rev, rev }]));
  noteNewest(heads);
  for (const { room, uncounted } of heads) noteUncounted(room, uncounted);
}

/** @param {string} room @param {number} rev @returns {HeadSnapshot} */
const snapshotHead = (room, rev) => ({
  room,
  rev,
  number: store.newest.peek().get(room) ?? 0,
  at: store.latest.peek().get(room) ?? "",
  uncounted: uncountedIn(room),
});

/** @param {string} room */
const uncountedIn = (room) =>
  [...(store.uncounted.peek().get(room) ?? [])].filter(([number]) => number > readNumber(room));

/** @param {Message[]} list */
function lastOf(list) {
  const last = list.slice(-KEPT_MESSAGES).reverse();
  let characters = 0;
  const end = last.findIndex(({ text }) => (characters += text?.length ?? 0) > KEPT_CHARACTERS);
  return last.slice(0, end < 0 ? undefined : Math.max(1, end)).reverse();
}

/** @param {string} room @param {number} rev @returns {RoomSnapshot} */
function snapshotRoom(room, rev) {
  const { list, lowest, more } = store.windowOf(room).peek();
  const roster = store.rosters.peek().get(room);
  const messages = lastOf(list);
  const cut = list.length > messages.length;
  return {
    room,
    rev,
    messages,
    lowest: cut ? messages[0].seq : lowest,
    more: cut || more,
    members: [...(roster?.rows.values() ?? [])],
    complete: roster?.complete ?? false,
    uncounted: uncountedIn(room),
  };
}

/**
 * The rows of all tables that clients keep in sync, besides those in `timelines`.
 * @returns {Required<Omit<Tables, keyof RoomSnapshot>>}
 */
const snapshotTables = () => ({
  rooms: [...store.rooms.peek().values()],
  users: [...store.users.peek().values()],
  memberships: [...store.memberships.peek().values(), ...store.closed.peek().values()],
  reads: [...store.reads.peek().values()],
  inbox: unreadItems.peek(),
  bookmarks: [...store.bookmarks.peek().values()],
  blocks: [...store.blocks.peek().values()],
  follows: [...store.follows.peek().values()],
});

/** @param {string} room */
const readNumber = (room) => positionIn(room)?.number ?? 0;

function save() {
  const me = store.me.peek();
  if (!me || !store.ready.peek()) return;
  keepSnapshot(me.username, {
    version: VERSION,
    epoch: store.epoch.peek(),
    me,
    ...snapshotTables(),
    timelines: [...revs].map(([room, rev]) => snapshotRoom(room, rev)),
    ownReactions: [...store.ownReactions.peek()],
    heads: [...store.heads.peek()].map(([room, { rev }]) => snapshotHead(room, rev)),
  });
}

/** Saves shortly after the last change, and when the page is hidden. */
export function keepSnapshots() {
  let timer = 0;
  effect(() => {
    for (const table of allTables()) void table.value;
    clearTimeout(timer);
    timer = setTimeout(save, SETTLED_AFTER_MS);
  });
  addEventListener("pagehide", save);
}
