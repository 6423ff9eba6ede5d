import { effect } from "@preact/signals";
import { unreadText } from "../reads/counts.js";
import { attention, isLooking } from "../reads/marks.js";
import { concernOf } from "../reads/unread.js";
import { currentRoom, shownRoom, showsMentions } from "../route.js";
import { me, myRooms, titleOf } from "../store.js";

/** Shows how much concerns us in the page title and the app badge, without the room that we look at. */
export function keepPageTitle() {
  effect(() => {
    void attention.value;
    const badges = new Map(myRooms.value.map((room) => [room, concernOf(room).badge]));
    const seen = badges.get(shownRoom.value) ?? 0;
    const all = [...badges.values()].reduce((total, badge) => total + badge, 0);
    const unread = isLooking() ? all - seen : all;
    const here = showsMentions.value ? "Mentions" : titleOf(currentRoom.value);
    const place = me.value ? `${here} · Chatrooms` : "Chatrooms";
    document.title = unread ? `(${unreadText(unread)}) ${place}` : place;
    showBadge(unread);
  });
}

/** @param {number} unread */
function showBadge(unread) {
  if (!("setAppBadge" in navigator)) return;
  (unread ? navigator.setAppBadge(unread) : navigator.clearAppBadge()).catch(() => {});
}
