import { signal } from "@preact/signals";
import { forgetWithRows } from "../forgetting.js";
import { me, reads, windowOf } from "../store.js";
import { revs } from "../sync.js";

/**
 * What was edited or deleted after one had read it. A room shows it until one comes back after it was on screen.
 * @import {Message} from "../wire.js"
 * @typedef {{seq: number, rev: number}} Mark Up to which message one had read a room, and as of which rev.
 */

/** @type {import("@preact/signals").Signal<Map<string, Mark[]>>} The marks of each room since it was opened. */
const visits = signal(new Map());
/** The changes that were on screen. */
const seen = new Set();

forgetWithRows(() => {
  visits.value = new Map();
  seen.clear();
});

/** @param {Message} message */
const changeOf = ({ id, text_rev }) => `${id} ${text_rev}`;

/** Begins a visit to a room. @param {string} room */
export function beginVisit(room) {
  const read = reads.peek().get(room);
  if (read) keep(room, [{ seq: read.seq, rev: read.seen_rev }]);
}

/** Notes how far one has read on during a visit. @param {string} room */
export function noteRead(room) {
  const [read, marks] = [reads.peek().get(room), visits.peek().get(room)];
  const last = marks?.at(-1);
  if (read && marks && last && read.seq > last.seq) keep(room, [...marks, { seq: read.seq, rev: read.seen_rev }]);
}

/** @param {string} room @param {Mark[]} marks */
const keep = (room, marks) => void (visits.value = new Map([...visits.peek(), [room, marks]]));

/** Whether a message is not any more what one has read. @param {Message} message */
export function hasChanged(message) {
  const mark = visits.value.get(message.room)?.find(({ seq }) => seq >= message.seq);
  return mark !== undefined && isOfOther(message) && (message.text_rev ?? 0) > mark.rev;
}

/** Notes which messages are on screen. @param {string} room @param {() => {first: number, last: number}} inSight Their seqs. */
export function sawChanges(room, inSight) {
  const missed = unseen(room);
  if (!missed.length) return;
  const { first, last } = inSight();
  for (const message of missed) if (message.seq >= first && message.seq <= last) seen.add(changeOf(message));
}

/** Whether changes were on screen since the room was marked as read. @param {string} room */
export function isNewlySeen(room) {
  const rev = revRead(room) ?? 0;
  return changed(room).some(({ text_rev }) => (text_rev ?? 0) <= rev);
}

/** The rev as of which one has read a room: before the first change that was not on screen. @param {string} room */
export function revRead(room) {
  const missed = unseen(room).map(({ text_rev }) => text_rev ?? 0);
  return missed.length ? Math.min(...missed) - 1 : revs.get(room);
}

/** @param {string} room */
const unseen = (room) => changed(room).filter((message) => !seen.has(changeOf(message)));

/** What others have changed since the room was marked as read. @param {string} room */
function changed(room) {
  const read = reads.peek().get(room);
  if (!read) return [];
  const { list } = windowOf(room).peek();
  return edited(list).filter(({ seq, text_rev }) => seq <= read.seq && (text_rev ?? 0) > read.seen_rev);
}

/** @param {Message} message */
const isOfOther = ({ author }) => author !== me.peek()?.username;

/** @type {WeakMap<Message[], Message[]>} */
const known = new WeakMap();

/** What others have edited or deleted of what is loaded. @param {Message[]} list */
function edited(list) {
  const found = known.get(list) ?? list.filter((message) => message.text_rev && isOfOther(message));
  known.set(list, found);
  return found;
}
