/**
 * What of a room concerns us. News make it bold; a number says how much of it is for us: messages that mention us, and
 * all of a conversation.
 * @import {Level} from "../preferences.js"
 * @typedef {object} Facts
 * @property {boolean} isShared Whether it is a room, not a conversation.
 * @property {number} unread Unread messages.
 * @property {number} mentions Unread mentions of us, which can be in messages that are read, by an edit.
 * @property {boolean} isMuted
 * @property {Level} level What we want to be notified about.
 * @typedef {{isNews: boolean, number: number, badge: number}} Concern The `badge` is its part of the number in the
 *   page title and on the app.
 */

/** @param {Facts} facts @returns {Concern} */
export function concern({ isShared, unread, mentions, isMuted, level }) {
  const all = isShared || isMuted ? mentions : Math.max(unread, mentions);
  return { isNews: unread > 0 && !isMuted, number: all, badge: isMuted ? 0 : wanted(level, all, mentions) };
}

/** @param {Level} level @param {number} all @param {number} mentions */
function wanted(level, all, mentions) {
  if (level === "nothing") return 0;
  return level === "mentions" ? mentions : all;
}
