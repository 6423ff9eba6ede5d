import { SEARCH } from "./addresses.js";
import { focusNearestComposer } from "./composer/focus.js";
import { isComposing } from "./composing.js";
import { currentRoom, go } from "./route.js";
import { isCalling, myRooms } from "./rooms/sections.js";
import { walkMessages } from "./timeline/focus.js";
import { holdKeys } from "./held-keys.js";
import { show } from "./overlay.js";
import { markAllRead } from "./reads/marks.js";

/** Global keyboard shortcuts, and the list of shortcuts to show. */

/** @type {[string, string][]} */
export const KEYS = [
  ["Ctrl K", "Switch to a room or person"],
  ["Ctrl Shift F", "Search messages"],
  ["Alt ↑ / Alt ↓", "Previous or next room"],
  ["Alt Shift ↑ / ↓", "Previous or next unread room"],
  ["Esc", "Close the open panel, or mark the room as read"],
  ["↑", "Edit your last message (when the message box is empty)"],
  ["Enter / Shift Enter", "Send, or start a new line"],
  ["Ctrl B / Ctrl I", "Make the selection bold or italic"],
  ["@ # :", "Mention a person, link a room, insert an emoji"],
  ["/", "Run a command (at the start of a message)"],
  ["↑ ↓ in the messages", "Move between messages"],
  ["Shift F10", "Open the menu of a message"],
  ["Ctrl /", "Show keyboard shortcuts"],
];

/** @param {KeyboardEvent} event */
function onKeyDown(event) {
  if (event.defaultPrevented || isComposing(event) || document.querySelector("dialog[open]")) return;
  const act = actionOf(event);
  if (!act) return (walkMessages(event), typeAnywhere(event));
  event.preventDefault();
  act();
}

/** @param {KeyboardEvent} event @returns {(() => void) | undefined} */
function actionOf({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  const isCommand = (ctrlKey || metaKey) && !altKey;
  if (isCommand && key.toLowerCase() === "k") return () => show("switcher");
  if (isCommand && shiftKey && key.toLowerCase() === "f") return () => (location.hash = SEARCH);
  if (isCommand && key === "/") return () => show("keys");
  if (altKey && !ctrlKey && key === "ArrowUp") return () => walk(-1, shiftKey);
  if (altKey && !ctrlKey && key === "ArrowDown") return () => walk(1, shiftKey);
  if (key === "Escape" && !document.querySelector(":popover-open")) return markAllRead;
  return undefined;
}

/** @param {number} way @param {boolean} isUnread */
function walk(way, isUnread) {
  const rooms = myRooms.value;
  const here = rooms.indexOf(currentRoom.value);
  for (let step = 1; step <= rooms.length; step += 1) {
    const room = rooms[(here + way * step + rooms.length * step) % rooms.length];
    if (!isUnread || (isCalling(room) && room !== currentRoom.value)) return go(room);
  }
}

const WRITES = "input, textarea, select, [contenteditable], [role=dialog] *";

/** @param {KeyboardEvent} event Letters typed outside of a field go to the composer. */
function typeAnywhere({ key, ctrlKey, metaKey, altKey, target }) {
  if ([...key].length !== 1 || ctrlKey || metaKey || altKey || !(target instanceof Element)) return;
  if (target.matches(WRITES) || (key === " " && target.matches("button, a, summary, pre, [role=log]"))) return;
  focusNearestComposer(target);
}

export function listenToKeys() {
  holdKeys();
  addEventListener("keydown", onKeyDown);
}
