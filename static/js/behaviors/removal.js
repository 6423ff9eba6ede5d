import { html } from "../html.js";
import { currentRoom, goInstead } from "../route.js";
import { home, titleOf } from "../store.js";
import { onRemoval } from "../sync.js";
import { toast } from "../views/toast.js";

/** A room that is no longer ours disappears at once, and one is told so. */
export function leaveRemovedRooms() {
  onRemoval((room) => {
    toast(html`You are no longer in <bdi>${titleOf(room)}</bdi>.`);
    if (currentRoom.peek() === room) queueMicrotask(() => goInstead(home.peek()));
  });
}
