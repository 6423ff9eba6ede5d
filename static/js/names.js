/** What a room's name says about the room (the grammar is the server's: `#lobby`, `alice+bob`, `alice`). */

export const LOBBY = "#lobby";

/** @param {string} room */
export const isShared = (room) => room.startsWith("#");

/** @param {string} room */
export const isConversation = (room) => room.includes("+");

/** @param {string[]} usernames */
export const conversation = (usernames) => [...new Set(usernames.filter(Boolean))].sort().join("+");

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
