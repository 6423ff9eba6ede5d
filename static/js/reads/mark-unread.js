import { reads } from "../store.js";
import { command } from "../sync.js";
import { holdBack } from "./held-back.js";

/**
 * Marks a room as unread from a message on. All before it counts as read, on the server too, which only goes forwards.
 * @param {import("../messages/events.js").Numbered} message
 */
export async function markUnreadFrom({ room, seq, number }) {
  const read = reads.peek().get(room);
  if (read && read.number < number - 1) await command("read.mark", { room, seq: seq - 1 });
  holdBack(room, number);
}
