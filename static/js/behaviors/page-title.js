import { effect } from "@preact/signals";
import { currentRoom } from "../route.js";
import { me, titleOf, unreadOf, unreadTotal } from "../store.js";

/** The window's title and the app's badge tell how much is unread; what one is looking at does not count. */
export function keepPageTitle() {
  effect(() => {
    const unread = unreadTotal.value - (document.hasFocus() ? unreadOf(currentRoom.value) : 0);
    const place = me.value ? `${titleOf(currentRoom.value)} · Chatrooms` : "Chatrooms";
    document.title = unread ? `(${unread}) ${place}` : place;
    showBadge(unread);
  });
}

/** @param {number} unread */
function showBadge(unread) {
  if (!("setAppBadge" in navigator)) return;
  (unread ? navigator.setAppBadge(unread) : navigator.clearAppBadge()).catch(() => {});
}
