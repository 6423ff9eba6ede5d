import {
  conversation,
  folded,
  isConversation,
  isShared,
  isThread,
  others,
  parentOf,
  roomWith,
  seqAbove,
} from "./names.js";

/**
 * The address after the `#`: `/r/lobby` is a room, `/r/lobby/7` a message in it, `/p/bob` a conversation, `/me` the
 * notes to self, `/me/7` one of them, `/r/lobby/7/thread` the thread under a message, `/r/lobby/7/thread/3` a reply in
 * it, `/rooms` the list, `/inbox` what concerns us, `/bookmarks` our bookmarks, `/threads` those that we follow,
 * `/search/words` a search, `/admin` the page for admins and `/admin/rooms` a part of it. A link to a message is a path, `r/lobby/7`, so that a server
 * can see its target; a link to a note is not.
 */

export const ROOMS = "#/rooms";
export const INBOX = "#/inbox";
export const BOOKMARKS = "#/bookmarks";
export const THREADS = "#/threads";
export const SEARCH = "#/search";
export const ADMIN = "#/admin";
const LISTS = [ROOMS, INBOX, BOOKMARKS, THREADS];

/** The address of a search. @param {string} query */
export const searchFor = (query) => (query ? `${SEARCH}/${encodeURIComponent(query)}` : SEARCH);

/** What is searched at an address; null if it is none of a search. @param {string} address @returns {string | null} */
export function queryAt(address) {
  const written = /^#\/search(?:\/(.*))?$/su.exec(address);
  return written && decoded(written[1] ?? "");
}

/** The part of the page for admins at an address, perhaps empty; null if it is none of it. @param {string} address @returns {string | null} */
export function managedAt(address) {
  const written = /^#\/admin(?:\/([a-z]+))?$/u.exec(address);
  return written && (written[1] ?? "");
}

/** @param {string} room @param {string} mine */
export function addressOf(room, mine) {
  if (isThread(room)) return `#/${pathTo(parentOf(room), seqAbove(room), mine)}/thread`;
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
  LISTS.includes(address) || queryAt(address) !== null || managedAt(address) !== null || roomAt(address, mine) !== null;

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

/**
 * A link with a code that proves something: it signs in, invites or makes the owner; `broken` if the code is not whole,
 * which is then the kind that it was to be.
 * @typedef {{kind: "" | "link" | "invite" | "setup" | "broken", code: string}} Opened
 */
const CODE = /^#\/(?<kind>link|invite|setup)(?:\/(?<code>[\w-]{43})(?![\w-])|\/|$)/u;

/** What follows a whole code, such as the end of a sentence, does not matter. @param {string} address @returns {Opened | undefined} */
export function openedAt(address) {
  const found = CODE.exec(address)?.groups;
  if (!found) return undefined;
  const { kind, code } = found;
  return code ? { kind: /** @type {"link" | "invite" | "setup"} */ (kind), code } : { kind: "broken", code: kind };
}

/**
 * A host application's login, with the address of this page to come back to: a path if both are of one origin.
 * @param {string} login @param {string} base The address of this server's page. @param {string} hash
 */
export function loginAt(login, base, hash) {
  const [there, here] = [new URL(login, base), new URL(hash, base)];
  there.searchParams.set("next", there.origin === here.origin ? `${here.pathname}${here.hash}` : here.href);
  return there.href;
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

const THREAD = /^#\/(?:r\/[^/]+|me)\/(\d+)\/thread(?:\/(\d+))?$/u;

/** The thread in an address; empty if there is none. @param {string} address @param {string} mine */
export function threadAt(address, mine) {
  const found = THREAD.exec(address);
  const room = found && roomAt(address, mine);
  return room ? `${room}/${Number(found[1])}` : "";
}

/** The seq of the reply in an address; 0 if there is none. @param {string} address */
export const replyAt = (address) => Number(THREAD.exec(address)?.[2] ?? 0);

/** @param {string} room @param {number} seq @param {string} mine @returns {string} */
export const pathTo = (room, seq, mine) =>
  isThread(room)
    ? `${pathTo(parentOf(room), seqAbove(room), mine)}/thread/${seq}`
    : `${room === mine ? "me" : `r/${encodeURIComponent(room.replace(/^#/u, ""))}`}/${seq}`;
