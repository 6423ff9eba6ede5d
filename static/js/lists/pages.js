import { requoted } from "../messages/quoted.js";

/**
 * A list of messages of several rooms, in pages: rows that point to messages, and the messages.
 * @import {Message} from "../wire.js"
 * @typedef {{id?: number, message: string | null, room: string, rev: number, gone: boolean}} Row
 */

/**
 * @template {Row} R
 * @typedef {{rows: R[], messages: Message[], more: boolean}} Page `more` is whether there are older ones.
 */

/**
 * @template {Row} R
 * @typedef {{row: R, message: Message | null}} Entry The message is null if the row is about none.
 */

/** @type {Page<any>} */
export const NOTHING = { rows: [], messages: [], more: true };

/** @param {{id?: number | string, message?: string | null}} row */
export const keyOf = (row) => row.id ?? row.message;

/**
 * Of two versions of a row or message, the one with the greater rev stays.
 * @template {{id?: number | string, rev: number}} T @param {T[]} rows @returns {T[]}
 */
function latest(rows) {
  /** @type {Map<unknown, T>} */
  const found = new Map();
  for (const row of rows) if ((found.get(keyOf(row))?.rev ?? -1) <= row.rev) found.set(keyOf(row), row);
  return [...found.values()];
}

/** @template {Row} R @param {Page<R>} known @param {Page<R>} older @returns {Page<R>} */
export const withOlder = (known, older) => ({
  rows: latest([...known.rows, ...older.rows]),
  messages: latest([...known.messages, ...older.messages]),
  more: older.more,
});

/**
 * Takes over the newer versions of its messages, and of those that they quote.
 * @template {Row} R @param {Page<R>} known @param {Message[]} changed
 */
export function withChanged(known, changed) {
  const ids = known.messages.map(({ id }) => id);
  const here = new Set([...ids, ...known.messages.map(({ quoted }) => quoted?.id)]);
  const news = changed.filter(({ id }) => here.has(id));
  if (!news.length) return known;
  const rows = requoted(new Map(latest([...known.messages, ...news]).map((row) => [row.id, row])), news);
  return { ...known, messages: ids.flatMap((id) => rows.get(id) ?? []) };
}

/**
 * The entries to show, the greatest first by `order`. Those of deleted messages are not among them.
 * @template {Row} R
 * @param {Page<R>} known @param {Map<unknown, R>} live What is known live of rows, by their keys.
 * @param {(row: R) => number} order
 * @returns {Entry<R>[]}
 */
export function entriesOf({ rows, messages }, live, order) {
  const byId = new Map(messages.map((message) => [message.id, message]));
  return latest([...rows, ...rows.flatMap((row) => live.get(keyOf(row)) ?? [])])
    .filter(({ gone }) => !gone)
    .sort((a, b) => order(b) - order(a))
    .map((row) => ({ row, message: byId.get(row.message ?? "") ?? null }))
    .filter(({ row, message }) => (message ? !message.deleted : row.message === null));
}
