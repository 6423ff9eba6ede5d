import { batch, computed, effect, signal } from "@preact/signals";
import { BOOKMARKS, INBOX, ROOMS, THREADS } from "./addresses.js";
import * as addresses from "./addresses.js";
import { parentOf } from "./names.js";
import { onNavigation } from "./navigation.js";
import { staysInPlace } from "./overlay.js";
import { keep, kept, TAB } from "./storage.js";
import { home, me, ready } from "./store.js";

/** Where the person in this tab is, by the address after the `#`. */

const BASE = new URL(document.baseURI).pathname;
const linked = location.pathname.startsWith(`${BASE}r/`) ? location.pathname.slice(BASE.length) : "";
/** The person for whom a notification opened this window, or empty. */
export const askedFor = new URLSearchParams(location.search).get("as") ?? "";
if (linked || askedFor) history.replaceState(null, "", linked ? `${BASE}#/${linked}` : `${BASE}${location.hash}`);

/** @typedef {{state: string, code: string, iss?: string}} Returned */
/** What the sign-in provider has added to the address to which it led back, taken out of it; null if it has not. */
export const returned = signal(takeReturned());

/** @returns {Returned | null} */
function takeReturned() {
  if (location.pathname !== `${BASE}oidc`) return null;
  const given = new URLSearchParams(location.search);
  history.replaceState(null, "", `${BASE}#/`);
  const iss = given.get("iss");
  return { state: given.get("state") ?? "", code: given.get("code") ?? "", ...(iss !== null && { iss }) };
}

/** @import {Opened} from "./addresses.js" */
const NOTHING = /** @type {Opened} */ ({ kind: "", code: "" });
/** Keeps an invitation in this tab, so that a reload does not lose it; links that prove a person are not kept. */
const OPENED = "opened";
/** The link that was opened here, which signs this device in, invites to a room, or makes the owner, until it is followed or declined. */
export const opened = signal(addresses.openedAt(kept(OPENED, TAB)) ?? NOTHING);
effect(() => keep(OPENED, opened.value.kind === "invite" ? `#/invite/${opened.value.code}` : "", TAB));
export const closeOpened = () => void (opened.value = NOTHING);

/** Takes the code out of the address, so that neither the history nor a shared address has it. */
function takeCode() {
  const link = addresses.openedAt(location.hash);
  if (!link) return;
  opened.value = link;
  history.replaceState(null, "", `${BASE}#/`);
}

takeCode();
const hash = signal(location.hash);

/** @typedef {"" | "members"} Cover What covers the room on a narrow screen: an entry of the history, so that "back" removes it. */
/** @returns {Cover} */
const covering = () => history.state?.cover ?? "";
export const cover = signal(covering());

const follow = () =>
  batch(() => {
    takeCode();
    hash.value = location.hash;
    cover.value = covering();
  });
onNavigation(() => staysInPlace.peek() || follow());
staysInPlace.subscribe((stays) => stays || follow());

/** @param {string} room */
export const addressOf = (room) => addresses.addressOf(room, mine());

function mine() {
  return me.value?.username ?? "";
}

/** @type {string | null} */
let last = null;

/** The room on screen, or the last one while the list of rooms covers it on a narrow screen; empty if there is none. */
export const currentRoom = computed(() => {
  last = addresses.roomAt(hash.value, mine()) ?? last;
  return last ?? home.value;
});

/** The thread in the address, or empty. */
export const currentThread = computed(() => addresses.threadAt(hash.value, mine()));

/** The seq of the message in the address; 0 if there is none. */
const linkedSeq = computed(() => addresses.seqAt(hash.value));
const linkedReply = computed(() => addresses.replyAt(hash.value));

/** The seq of the message of a room or thread that the address leads to; 0 if there is none. @param {string} room */
export const linkedIn = (room) => (room === currentThread.value ? linkedReply.value : linkedSeq.value);

/** @param {string} room @param {number} seq */
export const linkTo = (room, seq) =>
  new URL(`${parentOf(room) === mine() ? "#/" : ""}${addresses.pathTo(room, seq, mine())}`, document.baseURI).href;

/** The address of a message, for a link in place. @param {string} room @param {number} seq */
export const addressTo = (room, seq) => `#/${addresses.pathTo(room, seq, mine())}`;

/** The address of a shared room, to give to others. @param {string} room */
export const linkToRoom = (room) => new URL(`r/${encodeURIComponent(room.slice(1))}`, document.baseURI).href;

/** Whether the list of rooms is shown; on narrow screens it is a separate page. */
export const showsList = computed(() => hash.value === ROOMS);

/** Whether the inbox is shown instead of a room. */
export const showsInbox = computed(() => hash.value === INBOX);
/** Whether our bookmarks are. */
export const showsBookmarks = computed(() => hash.value === BOOKMARKS);
/** Whether the threads that we follow are. */
export const showsThreads = computed(() => hash.value === THREADS);
/** What is searched, if a search is shown; null if not. */
export const searched = computed(() => addresses.queryAt(hash.value));
/** The part of the page for admins that is shown; empty for the first, null if the page is not shown. */
export const managed = computed(() => addresses.managedAt(hash.value));
/** Whether another page is shown instead of a room. */
export const showsPage = computed(
  () =>
    showsInbox.value || showsBookmarks.value || showsThreads.value || searched.value !== null || managed.value !== null,
);

export const isNarrow = matching("(width < 48rem)");
/** Whether a panel has a place beside the messages; otherwise it covers them. */
export const hasBeside = matching("(width >= 64rem)");

/** Whether fingers are what points. */
export const isTouch = matching("(pointer: coarse)");

/** @param {string} query */
function matching(query) {
  const media = matchMedia(query);
  const matches = signal(media.matches);
  media.addEventListener("change", () => (matches.value = media.matches));
  return matches;
}

/** Whether a thread covers its room, where there is no place beside it. */
export const isCovered = computed(() => currentThread.value !== "" && !hasBeside.value);

/** The visible room; empty while a list or a thread is in its place. */
export const shownRoom = computed(() =>
  showsPage.value || isCovered.value || (showsList.value && isNarrow.value) ? "" : currentRoom.value,
);

/** Whether a panel covers the room, which goes on behind it. */
export const isBehind = computed(() => cover.value !== "" && !hasBeside.value);

/** Whether something covers the pane beside the sidebar: a panel or, on phones, the list of rooms. */
export const isPaneCovered = computed(() => isBehind.value || (showsList.value && isNarrow.value));

/** Whether a room or thread is visible. @param {string} room */
export const isShown = (room) => room !== "" && (room === shownRoom.value || room === currentThread.value);

/** @param {string} room */
export function go(room) {
  location.hash = addressOf(room);
}

/** Notes in this entry of the history what was opened from it, for people who come back. @param {string} id Of a message. */
export const noteOpened = (id) => history.replaceState({ ...history.state, opened: id }, "");

/** @returns {string} What was opened from this entry of the history, or empty. */
export const openedHere = () => history.state?.opened ?? "";

/** @param {string} room @param {number} seq */
export function goTo(room, seq) {
  location.hash = addressTo(room, seq);
}

/** @param {string} room Replaces the current address, so that "back" skips it; leads nowhere if it is empty. */
export const goInstead = (room) => (room ? replace(addressOf(room)) : forgetPlace());

export function forgetPlace() {
  last = null;
  replace("#/");
}

/** @param {string} address */
function replace(address) {
  history.replaceState(null, "", address);
  hash.value = location.hash;
  cover.value = "";
}

/** Covers the room, until "back" or `uncover`. @param {Cover} kind */
export function coverWith(kind) {
  history.pushState({ cover: kind }, "");
  cover.value = kind;
}

export function uncover() {
  if (!cover.peek()) return;
  cover.value = "";
  history.back();
}

/**
 * Names the room at an address that names none, so that "back" leads from each entry of the history to another place. An
 * address whose event is still to come is left alone.
 */
effect(() => {
  const isSettled = hash.value === location.hash;
  const isNamed = addresses.isPlace(hash.value, mine()) || !currentRoom.value;
  if (me.value && ready.value && isSettled && !isNamed) goInstead(currentRoom.value);
});
