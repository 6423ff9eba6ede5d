import { signal } from "@preact/signals";
import { asRefusal, run } from "./connection.js";
import { forgetWithRows } from "./forgetting.js";
import { takeRows } from "./rows.js";
import { me, users } from "./store.js";

/** Loads the profiles of people when their usernames appear on screen, and notes whom there is not. */

const AT_ONCE = 100;

/** @type {Set<string>} */
const asked = new Set();
/** @type {string[]} */
let queue = [];

/** Usernames that no one has. */
const absent = signal(/** @type {Set<string>} */ (new Set()));

/** Whether no one has a username, as far as the server was asked. @param {string} username */
export const isNobody = (username) => absent.value.has(username) && !users.value.has(username);

/** @param {string} username */
export function needProfile(username) {
  if (!username || asked.has(username) || users.peek().has(username)) return;
  asked.add(username);
  if (queue.push(username) === 1) setTimeout(ask);
}

forgetWithRows(() => {
  asked.clear();
  queue = [];
  absent.value = new Set();
});

async function ask() {
  const usernames = queue.slice(0, AT_ONCE);
  queue = queue.slice(AT_ONCE);
  if (queue.length) setTimeout(ask);
  if (!usernames.length) return;
  await load(usernames).catch(() => usernames.forEach((username) => asked.delete(username)));
}

/** Asks for each alone if one of them cannot be a username, such as in an address. @param {string[]} usernames */
async function load(usernames) {
  const found = await run("user.list", { usernames }).catch((error) => {
    if (asRefusal(error).code !== "invalid") throw error;
    return usernames.length > 1 ? null : { users: [] };
  });
  if (!found) return void (await Promise.all(usernames.map((username) => load([username]))));
  takeRows(me.peek()?.username ?? "", { users: found.users });
  const known = new Set(found.users.map(({ username }) => username));
  const unknown = usernames.filter((username) => !known.has(username));
  if (unknown.length) absent.value = new Set([...absent.peek(), ...unknown]);
}
