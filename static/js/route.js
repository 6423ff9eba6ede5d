import { computed, signal } from "@preact/signals";
import { conversation, isConversation, isShared, others, roomWith } from "./names.js";
import { home, me } from "./store.js";

/**
 * The address after the `#`: `/r/lobby` is a room, `/r/lobby/7` a message in it, `/p/bob` a conversation, `/me` the
 * notes to self, `/me/7` one of them, `/rooms` the list. A link to a message is a path, `r/lobby/7`, so that a server
 * can see its target; a link to a note is not.
 */

const BASE = new URL(document.baseURI).pathname;
const linked = location.pathname.startsWith(`${BASE}r/`) ? location.pathname.slice(BASE.length) : "";
/** The person for whom a notification opened this window, or empty. */
export const askedFor = new URLSearchParams(location.search).get("as") ?? "";
if (linked || askedFor) history.replaceState(null, "", linked ? `${BASE}#/${linked}` : `${BASE}${location.hash}`);

const hash = signal(location.hash);
addEventListener("hashchange", () => (hash.value = location.hash));

/** @param {string} room @param {string} mine */
export function addressOf(room, mine = me.value?.username ?? "") {
  if (isShared(room)) return `#/r/${encodeURIComponent(room.slice(1))}`;
  if (isConversation(room)) return `#/p/${others(room, mine).map(encodeURIComponent).join("+")}`;
  return "#/me";
}

/** @param {string} address @param {string} mine */
function roomAt(address, mine) {
  const [, kind, rest = ""] = address.replace(/^#/u, "").split("/");
  if (kind === "r" && rest) {
    return isConversation(decode(rest)) ? conversationAt(decode(rest), mine) : `#${decode(rest)}`;
  }
  if (kind === "p" && rest) return roomWith(mine, rest.split("+").map(decode));
  return kind === "me" ? mine : null;
}

/** @param {string} names @param {string} mine @returns {string | null} null if the name is invalid */
function conversationAt(names, mine) {
  const room = conversation(names.split("+"));
  return room && (isConversation(room) || room === mine) ? room : null;
}

/** @param {string} part */
function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** @type {string | null} */
let last = null;

/** The room on screen, or the last one while the list of rooms covers it on a narrow screen. */
export const currentRoom = computed(() => {
  last = roomAt(hash.value, me.value?.username ?? "") ?? last;
  return last ?? home.value;
});

/** The seq of the message in the address; 0 if there is none. */
export const linkedSeq = computed(() => Number(/^#\/(?:r\/[^/]+|me)\/(\d+)$/u.exec(hash.value)?.[1] ?? 0));

/** @param {string} room */
const isMine = (room) => room === me.peek()?.username;

/** @param {string} room @param {number} seq */
const pathTo = (room, seq) => `${isMine(room) ? "me" : `r/${encodeURIComponent(room.replace(/^#/u, ""))}`}/${seq}`;

/** @param {string} room @param {number} seq */
export const linkTo = (room, seq) => new URL(`${isMine(room) ? "#/" : ""}${pathTo(room, seq)}`, document.baseURI).href;

/** Whether the list of rooms is shown; on narrow screens it is a separate page. */
export const showsList = computed(() => hash.value === "#/rooms");

const narrow = matchMedia("(width < 48rem)");
export const isNarrow = signal(narrow.matches);
narrow.addEventListener("change", () => (isNarrow.value = narrow.matches));

/** The visible room; empty while the list covers it. */
export const shownRoom = computed(() => (showsList.value && isNarrow.value ? "" : currentRoom.value));

/** @param {string} room */
export function go(room) {
  location.hash = addressOf(room);
}

/** @param {string} room @param {number} seq */
export function goTo(room, seq) {
  location.hash = `/${pathTo(room, seq)}`;
}

/** @param {string} room Replaces the current address, so that "back" skips it. */
export function goInstead(room) {
  history.replaceState(null, "", addressOf(room));
  hash.value = location.hash;
}

export function forgetPlace() {
  last = null;
  history.replaceState(null, "", "#/");
  hash.value = location.hash;
}
