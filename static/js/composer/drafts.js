import { keep, kept, onKeptElsewhere, TAB } from "../storage.js";
import { me } from "../store.js";

/** Unsent text, by person and room, shared by all tabs. */

/** @param {string} room */
const key = (room) => `${me.peek()?.username} draft ${room}`;

/** @param {string} room */
export const draftOf = (room) => kept(key(room));

/** @param {string} room @param {string} text */
export const keepDraft = (room, text) => keep(key(room), text);

/**
 * @param {string} room @param {(text: string) => void} follow Called with text from other tabs.
 * @returns {() => void} to stop
 */
export const followDraft = (room, follow) => onKeptElsewhere(key(room), follow);

/** @param {string} room */
const editKey = (room) => `${me.peek()?.username} edit ${room}`;

/** The message that is being edited in this tab. @param {string} room @returns {{id: string, text: string}} */
export const editOf = (room) => JSON.parse(kept(editKey(room), TAB) || '{"id": "", "text": ""}');

/** @param {string} room @param {string} id @param {string} text */
export const keepEdit = (room, id, text) => keep(editKey(room), JSON.stringify({ id, text }), TAB);

/** @param {string} room */
export const dropEdit = (room) => keep(editKey(room), "", TAB);
