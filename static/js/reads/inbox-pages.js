/**
 * The list of messages that concern us, of pages of the inbox and of what is known live.
 * @import {InboxItem, Message} from "../wire.js"
 * @typedef {{items: InboxItem[], messages: Message[], more: boolean}} Page
 * @typedef {{item: InboxItem, message: Message}} Entry
 */

/** @type {Page} */
export const NOTHING = { items: [], messages: [], more: true };

/**
 * Adds a page of newer or older items; of two versions of an item or message, the one with the greater rev stays.
 * @param {Page} known @param {Page} page @param {boolean} isOlder @returns {Page}
 */
export const withPage = (known, page, isOlder) => ({
  items: latest([...known.items, ...page.items]),
  messages: latest([...known.messages, ...page.messages]),
  more: isOlder || !known.items.length ? page.more : known.more,
});

/** @template {{id: number | string, rev: number}} T @param {T[]} rows @returns {T[]} */
function latest(rows) {
  /** @type {Map<number | string, T>} */
  const found = new Map();
  for (const row of rows) if ((found.get(row.id)?.rev ?? -1) <= row.rev) found.set(row.id, row);
  return [...found.values()];
}

/**
 * The entries to show, newest first.
 * @param {Page} known @param {Map<number, InboxItem>} live @returns {Entry[]}
 */
export function entriesOf({ items, messages }, live) {
  const byId = new Map(messages.map((message) => [message.id, message]));
  return latest([...items, ...items.flatMap(({ id }) => live.get(id) ?? [])])
    .filter(({ gone }) => !gone)
    .sort((a, b) => b.id - a.id)
    .flatMap((item) => {
      const message = byId.get(item.message ?? "");
      return message ? [{ item, message }] : [];
    });
}
