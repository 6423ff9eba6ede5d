/**
 * The quotes of replies. A reply is not sent again when the message that it quotes changes, so the change of that message
 * changes them here.
 * @import {Message} from "../wire.js"
 */

/** As many characters as the server quotes. */
const LONGEST = 300;

/** @param {string | null} text */
export const excerptOf = (text) => text && [...text.slice(0, 2 * LONGEST)].slice(0, LONGEST).join("");

/**
 * @param {Map<string, Message>} rows All that is known of a room, by id.
 * @param {Message[]} news Those of them that are new.
 * @returns {Map<string, Message>} with what each reply quotes as it is now, as far as it is known here
 */
export function requoted(rows, news) {
  const ids = new Set(news.map(({ id }) => id));
  /** @type {Map<string, Message>} */
  const changed = new Map();
  for (const row of rows.values()) {
    const { quoted } = row;
    const message = quoted && rows.get(quoted.id);
    const isAffected = message && (ids.has(row.id) || ids.has(message.id));
    const text = isAffected ? excerptOf(message.text) : quoted?.text;
    if (quoted && text !== undefined && text !== quoted.text) {
      changed.set(row.id, { ...row, quoted: { ...quoted, text } });
    }
  }
  return changed.size ? new Map([...rows, ...changed]) : rows;
}
