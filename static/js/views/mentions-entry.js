import { MENTIONS } from "../addresses.js";
import { html } from "../html.js";
import { mentionsText, unreadText } from "../reads/counts.js";
import { waitingItems } from "../reads/inbox.js";
import { showsMentions } from "../route.js";
import { Icon } from "./icon.js";

/** The way to the list of mentions, with the number of unread ones. */
export function MentionsEntry() {
  const number = waitingItems.value.length;
  return html`
    <a
      class=${number ? "entry unread" : "entry"}
      href=${MENTIONS}
      aria-current=${showsMentions.value ? "page" : undefined}
      aria-label=${number ? `Mentions, ${mentionsText(number)}` : "Mentions"}
    >
      <span class="mark"><${Icon} name="at" /></span>
      <span class="title">Mentions</span>
      ${number > 0 && html`<span class="count" data-count=${unreadText(number)}></span>`}
    </a>
  `;
}
