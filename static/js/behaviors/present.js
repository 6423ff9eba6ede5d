/**
 * Which people the open windows of this browser are: each window holds a lock of its person's name for as long as it
 * lives, so that a window that crashed holds none.
 */

const lockOf = (/** @type {string} */ name) => `chatrooms ${new URL(document.baseURI).pathname} ${name}`;

/** @type {(() => void) | null} */
let letGo = null;

/** This window is that person from now on; nobody if the name is empty. @param {string} name */
export function bePresent(name) {
  letGo?.();
  letGo = null;
  if (!name) return;
  const until = new Promise((resolve) => (letGo = () => resolve(undefined)));
  navigator.locks?.request(lockOf(name), { mode: "shared" }, () => until).catch(() => {});
}

/** Whether another window is that person. @param {string} name @returns {Promise<boolean>} */
export async function isPresent(name) {
  const locks = await navigator.locks?.query().catch(() => null);
  return locks?.held?.some((lock) => lock.name === lockOf(name)) ?? false;
}
