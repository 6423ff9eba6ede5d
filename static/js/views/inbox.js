import { html } from "../html.js";
import { inboxList } from "../lists/inbox-list.js";
import { isUnread, markItems, unreadItems } from "../reads/inbox.js";
import { goTo } from "../route.js";
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
    empty="Nothing yet. Replies to you and messages with your name after an @ appear here."
    older="Show older messages"
    list=${inboxList}
    row=${Row}
  >
    ${unreadItems.value.length > 0 && html`<button class="secondary small" onClick=${() => markItems(unreadItems.peek())}>Mark all as read</button>`}
  <//>
`;

/** What it does, by the kind of item. @type {Record<string, string>} */
const VERBS = { mention: "mentioned you", reply: "replied to you" };

/** @param {Entry<InboxItem>} props */
function Row({ row: item, message }) {
  const open = () => (goTo(item.room, message.seq), isUnread(item) && markItems([item]));
  return html`<${MessageRow} author=${item.by} verb=${VERBS[item.kind]} room=${item.room} at=${item.at} text=${message.text} isUnread=${isUnread(item)} onOpen=${open} />`;
}
