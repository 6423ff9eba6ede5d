/**
 * What the menu of a message offers.
 * @import {IconName} from "../views/icon.js"
 * @typedef {"reply" | "thread" | "copy-text" | "copy-link" | "select" | "unread" | "bookmark" | "unbookmark" | "pin" | "unpin"
 *   | "reacted" | "edit" | "delete"} MessageAction
 * @typedef {{action: MessageAction, title: string, icon: IconName, key?: string}} Offer With the key for it, if there
 *   is one.
 * @typedef {object} Facts
 * @property {import("./rights.js").Rights} rights What we may do in its room.
 * @property {boolean} isRepliedInThread Whether a reply to it goes to its thread.
 * @property {boolean} isInThread Whether it is in a thread, where nothing is pinned and no thread begins.
 * @property {boolean} hasText Whether it has a text, not only files.
 * @property {boolean} isMine
 * @property {boolean} isInTime Whether it is not too late for its author to edit or delete it.
 * @property {boolean} isLastOfMine Whether it is our last one in the room, which a key edits.
 * @property {boolean} isModerated Whether we moderate the room.
 * @property {boolean} isPinned
 * @property {boolean} isBookmarked
 * @property {boolean} isReactedTo
 * @property {boolean} isTouched Whether fingers are what points.
 */

/** @param {Facts} facts @returns {Offer[][]} In groups, none of them empty. */
export function offersFor({ rights, isMine, isLastOfMine, isModerated, isTouched, ...is }) {
  /** @type {[boolean, Offer][][]} */
  const groups = [
    [
      [
        is.isRepliedInThread ? rights.isThreadable : rights.isWritable,
        { action: "reply", title: "Reply", icon: "reply" },
      ],
      [rights.isThreadable && !is.isInThread, { action: "thread", title: "Reply in thread", icon: "thread" }],
    ],
    [
      [is.hasText, { action: "copy-text", title: "Copy text", icon: "copy" }],
      [is.hasText && isTouched, { action: "select", title: "Select text", icon: "select" }],
      [true, { action: "copy-link", title: "Copy link", icon: "link" }],
      [true, { action: "unread", title: "Mark as unread from here", icon: "unread" }],
    ],
    [
      [rights.isKept && !is.isBookmarked, { action: "bookmark", title: "Bookmark message", icon: "bookmark" }],
      [is.isBookmarked, { action: "unbookmark", title: "Remove bookmark", icon: "bookmark" }],
      [rights.isWritable && !is.isInThread && !is.isPinned, { action: "pin", title: "Pin message", icon: "pin" }],
      [rights.isWritable && is.isPinned, { action: "unpin", title: "Unpin message", icon: "pin" }],
      [is.isReactedTo, { action: "reacted", title: "Who reacted", icon: "people" }],
    ],
    [
      [
        rights.isWritable && isMine && is.isInTime,
        { action: "edit", title: "Edit message", icon: "pencil", ...(isLastOfMine && { key: "↑" }) },
      ],
      [
        rights.isChangeable && ((isMine && is.isInTime) || isModerated),
        { action: "delete", title: "Delete message", icon: "trash" },
      ],
    ],
  ];
  return groups
    .map((group) => group.flatMap(([isAllowed, offer]) => (isAllowed ? [offer] : [])))
    .filter(({ length }) => length);
}
