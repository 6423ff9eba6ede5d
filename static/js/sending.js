import { passesAfter } from "./connection.js";

/**
 * The messages and reactions that wait to be sent, as a list, and what becomes of those that the server rejects.
 * @import {Refusal} from "./connection.js"
 * @import {Waiting} from "./archive.js"
 */

/** A message that has to wait longer is shown as refused, so that it does not block those after it. */
const PATIENCE_SECONDS = 15;

/**
 * The list with an entry, in its place if it is known, else at the end.
 * @param {Waiting[]} list @param {Waiting} entry
 */
export const withEntry = (list, entry) =>
  list.some(({ id }) => id === entry.id) ? list.map((old) => (old.id === entry.id ? entry : old)) : [...list, entry];

/** @param {Waiting[]} list @param {string} id */
export const withoutEntry = (list, id) => list.filter((entry) => entry.id !== id);

/** Whether an entry is still as it was, because a reaction can be changed meanwhile. @param {Waiting} entry @param {Waiting[]} list */
export const isCurrent = ({ id, reaction }, list) =>
  list.some((now) => now.id === id && now.reaction?.adds === reaction?.adds);

/** What was kept, and then what was written since. @param {Waiting[]} kept @param {Waiting[]} list */
export const merged = (kept, list) => list.reduce(withEntry, kept);

/**
 * The message to send next. What goes to the room too waits for the reply that it is, and a message for its files, which
 * hold up no other.
 * @param {Waiting[]} list
 */
export const nextOf = (list) =>
  list.find(
    ({ refused, echoes, uploading }) =>
      !refused && !uploading?.length && !(echoes && list.some(({ id }) => id === echoes)),
  );

/**
 * A message of which a file is uploaded.
 * @param {Waiting} entry @param {string} key @param {string} id
 */
export const withUploaded = ({ files = [], uploading = [], ...entry }, key, id) => ({
  ...entry,
  files: files.map((file) => (file.key === key ? { ...file, id } : file)),
  uploading: uploading.filter((other) => other !== key),
});

/**
 * What becomes of a message that could not be sent: the seconds to wait before sending it again, or why it is refused; if
 * because it would notify many `people`, how many.
 * @param {Refusal} refusal @returns {{wait: number} | {refused: string, code: string, people?: number}}
 */
export function outcome(refusal) {
  const seconds = refusal.code === "offline" ? 1 : passesAfter(refusal);
  if (seconds && seconds <= PATIENCE_SECONDS) return { wait: seconds };
  const { people } = refusal.details;
  return { refused: refusal.message, code: refusal.code, ...(people && { people }) };
}
