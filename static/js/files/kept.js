import { openDB } from "idb";
import { uploadsOf } from "../archive.js";

/**
 * Files whose upload is not finished, or that are not posted, kept across reloads. If the browser blocks storage,
 * nothing is kept.
 * @import {IDBPDatabase} from "idb"
 * @typedef {{key: string, room: string, file: File, duration?: number | null, id: string, upload: string, at: number,
 *   message?: string, tab?: string}} Kept `message`: the id of the one that waits for it; `tab`: where it is attached.
 */

const STORE = "uploads";
/** How long the server keeps what is not posted. */
const DAY_MS = 24 * 60 * 60 * 1000;

/** @template T @param {string} user @param {(db: IDBPDatabase) => Promise<T>} use @returns {Promise<T | undefined>} */
async function within(user, use) {
  try {
    const db = await openDB(uploadsOf(user), 1, {
      upgrade: (made) => void made.createObjectStore(STORE, { keyPath: "key" }),
    });
    return await use(db).finally(() => db.close());
  } catch {
    return undefined;
  }
}

/** @param {string} user @param {Kept} upload */
export const keepUpload = (user, upload) => within(user, (db) => db.put(STORE, upload));

/** @param {string} user @param {string} key */
export const dropUpload = (user, key) => within(user, (db) => db.delete(STORE, key));

/** Those that can go on, oldest first. @param {string} user @returns {Promise<Kept[]>} */
export async function keptUploads(user) {
  /** @type {Kept[]} */
  const all = (await within(user, (db) => db.getAll(STORE))) ?? [];
  const isOld = (/** @type {Kept} */ { at }) => Date.now() - at > DAY_MS;
  for (const { key } of all.filter(isOld)) await dropUpload(user, key);
  return all.filter((each) => !isOld(each)).sort((a, b) => a.at - b.at);
}
