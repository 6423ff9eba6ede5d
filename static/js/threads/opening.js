import { computed, effect, signal, untracked } from "@preact/signals";
import { asRefusal, online, run } from "../connection.js";
import { currentThread } from "../route.js";
import * as store from "../store.js";
import { catchUp } from "../sync.js";
import { enter, idAbove } from "./entering.js";

/** The thread on screen: the server sends its changes to this connection while it is open, whether we follow it or not. */

/** Why the thread on screen cannot be shown; empty if it can. */
export const refusal = signal("");

/** Whether the server can be asked for it. */
const isReachable = computed(
  () => currentThread.value !== "" && online.value && store.ready.value && store.isReadable(currentThread.value),
);

/** The id of the message above what the server sends to us now, or empty. */
let opened = "";

export function followOpenThread() {
  effect(() => {
    const thread = currentThread.value;
    untracked(() => ((store.openThreads.value = new Set(thread ? [thread] : [])), (refusal.value = ""), close()));
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
    const id = await idAbove(thread);
    const page = await run("thread.open", { id });
    if (currentThread.peek() !== thread) return void run("thread.close", { id }).catch(() => {});
    opened = id;
    enter(page);
  } catch (error) {
    const { code, message } = asRefusal(error);
    if (currentThread.peek() === thread && code !== "offline") refusal.value = message;
  }
}
