/**
 * What we may do with the messages of a room, by the same rules as the server.
 * @typedef {object} Standing
 * @property {boolean} isArchived Whether no one can write there any more.
 * @property {boolean} isBlocked Whether it is a conversation with somebody whom we have blocked.
 * @property {boolean} isAsked Whether it is a conversation that waits for us to accept it.
 * @property {boolean} [isEnded] Whether it is a thread whose message was deleted: nothing is added there any more.
 * @property {boolean} isModerator Whether we moderate it.
 * @property {string} [posting] Who may post there: members or moderators.
 * @property {string} [threading] Who may reply in its threads.
 * @typedef {object} Rights
 * @property {boolean} isChangeable Whether messages there can be deleted at all.
 * @property {boolean} isReactable Whether we may react to messages.
 * @property {boolean} isKept Whether we may bookmark messages, and follow a thread.
 * @property {boolean} isWritable Whether we may post, and so edit and pin.
 * @property {boolean} isThreadable Whether we may reply in threads.
 */

/** @param {Standing} standing @returns {Rights} */
export function rightsOf({ isArchived, isBlocked, isAsked, isEnded = false, isModerator, posting, threading }) {
  const isReactable = !isArchived && !isBlocked && !isAsked && !isEnded;
  /** @param {string} [who] */
  const may = (who) => isReactable && (who !== "moderators" || isModerator);
  return {
    isChangeable: !isArchived,
    isReactable,
    isKept: !isEnded,
    isWritable: may(posting),
    isThreadable: may(threading),
  };
}
