/**
 * Which people have open windows in this browser. Each window holds a lock with its person's name, which the browser
 * releases even if the window crashes.
 */

const lockOf = (/** @type {string} */ name) => `chatrooms ${new URL(document.baseURI).pathname} ${name}`;

/** @type {(() => void) | null} */
let letGo = null;

/** Takes the lock for a person, or releases it if the name is empty. @param {string} name */
export function bePresent(name) {
  letGo?.();
  letGo = null;
  if (!name) return;
  const until = new Promise((resolve) => {
    letGo = () => resolve(undefined);
  });
  navigator.locks?.request(lockOf(name), { mode: "shared" }, () => until).catch(() => {});
}

/** Whether a window of that person is open. @param {string} name @returns {Promise<boolean>} */
export async function isPresent(name) {
  const locks = await navigator.locks?.query().catch(() => null);
  return locks?.held?.some((lock) => lock.name === lockOf(name)) ?? false;
}
