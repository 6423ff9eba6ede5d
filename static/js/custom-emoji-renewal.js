import { online, run } from "./connection.js";
import { customEmoji, lacksSome } from "./custom-emoji.js";
import { onChange } from "./sync.js";

/** @import {Message} from "./wire.js" */

/** How long what was loaded is new enough, and over what time the people of a room load it who see an emoji that is new. */
const FRESH_MS = 30_000;
const SPREAD_MS = 3_000;

let dueAt = -Infinity;
let timer = 0;

/** Loads the emoji of the server. */
export async function renewCustomEmoji() {
  dueAt = performance.now() + FRESH_MS;
  customEmoji.value = (await run("emoji.list", {})).emoji;
}

/** Loads them unless they are new enough. */
export function bringCustomEmoji() {
  if (online.peek() && performance.now() >= dueAt) renewCustomEmoji().catch(() => {});
}

/** Loads them once they may be old, because there is one that is not known. */
function bringSoon() {
  if (timer) return;
  const wait = Math.max(0, dueAt - performance.now()) + Math.random() * SPREAD_MS;
  timer = setTimeout(() => {
    timer = 0;
    bringCustomEmoji();
  }, wait);
}

/** @param {Message} message */
const hasUnknown = ({ text, reactions = [] }) =>
  lacksSome([text ?? "", ...reactions.map(({ emoji }) => emoji)].join(" "));

/** Loads them after each connection, and when a message has one that is not known. */
export function keepCustomEmoji() {
  online.subscribe((isOnline) => void (isOnline && renewCustomEmoji().catch(() => {})));
  onChange(({ messages = [] }) => void (messages.some(hasUnknown) && bringSoon()));
}
