import { effect, signal } from "@preact/signals";
import { excerptOf } from "../messages/quoted.js";
import { keep, kept, keptKeys } from "../storage.js";
import { caughtUp, isOpen, me, windowOf } from "../store.js";

/**
 * The message that the next one of a room replies to, by person and room: all tabs share it, as they do the draft.
 * @import {Message, Quoted} from "../wire.js"
 */

/** @param {string} room */
const key = (room) => `${me.peek()?.username} reply ${room}`;

/** Counts what is chosen and dropped, because storage is no signal. */
const changed = signal(0);
const change = () => void (changed.value = changed.peek() + 1);

/** @param {string} room @returns {Quoted | null} */
export function replyIn(room) {
  void changed.value;
  const found = kept(key(room));
  return found ? JSON.parse(found) : null;
}

/** @param {Pick<Message, "id" | "room" | "seq" | "author" | "text">} message */
export function replyTo({ id, room, seq, author, text }) {
  keep(key(room), JSON.stringify({ id, seq, author, text: excerptOf(text) }));
  change();
}

/** @param {string} room */
export function noReply(room) {
  if (!kept(key(room))) return;
  keep(key(room), "");
  change();
}

/** Follows the other tabs, and forgets what we may no longer read. */
export function keepReplies() {
  addEventListener("storage", change);
  effect(() => {
    void changed.value;
    if (caughtUp.value) for (const room of keptKeys(key(""))) forgetUnreadable(room);
  });
}

/** Forgets the reply in a room that we no longer belong to, and the text of a message that was deleted. @param {string} room */
function forgetUnreadable(room) {
  const quoted = replyIn(room);
  if (!isOpen(room)) noReply(room);
  else if (quoted?.text && windowOf(room).value.rows.get(quoted.id)?.deleted) {
    keep(key(room), JSON.stringify({ ...quoted, text: null }));
  }
}
