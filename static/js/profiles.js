import { run } from "./connection.js";
import { forgetWithRows } from "./forgetting.js";
import { takeRows } from "./rows.js";
import { me, users } from "./store.js";

/** Loads the profiles of people when their usernames appear on screen. */

const AT_ONCE = 100;

/** @type {Set<string>} */
const asked = new Set();
/** @type {string[]} */
let queue = [];

/** @param {string} username */
export function needProfile(username) {
  if (!username || asked.has(username) || users.peek().has(username)) return;
  asked.add(username);
  if (queue.push(username) === 1) setTimeout(ask);
}

forgetWithRows(() => {
  asked.clear();
  queue = [];
});

async function ask() {
  const usernames = queue.slice(0, AT_ONCE);
  queue = queue.slice(AT_ONCE);
  if (queue.length) setTimeout(ask);
  if (!usernames.length) return;
  const answer = await run("user.list", { usernames }).catch(() => null);
  if (answer) takeRows(me.peek()?.username ?? "", { users: answer.users });
  else usernames.forEach((username) => asked.delete(username));
}
