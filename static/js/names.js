import { normalized } from "./unicode-forms.js";

/**
 * The grammar of room names, as on the server: `#lobby`, `alice+bob`, `alice`; and `#lobby/42`, the thread under the
 * message with that seq.
 */

/** The username under which the application itself posts. */
export const APPLICATION = "system";

/** @param {string} room */
export const isThread = (room) => room.includes("/");

/** @param {string} room */
export const isShared = (room) => room.startsWith("#") && !isThread(room);

/** @param {string} room */
export const isConversation = (room) => room.includes("+") && !isThread(room);

/** The room that a thread belongs to; any other room itself. @param {string} room */
export const parentOf = (room) => room.split("/", 1)[0];

/** The seq of the message above a thread; 0 if it is none. @param {string} room */
export const seqAbove = (room) => Number(room.split("/")[1] ?? 0);

/** The thread under a message. @param {{room: string, seq: number}} message */
export const threadUnder = ({ room, seq }) => `${room}/${seq}`;

/**
 * Compares in the order of UTF-8 bytes, which is that of UTF-16 except that surrogate pairs come last.
 * @param {string} a @param {string} b
 */
export function byBytes(a, b) {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
  if (!(at < a.length && at < b.length)) return a.length - b.length;
  return isHalf(left) === isHalf(right) ? left - right : Number(isHalf(left)) - Number(isHalf(right));
}

/** @param {number} unit */
const isHalf = (unit) => unit >= 0xd800 && unit <= 0xdfff;

/** Letters of another width, which stand for the ordinary ones (RFC 8265, width mapping). */
const OTHER_WIDTH = /[\u3000\uff01-\uffee]/gu;

/** A name as the server stores it, if it is valid. @param {string} name */
export const folded = (name) =>
  normalized("NFC", name.replace(OTHER_WIDTH, (letter) => letter.normalize("NFKC")).toLowerCase());

const LONGEST_USERNAME = 32;

/**
 * A username of what was typed, such as a full name or an e-mail address; empty if it is one already, or has no letters.
 * @param {string} typed
 */
export function usernameLike(typed) {
  const name = folded(typed).trim();
  const kept = name
    .replace(/(?<=.)@.*$/su, "")
    .replace(/\s+/gu, ".")
    .replace(/[^\p{L}\p{M}\p{N}._-]/gu, "")
    .replace(/\.{2,}/gu, ".")
    .replace(/^[._-]+/u, "");
  const like = folded(
    [...kept]
      .slice(0, LONGEST_USERNAME)
      .join("")
      .replace(/[._-]+$/u, ""),
  );
  return like === name || [...like].length < 2 ? "" : like;
}

/**
 * Whether one finds something by what is written: by the beginning of its id, or of any word of its name, from which on
 * several words can be written.
 * @param {string} wanted In the form of `folded`. @param {string} id @param {string} name
 */
export const isFoundBy = (wanted, id, name) =>
  id.startsWith(wanted) || ` ${folded(name).replace(/\s+/gu, " ")}`.includes(` ${wanted}`);

/** @param {string[]} usernames */
export const conversation = (usernames) => [...new Set(usernames.filter(Boolean))].sort(byBytes).join("+");

/**
 * The other people of a conversation.
 * @param {string} room @param {string} me
 */
export const others = (room, me) =>
  parentOf(room)
    .split("+")
    .filter((username) => username !== me);

/**
 * The conversation of `me` with these people; with no one else, the notes to self.
 * @param {string} me @param {string[]} usernames
 */
export const roomWith = (me, usernames) => conversation([me, ...usernames]);

/**
 * The title of a new room: as it was typed, unless its name is the same.
 * @param {string} typed
 */
export function roomTitle(typed) {
  const title = typed
    .trim()
    .replace(/^#+\s*/u, "")
    .replace(/\s+/gu, " ");
  return title === roomName(typed) ? "" : title;
}

/**
 * Makes a room name of typed text: lower case, with one hyphen for each run of other characters except at the ends.
 * @param {string} typed
 */
export const roomName = (typed) =>
  typed
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}._]+/gu, "-")
    .replace(/^-|-$/gu, "");
