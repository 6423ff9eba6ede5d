import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { asRefusal, online, run } from "../connection.js";
import { parentOf, seqAbove } from "../names.js";
import { currentThread } from "../route.js";
import { endWindow, extendWindow, startRoster, takeOwnReactions, takeRows } from "../rows.js";
import * as store from "../store.js";
import { catchUp, revs } from "../sync.js";

/**
 * The thread on screen: the server sends its changes to this connection while it is open, whether we follow it or not.
 * @import {Message, Result} from "../wire.js"
 */

/** Why the thread on screen cannot be shown; empty if it can. */
export const refusal = signal("");

/** The message above a thread, if it is here. @param {string} thread */
export const messageAbove = (thread) =>
  [...store.windowOf(parentOf(thread)).value.rows.values()].find(({ seq }) => seq === seqAbove(thread));

/** Whether the server can be asked for it. */
const isReachable = computed(
  () => currentThread.value !== "" && online.value && store.ready.value && store.isReadable(currentThread.value),
);

/** The id of the message above what the server sends to us now, or empty. */
let opened = "";

export function followOpenThread() {
  effect(() => {
    const thread = currentThread.value;
    untracked(() => ((store.openThread.value = thread), (refusal.value = ""), close()));
    if (isReachable.value) untracked(() => open(thread));
  });
  effect(() => {
    const thread = currentThread.value;
    if (online.value && store.heads.value.has(thread)) untracked(() => catchUp(thread));
  });
}

function close() {
  if (opened && online.peek()) run("thread.close", { id: opened }).catch(() => {});
  opened = "";
}

/** @param {string} thread */
async function open(thread) {
  try {
    const id = messageAbove(thread)?.id ?? (await fetchAbove(thread));
    const page = await run("thread.open", { id });
    if (currentThread.peek() !== thread) return void run("thread.close", { id }).catch(() => {});
    opened = id;
    enter(page);
  } catch (error) {
    const { code, message } = asRefusal(error);
    if (currentThread.peek() === thread && code !== "offline") refusal.value = message;
  }
}

/** @param {string} thread */
async function fetchAbove(thread) {
  const [room, seq] = [parentOf(thread), seqAbove(thread)];
  const { messages, mine } = await run("history", { room, around: seq, limit: 2 });
  takeOwnReactions(messages, mine);
  takeRows(room, { messages });
  return messages.find((message) => message.seq === seq)?.id ?? "";
}

/** Begins the thread with its last messages, or fetches what came since. @param {Result<"thread.open">} page */
function enter({ room, rev, message, messages, more, mine, follow, read }) {
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
