import { exactTime, timeOrDay } from "../dates.js";
import { html } from "../html.js";
import { threadUnder } from "../names.js";
import { unreadText } from "../reads/counts.js";
import { unreadOf } from "../reads/unread.js";
import { addressOf, addressTo, currentThread } from "../route.js";
import { repliesText } from "../threads/entering.js";
import { today } from "../today.js";
import { Avatar } from "./avatar.js";
import { Icon } from "./icon.js";

/**
 * What a message shows of threads.
 * @import {Echo as Echoed, Message} from "../wire.js"
 */

const FACES = 3;

/** The way to the thread under a message. @param {{message: Message}} props */
export function ThreadLine({ message }) {
  const { replies = 0, last_at = "", people = [] } = message.thread ?? {};
  const thread = threadUnder(message);
  const unread = unreadOf(thread);
  return html`
    <a class="thread-line" href=${addressOf(thread)} aria-current=${currentThread.value === thread ? "true" : undefined}>
      <span class="row-of-faces">${people.slice(0, FACES).map((username) => html`<${Avatar} key=${username} username=${username} />`)}</span>
      <strong>${repliesText(replies)}</strong>
      ${unread > 0 && html`<span class="new">${unreadText(unread)} new</span>`}
      <time datetime=${last_at} title=${exactTime(last_at)}>${timeOrDay(last_at, today.value)}</time>
    </a>
  `;
}

/** The way to the reply that a message of a room is too. @param {{echo: Echoed}} props */
export const Echo = ({ echo: { room, seq } }) => html`
  <a class="quote" href=${addressTo(room, seq)}><${Icon} name="thread" />Replied in a thread</a>
`;
