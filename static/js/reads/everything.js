import { pause } from "../clock.js";
import { asRefusal, passesAfter } from "../connection.js";
import { toast } from "../notices.js";
import { show } from "../overlay.js";
import { follows, isAsked, isFollowed, memberships } from "../store.js";
import { command, newestRev } from "../sync.js";
import { holdBack } from "./held-back.js";
import { markItems, unreadItems } from "./inbox.js";
import { unreadOf } from "./unread.js";

/** Marking all that is unread as read, as after a holiday. */

/** The rooms, conversations and threads with unread messages; not those of strangers, who wait for an answer. */
export function unreadRooms() {
  const followed = [...follows.value.keys()].filter(isFollowed);
  return [...memberships.value.keys(), ...followed].filter((room) => unreadOf(room) > 0 && !isAsked(room));
}

/** Of many rooms. The others wait here, rather than be refused again and again while the server allows no more. */
const AT_ONCE = 16;

/** Asks first, since there is no way back. */
export function askToReadEverything() {
  if (unreadRooms().length + unreadItems.peek().length) show("read-everything");
  else toast("Nothing is unread.");
}

/** Marks what has come here, but not what is on its way. */
export async function readEverything() {
  const rooms = unreadRooms();
  await markItems(unreadItems.peek());
  const left = rooms.map((room) => ({ room, seq: newestRev(room) }));
  await Promise.all(Array.from({ length: AT_ONCE }, () => markNext(left)));
}

/** Marks one after the other of what is left. @param {{room: string, seq: number}[]} left */
async function markNext(left) {
  const next = left.shift();
  if (!next) return;
  await mark(next.room, next.seq);
  await markNext(left);
}

/** Again once the server allows more, if there are more than it does in a minute. @param {string} room @param {number} seq */
async function mark(room, seq) {
  try {
    await command("read.mark", { room, seq });
    holdBack(room, 0);
  } catch (error) {
    const seconds = passesAfter(asRefusal(error));
    if (!seconds) throw error;
    await pause(seconds * 1000);
    await mark(room, seq);
  }
}
