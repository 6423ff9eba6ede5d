import { editMinutes, me, windowOf } from "../store.js";
import { isMessage } from "./events.js";

const MINUTE_MS = 60_000;

/**
 * Whether it is not too late to edit or delete our message, as far as this clock is right; the server decides.
 * @param {{room: string, at: string}} message
 */
export function isInTime({ room, at }) {
  const minutes = editMinutes.value;
  return !minutes || room === me.value?.username || Date.now() - Date.parse(at) < minutes * MINUTE_MS;
}

/** The id of our last message in a room, if we can edit it; undefined if none is here. @param {string} room */
export function myLast(room) {
  const isMine = (/** @type {import("../wire.js").Message} */ message) => message.author === me.peek()?.username;
  const last = windowOf(room)
    .peek()
    .list.findLast((message) => isMessage(message) && isMine(message) && !message.deleted);
  return last && isInTime(last) ? last.id : undefined;
}
