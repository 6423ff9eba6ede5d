import { keep, kept, onKeptElsewhere } from "../settings.js";
import { me } from "../store.js";

/** What one has begun to write, for each person and room; the same in all their tabs. */

/** @param {string} room */
const key = (room) => `draft ${me.peek()?.username} ${room}`;

/** @param {string} room */
export const draftOf = (room) => kept(key(room));

/** @param {string} room @param {string} text */
export const keepDraft = (room, text) => keep(key(room), text);

/** @param {string} room @param {(text: string) => void} follow Told what is written in other tabs. @returns {() => void} to stop */
export const followDraft = (room, follow) => onKeptElsewhere(key(room), follow);
