import { asRefusal } from "../connection.js";
import { momentOf } from "../dates.js";
import { searchFor } from "../addresses.js";
import { isConversation, isShared, others } from "../names.js";
import { isMuted, mayInvite, mayModerate, me, memberships, rooms } from "../store.js";
import { command } from "../sync.js";
import { toast } from "../notices.js";
import { showAction } from "../overlay.js";

/**
 * The actions of a room, in its menu and after a `/` in the composer.
 * @typedef {"notifications" | "mute" | "pins" | "files" | "invite" | "edit" | "archive" | "leave"} RoomDialogs Those that
 *   open a dialog.
 * @typedef {"search" | "favorite" | "unfavorite" | "unmute" | "unarchive" | "close"} DoneAtOnce
 * @typedef {RoomDialogs | DoneAtOnce} RoomAction
 */

/** @param {string} room @returns {[RoomAction, string][]} */
export function actionsIn(room) {
  const belongs = memberships.value.has(room);
  const { archived } = rooms.value.get(room) ?? {};
  const moderates = isShared(room) && mayModerate(room) && !archived;
  /** @type {[RoomAction, string, boolean][]} */
  const all = [
    ["search", "Search in this room", belongs],
    ["notifications", "Notifications", belongs],
    ["favorite", "Add to favorites", belongs && !isFavorite(room)],
    ["unfavorite", "Remove from favorites", belongs && isFavorite(room)],
    ["mute", "Mute", belongs && !isMuted(room)],
    ["unmute", unmuting(room), belongs && isMuted(room)],
    ["pins", "Pinned messages", belongs],
    ["files", "Files", belongs],
    ["invite", "Invite people", belongs && mayInvite(room)],
    ["edit", "Edit room", moderates],
    ["archive", "Archive room", moderates],
    ["unarchive", "Unarchive room", Boolean(archived) && mayModerate(room)],
    ["leave", "Leave room", isShared(room) && belongs],
    ["close", "Close conversation", isConversation(room) && belongs],
  ];
  return all.flatMap(([action, title, isAllowed]) => (isAllowed ? [[action, title]] : []));
}

/** @param {string} room */
const isFavorite = (room) => memberships.value.get(room)?.favorite ?? false;

/** @param {string} room */
function unmuting(room) {
  const until = memberships.value.get(room)?.muted_until;
  return until ? `Unmute (muted until ${momentOf(until, new Date())})` : "Unmute";
}

/** @type {Record<DoneAtOnce, (room: string) => void>} */
const AT_ONCE = {
  search: (room) => void (location.hash = searchFor(`${searchIn(room)} `)),
  favorite: (room) => tell(command("room.favorite", { room })),
  unfavorite: (room) => tell(command("room.unfavorite", { room })),
  unmute: (room) => tell(command("room.unmute", { room })),
  unarchive: (room) => tell(unarchive(room)),
  close: (room) => tell(close(room)),
};

/** @param {RoomAction} action @returns {action is DoneAtOnce} */
const isDoneAtOnce = (action) => Object.hasOwn(AT_ONCE, action);

/** Performs an action, or opens its dialog. @param {RoomAction} action @param {string} room */
export const perform = (action, room) => (isDoneAtOnce(action) ? AT_ONCE[action](room) : showAction(action, room));

/** @param {string} room */
const close = (room) =>
  command("room.close", { room }).then(() => toast("Conversation closed. It returns with the next message."));

/** @param {string} room */
const unarchive = (room) => command("room.unarchive", { room }).then(() => toast("The room is open again."));

/** Shows a failure. @param {Promise<unknown>} done */
const tell = (done) => void done.catch((error) => toast(asRefusal(error).message));

/** What finds messages in a room alone. @param {string} room */
export function searchIn(room) {
  const mine = me.peek()?.username ?? "";
  if (room === mine) return "in:me";
  const people = isConversation(room) ? others(room, mine) : [];
  return `in:${people.length === 1 ? `@${people[0]}` : room}`;
}
