/**
 * Why an action is not possible now, by those that are.
 * @import {RoomAction} from "../rooms/actions.js"
 */

/** @typedef {(can: (action: RoomAction) => boolean) => string} Reason */

/** @type {Reason} */
const ofModerators = (can) => {
  if (!can("leave")) return "Only shared rooms can be edited and archived.";
  if (can("unarchive")) return "This room is archived. /unarchive opens it again.";
  return "Only owners and moderators of this room can do that.";
};

/** @type {Partial<Record<RoomAction, Reason>>} Others are possible in every room of ours. */
const REASONS = {
  favorite: () => "This room is one of your favorites already. /unfavorite removes it.",
  unfavorite: () => "This room isn't one of your favorites. /favorite adds it.",
  mute: () => "This room is muted already. /unmute ends that.",
  unmute: () => "This room isn't muted. /mute does that.",
  invite: (can) =>
    can("leave")
      ? "You can't invite people to this room."
      : "People can only be invited to shared rooms. /join #room goes to one.",
  edit: ofModerators,
  archive: ofModerators,
  unarchive: (can) => (can("leave") ? "This room isn't archived." : "Only shared rooms can be archived."),
  leave: (can) =>
    can("close")
      ? "You can't leave a conversation. /close puts it away until the next message."
      : "This is your own room, so you can't leave it.",
  close: (can) =>
    can("leave")
      ? "Only conversations can be closed. /leave leaves this room."
      : "This is your own room, so you can't close it.",
};

/** @param {string} word As it was written. @param {RoomAction} action @param {string[]} actions Those that are possible now. */
export function whyNot(word, action, actions) {
  if (!actions.includes("search")) return `/${word} is for a whole room of yours: use it there, not in a thread.`;
  return REASONS[action]?.((other) => actions.includes(other)) ?? `You can't use /${word} here.`;
}
