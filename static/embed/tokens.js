import { Refusal } from "../js/connection.js";

/**
 * Tokens that a page fetches from its own site.
 * @typedef {string | (() => string | Promise<string>)} Token A token, or what fetches a fresh one for each connection.
 */

const OFFLINE = { code: "offline", message: "Can't fetch a token from this site." };
const NO_TOKEN = { code: "unauthorized", message: "You're not signed in to this site." };

/** @type {Map<string, () => Promise<string>>} By address, so that all of a page ask in the same way. */
const fetchers = new Map();

/** Returns what fetches tokens, as text. @param {string | URL} url */
export function tokenFrom(url) {
  const { href } = new URL(url, document.baseURI);
  const fetcher = fetchers.get(href) ?? (() => fetchToken(href));
  fetchers.set(href, fetcher);
  return fetcher;
}

/** @param {string} url */
async function fetchToken(url) {
  const answer = await fetch(url, { cache: "no-store", credentials: "same-origin" }).catch(() => null);
  if (!answer || answer.status >= 500) throw new Refusal(OFFLINE);
  if (!answer.ok) throw new Refusal(NO_TOKEN);
  return (await answer.text()).trim();
}
