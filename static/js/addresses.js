import { conversation, folded, isConversation, isShared, others, roomWith } from "./names.js";

/**
 * The address after the `#`: `/r/lobby` is a room, `/r/lobby/7` a message in it, `/p/bob` a conversation, `/me` the
 * notes to self, `/me/7` one of them, `/rooms` the list, `/inbox` what concerns us, `/bookmarks` our bookmarks,
 * `/search/words` a search. A link to a message is a path, `r/lobby/7`, so that a server
 * can see its target; a link to a note is not.
 */

export const ROOMS = "#/rooms";
export const INBOX = "#/inbox";
export const BOOKMARKS = "#/bookmarks";
export const SEARCH = "#/search";
const LISTS = [ROOMS, INBOX, BOOKMARKS];

/** The address of a search. @param {string} query */
export const searchFor = (query) => (query ? `${SEARCH}/${encodeURIComponent(query)}` : SEARCH);

/** What is searched at an address; null if it is none of a search. @param {string} address @returns {string | null} */
export function queryAt(address) {
  const written = /^#\/search(?:\/(.*))?$/su.exec(address);
  return written && decoded(written[1] ?? "");
}

/** @param {string} room @param {string} mine */
export function addressOf(room, mine) {
  if (isShared(room)) return `#/r/${encodeURIComponent(room.slice(1))}`;
  if (isConversation(room)) return `#/p/${others(room, mine).map(encodeURIComponent).join("+")}`;
  return "#/me";
}

/** @param {string} address @param {string} mine */
export function roomAt(address, mine) {
  const [, kind, rest = ""] = address.replace(/^#/u, "").split("/");
  if (kind === "r" && rest) {
    return isConversation(decode(rest)) ? conversationAt(decode(rest), mine) : `#${decode(rest)}`;
  }
  if (kind === "p" && rest) return roomWith(mine, rest.split("+").map(decode));
  return kind === "me" ? mine : null;
}

/** Whether an address leads to a room or a list; any other does not say what is shown. @param {string} address @param {string} mine */
export const isPlace = (address, mine) =>
  LISTS.includes(address) || queryAt(address) !== null || roomAt(address, mine) !== null;

/** @param {string} names @param {string} mine @returns {string | null} null if the name is invalid */
function conversationAt(names, mine) {
  const room = conversation(names.split("+"));
  return room && (isConversation(room) || room === mine) ? room : null;
}

/**
 * The address after the `#` of a link to a room or message of this server; empty if it leads elsewhere.
 * @param {string} href @param {string} base The address of this server's page.
 */
export function inPlace(href, base) {
  const [link, page] = [URL.parse(href), new URL(base)];
  if (link?.origin !== page.origin || !link.pathname.startsWith(page.pathname)) return "";
  const path = link.pathname.slice(page.pathname.length);
  if (!path) return /^#\/(?:r|p|me|rooms|search)\b/u.test(link.hash) ? link.hash : "";
  return path.startsWith("r/") ? `#/${path}` : "";
}

/** A name as it is stored, of one that people may have written by hand. @param {string} part */
const decode = (part) => folded(decoded(part));

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The seq of the message in an address; 0 if there is none. @param {string} address */
export const seqAt = (address) => Number(/^#\/(?:r\/[^/]+|me)\/(\d+)$/u.exec(address)?.[1] ?? 0);

/** @param {string} room @param {number} seq @param {string} mine */
export const pathTo = (room, seq, mine) =>
  `${room === mine ? "me" : `r/${encodeURIComponent(room.replace(/^#/u, ""))}`}/${seq}`;
