/** What a room's name says about the room (the grammar is the server's: `#lobby`, `alice+bob`, `alice`). */

export const LOBBY = "#lobby";

/** @param {string} room */
export const isShared = (room) => room.startsWith("#");

/** @param {string} room */
export const isConversation = (room) => room.includes("+");

/**
 * The order of UTF-8 bytes: that of UTF-16, except that what takes two units of it comes last.
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

/** @param {string[]} usernames */
export const conversation = (usernames) => [...new Set(usernames.filter(Boolean))].sort(byBytes).join("+");

/**
 * The people of a conversation other than oneself.
 * @param {string} room @param {string} me
 */
export const others = (room, me) => room.split("+").filter((username) => username !== me);

/**
 * The room that holds what `me` and these people say to each other; with oneself alone, the notes to self.
 * @param {string} me @param {string[]} usernames
 */
export const roomWith = (me, usernames) => conversation([me, ...usernames]);

/**
 * A room name out of what a person typed: lower case, runs of anything else become one hyphen, none at the ends.
 * @param {string} typed
 */
export const roomName = (typed) =>
  typed
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}._]+/gu, "-")
    .replace(/^-|-$/g, "");
