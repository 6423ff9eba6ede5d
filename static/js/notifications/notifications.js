import { effect } from "@preact/signals";
import { isShared, isThread } from "../names.js";
import { plain } from "../messages/plain.js";
import { desktop, levelOf, quiet, sounds } from "../preferences.js";
import { isQuiet, isUnread } from "../reads/inbox.js";
import { isLooking } from "../reads/marks.js";
import { goTo, isShown, linkTo } from "../route.js";
import { scoped } from "../storage.js";
import {
  caughtUp,
  handleOf,
  inbox,
  isSilent,
  isUnheard,
  me,
  nameOf,
  newest,
  reads,
  titleOf,
  windowOf,
} from "../store.js";
import { onChange } from "../sync.js";
import { announced } from "./announced.js";
import { chimeOnce } from "./chime.js";
import { claim } from "./claims.js";
import { isWanted, News } from "./news.js";

/**
 * Desktop notifications while the page is in the background, announcements while it is not, and sounds.
 * @import {Numbered} from "../messages/events.js"
 * @import {InboxItem, Tables} from "../wire.js"
 * The recipient of a notification and the target of its click.
 * @typedef {{username: string, room: string, seq: number, link: string}} About
 * @typedef {object} Telling What to notify about.
 * @property {string} id The message's.
 * @property {string} room @property {number} seq @property {string} author @property {string | null} text Null if it is not known.
 * @property {import("../wire.js").File[]} [files]
 * @property {boolean} mentionsMe
 * @property {() => boolean} isUnread Whether it is still unread.
 */

/** Time for another tab or device to mark the message as read. */
const SEEN_ELSEWHERE_MS = 1_000;
const LONGEST = 200;

/** @type {News | null} */
let news = null;

export function notifyOfNews() {
  effect(() => {
    if (!me.value) news = null;
    else if (caughtUp.value) news ??= new News(newest.peek(), inbox.peek().values());
  });
  onChange((change) => {
    const found = tellingsIn(change).filter(isDue);
    if (found.length) setTimeout(() => tellOf(found.filter(isDue)), SEEN_ELSEWHERE_MS);
  });
  navigator.serviceWorker?.addEventListener("message", ({ data, ports: [answer] }) => answer?.postMessage(open(data)));
}

/** @param {Tables & {room: string}} change @returns {Telling[]} */
function tellingsIn(change) {
  if (!news) return [];
  const messages = news.messagesIn(change);
  return [
    ...(isThread(change.room) ? [] : messages.map(ofMessage)),
    ...news
      .itemsIn(change)
      .filter((item) => !isQuiet(item))
      .map(ofItem),
  ];
}

/** @param {Numbered} message @returns {Telling} */
const ofMessage = ({ id, room, seq, author, text, files, number }) => ({
  id,
  room,
  seq,
  author,
  text,
  files,
  mentionsMe: false,
  isUnread: () => number > (reads.peek().get(room)?.number ?? 0) && !windowOf(room).peek().rows.get(id)?.deleted,
});

/** A mention, which an edit can add too. @param {InboxItem} item @returns {Telling} */
function ofItem({ id, message = "", room, seq, by }) {
  const known = windowOf(room)
    .peek()
    .rows.get(message ?? "");
  return {
    id: message ?? "",
    room,
    seq: seq ?? 0,
    author: by,
    text: known?.text ?? null,
    files: known?.files,
    mentionsMe: true,
    isUnread: () => isUnread(inbox.peek().get(id)),
  };
}

/** @param {Telling} telling */
function isDue({ room, author, mentionsMe, isUnread: isNew }) {
  if (isUnheard(author) || !isNew() || (isLooking() && isShown(room))) return false;
  return isWanted({ level: levelOf(room), isSilent: isSilent(room), mentionsMe });
}

/** @param {Telling[]} due */
function tellOf(due) {
  const last = quiet.peek() ? undefined : due.at(-1);
  if (last && sounds.peek()) chimeOnce();
  if (last && desktop.peek()) tell(last);
  const mine = last && due.findLast(({ room, mentionsMe }) => mentionsMe || !isShared(room));
  if (mine && isLooking()) announce(Object.values(wordsOf(mine)).filter(Boolean).join(": "));
}

/** The same words differ by a space at the end: screen readers say only what changes. @param {string} words */
const announce = (words) => void (announced.value = announced.peek() === words ? `${words}\u00A0` : words);

/** @param {Telling} telling */
async function tell(telling) {
  const { id, room, seq } = telling;
  if (isLooking() || permission() !== "granted" || !(await claim(id))) return;
  const about = { username: me.peek()?.username ?? "", room, seq, link: linkTo(room, seq) };
  const { title, body } = wordsOf(telling);
  showNotification(title, body, about);
}

/** @param {Telling} telling */
function wordsOf({ room, author, text, files }) {
  const place = room.startsWith("#") ? ` in ${titleOf(room)}` : "";
  const by = [nameOf(author), handleOf(author)].filter(Boolean).join(" ");
  return { title: `${by}${place}`, body: plain(text, files).slice(0, LONGEST) };
}

/** @returns {"unsupported" | "insecure" | NotificationPermission} */
export function permission() {
  if (!globalThis.isSecureContext) return "insecure";
  return "Notification" in window ? Notification.permission : "unsupported";
}

/**
 * Uses the service worker, so that a click works after this tab is closed. Each one alerts, also where it replaces
 * the one before it of the same room.
 * @param {string} title @param {string} body @param {About} [about] @returns {Promise<boolean>} whether it was shown
 */
export async function showNotification(title, body, about) {
  if (permission() !== "granted") return false;
  const icon = new URL("icon-192.png", document.baseURI).href;
  const options = {
    body,
    icon,
    tag: scoped(about ? `${about.username} ${about.room}` : "test"),
    renotify: true,
    data: about,
  };
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
