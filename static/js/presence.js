import { effect, signal } from "@preact/signals";
import { online, run } from "./connection.js";
import { others } from "./names.js";
import { currentRoom } from "./route.js";
import { listenFor } from "./signals.js";
import { conversations, me, membersOf } from "./store.js";

/** The presence of the people on screen: partners in conversations and members of the open room. */

const AT_MOST = 500;
const SETTLED_AFTER_MS = 150;

/** @type {import("@preact/signals").Signal<Map<string, string>>} */
const states = signal(new Map());

/** @param {string} username */
export const isOnline = (username) =>
  username === me.value?.username ? online.value : states.value.get(username) === "online";

/** @returns {string[]} */
function onScreen() {
  const mine = me.value?.username ?? "";
  const partners = [...conversations.value, currentRoom.value].flatMap((room) =>
    room.startsWith("#") ? [] : others(room, mine),
  );
  const members = membersOf(currentRoom.value).map((member) => member.username);
  return [...new Set([...partners, ...members])].filter((username) => username !== mine).slice(0, AT_MOST);
}

/** @param {string[]} usernames */
async function watch(usernames) {
  const answer = await run("presence.watch", { usernames }).catch(() => null);
  if (answer) states.value = new Map(Object.entries(answer.states));
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
