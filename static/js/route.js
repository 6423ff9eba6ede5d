import { computed, signal } from "@preact/signals";
import * as addresses from "./addresses.js";
import { home, me } from "./store.js";

/** Where the person in this tab is, by the address after the `#`. */

export const MENTIONS = "#/mentions";
const BASE = new URL(document.baseURI).pathname;
const linked = location.pathname.startsWith(`${BASE}r/`) ? location.pathname.slice(BASE.length) : "";
/** The person for whom a notification opened this window, or empty. */
export const askedFor = new URLSearchParams(location.search).get("as") ?? "";
if (linked || askedFor) history.replaceState(null, "", linked ? `${BASE}#/${linked}` : `${BASE}${location.hash}`);

const hash = signal(location.hash);
addEventListener("hashchange", () => (hash.value = location.hash));

/** @param {string} room */
export const addressOf = (room) => addresses.addressOf(room, mine());

function mine() {
  return me.value?.username ?? "";
}

/** @type {string | null} */
let last = null;

/** The room on screen, or the last one while the list of rooms covers it on a narrow screen. */
export const currentRoom = computed(() => {
  last = addresses.roomAt(hash.value, mine()) ?? last;
  return last ?? home.value;
});

/** The seq of the message in the address; 0 if there is none. */
export const linkedSeq = computed(() => addresses.seqAt(hash.value));

/** @param {string} room @param {number} seq */
export const linkTo = (room, seq) =>
  new URL(`${room === mine() ? "#/" : ""}${addresses.pathTo(room, seq, mine())}`, document.baseURI).href;

/** The address of a message, for a link in place. @param {string} room @param {number} seq */
export const addressTo = (room, seq) => `#/${addresses.pathTo(room, seq, mine())}`;

/** The address of a shared room, to give to others. @param {string} room */
export const linkToRoom = (room) => new URL(`r/${encodeURIComponent(room.slice(1))}`, document.baseURI).href;

/** Whether the list of rooms is shown; on narrow screens it is a separate page. */
export const showsList = computed(() => hash.value === "#/rooms");

/** Whether the list of mentions is shown instead of a room. */
export const showsMentions = computed(() => hash.value === MENTIONS);

const narrow = matchMedia("(width < 48rem)");
export const isNarrow = signal(narrow.matches);
narrow.addEventListener("change", () => (isNarrow.value = narrow.matches));

/** The visible room; empty while a list is in its place. */
export const shownRoom = computed(() =>
  showsMentions.value || (showsList.value && isNarrow.value) ? "" : currentRoom.value,
);

/** @param {string} room */
export function go(room) {
  location.hash = addressOf(room);
}

/** @param {string} room @param {number} seq */
export function goTo(room, seq) {
  location.hash = addressTo(room, seq);
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
