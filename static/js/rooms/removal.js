import { effect } from "@preact/signals";
import { draftOf } from "../composer/drafts.js";
import { html } from "../html.js";
import { currentRoom, currentThread, go, goInstead, shownRoom } from "../route.js";
import { home, me, memberships, titleOf } from "../store.js";
import { onRemoval } from "../sync.js";
import { toast } from "../notices.js";
import { hasLeft, stopAfter } from "./leaving.js";

/** What takes back the notices of rooms that we are no longer in, by room. @type {Map<string, () => void>} */
const notices = new Map();

/** Takes back what is no longer true, and what the next person in this tab must not see. */
function takeBack() {
  const [isHere, mine] = [me.value !== null, memberships.value];
  const untrue = [...notices].filter(([room]) => !isHere || mine.has(room));
  for (const [room, drop] of untrue) {
    drop();
    notices.delete(room);
  }
}

/** Leaves a room that disappeared from the list, with a notice unless it is a closed conversation. */
export function leaveRemovedRooms() {
  onRemoval(({ room, gone }) => {
    const title = titleOf(room);
    const words = hasLeft(room) ? "You left" : "You're no longer a member of";
    const text = html`${words} <bdi>${title}</bdi>${stopAfter(title)}`;
    const offer = draftOf(room) ? { label: "Your draft is kept", act: () => go(room) } : undefined;
    if (gone) notices.set(room, toast(text, offer));
    const isOnScreen = currentRoom.peek() === room && Boolean(shownRoom.peek() || currentThread.peek());
    if (isOnScreen) queueMicrotask(() => goInstead(home.peek()));
  });
  effect(takeBack);
}
