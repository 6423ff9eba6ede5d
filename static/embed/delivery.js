import { effect } from "@preact/signals";
import { Refusal } from "../js/connection.js";
import { discard, post, waiting } from "../js/outbox.js";
import { me } from "../js/store.js";
import { onChange } from "../js/sync.js";
import { closed } from "./session.js";

/**
 * Posting by a program, which waits for the outcome instead of showing it.
 * @import {Message} from "../js/wire.js"
 * @typedef {{resolve: (message: Message) => void, reject: (why: Refusal) => void}} Awaited
 */

/** @type {Map<string, Awaited>} By the message's id. */
const awaited = new Map();

/** @param {string} room @param {string} text @returns {Promise<Message>} the stored message */
export function deliver(room, text) {
  if (!me.peek()) return Promise.reject(closed());
  const id = post(room, text);
  return new Promise((resolve, reject) => {
    awaited.set(id, { resolve, reject });
  });
}

/** @param {string} id */
function take(id) {
  const found = awaited.get(id);
  awaited.delete(id);
  return found;
}

onChange(({ messages }) => {
  for (const message of messages ?? []) take(message.id)?.resolve(message);
});

/** What is refused is not tried again: its sender knows. */
effect(() => {
  for (const { id, refused, code } of waiting.value) {
    const sender = refused && take(id);
    if (sender) queueMicrotask(() => discard(id));
    if (sender) sender.reject(new Refusal({ code: code ?? "invalid", message: refused }));
  }
});

/** Whoever waits hears that the connection has ended. What was not sent stays in the outbox. */
effect(() => {
  if (me.value) return;
  for (const id of [...awaited.keys()]) take(id)?.reject(closed());
});
