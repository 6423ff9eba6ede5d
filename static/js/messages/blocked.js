import { signal } from "@preact/signals";
import { forgetWithPerson } from "../forgetting.js";
import { isBlocked } from "../store.js";

/**
 * Messages of people whom you have blocked, which are folded until you want to see them.
 * @typedef {{id: string, author: string}} Said
 */

/** The ids of messages that are shown though their authors are blocked. */
const unfolded = signal(/** @type {Set<string>} */ (new Set()));

forgetWithPerson(() => void (unfolded.value = new Set()));

/** Whether a message is folded because its author is blocked. @param {Said} message */
export const isFolded = ({ id, author }) => isBlocked(author) && !unfolded.value.has(id);

/** Shows messages. @param {Said[]} messages */
export const unfold = (messages) =>
  void (unfolded.value = new Set([...unfolded.peek(), ...messages.map(({ id }) => id)]));

/** What is shown in place of messages. @param {Said[]} messages */
export function foldedText(messages) {
  if (messages.length === 1) return "Message of a person you blocked";
  const isOne = messages.every(({ author }) => author === messages[0].author);
  return `${messages.length} messages of ${isOne ? "a person" : "people"} you blocked`;
}
