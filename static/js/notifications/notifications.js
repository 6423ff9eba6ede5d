import { goTo, linkTo, shownRoom } from "../route.js";
import { handleOf, me, nameOf, reads, titleOf } from "../store.js";
import { onChange } from "../sync.js";
import { chimeOnce } from "./chime.js";
import { mentions } from "../mentions.js";
import { desktop, levelOf, sounds } from "../preferences.js";

/**
 * Desktop notifications while the page is in the background, and sounds.
 * @import {Message} from "../wire.js"
 * The recipient of a notification and the target of its click.
 * @typedef {{username: string, room: string, seq: number, link: string}} About
 */

const NEWS_MS = 60_000;
/** Time for another tab or device to mark the message as read. */
const SEEN_ELSEWHERE_MS = 1_000;
const LONGEST = 200;

export function notifyOfNews() {
  onChange(({ messages }) => {
    const news = (messages ?? []).filter(isNews);
    if (news.length) setTimeout(() => tellOf(news.filter(isNews)), SEEN_ELSEWHERE_MS);
  });
  navigator.serviceWorker?.addEventListener("message", ({ data, ports: [answer] }) => answer?.postMessage(open(data)));
}

/** @param {Message[]} news */
function tellOf(news) {
  const last = news.at(-1);
  if (last && sounds.peek()) chimeOnce();
  if (last && desktop.peek()) tell(last);
}

/** @param {Message} message */
function isNews({ room, author, at, text, deleted, edited_at, number }) {
  const isOld = Date.now() - Date.parse(at) > NEWS_MS || number <= (reads.peek().get(room)?.number ?? 0);
  if (isOld || deleted || edited_at || author === me.peek()?.username || isLookingAt(room)) return false;
  const level = levelOf(room);
  return level === "all" || (level === "mentions" && mentions(text ?? "", me.peek()?.username ?? ""));
}

/** @param {string} room */
const isLookingAt = (room) =>
  document.hasFocus() && document.visibilityState === "visible" && shownRoom.peek() === room;

/** @param {Message} message */
function tell({ room, seq, author, text }) {
  if (document.visibilityState === "visible" && document.hasFocus()) return;
  const place = room.startsWith("#") ? ` in ${titleOf(room)}` : "";
  const about = { username: me.peek()?.username ?? "", room, seq, link: linkTo(room, seq) };
  showNotification(
    `${[nameOf(author), handleOf(author)].filter(Boolean).join(" ")}${place}`,
    (text ?? "").slice(0, LONGEST),
    about,
  );
}

/** @returns {"unsupported" | NotificationPermission} */
export const permission = () => ("Notification" in window ? Notification.permission : "unsupported");

/**
 * Uses the service worker, so that a click works after this tab is closed.
 * @param {string} title @param {string} body @param {About} [about] @returns {Promise<boolean>} whether it was shown
 */
export async function showNotification(title, body, about) {
  if (permission() !== "granted") return false;
  const icon = new URL("icon-192.png", document.baseURI).href;
  const options = { body, icon, tag: about?.room ?? "test", data: about };
  const worker = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  return worker?.active
    ? worker.showNotification(title, options).then(
        () => true,
        () => false,
      )
    : showByPage(title, options);
}

/** @param {string} title @param {NotificationOptions} options */
function showByPage(title, options) {
  try {
    const shown = new Notification(title, options);
    shown.onclick = () => (focus(), shown.close(), options.data && open(options.data));
    return true;
  } catch {
    return false;
  }
}

/** @param {About} about @returns {boolean} whether it was for the person in this tab */
function open({ username, room, seq }) {
  const isMine = username === me.peek()?.username;
  if (isMine) goTo(room, seq);
  return isMine;
}
