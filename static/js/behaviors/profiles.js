import { run } from "../connection.js";
import { takeRows } from "../rows.js";
import { me, users } from "../store.js";

/** The names that people go by, asked for when their usernames come on screen. */

/** @type {Set<string>} */
const asked = new Set();
/** @type {string[]} */
const queue = [];
let busy = false;

/** @param {string} username */
export function needProfile(username) {
  if (!username || asked.has(username) || users.peek().has(username)) return;
  asked.add(username);
  queue.push(username);
  if (!busy) work();
}

async function work() {
  busy = true;
  await Promise.resolve();
  for (let username = queue.shift(); username; username = queue.shift()) {
    const answer = await run("user.get", { username }).catch(() => null);
    if (answer) takeRows(me.peek()?.username ?? "", { users: [answer.user] });
    else asked.delete(username);
  }
  busy = false;
}
