import { forgetBesideRows } from "./forgetting.js";
import { isMessage } from "./messages/events.js";
import { requoted } from "./messages/quoted.js";
import { readFrom } from "./reads/counts.js";
import * as store from "./store.js";

/**
 * Merges rows into the store: of two versions of a row, the one with the greater rev wins.
 * @import {Signal} from "@preact/signals"
 * @import {Window} from "./store.js"
 * @import {Block, Bookmark, Follow, InboxItem, Member, Membership, Message, Read, Room, Tables, User} from "./wire.js"
 */

/** @template K @template {{rev: number}} T @param {Map<K, T>} into @param {T[]} rows @param {(row: T) => K} key */
function merge(into, rows, key) {
  const merged = new Map(into);
  for (const row of rows) {
    const known = merged.get(key(row));
    if (!known || known.rev <= row.rev) merged.set(key(row), row);
  }
  return merged;
}

/**
 * @template {number | string} T @param {Signal<Map<string, T>>} table
 * @param {[string, T][]} values By room; those that are not greater have no effect.
 */
function raise(table, values) {
  const known = table.value;
  const news = values.filter(([room, value]) => value > (known.get(room) ?? (typeof value === "number" ? 0 : "")));
  if (news.length) table.value = new Map([...known, ...news]);
}

/** Notes the newest messages of rooms, which need not be here. @param {{room: string, number: number, at: string}[]} newest */
export function noteNewest(newest) {
  raise(
    store.newest,
    newest.map(({ room, number }) => [room, number]),
  );
  raise(
    store.latest,
    newest.map(({ room, at }) => [room, at]),
  );
}

/** @param {Map<string, Message>} rows @param {number} lowest @param {number} [highest] */
const inOrder = (rows, lowest, highest = Infinity) =>
  [...rows.values()].filter(({ seq }) => seq >= lowest && seq <= highest).sort((a, b) => a.seq - b.seq);

/** @param {Window} window @returns {Window} A copy with new lists. */
function listed(window) {
  const { rows, lowest, highest, past } = window;
  const list = inOrder(rows, lowest, highest);
  return { ...window, list, past: past && { ...past, list: inOrder(rows, past.from, past.to) } };
}

/** @param {string} room @param {Message[]} news Messages and events. */
function takeMessages(room, news) {
  const window = store.windowOf(room);
  const rows = requoted(
    merge(window.value.rows, news, (message) => message.id),
    news,
  );
  window.value = listed({ ...window.value, rows });
  const messages = news.filter(isMessage);
  const latest = messages.map(({ at }) => at).sort();
  noteNewest([{ room, number: Math.max(...messages.map((message) => message.number)), at: latest.at(-1) ?? "" }]);
  noteUncounted(
    room,
    messages.map((message) => [message.number, readFrom(message, store.isUnheard)]),
  );
}

/**
 * @param {string} room
 * @param {[number, number][]} numbers Of messages, each with the rev from which on it is not unread.
 */
export function noteUncounted(room, numbers) {
  const news = numbers.filter(([, rev]) => rev < Infinity);
  if (!news.length) return;
  const known = store.uncounted.value.get(room) ?? [];
  store.uncounted.value = new Map(store.uncounted.value).set(room, new Map([...known, ...news]));
}

/** @param {string} room @param {Member[]} members */
function takeMembers(room, members) {
  const roster = store.rosters.value.get(room) ?? { rows: new Map(), complete: false };
  const rows = merge(roster.rows, members, (member) => member.username);
  store.rosters.value = new Map(store.rosters.value).set(room, { ...roster, rows });
}

/** @param {string} _room @param {Membership[]} rows */
function takeMemberships(_room, rows) {
  const merged = merge(new Map([...store.closed.value, ...store.memberships.value]), rows, (row) => row.room);
  const present = [...merged].filter(([, row]) => !row.gone);
  store.closed.value = new Map(present.filter(([, row]) => row.closed));
  store.memberships.value = new Map(present.filter(([, row]) => !row.closed));
}

/** @param {string} _room @param {Room[]} rows */
function takeRooms(_room, rows) {
  store.rooms.value = merge(store.rooms.value, rows, (row) => row.name);
  noteNewest(rows.map(({ name, posted, posted_at }) => ({ room: name, number: posted ?? 0, at: posted_at ?? "" })));
}

/** Of two with the same rev, the one that was counted later stays. @param {string} _room @param {Read[]} rows */
function takeReads(_room, rows) {
  const known = store.reads.value;
  const news = rows.filter(
    (row) => row.rev !== known.get(row.room)?.rev || row.room_rev >= (known.get(row.room)?.room_rev ?? 0),
  );
  store.reads.value = merge(known, news, (row) => row.room);
}

/** @param {string} _room @param {InboxItem[]} rows */
function takeInbox(_room, rows) {
  store.inbox.value = merge(store.inbox.value, rows, (row) => row.id);
}

/** @param {string} _room @param {Bookmark[]} rows */
function takeBookmarks(_room, rows) {
  store.bookmarks.value = merge(store.bookmarks.value, rows, (row) => row.message);
}

/**
 * What is here of these people is unread no longer, or again. The server counts anew as of the block, but what changes
 * in rooms may have come earlier or come later than it.
 * @param {string} _room @param {Block[]} rows
 */
function takeBlocks(_room, rows) {
  store.blocks.value = merge(store.blocks.value, rows, (row) => row.blocked);
  const people = new Set(rows.map(({ blocked }) => blocked));
  for (const [room, { value }] of store.windows) {
    const theirs = [...value.rows.values()].filter(isMessage).filter(({ author }) => people.has(author));
    dropUncounted(room, new Set(theirs.map(({ number }) => number)));
    noteUncounted(
      room,
      theirs.map((message) => [message.number, readFrom(message, store.isUnheard)]),
    );
  }
}

/** @param {string} room @param {Set<number>} numbers */
function dropUncounted(room, numbers) {
  const known = store.uncounted.value.get(room);
  if (!known || !numbers.size) return;
  const rest = [...known].filter(([number]) => !numbers.has(number));
  store.uncounted.value = new Map(store.uncounted.value).set(room, new Map(rest));
}

/** @param {string} _room @param {Follow[]} rows */
function takeFollows(_room, rows) {
  store.follows.value = merge(store.follows.value, rows, (row) => row.room);
}

/** @param {string} _room @param {User[]} rows */
function takeUsers(_room, rows) {
  store.users.value = merge(store.users.value, rows, (row) => row.username);
  const mine = store.users.value.get(store.me.value?.username ?? "");
  if (mine) store.me.value = mine;
}

/**
 * Notes which of our reactions messages do not show.
 * @param {{id: string}[]} messages @param {Record<string, string[]>} [mine] Those of all these messages, by id.
 */
export function takeOwnReactions(messages, mine) {
  const known = store.ownReactions.value;
  const news = mine ? messages.filter(({ id }) => mine[id]?.length || known.has(id)) : [];
  if (!mine || !news.length) return;
  const merged = new Map([...known, ...news.map(({ id }) => /** @type {const} */ ([id, mine[id] ?? []]))]);
  store.ownReactions.value = new Map([...merged].filter(([, emojis]) => emojis.length));
}

/** @type {{[T in keyof Tables]-?: (room: string, rows: any[]) => void}} */
const takers = {
  rooms: takeRooms,
  users: takeUsers,
  memberships: takeMemberships,
  members: takeMembers,
  reads: takeReads,
  inbox: takeInbox,
  bookmarks: takeBookmarks,
  blocks: takeBlocks,
  follows: takeFollows,
  messages: takeMessages,
};

/** @param {string} room @param {Tables} tables */
export function takeRows(room, tables) {
  for (const [name, take] of Object.entries(takers)) {
    const rows = tables[/** @type {keyof Tables} */ (name)];
    if (rows?.length) take(room, rows);
  }
}

/**
 * Extends the window down to `lowest`; `more` is whether there are messages before it.
 * @param {string} room @param {number} lowest @param {boolean} more
 */
export function extendWindow(room, lowest, more) {
  const window = store.windowOf(room);
  window.value = listed({ ...window.value, lowest, more });
}

/**
 * Ends the window at `highest`, because newer messages are missing; or no longer, if it is infinite.
 * @param {string} room @param {number} highest
 */
export function endWindow(room, highest) {
  const window = store.windowOf(room);
  if (window.value.highest !== highest) window.value = listed({ ...window.value, highest });
}

/**
 * Sets the part of the past that is shown; once it reaches the window, it becomes part of it.
 * @param {string} room @param {number} from @param {number} to
 * @param {boolean} more Whether there are messages before it.
 */
export function setPast(room, from, to, more) {
  const window = store.windowOf(room);
  if (to >= window.value.lowest - 1) {
    window.value = listed({ ...window.value, lowest: Math.min(from, window.value.lowest), more, past: null });
  } else window.value = listed({ ...window.value, past: { from, to, more, list: [] } });
}

/** Returns to the newest messages. @param {string} room */
export function leavePast(room) {
  const window = store.windowOf(room);
  if (window.value.past) window.value = { ...window.value, past: null };
}

/** @param {string} room @param {boolean} complete */
export function startRoster(room, complete) {
  const rows = store.rosters.value.get(room)?.rows ?? new Map();
  store.rosters.value = new Map(store.rosters.value).set(room, { rows, complete });
}

/**
 * The tables of the store, each with what its rows are forgotten with: those of one room with it, those that only our
 * own room has with that, and all of them when we sign out.
 * @type {{[T in keyof typeof store as (typeof store)[T] extends Signal<Map<any, any>> ? T : never]: "room" | "personal" | "all"}}
 */
const FORGOTTEN_WITH = {
  rooms: "room",
  rosters: "room",
  heads: "room",
  newest: "room",
  latest: "room",
  uncounted: "room",
  memberships: "personal",
  closed: "personal",
  reads: "personal",
  inbox: "personal",
  bookmarks: "personal",
  blocks: "personal",
  follows: "personal",
  users: "all",
  ownReactions: "all",
};

/** @param {("room" | "personal" | "all")[]} kinds @returns {Signal<Map<any, unknown>>[]} */
function tablesOf(...kinds) {
  const names = /** @type {(keyof typeof FORGOTTEN_WITH)[]} */ (Object.keys(FORGOTTEN_WITH));
  return names.filter((name) => kinds.includes(FORGOTTEN_WITH[name])).map((name) => store[name]);
}

/** All tables of the store. */
export const allTables = () => tablesOf("room", "personal", "all");

/** @template T @param {Signal<Map<string, T>>} table @param {string} key */
function drop(table, key) {
  const rest = new Map(table.value);
  if (rest.delete(key)) table.value = rest;
}

/**
 * @param {string} room
 * @param {number} [rev] Of the state that comes instead; a read position that was counted later comes anew.
 */
export function forgetRoom(room, rev = 0) {
  store.windowOf(room).value = store.emptyWindow();
  for (const table of tablesOf("room")) drop(table, room);
  if ((store.reads.value.get(room)?.room_rev ?? 0) > rev) drop(store.reads, room);
}

/** Forgets the rows that only our own room has. */
export function forgetPersonal() {
  for (const table of tablesOf("personal")) table.value = new Map();
}

/** Forgets all rows, and what follows from them. */
export function forgetEverything() {
  for (const table of allTables()) table.value = new Map();
  for (const window of store.windows.values()) window.value = store.emptyWindow();
  store.me.value = null;
  store.ready.value = false;
  store.caughtUp.value = false;
  forgetBesideRows();
}
