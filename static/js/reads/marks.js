import { signal } from "@preact/signals";
import { online } from "../connection.js";
import { currentRoom, shownRoom } from "../route.js";
import { me, memberships, reads, windowOf } from "../store.js";
import { command } from "../sync.js";
import { holdBack } from "./held-back.js";

/**
 * A message is read when it was really seen: in the open room, on a page that is visible and has the focus.
 * @import {Numbered} from "../messages/events.js"
 */

const TELL_EVERY_MS = 300;

/** @type {import("@preact/signals").Signal<Numbered | null>} The newest message that is on screen. */
export const lastSeen = signal(null);
/** @type {Numbered | null} What was seen and is yet to be told. */
let untold = null;
/** Counts how often one asked to be at the end. */
export const reachedEnd = signal(0);
let timer = 0;
let toldAt = 0;

/** Changes when somebody begins or ends to look at the page. */
export const attention = signal(0);

/** Whether somebody looks at the page. */
export const isLooking = () => document.visibilityState === "visible" && document.hasFocus();

/** @param {Numbered | undefined} message */
export function saw(message) {
  lastSeen.value = message ?? null;
  if (!message || !isNews(message)) return;
  if (untold && untold.room !== message.room) tell();
  untold = message;
  timer ||= setTimeout(tell, Math.max(0, toldAt + TELL_EVERY_MS - Date.now()));
}

/** @param {Numbered} message */
function isNews({ room, number }) {
  if (room !== shownRoom.peek() || !isLooking() || !online.peek()) return false;
  const isMine = memberships.peek().has(room) || room === me.peek()?.username;
  return isMine && number > (reads.peek().get(room)?.number ?? 0);
}

/** What was seen counts, though one may have gone on to another room meanwhile. */
function tell() {
  clearTimeout(timer);
  timer = 0;
  if (!untold) return;
  toldAt = Date.now();
  command("read.mark", { room: untold.room, seq: untold.seq }).catch(() => {});
  untold = null;
}

/** What is on screen and all before it, without having seen it. */
export function markAllRead() {
  holdBack(currentRoom.peek(), 0);
  const newest = windowOf(currentRoom.peek()).peek().list.at(-1);
  if (newest && online.peek()) command("read.mark", { room: newest.room, seq: newest.seq }).catch(() => {});
  goToEnd();
}

export const goToEnd = () => void (reachedEnd.value += 1);

/** Looking again, or being connected again, makes what is on screen seen. */
export function markOnReturn() {
  const again = () => saw(lastSeen.peek() ?? undefined);
  const turn = () => ((attention.value += 1), again());
  addEventListener("focus", turn);
  addEventListener("blur", turn);
  document.addEventListener("visibilitychange", turn);
  online.subscribe(again);
}
