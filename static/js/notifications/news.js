import { isMessage } from "../messages/events.js";

/**
 * What is news: messages and mentions that arrive after this tab was up to date, whatever any clock says.
 * @import {InboxItem, Tables} from "../wire.js"
 */

export class News {
  #newest;
  #lastItem;
  /** @type {Set<number>} Items that were taken back; an edit can bring them again. */
  #gone = new Set();

  /**
   * @param {Map<string, number>} newest The number of each room's newest message that is known.
   * @param {Iterable<InboxItem>} items The items that are known.
   */
  constructor(newest, items) {
    this.#newest = new Map(newest);
    this.#lastItem = Math.max(0, ...[...items].map(({ id }) => id));
  }

  /** The messages of a change that are new. @param {Tables & {room: string}} change */
  messagesIn({ room, messages: rows = [] }) {
    const before = this.#newest.get(room) ?? 0;
    const messages = rows.filter(isMessage);
    this.#newest.set(room, Math.max(before, ...messages.map(({ number }) => number)));
    return messages.filter(({ number, deleted }) => number > before && !deleted);
  }

  /** The items of a change that are new. @param {Tables} change @returns {InboxItem[]} */
  itemsIn({ inbox = [] }) {
    const found = inbox.filter(({ id, gone, read }) => !gone && !read && (id > this.#lastItem || this.#gone.has(id)));
    for (const { id, gone } of inbox) {
      this.#lastItem = Math.max(this.#lastItem, id);
      if (gone) this.#gone.add(id);
      else this.#gone.delete(id);
    }
    return found;
  }
}

/**
 * Whether to notify us of a message.
 * @param {{level: import("../preferences.js").Level, isSilent: boolean, mentionsMe: boolean}} facts
 */
export const isWanted = ({ level, isSilent, mentionsMe }) =>
  !isSilent && (level === "all" || (level === "mentions" && mentionsMe));
