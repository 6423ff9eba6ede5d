/**
 * Where the chat is: at the address of its own page, or at the one that a page of another application gives.
 */

let address = document.baseURI;
let isOwn = true;
let known = placeOf(address);

/** The address of the chat, with a slash at its end. */
export const base = () => address;

/** Whether this is the chat's own page, which has an address for each room, and an import map. */
export const isOwnPage = () => isOwn;

/** Tells this chat from others whose state the browser keeps for pages of the same origin. */
export const place = () => known;

/** Sets the address of the chat in a page of another application. @param {string} url */
export function setBase(url) {
  address = url;
  isOwn = false;
  known = placeOf(url);
}

/** @param {string} url */
function placeOf(url) {
  const { origin, pathname, href } = new URL(url);
  return origin === new URL(document.baseURI).origin ? pathname : href;
}
