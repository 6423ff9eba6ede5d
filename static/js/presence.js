import { effect, signal } from "@preact/signals";
import { online, run } from "./connection.js";
import { isLost } from "./lasting.js";
import { once } from "./loading.js";
import { APPLICATION, others } from "./names.js";
import { currentRoom } from "./route.js";
import { takeRows } from "./rows.js";
import { listenFor } from "./signals.js";
import { conversations, me, rooms, rosters } from "./store.js";
import { Watching } from "./watching.js";

/**
 * The presence and the current profiles of the people on screen: those whose faces or names are shown, partners in
 * conversations, and members of the open room.
 */

const AT_MOST = 500;
const SETTLED_AFTER_MS = 150;
/** Spreads what everybody in a large room asks at the same message. */
const SPREAD_AT_MOST_MS = 1000;
const MEMBERS_PER_MS = 10;

/**
 * @import {Signal} from "@preact/signals"
 * @import {State} from "./watching.js"
 */

/** @type {Signal<Map<string, State>>} */
const states = signal(new Map());

/**
 * Undefined while it is not known: of people who are not watched, of everybody once the connection is lost, and always of the
 * application.
 * @param {string} username @returns {State | undefined}
 */
export function presenceOf(username) {
  if (username === APPLICATION) return undefined;
  return username === me.value?.username && !isLost.value ? "online" : states.value.get(username);
}

/** @type {Map<string, number>} How often each person is shown. */
const shown = new Map();
/** Counts changes of that: one for all that are shown or hidden together. */
const changes = signal(0);
let isChanging = false;

/** @param {string} username @returns {() => void} to stop */
export function watchWhileShown(username) {
  count(username, 1);
  return () => count(username, -1);
}

/** @param {string} username @param {number} more */
function count(username, more) {
  const number = (shown.get(username) ?? 0) + more;
  if (number) shown.set(username, number);
  else shown.delete(username);
  if (isChanging) return;
  isChanging = true;
  queueMicrotask(() => {
    isChanging = false;
    changes.value += 1;
  });
}

/** Those whose names are on screen, the latest first. */
function named() {
  void changes.value;
  const mine = me.value?.username ?? "";
  const partners = [...conversations.value, currentRoom.value].flatMap((room) =>
    room.startsWith("#") ? [] : others(room, mine),
  );
  return [...new Set([...[...shown.keys()].reverse(), ...partners])].filter(
    (username) => username && username !== mine,
  );
}

/** Of the open room, if all are known here. @returns {string[]} */
function members() {
  const roster = rosters.value.get(currentRoom.value);
  const present = roster?.complete ? [...roster.rows.values()].filter(({ gone }) => !gone) : [];
  return present.map(({ username }) => username).filter((username) => username !== me.value?.username);
}

const watching = new Watching({
  watch: async (usernames) => (await run("presence.watch", { usernames })).states,
  load: async (usernames) => takeRows("", { users: (await run("user.list", { usernames })).users }),
  show: (known) => (states.value = known),
});

/** How long to collect changes before the server is asked. */
function settling() {
  const size = rooms.peek().get(currentRoom.peek())?.members ?? 0;
  return SETTLED_AFTER_MS + Math.random() * Math.min(size / MEMBERS_PER_MS, SPREAD_AT_MOST_MS);
}

/** @param {string[]} names @param {string[]} unnamed */
function watch(names, unnamed) {
  watching.want([...new Set([...names, ...unnamed])].slice(0, AT_MOST), names);
  once("watching", () => watching.run());
}

export function watchPresence() {
  let timer = 0;
  let latest = /** @type {[string[], string[]]} */ ([[], []]);
  online.subscribe((isOnline) => isOnline || watching.lose());
  isLost.subscribe((is) => is && watching.forget());
  effect(() => {
    latest = [named(), members()];
    if (!online.value || timer) return;
    timer = setTimeout(() => {
      timer = 0;
      if (online.peek()) watch(...latest);
    }, settling());
  });
}

listenFor("presence", ({ from, data }) => watching.hear(from, data.state));
