import { effect } from "@preact/signals";
import { online, run } from "./connection.js";
import { DAY_MS } from "./dates.js";
import { toast } from "./notices.js";
import { show } from "./overlay.js";
import { hasAccounts } from "./server.js";
import { hosted } from "./session.js";
import { keep, kept } from "./storage.js";
import { me } from "./store.js";

/** Asks people whose name this browser alone proves to add another way to sign in: from the third day on, once a month. */

const FIRST_MS = 3 * DAY_MS;
const AGAIN_MS = 30 * DAY_MS;

export function askToSecure() {
  if (hosted || !hasAccounts) return;
  effect(() => {
    if (online.value && me.value && isDue(me.value)) void ask(me.value.username).catch(() => {});
  });
}

/** @param {{username: string, created_at: string}} user */
const isDue = ({ username, created_at: since }) =>
  isPast(since, FIRST_MS) && !(kept(key(username)) && !isPast(kept(key(username)), AGAIN_MS));

/** @param {string} at @param {number} span */
const isPast = (at, span) => Date.now() - Date.parse(at) > span;

/** @param {string} username */
const key = (username) => `${username} asked to secure`;

/** If the server does not answer, the next connection asks. @param {string} username */
async function ask(username) {
  const isSecure = await hasWayBack();
  keep(key(username), new Date().toISOString());
  if (isSecure) return;
  toast(`Only this browser signs you in as ${username}.`, { label: "Secure your name", act: () => show("devices") });
}

async function hasWayBack() {
  const [password, { passkeys }, { account }, directory] = await Promise.all([
    run("password.get", {}),
    run("passkey.list", {}),
    run("oidc.get", {}),
    run("ldap.get", {}),
  ]);
  return Boolean(password.changed_at || passkeys.length || account || directory.created_at);
}
