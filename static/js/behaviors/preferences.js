import { signal } from "@preact/signals";
import { keep, kept } from "../settings.js";
import { me } from "../store.js";

/** How one wants it here: density, sounds, and of what to be told. Each browser has its own. */

/** @typedef {"all" | "mentions" | "nothing"} Level */

export const density = signal(kept("density"));
export const sounds = signal(kept("sounds"));
export const desktop = signal(kept("desktop"));

/** Counts changes of levels, which are kept by room. */
const changes = signal(0);

/** @param {import("@preact/signals").Signal<string>} preference @param {string} name @param {string} value */
function choose(preference, name, value) {
  preference.value = value;
  keep(name, value);
}

/** @param {string} value */
export function chooseDensity(value) {
  choose(density, "density", value);
  showDensity();
}

/** @param {boolean} isOn */
export const chooseSounds = (isOn) => choose(sounds, "sounds", isOn ? "on" : "");

/** @param {boolean} isOn */
export const chooseDesktop = (isOn) => choose(desktop, "desktop", isOn ? "on" : "");

export function showDensity() {
  if (density.value) document.documentElement.dataset.density = density.value;
  else delete document.documentElement.dataset.density;
}

/** @param {string} room @returns {Level} In a shared room one is told of mentions, in a conversation of everything. */
export function levelOf(room) {
  changes.value;
  const chosen = kept(`level ${me.peek()?.username} ${room}`);
  return /** @type {Level} */ (chosen || (room.startsWith("#") ? "mentions" : "all"));
}

/** @param {string} room @param {Level} level */
export function chooseLevel(room, level) {
  keep(`level ${me.peek()?.username} ${room}`, level);
  changes.value += 1;
}
