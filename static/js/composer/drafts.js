import { computed, signal } from "@preact/signals";
import { keep, kept, keptKeys, onKeptElsewhere, TAB } from "../storage.js";
import { isFollowed, me } from "../store.js";

/** Unsent text, by person and room, shared by all tabs. */

/** @param {string} room */
const key = (room) => `${me.peek()?.username} draft ${room}`;

/** @param {string} room */
export const draftOf = (room) => kept(key(room));

/** @param {string} room @param {string} text */
export function keepDraft(room, text) {
  const changes = !draftOf(room) !== !text;
  keep(key(room), text);
  if (changes) changed.value += 1;
}

/** Counts drafts that began or ended. */
const changed = signal(0);
addEventListener("storage", () => (changed.value += 1));

const all = computed(() => {
  void changed.value;
  return new Set(me.value ? draftRooms() : []);
});

/** @param {string} room */
export const hasDraft = (room) => all.value.has(room);

/** Whether there is a draft in a thread that we follow, other than `except`, which is on screen. @param {string} except */
export const hasThreadDraft = (except) => [...all.value].some((room) => room !== except && isFollowed(room));

/**
 * @param {string} room @param {(text: string) => void} follow Called with text from other tabs.
 * @returns {() => void} to stop
 */
export const followDraft = (room, follow) => onKeptElsewhere(key(room), follow);

/** @param {string} room */
const editKey = (room) => `${me.peek()?.username} edit ${room}`;

/** The message that is being edited in this tab, or empty. @param {string} room */
export const editOf = (room) => kept(editKey(room), TAB);

/** @param {string} room @param {string} id */
const textKey = (room, id) => `${editKey(room)} ${id}`;

/** What was written in the place of a message and not saved. @param {string} room @param {string} id */
export const textOf = (room, id) => kept(textKey(room, id), TAB);

/** @param {string} room @param {string} id @param {string} text */
export function keepEdit(room, id, text) {
  keep(editKey(room), id, TAB);
  keep(textKey(room, id), text, TAB);
}

/** @param {string} room @param {string} id */
export function dropEdit(room, id) {
  keep(editKey(room), "", TAB);
  keep(textKey(room, id), "", TAB);
}

/** How many messages have changes in this tab that are not saved. */
export const unsavedEdits = () =>
  keptKeys(`${me.peek()?.username} edit `, TAB).filter((roomAndMessage) => roomAndMessage.includes(" ")).length;

/** The rooms with unsent text. @returns {string[]} */
export const draftRooms = () => keptKeys(key(""));
