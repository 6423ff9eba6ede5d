import { signal } from "@preact/signals";
import { excerptOf } from "../messages/quoted.js";
import { keep, kept, TAB } from "../storage.js";
import { me } from "../store.js";

/**
 * The message that the next one of a room replies to, in this tab; it survives a reload, as the draft does.
 * @import {Message, Quoted} from "../wire.js"
 */

/** @param {string} room */
const key = (room) => `${me.peek()?.username} reply ${room}`;

/** Counts what is chosen and dropped, because storage is no signal. */
const changed = signal(0);

/** @param {string} room @returns {Quoted | null} */
export function replyIn(room) {
  void changed.value;
  const found = kept(key(room), TAB);
  return found ? JSON.parse(found) : null;
}

/** @param {Pick<Message, "id" | "room" | "seq" | "author" | "text">} message */
export function replyTo({ id, room, seq, author, text }) {
  keep(key(room), JSON.stringify({ id, seq, author, text: excerptOf(text) }), TAB);
  changed.value += 1;
}

/** @param {string} room */
export function noReply(room) {
  if (!kept(key(room), TAB)) return;
  keep(key(room), "", TAB);
  changed.value += 1;
}
