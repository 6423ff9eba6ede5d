import { draftOf } from "../composer/drafts.js";
import { html } from "../html.js";
import { go, goInstead, shownRoom } from "../route.js";
import { home, titleOf } from "../store.js";
import { onRemoval } from "../sync.js";
import { toast } from "../views/toast.js";

/** Leaves a room that disappeared from the list, with a notice unless it is a closed conversation. */
export function leaveRemovedRooms() {
  onRemoval(({ room, gone }) => {
    const text = html`You're no longer a member of <bdi>${titleOf(room)}</bdi>.`;
    if (gone) toast(text, draftOf(room) ? { label: "Your draft is kept", act: () => go(room) } : undefined);
    if (shownRoom.peek() === room) queueMicrotask(() => goInstead(home.peek()));
  });
}
