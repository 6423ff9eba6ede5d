import { html } from "../html.js";
import { currentRoom, goInstead } from "../route.js";
import { home, titleOf } from "../store.js";
import { onRemoval } from "../sync.js";
import { toast } from "../views/toast.js";

/** A room that is no longer ours disappears at once with a word about it, a conversation that we closed without. */
export function leaveRemovedRooms() {
  onRemoval(({ room, gone }) => {
    if (gone) toast(html`You're no longer a member of <bdi>${titleOf(room)}</bdi>.`);
    if (currentRoom.peek() === room) queueMicrotask(() => goInstead(home.peek()));
  });
}
