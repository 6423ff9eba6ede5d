import { batch } from "@preact/signals";
import { run } from "../connection.js";
import { parentOf, seqAbove } from "../names.js";
import { endWindow, extendWindow, startRoster, takeOwnReactions, takeRows } from "../rows.js";
import * as store from "../store.js";
import { catchUp, revs } from "../sync.js";

/**
 * What a thread that is opened brings, wherever it is shown.
 * @import {Message, Result} from "../wire.js"
 */

/** The message above a thread, if it is here. @param {string} thread */
export const messageAbove = (thread) =>
  [...store.windowOf(parentOf(thread)).value.rows.values()].find(({ seq }) => seq === seqAbove(thread));

/** @param {number} replies */
export const repliesText = (replies) => (replies === 1 ? "1 reply" : `${replies.toLocaleString()} replies`);

/** The id of the message above a thread, which may not be here yet; empty if there is none. @param {string} thread */
export const idAbove = async (thread) => messageAbove(thread)?.id ?? (await fetchAbove(thread));

/** @param {string} thread */
async function fetchAbove(thread) {
  const [room, seq] = [parentOf(thread), seqAbove(thread)];
  const { messages, mine } = await run("history", { room, around: seq, limit: 2 });
  takeOwnReactions(messages, mine);
  takeRows(room, { messages });
  return messages.find((message) => message.seq === seq)?.id ?? "";
}

/** Begins the thread with its last messages, or fetches what came since. @param {Result<"thread.open">} page */
export function enter({ room, rev, message, messages, more, mine, follow, read }) {
  batch(() => {
    takeOwnReactions([message, ...messages], mine);
    takeRows(parentOf(room), { messages: [message] });
    takeRows(store.me.peek()?.username ?? "", { follows: follow ? [follow] : [], reads: read ? [read] : [] });
    if (!revs.has(room)) begin(room, rev, more ? messages[0].seq : 1, more);
    takeRows(room, { messages });
  });
  if ((revs.get(room) ?? 0) < rev) catchUp(room);
}

/** @param {string} room @param {number} rev @param {number} lowest @param {boolean} more */
function begin(room, rev, lowest, more) {
  if (rev) revs.set(room, rev);
  if ((store.heads.peek().get(room)?.rev ?? 0) <= rev) {
    store.heads.value = new Map([...store.heads.peek()].filter(([name]) => name !== room));
    endWindow(room, Infinity);
  }
  extendWindow(room, lowest, more);
  startRoster(room, true);
}
