import { html } from "../../js/html.js";
import { unreadText } from "../../js/reads/counts.js";
import { roomOf } from "../rooms.js";
import { unread, unreadIn } from "../unread.js";

/**
 * How many messages are unread, in a room or in all; nothing while none is, or while it is not known.
 * @param {import("../element.js").Props} props
 */
export function Badge({ state, where }) {
  const number = where ? unreadIn(roomOf(where)) : unread.value;
  const shown = state.value.isReady && number > 0;
  return html`
    <span class="frame badge" role="status">
      ${shown && html`<span class="number"><span aria-hidden="true">${unreadText(number)}</span><span class="unseen">${unreadText(number)} unread ${number === 1 ? "message" : "messages"}</span></span>`}
    </span>
  `;
}
