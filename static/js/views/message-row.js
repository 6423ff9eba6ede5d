import { exactTime, timeOrDay } from "../dates.js";
import { html } from "../html.js";
import { isShared } from "../names.js";
import { plain } from "../messages/plain.js";
import { nameOf, titleOf } from "../store.js";
import { today } from "../today.js";
import { Avatar } from "./avatar.js";
import { Handle } from "./handle.js";

/**
 * A message in a list of messages of several rooms, which opens it in its place.
 * @param {{author: string, verb?: string, room: string, at: string, text: string | null, isUnread?: boolean,
 *   onOpen: () => void}} props
 */
export const MessageRow = ({ author, verb, room, at, text, isUnread, onOpen }) => html`
  <li>
    <button class=${isUnread ? "quiet inbox-row unread" : "quiet inbox-row"} onClick=${onOpen}>
      <${Avatar} username=${author} />
      <span class="said">
        <span class="byline">
          <strong dir="auto">${nameOf(author)}</strong><${Handle} username=${author} />
          <span class="where">${verb} <bdi>${whereOf(room)}</bdi></span>
          <time datetime=${at} title=${exactTime(at)}>${timeOrDay(at, today.value)}</time>
          ${isUnread && html`<span class="dot" role="img" aria-label="Unread" title="Unread"></span>`}
        </span>
        <span class="excerpt" dir="auto">${plain(text)}</span>
      </span>
    </button>
  </li>
`;

/** @param {string} room */
const whereOf = (room) => (isShared(room) ? `in ${titleOf(room)}` : "");
