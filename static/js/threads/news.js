import { computed } from "@preact/signals";
import { isThread } from "../names.js";
import { waitingItems } from "../reads/inbox.js";
import { attention, isLooking } from "../reads/marks.js";
import { concernOf } from "../reads/unread.js";
import { currentThread } from "../route.js";
import { follows, isFollowed, isReadable } from "../store.js";

/** What calls in threads: whether some have unread replies, and how much of it is for us. */

/** @param {string} thread */
const concern = (thread) => concernOf(thread, thread === currentThread.value && isLooking());

export const threadNews = computed(() => {
  void attention.value;
  const calling = [...new Set(waitingItems.value.map(({ room }) => room).filter(isThread))];
  const followed = [...follows.value.keys()].filter((thread) => isFollowed(thread) && isReadable(thread));
  return {
    isNews: followed.some((thread) => concern(thread).isNews),
    number: calling.reduce((sum, thread) => sum + concern(thread).number, 0),
    badge: calling.reduce((sum, thread) => sum + concern(thread).badge, 0),
  };
});
