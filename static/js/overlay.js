import { signal } from "@preact/signals";

/**
 * The open dialog, if any. Navigating closes it.
 * @import {RoomAction} from "./rooms/actions.js"
 * @import {File, Message} from "./wire.js"
 * @typedef {"browse" | "create" | "devices" | "start" | "profile" | "sign-out" | "switcher" | "keys" | "settings" | "person"
 *   | "reactions" | "versions" | "pictures"} Dialogs
 * @typedef {{kind: "" | Dialogs | RoomAction, username?: string, room?: string, id?: string, message?: Message,
 *   files?: File[]}} Overlay
 */

export const overlay = signal(/** @type {Overlay} */ ({ kind: "" }));

/** @param {Overlay["kind"]} kind */
export const show = (kind) => void (overlay.value = { kind });

/** @param {string} username */
export const showPerson = (username) => void (overlay.value = { kind: "person", username });

/** @param {string} id Of a message. */
export const showVersions = (id) => void (overlay.value = { kind: "versions", id });

/** @param {Message} message */
export const showReactions = (message) => void (overlay.value = { kind: "reactions", message });

/** @param {File[]} files The pictures to choose from. @param {string} id Of the first to show. */
export const showPictures = (files, id) => void (overlay.value = { kind: "pictures", files, id });

/** @param {RoomAction} kind @param {string} room */
export const showAction = (kind, room) => void (overlay.value = { kind, room });

export const closeOverlay = () => show("");
addEventListener("hashchange", closeOverlay);
