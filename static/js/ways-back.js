import { asRefusal, run } from "./connection.js";
import { hasAccounts, providerName } from "./server.js";

/**
 * How somebody who signs out here comes back.
 * @import {Requests} from "./wire.js"
 * @typedef {{isElsewhere: boolean, by: string[]}} WaysBack Whether other browsers or programs stay signed in, and by what
 *   one signs in, in words.
 */

const either = new Intl.ListFormat("en-GB", { type: "disjunction" });

/** @returns {Promise<WaysBack>} */
export async function waysBack() {
  const [isElsewhere, ...by] = await Promise.all([
    asked("session.list", ({ sessions }) => sessions.length > 1),
    hasAccounts && asked("password.get", ({ changed_at: since }) => since && "your password"),
    hasAccounts && asked("passkey.list", ({ passkeys }) => passkeys.length > 0 && "a passkey"),
    providerName && asked("oidc.get", ({ account }) => account && providerName),
    asked("ldap.get", ({ available, created_at: since }) => available && since && "your password in the directory"),
  ]);
  return { isElsewhere: Boolean(isElsewhere), by: by.flatMap((way) => way || []) };
}

/**
 * @template {"session.list" | "password.get" | "passkey.list" | "oidc.get" | "ldap.get"} C
 * @template T
 * @param {C} command @param {(answer: Requests[C]["result"]) => T} read @returns {Promise<T | false>} False if the server
 * has no such thing.
 */
const asked = (command, read) =>
  run(command, {}).then(read, (error) => {
    if (asRefusal(error).code === "offline") throw error;
    return false;
  });

/** Whether nothing leads back. @param {WaysBack} ways */
export const isLost = ({ isElsewhere, by }) => !isElsewhere && !by.length;

/** What leads back, in words. @param {WaysBack} ways */
export function aboutReturn({ isElsewhere, by }) {
  const stay = isElsewhere ? "You stay signed in in your other browsers. " : "";
  if (by.length) return `${stay}You can come back with ${either.format(by)}.`;
  return isElsewhere ? `${stay}To come back here, make a link in one of them.` : "";
}
