import { online, reconnectNow } from "./connection.js";
import { currentRoom } from "./route.js";
import { catchUpAll } from "./sync.js";

/** Catches up when the tab wakes and once a minute, because a lost last change leaves no gap. */

const ASK_EVERY_MS = 60_000;

function wake() {
  if (document.visibilityState === "hidden") return;
  if (online.peek()) catchUpAll(currentRoom.peek());
  else reconnectNow();
}

export function keepAwake() {
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);
  addEventListener("pageshow", (event) => event.persisted && wake());
  setInterval(() => online.peek() && catchUpAll(currentRoom.peek()), ASK_EVERY_MS);
}
