import { online, reconnectNow } from "../connection.js";
import { catchUp } from "../sync.js";

/** A lost last change leaves no gap to notice, so one asks: when the tab wakes, and once a minute. */

const ASK_EVERY_MS = 60_000;

function wake() {
  if (document.visibilityState === "hidden") return;
  if (online.peek()) catchUp();
  else reconnectNow();
}

export function keepAwake() {
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);
  addEventListener("pageshow", (event) => event.persisted && wake());
  setInterval(() => online.peek() && catchUp(), ASK_EVERY_MS);
}
