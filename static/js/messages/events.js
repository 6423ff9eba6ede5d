/**
 * Events in a room's timeline, such as that somebody joined: rows like messages, but without a number, so that they are
 * never unread, mention no one, and do not move a room in lists.
 * @import {Message} from "../wire.js"
 * @typedef {Message & {number: number}} Numbered A message that is not an event.
 */

/** @param {Message} row @returns {row is Numbered} */
export const isMessage = (row) => row.number !== null;

/** @param {Message[]} rows */
export const lastMessage = (rows) => rows.findLast(isMessage);
