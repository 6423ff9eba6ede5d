import { computed, signal } from "@preact/signals";
import { dropWaiting, keepWaiting, waitingOf } from "./archive.js";
import { pause } from "./clock.js";
import { asRefusal, online } from "./connection.js";
import { bringEmojisFor, withEmojis } from "./emoji.js";
import { newId } from "./ids.js";
import { isCurrent, merged, nextOf, outcome, withEntry, withoutEntry, withUploaded } from "./sending.js";
import { channel, scoped } from "./storage.js";
import { me } from "./store.js";
import { command, onChange } from "./sync.js";

/**
 * Unacknowledged messages and reactions, which survive reloads. All of a person's tabs share them, and one tab sends
 * them.
 * @import {Uploading, Waiting} from "./archive.js"
 * @import {Pending} from "./reactions/shown.js"
 * @import {Message, Quoted} from "./wire.js"
 */

/** @type {import("@preact/signals").Signal<Waiting[]>} */
const entries = signal([]);

/** The messages. */
export const waiting = computed(() => entries.value.filter((entry) => !entry.reaction));

/** The reactions. @type {import("@preact/signals").ReadonlySignal<Pending[]>} */
export const pending = computed(() => entries.value.flatMap((entry) => entry.reaction ?? []));

/** Why a message is refused whose file cannot be uploaded. */
export const FILE = "file";

let owner = "";
let sending = false;
/** @type {BroadcastChannel | undefined} */
let tabs;

/** @type {Set<(why: string) => void>} */
const refusals = new Set();

/** @param {(why: string) => void} listener Called when a reaction is refused, which is dropped then. */
export const onRefusedReaction = (listener) => refusals.add(listener);

/** @param {MessageEvent} event From another tab. */
function hear({ data }) {
  if (!data.entry) return remove(data.id);
  put(data.entry);
  return navigator.locks && flush();
}

/** @param {string} user */
export async function openOutbox(user) {
  owner = user;
  tabs ??= Object.assign(channel("outbox"), { onmessage: hear });
  const kept = await waitingOf(user);
  entries.value = merged(
    kept,
    entries.value.filter((entry) => entry.user === user),
  );
}

export function closeOutbox() {
  owner = "";
  entries.value = [];
}

/**
 * @typedef {object} Also What a message is besides its text.
 * @property {Quoted | null} [quoted] The message to reply to.
 * @property {number | null} [ifSeq] The newest message that its author has seen, to be told if others posted since.
 * @property {string | null} [echoes] The reply in a thread that this also sends to the room.
 * @property {Uploading[]} [files] What belongs to it.
 * @property {string[]} [uploading] The keys of those that are not uploaded yet.
 * @property {boolean} [lacking] Whether it has codes of emoji that are not loaded yet.
 */

/**
 * @param {string} room @param {string} text @param {Also} [also]
 * @returns {string} its id
 */
export function post(room, text, also = {}) {
  const { quoted = null, ifSeq = null, echoes = null, files = [], uploading = [], lacking = false } = also;
  const user = me.value?.username ?? "";
  const entry = { id: newId(), user, room, text, quoted, ifSeq, echoes, files, uploading, lacking };
  share({ ...entry, at: new Date().toISOString() });
  flush();
  return entry.id;
}

/**
 * Adds or removes a reaction, instead of what is pending for the same emoji.
 * @param {string} room @param {Pending} reaction
 */
export function sendReaction(room, reaction) {
  const user = me.value?.username ?? "";
  const id = `${reaction.message} ${reaction.emoji}`;
  share({ id, user, room, text: "", at: new Date().toISOString(), reaction });
  flush();
}

/** @param {Waiting} entry */
function share(entry) {
  put(entry);
  keepWaiting(entry);
  tabs?.postMessage({ entry });
}

/** @param {Waiting} entry */
function put(entry) {
  if (entry.user === owner) entries.value = withEntry(entries.value, entry);
}

/** @param {string} id */
function remove(id) {
  entries.value = withoutEntry(entries.value, id);
}

/** Sends a refused message again, whatever others posted since and however many people it notifies: ask first. @param {string} id */
export function retry(id) {
  const entry = entries.value.find((old) => old.id === id);
  const confirmed = Boolean(entry?.confirmed || entry?.people);
  update(id, { refused: undefined, code: undefined, people: undefined, ifSeq: null, confirmed });
  flush();
}

/** Sends a message once the last of its files is uploaded. @param {string} key @param {string} id */
export function uploaded(key, id) {
  const entry = ofUpload(key);
  if (!entry) return;
  share(withUploaded(entry, key, id));
  flush();
}

/**
 * Refuses a message, because a file of it cannot be uploaded.
 * @param {string} key @param {string} why @param {boolean} isFinal Whether trying again is of no use.
 */
export function notUploaded(key, why, isFinal) {
  const entry = ofUpload(key);
  if (entry) update(entry.id, { refused: why, code: isFinal ? FILE : "upload" });
}

/** The message that waits for an upload. @param {string} key */
export const ofUpload = (key) => entries.peek().find(({ uploading }) => uploading?.includes(key));

/** Drops a message, and what would send it to the room too. @param {string} id */
export function discard(id) {
  for (const entry of entries.value) if (entry.echoes === id) drop(entry.id);
  drop(id);
}

/** @param {string} id */
function drop(id) {
  remove(id);
  dropWaiting(id);
  tabs?.postMessage({ id });
}

/** @param {string} id @param {Partial<Waiting>} fields */
function update(id, fields) {
  const entry = entries.value.find((old) => old.id === id);
  if (entry) share({ ...entry, ...fields });
}

/** Sends what waits. With Web Locks, one tab sends at a time, and another takes over when it closes. */
export async function flush() {
  if (sending) return;
  sending = true;
  if (navigator.locks) await navigator.locks.request(`${scoped("outbox")} ${owner}`, sendAll).catch(sendAll);
  else await sendAll();
}

/** Sends one at a time, to keep the order. */
async function sendAll() {
  for (let entry = next(); entry && online.value; entry = next()) await (entry.lacking ? complete(entry) : send(entry));
  sending = false;
}

const next = () => nextOf(entries.value);

/** Gives a message its emoji, as far as they come in time; once, as what is sent again must be the same. @param {Waiting} entry */
async function complete({ id, text }) {
  await bringEmojisFor(text);
  update(id, { text: withEmojis(text), lacking: false });
}

/** @param {Waiting} entry */
async function send(entry) {
  try {
    await run(entry);
    settle(entry);
  } catch (error) {
    const then = outcome(asRefusal(error));
    if ("wait" in then) await pause(then.wait * 1000);
    else refuse(entry, then);
  }
}

/** @param {Waiting} entry */
function run({ id, room, text, quoted, ifSeq = null, echoes = null, files = [], confirmed = false, reaction }) {
  const above = quoted?.id ?? echoes;
  const given = { room, text, id, reply_to: above, if_seq: ifSeq, files: files.map((file) => file.id), confirmed };
  if (!reaction) return command("message.post", given);
  const { message, emoji, adds } = reaction;
  return command(adds ? "reaction.add" : "reaction.remove", { id: message, emoji });
}

/** Removes what was sent, unless it was changed meanwhile. @param {Waiting} entry */
function settle(entry) {
  if (isCurrent(entry, entries.value)) drop(entry.id);
}

/** A message stays with the reason, to try again. @param {Waiting} entry @param {{refused: string, code: string, people?: number}} why */
function refuse(entry, why) {
  if (!entry.reaction) return update(entry.id, why);
  for (const listener of refusals) listener(why.refused);
  return settle(entry);
}

/**
 * An entry as a message; its parts, such as `pinned_at`, are missing until the server has stored it.
 * @param {Waiting} entry
 */
export const asMessage = ({ id, room, text, quoted = null, files = [], at, user }) =>
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
    text_rev: null,
    deleted: false,
    reply_to: quoted?.id ?? null,
    quoted,
    files,
  });

onChange(({ messages }) => {
  for (const message of messages ?? []) {
    if (waiting.value.some((entry) => entry.id === message.id)) drop(message.id);
  }
});
