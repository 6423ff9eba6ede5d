import { plain } from "../messages/plain.js";
import { rightsIn } from "../rooms/standing.js";
import { exactTime, timeOrDay } from "../dates.js";
import { asRefusal } from "../connection.js";
import { html } from "../html.js";
import { goTo } from "../route.js";
import { nameOf, titleOf } from "../store.js";
import { command } from "../sync.js";
import { today } from "../today.js";
import { Dialog } from "./dialog.js";
import { Handle } from "./handle.js";
import { Icon } from "./icon.js";
import { useRoomPages } from "./room-pages.js";
import { toast } from "../notices.js";

/** @import {Message} from "../wire.js" */

/** The pinned messages of a room, most recently pinned first. @param {{room: string, onClose: () => void}} props */
export function Pins({ room, onClose }) {
  const { rows: pinned, more, problem, loadMore } = useRoomPages(room, load);
  /** @param {Message} message */
  const open = (message) => (onClose(), goTo(room, message.seq));
  return html`
    <${Dialog} title=${`Pinned in ${titleOf(room)}`} onClose=${onClose}>
      <ul class="listing pins" aria-label="Pinned messages" aria-busy=${pinned === null && !problem}>
        ${pinned?.map((message) => html`<${Pinned} key=${message.id} message=${message} onOpen=${() => open(message)} />`)}
        ${pinned === null && !problem && html`<li class="skeleton-row"></li><li class="skeleton-row"></li>`}
      </ul>
      ${more && html`<button class="secondary" onClick=${loadMore}>Show older pins</button>`}
      ${problem && html`<p class="error" role="alert">${problem}</p>`}
      ${
        pinned?.length === 0 &&
        html`<p class="empty">No pinned messages yet. Point to a message and choose <em>Pin message</em> to keep it here.</p>`
      }
    <//>
  `;
}

/** @param {string} room @param {Message} [last] */
async function load(room, last) {
  const { messages, more } = await command("room.pins", { room, after: last?.id ?? null });
  return { rows: messages, more };
}

/** @param {{message: Message, onOpen: () => void}} props */
const Pinned = ({ message, onOpen }) => html`
  <li>
    <button class="quiet pinned-message" onClick=${onOpen}>
      <span class="byline"><strong dir="auto">${nameOf(message.author)}</strong><${Handle} username=${message.author} /><time datetime=${message.at} title=${exactTime(message.at)}>${timeOrDay(message.at, today.value)}</time></span>
      <span class="excerpt" dir="auto">${plain(message.text, message.files)}</span>
    </button>
    ${
      rightsIn(message.room).isWritable &&
      html`<button class="quiet square" aria-label="Unpin message" title="Unpin message" onClick=${() => unpin(message.id)}><${Icon} name="close" /></button>`
    }
  </li>
`;

/** @param {string} id */
const unpin = (id) => command("message.unpin", { id }).catch((error) => toast(asRefusal(error).message));
