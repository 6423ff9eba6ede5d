/**
 * What of a room concerns us. News make it bold; a number says how much of it is for us: mentions and replies, and all of
 * a conversation. Invitations and requests are one thing to answer each.
 * @import {Level} from "../preferences.js"
 * @typedef {object} Facts
 * @property {boolean} isShared Whether it is a room, not a conversation.
 * @property {number} unread Unread messages.
 * @property {number} concerns Unread mentions of us and replies to us; one can be in a message that is read, by an edit.
 * @property {boolean} asks Whether it is an invitation, or the request of a stranger, that we have yet to see.
 * @property {boolean} isSilent Whether we muted it, or a stranger asks: it calls us by what is for us alone.
 * @property {Level} level What we want to be notified about.
 * @typedef {{isNews: boolean, number: number, asks: number, badge: number}} Concern The `badge` is its part of the number in the
 *   page title and on the app.
 */

/** @param {Facts} facts @returns {Concern} */
export function concern({ isShared, unread, concerns, asks, isSilent, level }) {
  const all = isShared || isSilent ? concerns : Math.max(unread, concerns);
  const badge = isSilent ? 0 : wanted(level, all, concerns);
  return { isNews: unread > 0 && !isSilent, number: all, asks: Number(asks), badge: badge + Number(asks) };
}

/** @param {Level} level @param {number} all @param {number} concerns */
function wanted(level, all, concerns) {
  if (level === "nothing") return 0;
  return level === "mentions" ? concerns : all;
}
