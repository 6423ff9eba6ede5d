import { html } from "../html.js";
import { inboxList } from "../lists/inbox-list.js";
import { isUnread, markItems, unreadItems } from "../reads/inbox.js";
import { isShared, isThread, parentOf } from "../names.js";
import { titleOf } from "../store.js";
import { MessageList } from "./message-list.js";
import { MessageRow } from "./message-row.js";

/**
 * @import {Entry} from "../lists/pages.js"
 * @import {InboxItem} from "../wire.js"
 */

/** What concerns us, newest first. */
export const Inbox = () => html`
  <${MessageList}
    title="Inbox"
    icon="inbox"
    label="Messages for you"
    empty="Nothing yet. Replies to you, new replies in threads that you follow, and messages with your name after an @ appear here."
    older="Show older messages"
    list=${inboxList}
    row=${Row}
  >
    ${unreadItems.value.length > 0 && html`<button class="secondary small" onClick=${() => markItems(unreadItems.peek())}>Mark all as read</button>`}
  <//>
`;

/** What it does, by the kind of item. @type {Record<string, string>} */
const VERBS = { mention: "mentioned you", reply: "replied to you", thread: "replied" };

/** @param {string} room */
const placeOf = (room) =>
  isThread(room)
    ? html`in a thread in <bdi>${titleOf(parentOf(room))}</bdi>`
    : isShared(room) && html`in <bdi>${titleOf(room)}</bdi>`;

/** @param {Entry<InboxItem>} props */
function Row({ row: item, message }) {
  const read = () => isUnread(item) && markItems([item]);
  const where = html`${VERBS[item.kind]} ${placeOf(item.room)}`;
  return html`<${MessageRow} message=${message} author=${item.by} at=${item.at} where=${where} isUnread=${isUnread(item)} onOpen=${read} />`;
}
