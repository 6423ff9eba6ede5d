import { signal } from "@preact/signals";
import { forgetWithPerson } from "./forgetting.js";
import { onBack, onNavigation } from "./navigation.js";

/**
 * The open dialog, if any. Navigating closes it, or asks first as Escape does; going back only does that.
 * @import {RoomDialogs} from "./rooms/actions.js"
 * @import {Box} from "./menu/place.js"
 * @import {Numbered} from "./messages/events.js"
 * @import {File, Message} from "./wire.js"
 * @typedef {"browse" | "create" | "devices" | "start" | "profile" | "sign-out" | "switcher" | "keys" | "settings" | "person"
 *   | "reactions" | "versions" | "pictures" | "read-everything" | "message-menu" | "reacting" | "delete" | "call" | "group"} Dialogs
 * @typedef {{message: Numbered, from: Box, article: HTMLElement | null, onEdit: () => void}} Asked What was asked for of a
 *   message: where from, the element that shows it, and what begins to edit it there.
 * @typedef {{kind: "" | Dialogs | RoomDialogs, username?: string, room?: string, id?: string, message?: Message,
 *   files?: File[], asked?: Asked}} Overlay
 */

export const overlay = signal(/** @type {Overlay} */ ({ kind: "" }));

/** @param {Overlay["kind"]} kind */
export const show = (kind) => void (overlay.value = { kind });

/** @param {string} username */
export const showPerson = (username) => void (overlay.value = { kind: "person", username });

/** @param {string} username The name of a group, which no person has. */
export const showGroup = (username) => void (overlay.value = { kind: "group", username });

/** @param {string} id Of a message. */
export const showVersions = (id) => void (overlay.value = { kind: "versions", id });

/** @param {Message} message */
export const showReactions = (message) => void (overlay.value = { kind: "reactions", message });

/** The menu of a message. @param {Asked} asked */
export const showMenu = (asked) => void (overlay.value = { kind: "message-menu", asked });

/** The emoji to react with. @param {Asked} asked */
export const showReacting = (asked) => void (overlay.value = { kind: "reacting", asked });

/** Whether to delete a message. @param {Message} message */
export const showDeletion = (message) => void (overlay.value = { kind: "delete", message });

/** Whether to send a message that notifies many people. @param {string} id */
export const showCall = (id) => void (overlay.value = { kind: "call", id });

/** @param {File[]} files The pictures to choose from. @param {string} id Of the first to show. */
export const showPictures = (files, id) => void (overlay.value = { kind: "pictures", files, id });

/** @param {RoomDialogs} kind @param {string} room */
export const showAction = (kind, room) => void (overlay.value = { kind, room });

export const closeOverlay = () => show("");

/** What is shown only once, such as a new secret, until one has copied it. */
export const ONCE = "[data-once]";

/** Whether a field of a dialog has another value than when one came to it. @param {Element} dialog */
export const isWritten = (dialog) =>
  [...dialog.querySelectorAll("[data-before]")].some(
    (field) => /** @type {HTMLInputElement} */ (field).value !== field.getAttribute("data-before"),
  );

const openDialogs = () => [...document.querySelectorAll("dialog[open]")];

/** As Escape does: it closes, unless something in it would be lost. @param {Element} dialog */
const cancel = (dialog) => dialog.dispatchEvent(new Event("cancel", { cancelable: true }));

/** Whether a dialog asks before it closes. @param {Element} dialog */
const asks = (dialog) => dialog.querySelector(ONCE) !== null || isWritten(dialog);

/** Whether the page stays where it is, though the address leads elsewhere: it has a dialog that asks first. */
export const staysInPlace = signal(false);

/** Lets the page go where the address leads, unless another dialog asks. @param {Element | null} closed */
export const releasePlace = (closed) =>
  void (staysInPlace.value &&= openDialogs().some((dialog) => dialog !== closed && asks(dialog)));

/** Where the dialog was opened, or asked: an event that is late can be about the way there. */
let openedAt = "";
overlay.subscribe(() => void (openedAt = location.href));
onNavigation(({ navigationType }) => {
  if (navigationType === "replace" || location.href === openedAt) return;
  openedAt = location.href;
  const dialogs = openDialogs();
  staysInPlace.value = dialogs.some(asks);
  if (dialogs.length) dialogs.forEach(cancel);
  else closeOverlay();
});
onBack(() => {
  const last = openDialogs().at(-1);
  if (last) cancel(last);
  const menu = last ? null : /** @type {HTMLElement | null} */ (document.querySelector(":popover-open"));
  menu?.hidePopover();
  return Boolean(last ?? menu);
});
addEventListener("beforeunload", (event) => {
  if (openDialogs().some(asks) || document.querySelector(ONCE)) event.preventDefault();
});
forgetWithPerson(closeOverlay);
