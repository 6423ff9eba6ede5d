import { signal } from "@preact/signals";
import { toast } from "../notices.js";

/**
 * The files of the next message of each room; `uploading.js`, which is loaded with the first one, uploads them.
 * @import {File as SharedFile} from "../wire.js"
 * @typedef {"waiting" | "sending" | "done" | "failed"} State Waiting is for the connection.
 * @typedef {SharedFile & {key: string, room: string, preview: string, sent: number, state: State, problem: string}} Attachment
 *   As the message shows it until the server has stored it: without an address, and so without a type.
 */

export const attached = signal(/** @type {Attachment[]} */ ([]));

/** @param {string} room */
export const attachedIn = (room) => attached.value.filter((each) => each.room === room);

/** @param {string} room @param {File[]} files @param {number | null} [duration] Seconds of a recording. */
export const attach = (room, files, duration = null) =>
  void import("./uploading.js").then(
    ({ add }) => add(room, files, duration),
    () => toast("This part of the page couldn't be loaded."),
  );

/** Takes the files for a message that is posted now. @param {string} room */
export function detach(room) {
  const taken = attachedIn(room);
  if (taken.length) import("./uploading.js").then(({ forget }) => taken.forEach(forget));
  return taken;
}
