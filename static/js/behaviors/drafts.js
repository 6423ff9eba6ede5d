import { keep, kept } from "../settings.js";
import { me } from "../store.js";

/** What one has begun to write, for each person and room. */

/** @param {string} room */
const key = (room) => `draft ${me.peek()?.username} ${room}`;

/** @param {string} room */
export const draftOf = (room) => kept(key(room));

/** @param {string} room @param {string} text */
export const keepDraft = (room, text) => keep(key(room), text);
