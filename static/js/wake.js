import { online, reconnectNow } from "./connection.js";
import { catchUpAll } from "./sync.js";

/** Catches up when the tab wakes and once a minute, because a lost last change leaves no gap. */

const ASK_EVERY_MS = 60_000;

/** @param {() => string} open Returns the room on screen, or empty. */
export function keepAwake(open) {
  function wake() {
    if (document.visibilityState === "hidden") return;
    if (online.peek()) catchUpAll(open());
    else reconnectNow();
  }
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);
  addEventListener("pageshow", (event) => event.persisted && wake());
  setInterval(() => online.peek() && catchUpAll(open()), ASK_EVERY_MS);
}
