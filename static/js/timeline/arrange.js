import { isMessage } from "../messages/events.js";

/**
 * The timeline's items: messages, lines of events and lines of folded messages, with a heading above each day and a line above the first new
 * message.
 * @import {Numbered} from "../messages/events.js"
 * @import {Message} from "../wire.js"
 * @typedef {{kind: "day", key: string, at: Date}
 *   | {kind: "new", key: string, count: number}
 *   | {kind: "events", key: string, events: Message[]}
 *   | {kind: "folded", key: string, messages: Numbered[]}
 *   | {kind: "message", key: string, message: Numbered, leads: boolean}} Item
 */

const TOGETHER_MS = 5 * 60_000;

/**
 * Whether a message needs no header of its own. A reply has one, so that nobody takes the quoted person for its author.
 * @param {Message} message @param {Message | undefined} previous
 */
function continues(message, previous) {
  if (
    message.reply_to ||
    !previous ||
    !isMessage(previous) ||
    previous.author !== message.author ||
    previous.deleted !== message.deleted
  ) {
    return false;
  }
  return Date.parse(message.at) - Date.parse(previous.at) < TOGETHER_MS;
}

/** @param {Date} date */
const dayOf = (date) => date.toDateString();

/**
 * @param {Message[]} messages
 * @param {number} firstNew The number of the first message that was new when the room was opened.
 * @param {number} [news] How many were.
 * @param {(message: Numbered) => boolean} [isFolded] Whether a message is one of a person whom we blocked.
 * @returns {Item[]}
 */
export function arrange(messages, firstNew, news = 0, isFolded = () => false) {
  /** @type {Item[]} */
  const items = [];
  messages.forEach((message, index) => {
    const previous = messages[index - 1];
    const at = new Date(message.at);
    const isNewDay = !previous || dayOf(at) !== dayOf(new Date(previous.at));
    if (isNewDay) items.push({ kind: "day", key: `day ${dayOf(at)}`, at });
    if (!isMessage(message)) return addEvent(items, message);
    if (message.number === firstNew) items.push({ kind: "new", key: "new", count: news });
    if (isFolded(message)) return addFolded(items, message);
    const leads = isNewDay || message.number === firstNew || !continues(message, previous);
    return items.push({ kind: "message", key: message.id, message, leads });
  });
  return items;
}

/** Adds an event to the line of those before it, or begins a line. @param {Item[]} items @param {Message} event */
function addEvent(items, event) {
  const last = items.at(-1);
  if (last?.kind === "events") last.events.push(event);
  else items.push({ kind: "events", key: event.id, events: [event] });
}

/** Adds a folded message to the line of those before it, or begins a line. @param {Item[]} items @param {Numbered} message */
function addFolded(items, message) {
  const last = items.at(-1);
  if (last?.kind === "folded") last.messages.push(message);
  else items.push({ kind: "folded", key: message.id, messages: [message] });
}
