import { signal } from "@preact/signals";
import { toast } from "../notices.js";

/**
 * The files of the next message of each room, and those of messages that wait for them; `uploading.js`, which is loaded
 * with the first one, uploads them.
 * @import {File as SharedFile} from "../wire.js"
 * @typedef {"waiting" | "sending" | "done" | "failed"} State Waiting is for the connection, or for those before it.
 * @typedef {SharedFile & {key: string, room: string, message: string, preview: string, sent: number, state: State,
 *   problem: string, isFinal: boolean}} Attachment As the message shows it until the server has stored it: without an
 *   address, and so without a type. `message` is the id of the one that waits for it; a problem that is final comes again.
 */

export const attached = signal(/** @type {Attachment[]} */ ([]));

/** @param {string} room */
export const attachedIn = (room) => attached.value.filter((each) => each.room === room && !each.message);

/** Those that a message waits for, as far as this tab uploads them. @param {string} message Its id. */
export const awaitedBy = (message) => attached.value.filter((each) => each.message === message);

/** @param {string} room @param {File[]} files @param {number | null} [duration] Seconds of a recording. */
export const attach = (room, files, duration = null) =>
  void import("./uploading.js").then(
    ({ add }) => add(room, files, duration),
    () => toast("This part of the page couldn't be loaded."),
  );

/** Gives files to a message, which waits until they are uploaded. @param {Attachment[]} files @param {string} message Its id. */
export function give(files, message) {
  if (!files.length) return;
  attached.value = attached.peek().map((each) => (files.includes(each) ? { ...each, message } : each));
  import("./uploading.js").then(({ noteMessage }) => files.forEach(({ key }) => noteMessage(key, message)));
}
