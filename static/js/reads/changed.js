import { signal } from "@preact/signals";
import { me, reads, windowOf } from "../store.js";

/**
 * What was edited or deleted after one had read it. A room shows it from when it is opened until one has left it.
 * @import {Message, Read} from "../wire.js"
 */

/** @type {import("@preact/signals").Signal<Map<string, Read>>} How far one had read each room when it was opened. */
const positions = signal(new Map());

/** Remembers how far one has read a room, which is being opened. @param {string} room */
export function keepPosition(room) {
  const read = reads.peek().get(room);
  if (read) positions.value = new Map([...positions.peek(), [room, read]]);
}

/** Whether a message is not any more what one has read. @param {Message} message */
export function hasChanged(message) {
  const read = positions.value.get(message.room);
  return read !== undefined && isOfOther(message) && message.seq <= read.seq && (message.text_rev ?? 0) > read.seen_rev;
}

/** Whether others have edited or deleted what is loaded of a room since it was marked as read. @param {string} room */
export function isNewlyChanged(room) {
  const read = reads.peek().get(room);
  return read !== undefined && newestChange(windowOf(room).peek().list) > read.seen_rev;
}

/** @param {Message} message */
const isOfOther = ({ author }) => author !== me.peek()?.username;

/** @type {WeakMap<Message[], number>} */
const known = new WeakMap();

/** @param {Message[]} list */
function newestChange(list) {
  const newest = known.get(list) ?? Math.max(0, ...list.filter(isOfOther).map(({ text_rev }) => text_rev ?? 0));
  known.set(list, newest);
  return newest;
}
