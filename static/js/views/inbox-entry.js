import { INBOX } from "../addresses.js";
import { html } from "../html.js";
import { concernText, unreadText } from "../reads/counts.js";
import { waitingItems } from "../reads/inbox.js";
import { showsInbox } from "../route.js";
import { Icon } from "./icon.js";

/** The way to the inbox, with the number of unread items. */
export function InboxEntry() {
  const number = waitingItems.value.length;
  return html`
    <a
      class=${number ? "entry unread" : "entry"}
      href=${INBOX}
      aria-current=${showsInbox.value ? "page" : undefined}
      aria-label=${number ? `Inbox, ${concernText(number)}` : "Inbox"}
    >
      <span class="mark"><${Icon} name="inbox" /></span>
      <span class="title">Inbox</span>
      ${number > 0 && html`<span class="count" data-count=${unreadText(number)}></span>`}
    </a>
  `;
}
