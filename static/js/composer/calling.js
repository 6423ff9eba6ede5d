import { ELSEWHERE, usernamesIn, WORDS } from "../mentions.js";
import { isShared, isThread } from "../names.js";
import { mayModerate, rooms } from "../store.js";
import { HIDDEN } from "./absent.js";

/**
 * `@room` and `@here`, with which owners and moderators mention all members of their room, or those who are online; and
 * other members, if its rules say so.
 */

const MAYBE = /@(?:room|here|all|channel|everyone)/iu;

/** @param {string} room */
export const mayCall = (room) => isShared(room) && (mayModerate(room) || rooms.value.get(room)?.calling === "members");

/** The word in a text that would mention everyone, here or in other chats, but mentions no one; empty if there is none. @param {string} room @param {string} text */
export function uncalled(room, text) {
  if (!MAYBE.test(text)) return "";
  const meant = usernamesIn(text.replace(HIDDEN, " ")).flat();
  const words = mayCall(room) ? ELSEWHERE : [...WORDS, ...ELSEWHERE];
  return words.find((word) => meant.includes(word)) ?? "";
}

/** Why it does. @param {string} room @param {string} word */
export function whyUncalled(room, word) {
  if (mayCall(room)) return `@${word} mentions no one. Write @room to notify everyone.`;
  if (isThread(room)) return `In a thread, @${word} mentions no one.`;
  if (!isShared(room)) return `Here, @${word} mentions no one.`;
  return `Only owners and moderators can notify everyone: your @${word} will mention no one.`;
}
