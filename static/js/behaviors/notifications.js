import { currentRoom, go } from "../route.js";
import { me, nameOf, reads, titleOf } from "../store.js";
import { onChange } from "../sync.js";
import { mentionsMe } from "./mentions.js";
import { desktop, levelOf, sounds } from "./preferences.js";

/**
 * Telling somebody who looks elsewhere: by the system's notifications while the page is hidden, and by a sound.
 * @import {Message} from "../wire.js"
 */

const NEWS_MS = 60_000;
const LONGEST = 200;

export function notifyOfNews() {
  onChange(({ messages }) => {
    const news = (messages ?? []).filter(isNews);
    if (!news.length) return;
    if (sounds.peek()) chime();
    if (desktop.peek()) tell(/** @type {Message} */ (news.at(-1)));
  });
}

/** @param {Message} message */
function isNews({ room, author, at, text, deleted, edited_at, number }) {
  const isOld = Date.now() - Date.parse(at) > NEWS_MS || number <= (reads.peek().get(room)?.number ?? 0);
  if (isOld || deleted || edited_at || author === me.peek()?.username || isLookingAt(room)) return false;
  const level = levelOf(room);
  return level === "all" || (level === "mentions" && mentionsMe(text));
}

/** @param {string} room */
const isLookingAt = (room) => document.hasFocus() && document.visibilityState === "visible" && currentRoom.peek() === room;

/** @param {Message} message */
function tell({ room, author, text }) {
  if (document.visibilityState === "visible" && document.hasFocus()) return;
  const place = room.startsWith("#") ? ` in ${titleOf(room)}` : "";
  showNotification(`${nameOf(author)}${place}`, (text ?? "").slice(0, LONGEST), room);
}

/** @returns {"unsupported" | NotificationPermission} */
export const permission = () => ("Notification" in window ? Notification.permission : "unsupported");

/** @param {string} title @param {string} body @param {string} [room] Where a click leads. @returns {boolean} whether it was shown */
export function showNotification(title, body, room) {
  if (permission() !== "granted") return false;
  try {
    const shown = new Notification(title, { body, tag: room ?? "test", icon: new URL("icon-192.png", document.baseURI).href });
    shown.onclick = () => (focus(), room && go(room), shown.close());
  } catch {
    navigator.serviceWorker?.ready.then((worker) => worker.showNotification(title, { body, tag: room ?? "test" }));
  }
  return true;
}

/** Two short notes, made here. */
export function chime() {
  const context = new AudioContext();
  [660, 880].forEach((pitch, index) => note(context, pitch, context.currentTime + index * 0.12));
  setTimeout(() => context.close(), 1_000);
}

/** @param {AudioContext} context @param {number} pitch @param {number} at */
function note(context, pitch, at) {
  const tone = new OscillatorNode(context, { frequency: pitch, type: "sine" });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(0.08, at + 0.01);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.25);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.3);
}
