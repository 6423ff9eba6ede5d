import { signal, untracked } from "@preact/signals";
import { online } from "../connection.js";
import { forgetWithPerson } from "../forgetting.js";
import { currentRoom, isShown } from "../route.js";
import { isFollowed, me, memberships, reads, windowOf } from "../store.js";
import { command } from "../sync.js";
import { isNewlySeen, revRead } from "./changed.js";
import { holdBack } from "./held-back.js";

/**
 * A message is read when it was really seen: in the open room, on a page that is visible and has the focus.
 * @import {Numbered} from "../messages/events.js"
 */

const TELL_EVERY_MS = 300;

/** @type {import("@preact/signals").Signal<Map<string, Numbered>>} The newest message that is on screen, by room. */
export const lastSeen = signal(new Map());
/** @type {Map<string, {seq: number, rev?: number}>} What was seen, as of which rev, and is yet to be told, by room. */
const untold = new Map();
/** The room where one asked to be at the end, and how often one did. */
export const reachedEnd = signal({ room: "", count: 0 });
let timer = 0;
let toldAt = -Infinity;

forgetWithPerson(() => {
  clearTimeout(timer);
  timer = 0;
  untold.clear();
  lastSeen.value = new Map();
});

/** Changes when somebody begins or ends to look at the page. */
export const attention = signal(0);

/** Whether somebody looks at the page. */
export const isLooking = () => document.visibilityState === "visible" && document.hasFocus();

/** @param {string} room @param {Numbered | undefined} message */
export function saw(room, message) {
  note(room, message);
  if (!message || !isNews(message)) return;
  untold.set(room, { seq: message.seq, rev: revRead(room) });
  timer ||= setTimeout(tell, Math.max(0, toldAt + TELL_EVERY_MS - performance.now()));
}

/** @param {string} room @param {Numbered | undefined} message */
function note(room, message) {
  if (lastSeen.peek().get(room) === message) return;
  const shown = [...lastSeen.peek()].filter(([other]) => other !== room && isShown(other));
  lastSeen.value = new Map(message ? [...shown, [room, message]] : shown);
}

/** @param {Numbered} message */
const isNews = ({ room, number }) => untracked(() => isUnseen(room, number));

/** @param {string} room @param {number} number */
function isUnseen(room, number) {
  if (!isShown(room) || !isLooking() || !online.peek()) return false;
  const isMine = memberships.peek().has(room) || room === me.peek()?.username || isFollowed(room);
  return isMine && (number > (reads.peek().get(room)?.number ?? 0) || isNewlySeen(room));
}

/** What was seen counts, though one may have gone on to another room meanwhile. */
function tell() {
  clearTimeout(timer);
  timer = 0;
  toldAt = performance.now();
  for (const [room, { seq, rev }] of untold) command("read.mark", { room, seq, rev }).catch(() => {});
  untold.clear();
}

/** What is on screen and all before it, without having seen it. */
export function markAllRead() {
  const room = currentRoom.peek();
  if (!room) return;
  holdBack(room, 0);
  const newest = windowOf(room).peek().list.at(-1);
  if (newest && online.peek()) command("read.mark", { room: newest.room, seq: newest.seq }).catch(() => {});
  goToEnd(room);
}

/** @param {string} room */
export const goToEnd = (room) => void (reachedEnd.value = { room, count: reachedEnd.peek().count + 1 });

/** Looking again, or being connected again, makes what is on screen seen. */
export function markOnReturn() {
  const again = () => lastSeen.peek().forEach((message, room) => saw(room, message));
  const turn = () => ((attention.value += 1), again());
  addEventListener("focus", turn);
  addEventListener("blur", turn);
  document.addEventListener("visibilitychange", turn);
  online.subscribe(again);
}
