import { asRefusal } from "../connection.js";
import { isConversation, isShared } from "../names.js";
import { mayModerate, memberships, rooms } from "../store.js";
import { command } from "../sync.js";
import { toast } from "../views/toast.js";
import { showAction } from "../overlay.js";

/**
 * The actions of a room, in its menu and after a `/` in the composer.
 * @typedef {"notifications" | "pins" | "invite" | "edit" | "archive" | "unarchive" | "leave" | "close"} RoomAction
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
    ["unarchive", "Unarchive room", Boolean(archived) && mayModerate(room)],
    ["leave", "Leave room", isShared(room) && belongs],
    ["close", "Close conversation", isConversation(room) && belongs],
  ];
  return all.flatMap(([action, title, isAllowed]) => (isAllowed ? [[action, title]] : []));
}

const CLOSED = "Conversation closed. It returns with the next message.";

/** @param {Promise<unknown>} done @param {string} success */
const tell = (done, success) =>
  void done.then(
    () => toast(success),
    (error) => toast(asRefusal(error).message),
  );

/** Performs an action; most of them open a dialog. @param {RoomAction} action @param {string} room */
export function perform(action, room) {
  if (action === "close") return tell(command("room.close", { room }), CLOSED);
  if (action === "unarchive") return tell(command("room.unarchive", { room }), "The room is open again.");
  showAction(action, room);
}
