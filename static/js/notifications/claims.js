import { keep, kept, scoped } from "../storage.js";
import { me } from "../store.js";

/** Which tab notifies about a message: the first one. */

const KEPT = 100;

/**
 * Whether no other tab has shown a message; from now on, one has.
 * @param {string} id @returns {Promise<boolean> | boolean}
 */
export function claim(id) {
  const key = `${me.peek()?.username} notified`;
  const isFirst = () => isNew(key, id);
  return navigator.locks ? navigator.locks.request(scoped(key), isFirst) : isFirst();
}

/** @param {string} key @param {string} id */
function isNew(key, id) {
  const known = kept(key).split(" ").filter(Boolean);
  if (known.includes(id)) return false;
  keep(key, [...known, id].slice(-KEPT).join(" "));
  return true;
}
