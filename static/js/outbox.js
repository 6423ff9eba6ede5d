import { signal } from "@preact/signals";
import { dropWaiting, keepWaiting, waitingOf } from "./archive.js";
import { asRefusal, online, passesAfter } from "./connection.js";
import { newId } from "./ids.js";
import { me } from "./store.js";
import { command, onChange } from "./sync.js";

/**
 * Messages on their way: they stay here, across reloads too, until the server has acknowledged them.
 * @import {Waiting} from "./archive.js"
 * @import {Message} from "./wire.js"
 */

/** @type {import("@preact/signals").Signal<Waiting[]>} */
export const waiting = signal([]);

let sending = false;

/** @param {string} user */
export async function openOutbox(user) {
  const kept = await waitingOf(user);
  const ids = new Set(kept.map((entry) => entry.id));
  waiting.value = [...kept, ...waiting.value.filter((entry) => entry.user === user && !ids.has(entry.id))];
}

export function closeOutbox() {
  waiting.value = [];
}

/** @param {string} room @param {string} text */
export function post(room, text) {
  const user = me.value?.username ?? "";
  const entry = { id: newId(), user, room, text, at: new Date().toISOString() };
  waiting.value = [...waiting.value, entry];
  keepWaiting(entry);
  flush();
}

/** @param {string} id */
export function retry(id) {
  update(id, { refused: undefined });
  flush();
}

/** @param {string} id */
export function discard(id) {
  waiting.value = waiting.value.filter((entry) => entry.id !== id);
  dropWaiting(id);
}

/** @param {string} id @param {Partial<Waiting>} fields */
function update(id, fields) {
  waiting.value = waiting.value.map((entry) => (entry.id === id ? { ...entry, ...fields } : entry));
  const changed = waiting.value.find((entry) => entry.id === id);
  if (changed) keepWaiting(changed);
}

/** Sends what waits, one after the other so that order is kept. */
export async function flush() {
  if (sending) return;
  sending = true;
  try {
    for (let entry = next(); entry && online.value; entry = next()) await send(entry);
  } finally {
    sending = false;
  }
}

const next = () => waiting.value.find((entry) => !entry.refused);

/** @param {Waiting} entry */
async function send({ id, room, text }) {
  try {
    await command("message.post", { room, text, id });
    discard(id);
  } catch (error) {
    const refusal = asRefusal(error);
    const seconds = refusal.code === "offline" ? 1 : passesAfter(refusal);
    if (seconds) await pause(seconds);
    else update(id, { refused: refusal.message });
  }
}

/** @param {number} seconds */
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** @param {Waiting} entry @returns {Message} */
export const asMessage = ({ id, room, text, at, user }) => ({
  id,
  room,
  text,
  at,
  author: user,
  seq: Infinity,
  rev: 0,
  number: Infinity,
  edited_at: null,
  deleted: false,
  reply_to: null,
});

onChange(({ messages }) => {
  for (const message of messages ?? []) {
    if (waiting.value.some((entry) => entry.id === message.id)) discard(message.id);
  }
});
