import { effect, signal } from "@preact/signals";
import { online, run } from "./connection.js";
import { others } from "./names.js";
import { currentRoom } from "./route.js";
import { listenFor } from "./signals.js";
import { conversations, me, rosters } from "./store.js";

/** The presence of the people on screen: partners in conversations, and members of the open room or in its panel. */

const AT_MOST = 500;
const SETTLED_AFTER_MS = 150;

/** @import {Signal} from "@preact/signals" */

/** @type {Signal<Map<string, string>>} */
const states = signal(new Map());

/** @param {string} username */
export const isOnline = (username) =>
  username === me.value?.username ? online.value : states.value.get(username) === "online";

/** @type {Map<string, number>} How often each person is shown in lists. */
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

/** Takes over what the server says of members. @param {{username: string}[]} members @param {string[]} present */
export function learnPresence(members, present) {
  const found = members.map(({ username }) => [username, present.includes(username) ? "online" : "offline"]);
  states.value = new Map([...states.value, .../** @type {[string, string][]} */ (found)]);
}

/** @returns {string[]} */
function onScreen() {
  void changes.value;
  const mine = me.value?.username ?? "";
  const partners = [...conversations.value, currentRoom.value].flatMap((room) =>
    room.startsWith("#") ? [] : others(room, mine),
  );
  const roster = rosters.value.get(currentRoom.value);
  const members = roster?.complete ? [...roster.rows.values()].filter(({ gone }) => !gone) : [];
  return [...new Set([...shown.keys(), ...partners, ...members.map(({ username }) => username)])]
    .filter((username) => username !== mine)
    .slice(0, AT_MOST);
}

/** @param {string[]} usernames */
async function watch(usernames) {
  const answer = await run("presence.watch", { usernames }).catch(() => null);
  if (answer) states.value = new Map([...states.value, ...Object.entries(answer.states)]);
}

export function watchPresence() {
  let timer = 0;
  let watched = "";
  effect(() => {
    if (!online.value) return void (watched = "");
    const usernames = onScreen();
    clearTimeout(timer);
    if (watched === usernames.join()) return;
    timer = setTimeout(() => {
      watched = usernames.join();
      watch(usernames);
    }, SETTLED_AFTER_MS);
  });
}

listenFor("presence", ({ from, data }) => {
  states.value = new Map(states.value).set(from, data.state ?? "offline");
});
