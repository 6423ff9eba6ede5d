import { useEffect } from "preact/hooks";
import { run } from "./connection.js";
import { watchWhileShown } from "./presence.js";
import { takeRows } from "./rows.js";
import { listenFor } from "./signals.js";
import { me, users } from "./store.js";

/** Loads the profiles of people when their usernames appear on screen. */

const AT_ONCE = 100;

/** @type {Set<string>} */
const asked = new Set();
/** @type {string[]} */
let queue = [];

/** Loads a person's profile if there is none, and keeps it current while it is shown. @param {string} username */
export function useProfile(username) {
  needProfile(username);
  useEffect(() => watchWhileShown(username), [username]);
}

/** @param {string} username */
export function needProfile(username) {
  if (!username || asked.has(username) || users.peek().has(username)) return;
  asked.add(username);
  if (queue.push(username) === 1) setTimeout(ask);
}

async function ask() {
  const usernames = queue.slice(0, AT_ONCE);
  queue = queue.slice(AT_ONCE);
  if (queue.length) setTimeout(ask);
  const answer = await run("user.list", { usernames }).catch(() => null);
  if (answer) takeRows(me.peek()?.username ?? "", { users: answer.users });
  else usernames.forEach((username) => asked.delete(username));
}

listenFor("profile", ({ data }) => takeRows(me.peek()?.username ?? "", { users: [data] }));
