import { computed, signal } from "@preact/signals";
import { parentOf } from "./names.js";
import { keep, keptUnder, shared } from "./storage.js";
import { me } from "./store.js";

/** Preferences of this browser: density, sounds, and notification levels. */

/** @typedef {"all" | "mentions" | "nothing"} Level */

export const density = shared("density");
/** Of the sidebar: empty for the alphabet, or "recent". */
export const order = shared("order");
/** The keys of the sidebar's folded sections, with spaces between them. */
export const foldedSections = shared("folded");
/** "on" or empty, like `desktop`. */
export const sounds = shared("sounds");
export const desktop = shared("desktop");
/** Until when neither is wanted, see `notifications/quiet.js`; empty if they are. */
export const quiet = shared("quiet");

/** A counter that changes when a room's level does. */
const changes = signal(0);
addEventListener("storage", () => (changes.value += 1));

/** The levels that were chosen, by room. */
const levels = computed(() => {
  void changes.value;
  return keptUnder(`${me.value?.username} level `);
});

export const showDensity = () =>
  density.subscribe((chosen) => {
    if (chosen) document.documentElement.dataset.density = chosen;
    else delete document.documentElement.dataset.density;
  });

/** @param {string} room @returns {Level} The default is mentions in shared rooms, and everything in conversations. */
export const levelOf = (room) =>
  /** @type {Level} */ (levels.value.get(parentOf(room)) || (room.startsWith("#") ? "mentions" : "all"));

/** @param {string} room @param {Level} level */
export function chooseLevel(room, level) {
  keep(`${me.peek()?.username} level ${room}`, level);
  changes.value += 1;
}
