import { exactTime, timeOrDay } from "../dates.js";
import { html } from "../html.js";
import { inboxList } from "../lists/inbox-list.js";
import { isUnread, markItems, unreadItems } from "../reads/inbox.js";
import { isShared, isThread, parentOf } from "../names.js";
import { addressOf } from "../route.js";
import { me, nameOf, rooms, titleOf } from "../store.js";
import { today } from "../today.js";
import { Avatar } from "./avatar.js";
import { Handle } from "./handle.js";
import { MessageList } from "./message-list.js";
import { MessageRow } from "./message-row.js";

/**
 * @import {Entry} from "../lists/pages.js"
 * @import {InboxItem, Message, Reaction} from "../wire.js"
 */

/** What concerns us, newest first. */
export const Inbox = () => html`
  <${MessageList}
    title="Inbox"
    icon="inbox"
    label="Messages for you"
    empty="Nothing yet. Messages with your name after an @, replies to you, reactions, new replies in threads that you follow, and invitations appear here."
    older="Show older messages"
    list=${inboxList}
    row=${Row}
  >
    ${unreadItems.value.length > 0 && html`<button class="secondary small" onClick=${() => markItems(unreadItems.peek())}>Mark all as read</button>`}
  <//>
`;

const MOST_EMOJI = 5;

/** What it does, by the kind of item. @type {Record<string, string>} */
const VERBS = { mention: "mentioned you", reply: "replied to you", thread: "replied", keyword: "used your keyword" };

/** @param {string} room */
const placeOf = (room) =>
  isThread(room)
    ? html`in a thread in <bdi>${titleOf(parentOf(room))}</bdi>`
    : isShared(room) && html`in <bdi>${titleOf(room)}</bdi>`;

/** @param {Entry<InboxItem>} props */
function Row({ row: item, message }) {
  const read = () => isUnread(item) && markItems([item]);
  if (!message) return html`<${Invited} item=${item} onOpen=${read} />`;
  const where = html`${verbOf(item, message)} ${placeOf(item.room)}`;
  return html`<${MessageRow} message=${message} author=${item.by} at=${item.at} where=${where} isUnread=${isUnread(item)} onOpen=${read} />`;
}

/** @param {InboxItem} item @param {Message} message */
function verbOf({ kind, by }, { calls, mentions, reactions }) {
  if (kind === "reaction") return reactedBy(by, reactions ?? []);
  const isCalled = kind === "mention" && calls && !mentions.includes(me.value?.username ?? "");
  return isCalled ? `mentioned @${calls.whom}` : VERBS[kind];
}

/** After the name of one of them. @param {string} by @param {readonly Reaction[]} reactions */
function reactedBy(by, reactions) {
  const known = [by, me.value?.username ?? ""];
  const isOneOfMany = reactions.some(({ people }) => people.some((username) => !known.includes(username)));
  const shown = reactions.slice(0, MOST_EMOJI).map(({ emoji, count }) => (count > 1 ? `${emoji} ${count}` : emoji));
  return `${isOneOfMany ? "and others " : ""}reacted ${shown.join(" ")} to your message`;
}

/** @param {{item: InboxItem, onOpen: () => void}} props */
function Invited({ item: { room, by, at, ...item }, onOpen }) {
  const isNew = !item.read;
  return html`
    <li>
      <a class=${isNew ? "inbox-row unread" : "inbox-row"} href=${addressOf(room)} onClick=${onOpen}>
        <${Avatar} username=${by} />
        <span class="said">
          <span class="byline">
            <strong dir="auto">${nameOf(by)}</strong><${Handle} username=${by} />
            <span class="where">invited you to <bdi>${titleOf(room)}</bdi></span>
            <time datetime=${at} title=${exactTime(at)}>${timeOrDay(at, today.value)}</time>
            ${isNew && html`<span class="dot" role="img" aria-label="Unread" title="Unread"></span>`}
          </span>
          <span class="excerpt" dir="auto">${rooms.value.get(room)?.topic}</span>
        </span>
      </a>
    </li>
  `;
}
