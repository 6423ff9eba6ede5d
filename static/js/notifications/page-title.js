import { computed, effect } from "@preact/signals";
import { unreadText } from "../reads/counts.js";
import { attention, isLooking } from "../reads/marks.js";
import { concernOf } from "../reads/unread.js";
import { myRooms } from "../rooms/sections.js";
import { currentRoom, managed, searched, shownRoom, showsBookmarks, showsInbox, showsThreads } from "../route.js";
import { serverName } from "../server.js";
import { threadNews } from "../threads/news.js";
import { me, titleOf } from "../store.js";

/** How much concerns us; of the room that we look at, what is out of view. */
const total = computed(() => {
  void attention.value;
  const isSeen = (/** @type {string} */ room) => room === shownRoom.value && isLooking();
  const inRooms = myRooms.value.map((room) => concernOf(room, isSeen(room)).badge);
  return inRooms.reduce((sum, badge) => sum + badge, threadNews.value.badge);
});

/** Shows how much concerns us in the page title and the app badge. */
export function keepPageTitle() {
  effect(() => {
    const count = total.value;
    const here = pageTitle() ?? (currentRoom.value && titleOf(currentRoom.value));
    const place = me.value && here ? `${here} · ${serverName.value}` : serverName.value;
    document.title = count ? `(${unreadText(count)}) ${place}` : place;
  });
  effect(() => showBadge(total.value));
}

function pageTitle() {
  if (showsInbox.value) return "Inbox";
  if (showsThreads.value) return "Threads";
  if (searched.value !== null) return "Search";
  if (managed.value !== null) return "Manage";
  return showsBookmarks.value ? "Bookmarks" : undefined;
}

/** @param {number} number */
function showBadge(number) {
  if (!("setAppBadge" in navigator)) return;
  (number ? navigator.setAppBadge(number) : navigator.clearAppBadge()).catch(() => {});
}
