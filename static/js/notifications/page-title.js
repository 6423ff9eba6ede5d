import { effect } from "@preact/signals";
import { unreadText } from "../reads/counts.js";
import { unreadOf } from "../reads/unread.js";
import { currentRoom, shownRoom } from "../route.js";
import { serverName } from "../server.js";
import { me, myRooms, titleOf } from "../store.js";

/** Shows the number of unread messages in the page title and the app badge, without the room on screen. */
export function keepPageTitle() {
  effect(() => {
    const looksAt = document.hasFocus() ? shownRoom.value : "";
    const counts = myRooms.value.map((room) => ({ room, number: unreadOf(room) }));
    const unread = counts.reduce((total, { room, number }) => total + (room === looksAt ? 0 : number), 0);
    const place = me.value ? `${titleOf(currentRoom.value)} · ${serverName.value}` : serverName.value;
    document.title = unread ? `(${unreadText(unread)}) ${place}` : place;
    showBadge(unread);
  });
}

/** @param {number} unread */
function showBadge(unread) {
  if (!("setAppBadge" in navigator)) return;
  (unread ? navigator.setAppBadge(unread) : navigator.clearAppBadge()).catch(() => {});
}
