import { asRefusal, online, run } from "../js/connection.js";
import { openThreads } from "../js/store.js";
import { enter, idAbove } from "../js/threads/entering.js";

/** The threads that elements show: the server sends their changes to the page's connection while they are open. */

/** @type {Map<string, number>} How many elements show each. */
const uses = new Map();

/**
 * Opens a thread, also again on a new connection.
 * @param {string} thread @param {(why: string) => void} refuse
 * @returns {() => void} what closes it
 */
export function open(thread, refuse) {
  count(thread, 1);
  let id = "";
  fetching(thread).then(
    (found) => (id = found),
    (error) => asRefusal(error).code !== "offline" && refuse(asRefusal(error).message),
  );
  return () => {
    if (count(thread, -1) === 0 && id && online.peek()) run("thread.close", { id }).catch(() => {});
  };
}

/** @param {string} thread */
async function fetching(thread) {
  const id = await idAbove(thread);
  const page = await run("thread.open", { id });
  if (uses.has(thread)) enter(page);
  else run("thread.close", { id }).catch(() => {});
  return id;
}

/** @param {string} thread @param {number} more */
function count(thread, more) {
  const number = (uses.get(thread) ?? 0) + more;
  if (number) uses.set(thread, number);
  else uses.delete(thread);
  openThreads.value = new Set(uses.keys());
  return number;
}
