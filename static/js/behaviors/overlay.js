import { signal } from "@preact/signals";

/** The dialog over everything that the keyboard or a name in a text opens. */

/** @typedef {{kind: "" | "switcher" | "keys" | "settings" | "person", username?: string}} Overlay */

export const overlay = signal(/** @type {Overlay} */ ({ kind: "" }));

/** @param {Overlay["kind"]} kind */
export const show = (kind) => void (overlay.value = { kind });

/** @param {string} username */
export const showPerson = (username) => void (overlay.value = { kind: "person", username });

export const closeOverlay = () => show("");
