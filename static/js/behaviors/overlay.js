import { signal } from "@preact/signals";

/**
 * The dialog over everything that the keyboard, a menu or a name in a text opens.
 * @import {RoomAction} from "./room-actions.js"
 * @typedef {{kind: "" | "switcher" | "keys" | "settings" | "person" | RoomAction, username?: string, room?: string}} Overlay
 */

export const overlay = signal(/** @type {Overlay} */ ({ kind: "" }));

/** @param {Overlay["kind"]} kind */
export const show = (kind) => void (overlay.value = { kind });

/** @param {string} username */
export const showPerson = (username) => void (overlay.value = { kind: "person", username });

/** @param {RoomAction} kind @param {string} room */
export const showAction = (kind, room) => void (overlay.value = { kind, room });

export const closeOverlay = () => show("");
