import { isShared } from "../names.js";
import { mayModerate, memberships, rooms } from "../store.js";

/**
 * What one may do with a room: in its menu, and in the composer after a `/`.
 * @typedef {"notifications" | "pins" | "invite" | "edit" | "archive" | "leave"} RoomAction
 */

/** @param {string} room @returns {[RoomAction, string][]} */
export function actionsIn(room) {
  const belongs = memberships.value.has(room);
  const { access, archived } = rooms.value.get(room) ?? {};
  const moderates = isShared(room) && mayModerate(room) && !archived;
  /** @type {[RoomAction, string, boolean][]} */
  const all = [
    ["notifications", "Notifications", belongs],
    ["pins", "Pinned messages", belongs],
    ["invite", "Invite people", (access === "open" && !archived) || moderates],
    ["edit", "Edit room", moderates],
    ["archive", "Archive room", moderates],
    ["leave", "Leave room", isShared(room) && belongs],
  ];
  return all.flatMap(([action, title, isAllowed]) => (isAllowed ? [[action, title]] : []));
}
