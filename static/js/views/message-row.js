import { useLayoutEffect, useRef } from "preact/hooks";
import { exactTime, timeOrDay } from "../dates.js";
import { html } from "../html.js";
import { plain } from "../messages/plain.js";
import { addressTo, noteOpened, openedHere } from "../route.js";
import { nameOf } from "../store.js";
import { today } from "../today.js";
import { Avatar } from "./avatar.js";
import { Handle } from "./handle.js";
import { Icon } from "./icon.js";
import { Deleted, Excerpt, filesOf } from "./quote.js";

/** @import {Message} from "../wire.js" */

/**
 * A message in a list of messages of several rooms: a link to its place, which has the focus again after "back".
 * @param {{message: Message, author?: string, at?: string, where: any, isUnread?: boolean, href?: string, onOpen?: () => void,
 *   excerpt?: any, children?: any}} props The author and time are those of the message, or of what it does. The excerpt
 *   is the beginning of its text, if not given. The children are actions.
 */
export function MessageRow({
  message,
  author = message.author,
  at = message.at,
  where,
  isUnread,
  href,
  onOpen,
  excerpt,
  children,
}) {
  const { id, room, seq, text, quoted, files, deleted } = message;
  const link = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => void (openedHere() === id && link.current?.focus()), []);
  const open = () => (noteOpened(id), onOpen?.());
  return html`
    <li>
      <a ref=${link} class=${isUnread ? "inbox-row unread" : "inbox-row"} href=${href ?? addressTo(room, seq)} onClick=${open}>
        <${Avatar} username=${author} />
        <span class="said">
          <span class="byline">
            <strong dir="auto">${nameOf(author)}</strong><${Handle} username=${author} />
            <span class="where">${where}</span>
            <time datetime=${at} title=${exactTime(at)}>${timeOrDay(at, today.value)}</time>
            ${isUnread && html`<span class="dot" role="img" aria-label="Unread" title="Unread"></span>`}
          </span>
          ${quoted && html`<span class="quote"><${Icon} name="reply" /><span class="unseen">In reply to </span><${Excerpt} text=${quoted.text} files=${filesOf(room, quoted)} /></span>`}
          <span class="excerpt" dir="auto">${excerpt ?? (deleted ? html`<${Deleted} />` : plain(text, files))}</span>
        </span>
      </a>
      ${children}
    </li>
  `;
}
