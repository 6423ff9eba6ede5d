import { signal } from "@preact/signals";
import { run } from "./connection.js";
import { forgetWithPerson } from "./forgetting.js";
import { isMessage } from "./messages/events.js";
import { listenFor } from "./signals.js";
import { me } from "./store.js";
import { onChange } from "./sync.js";

/**
 * Who is typing in which room: sent at most every 3 s, shown for 5 s, and cleared by the message, and by who stops or leaves.
 * @import {Message} from "./wire.js"
 */

/** A little more than the server waits, which would drop what comes a moment too early. */
const SEND_EVERY_MS = 3_250;
const SHOWN_MS = 5_000;

/** @type {import("@preact/signals").Signal<Map<string, Map<string, number>>>} room → username → timer */
const typists = signal(new Map());

/** @param {string} room */
export const typistsIn = (room) => [...(typists.value.get(room)?.keys() ?? [])];

/** @type {Map<string, number>} When a signal was last sent to each room. */
const sentAt = new Map();
/** @type {Set<string>} The rooms where others may see us typing. */
const shown = new Set();
/** @type {Map<string, number>} The timers of signals to send as soon as allowed. */
const later = new Map();

forgetWithPerson(() => {
  for (const timer of later.values()) clearTimeout(timer);
  later.clear();
  shown.clear();
  sentAt.clear();
  typists.value = new Map();
});

/** @param {string} room */
export function sendTyping(room) {
  const wait = (sentAt.get(room) ?? -Infinity) + SEND_EVERY_MS - performance.now();
  if (wait <= 0) send(room);
  else if (!later.has(room)) {
    later.set(
      room,
      setTimeout(() => send(room), wait),
    );
  }
}

/** @param {string} room */
function send(room) {
  endTyping(room);
  sentAt.set(room, performance.now());
  shown.add(room);
  run("typing", { room }).catch(() => {});
}

/** Ends it without a signal, because the message does the same. @param {string} room */
export function endTyping(room) {
  clearTimeout(later.get(room));
  later.delete(room);
  shown.delete(room);
}

/** Ends it for the others too, because the text was deleted or the room was left. @param {string} room */
export function stopTyping(room) {
  const isShown = shown.has(room) && performance.now() - (sentAt.get(room) ?? -Infinity) < SHOWN_MS;
  endTyping(room);
  if (isShown) run("typing", { room, stopped: true }).catch(() => {});
}

/** @param {string} room @param {string} username @param {number} [timer] */
function set(room, username, timer) {
  const there = new Map(typists.value.get(room));
  clearTimeout(there.get(username));
  if (timer) there.set(username, timer);
  else if (!there.delete(username)) return;
  typists.value = new Map(typists.value).set(room, there);
}

listenFor("typing", ({ room, from, data }) => {
  if (from === me.value?.username) return;
  if (data.stopped) return set(room, from);
  set(
    room,
    from,
    setTimeout(() => set(room, from), SHOWN_MS),
  );
});

/** Whether a message was just posted; others were edited, pinned or reacted to. @param {Message} message */
const isNew = (message) => isMessage(message) && message.rev === message.seq;

onChange(({ room, messages, members }) => {
  for (const message of messages?.filter(isNew) ?? []) set(room, message.author);
  for (const { gone, username } of members ?? []) if (gone) set(room, username);
});
