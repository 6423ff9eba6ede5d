import { signal } from "@preact/signals";
import { dropWaiting, keepWaiting, waitingOf } from "./archive.js";
import { pause } from "./clock.js";
import { asRefusal, online } from "./connection.js";
import { newId } from "./ids.js";
import { merged, nextOf, outcome, withEntry, withoutEntry } from "./sending.js";
import { channel } from "./storage.js";
import { me } from "./store.js";
import { command, onChange } from "./sync.js";

/**
 * Unacknowledged messages, which survive reloads. All of a person's tabs share them, and one tab sends them.
 * @import {Waiting} from "./archive.js"
 * @import {Message, Quoted} from "./wire.js"
 */

/** @type {import("@preact/signals").Signal<Waiting[]>} */
export const waiting = signal([]);

let owner = "";
let sending = false;
const tabs = channel("outbox");
tabs.onmessage = ({ data }) => {
  if (!data.entry) return remove(data.id);
  put(data.entry);
  if (navigator.locks) flush();
};

/** @param {string} user */
export async function openOutbox(user) {
  owner = user;
  const kept = await waitingOf(user);
  waiting.value = merged(
    kept,
    waiting.value.filter((entry) => entry.user === user),
  );
}

export function closeOutbox() {
  owner = "";
  waiting.value = [];
}

/**
 * @param {string} room @param {string} text @param {Quoted | null} [quoted] The message to reply to.
 * @param {number | null} [ifSeq] The newest message that its author has seen, to be told if others posted since.
 * @returns {string} its id
 */
export function post(room, text, quoted = null, ifSeq = null) {
  const user = me.value?.username ?? "";
  const entry = { id: newId(), user, room, text, quoted, ifSeq, at: new Date().toISOString() };
  share(entry);
  flush();
  return entry.id;
}

/** @param {Waiting} entry */
function share(entry) {
  put(entry);
  keepWaiting(entry);
  tabs.postMessage({ entry });
}

/** @param {Waiting} entry */
function put(entry) {
  if (entry.user === owner) waiting.value = withEntry(waiting.value, entry);
}

/** @param {string} id */
function remove(id) {
  waiting.value = withoutEntry(waiting.value, id);
}

/** Sends a refused message again, whatever others posted since. @param {string} id */
export function retry(id) {
  update(id, { refused: undefined, ifSeq: null });
  flush();
}

/** @param {string} id */
export function discard(id) {
  remove(id);
  dropWaiting(id);
  tabs.postMessage({ id });
}

/** @param {string} id @param {Partial<Waiting>} fields */
function update(id, fields) {
  const entry = waiting.value.find((old) => old.id === id);
  if (entry) share({ ...entry, ...fields });
}

/** Sends the waiting messages. With Web Locks, one tab sends at a time, and another takes over when it closes. */
export async function flush() {
  if (sending) return;
  sending = true;
  if (navigator.locks) await navigator.locks.request(`${tabs.name} ${owner}`, sendAll).catch(sendAll);
  else await sendAll();
}

/** Sends one at a time, to keep the order. */
async function sendAll() {
  for (let entry = next(); entry && online.value; entry = next()) await send(entry);
  sending = false;
}

const next = () => nextOf(waiting.value);

/** @param {Waiting} entry */
async function send({ id, room, text, quoted, ifSeq = null }) {
  try {
    await command("message.post", { room, text, id, reply_to: quoted?.id ?? null, if_seq: ifSeq });
    discard(id);
  } catch (error) {
    const then = outcome(asRefusal(error));
    if ("wait" in then) await pause(then.wait * 1000);
    else update(id, then);
  }
}

/**
 * An entry as a message; its parts, such as `pinned_at`, are missing until the server has stored it.
 * @param {Waiting} entry
 */
export const asMessage = ({ id, room, text, quoted = null, at, user }) =>
  /** @type {Message} */ ({
    id,
    room,
    text,
    at,
    author: user,
    seq: Infinity,
    rev: 0,
    number: Infinity,
    kind: "text",
    data: null,
    edited_at: null,
    deleted: false,
    reply_to: quoted?.id ?? null,
    quoted,
  });

onChange(({ messages }) => {
  for (const message of messages ?? []) {
    if (waiting.value.some((entry) => entry.id === message.id)) discard(message.id);
  }
});
