import { signal } from "@preact/signals";
import { openDB } from "idb";
import { place } from "./base.js";

/**
 * State that survives a reload, in IndexedDB, and forgetting it. If the browser blocks storage, everything here does
 * nothing.
 * @import {IDBPDatabase} from "idb"
 * @import {Pending} from "./reactions/shown.js"
 * @import {File, Quoted} from "./wire.js"
 * @typedef {File & {key?: string}} Uploading A file of a message; with the key of its upload.
 * @typedef {{id: string, user: string, room: string, text: string, at: string, quoted?: Quoted | null,
 *   ifSeq?: number | null, echoes?: string | null, files?: Uploading[], uploading?: string[], refused?: string, code?: string, people?: number,
 *   confirmed?: boolean, lacking?: boolean, reaction?: Pending}} Waiting A message, or a reaction, that the server has not
 *   acknowledged yet; `uploading` has the keys of those of its files that it waits for; if `lacking`,
 *   it waits for emoji, too.
 */

const ours = () => `chatrooms ${place()}`;

/** Whether the browser blocks storage. */
export const isRefused = signal(false);

/** @type {Promise<IDBPDatabase | null> | undefined} */
let database;

/** Rejects, too, where the browser throws at once. */
async function open() {
  const opened = await openDB(ours(), 1, {
    upgrade(db) {
      db.createObjectStore("outbox", { keyPath: "id" });
      db.createObjectStore("snapshots");
    },
  });
  return opened;
}

/** @template T @param {(db: IDBPDatabase) => Promise<T>} use @returns {Promise<T | undefined>} */
async function within(use) {
  database ??= open().catch(() => ((isRefused.value = true), null));
  const db = await database;
  if (!db) return undefined;
  return use(db).catch(() => undefined);
}

/**
 * Commits at once, so that the value is stored even if the page closes in the next moment.
 * @param {string} store @param {unknown} value @param {string} [key]
 */
const write = (store, value, key) =>
  within((db) => {
    const transaction = db.transaction(store, "readwrite");
    transaction.store.put(value, key);
    transaction.commit();
    return transaction.done;
  });

/** @param {string} user @returns {Promise<Waiting[]>} in the order of writing */
export async function waitingOf(user) {
  /** @type {Waiting[]} */
  const all = (await within((db) => db.getAll("outbox"))) ?? [];
  return all.filter((entry) => entry.user === user).sort((a, b) => (a.at < b.at ? -1 : 1));
}

/** @param {Waiting} entry */
export const keepWaiting = (entry) => write("outbox", entry);

/** @param {string} id */
export const dropWaiting = (id) => within((db) => db.delete("outbox", id));

/** @param {string} user @returns {Promise<any>} */
export const snapshotOf = (user) => within((db) => db.get("snapshots", user));

/** @param {string} user @param {unknown} snapshot */
export const keepSnapshot = (user, snapshot) => write("snapshots", snapshot, user);

/** @param {string} user */
export async function wipe(user) {
  for (const entry of await waitingOf(user)) await dropWaiting(entry.id);
  await within((db) => db.delete("snapshots", user));
  indexedDB.deleteDatabase(uploadsOf(user));
  await closeNotifications(user).catch(() => {});
}

/** What the system goes on to show, with texts of messages. @param {string} user */
async function closeNotifications(user) {
  const worker = await navigator.serviceWorker?.getRegistration();
  const shown = (await worker?.getNotifications()) ?? [];
  for (const notification of shown) if (notification.data?.username === user) notification.close();
}

/** The name of the database of unfinished uploads (`files/kept.js`). @param {string} user */
export const uploadsOf = (user) => `${ours()} uploads ${user}`;
