import { computed, effect } from "@preact/signals";
import { unreadText } from "../reads/counts.js";
import { attention, isLooking } from "../reads/marks.js";
import { concernOf } from "../reads/unread.js";
import { myRooms } from "../rooms/sections.js";
import { currentRoom, shownRoom, showsMentions } from "../route.js";
import { serverName } from "../server.js";
import { me, titleOf } from "../store.js";

/** How much concerns us, without the room that we look at. */
const elsewhere = computed(() => {
  void attention.value;
  const badges = new Map(myRooms.value.map((room) => [room, concernOf(room).badge]));
  const seen = badges.get(shownRoom.value) ?? 0;
  const all = [...badges.values()].reduce((total, badge) => total + badge, 0);
  return isLooking() ? all - seen : all;
});

/** Shows how much concerns us in the page title and the app badge. */
export function keepPageTitle() {
  effect(() => {
    const number = elsewhere.value;
    const here = showsMentions.value ? "Mentions" : titleOf(currentRoom.value);
    const place = me.value ? `${here} · ${serverName.value}` : serverName.value;
    document.title = number ? `(${unreadText(number)}) ${place}` : place;
  });
  effect(() => showBadge(elsewhere.value));
}

/** @param {number} number */
function showBadge(number) {
  if (!("setAppBadge" in navigator)) return;
  (number ? navigator.setAppBadge(number) : navigator.clearAppBadge()).catch(() => {});
}
