import { isThread } from "../names.js";
import { isFollowed, reads } from "../store.js";
import { command } from "../sync.js";
import { messageAbove } from "../threads/entering.js";
import { holdBack } from "./held-back.js";

/**
 * Marks a room as unread from a message on. All before it counts as read, on the server too, which only goes forwards. A
 * thread is followed from then on: it would be unread nowhere.
 * @param {import("../messages/events.js").Numbered} message
 */
export async function markUnreadFrom({ room, seq, number }) {
  const above = isThread(room) && !isFollowed(room) && messageAbove(room);
  if (above) await command("thread.follow", { id: above.id });
  const read = reads.peek().get(room);
  if (read && read.number < number - 1) await command("read.mark", { room, seq: seq - 1 });
  holdBack(room, number);
}
