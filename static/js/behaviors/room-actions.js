import { isShared } from "../names.js";
import { mayModerate, memberships, rooms } from "../store.js";

/**
 * What one may do with a room: in its menu, and in the composer after a `/`.
 * @typedef {"notifications" | "invite" | "edit" | "archive" | "leave"} RoomAction
 */

/** @param {string} room @returns {[RoomAction, string][]} */
export function actionsIn(room) {
  const belongs = memberships.value.has(room);
  const isOpen = rooms.value.get(room)?.access === "open";
  const moderates = isShared(room) && mayModerate(room);
  /** @type {[RoomAction, string, boolean][]} */
  const all = [
    ["notifications", "Notifications", belongs],
    ["invite", "Invite people", isOpen || moderates],
    ["edit", "Edit room", moderates],
    ["archive", "Archive room", moderates],
    ["leave", "Leave room", isShared(room) && belongs],
  ];
  return all.flatMap(([action, title, isAllowed]) => (isAllowed ? [[action, title]] : []));
}
