import { signal } from "@preact/signals";
import { keep, kept, shared } from "../settings.js";
import { me } from "../store.js";

/** How one wants it here: density, sounds, and of what to be told. Each browser has its own. */

/** @typedef {"all" | "mentions" | "nothing"} Level */

export const density = shared("density");
/** "on" or empty, like the next. */
export const sounds = shared("sounds");
export const desktop = shared("desktop");

/** Counts changes of levels, which are kept by room. */
const changes = signal(0);
addEventListener("storage", () => (changes.value += 1));

export const showDensity = () =>
  density.subscribe((chosen) => {
    if (chosen) document.documentElement.dataset.density = chosen;
    else delete document.documentElement.dataset.density;
  });

/** @param {string} room @returns {Level} In a shared room one is told of mentions, in a conversation of everything. */
export function levelOf(room) {
  changes.value;
  const chosen = kept(`${me.peek()?.username} level ${room}`);
  return /** @type {Level} */ (chosen || (room.startsWith("#") ? "mentions" : "all"));
}

/** @param {string} room @param {Level} level */
export function chooseLevel(room, level) {
  keep(`${me.peek()?.username} level ${room}`, level);
  changes.value += 1;
}
