import { effect } from "@preact/signals";
import { unreadText } from "../reads/counts.js";
import { attention, isLooking } from "../reads/marks.js";
import { concernOf } from "../reads/unread.js";
import { currentRoom, shownRoom } from "../route.js";
import { serverName } from "../server.js";
import { me, memberships, titleOf } from "../store.js";

/** Shows how much concerns us in the page title and the app badge, without the room that we look at. */
export function keepPageTitle() {
  effect(() => {
    const shown = shownRoom.value;
    const rooms = [...memberships.value.keys(), me.value?.username ?? ""];
    void attention.value;
    const elsewhere = isLooking() ? rooms.filter((room) => room !== shown) : rooms;
    const unread = elsewhere.reduce((total, room) => total + concernOf(room).badge, 0);
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
