import { useEffect, useRef, useState } from "preact/hooks";
import { plain } from "../messages/plain.js";
import { rightsIn } from "../rooms/standing.js";
import { exactTime, shortTime } from "../dates.js";
import { asRefusal, online } from "../connection.js";
import { html } from "../html.js";
import { goTo } from "../route.js";
import { nameOf, titleOf, windowOf } from "../store.js";
import { command } from "../sync.js";
import { Dialog } from "./dialog.js";
import { Handle } from "./handle.js";
import { Icon } from "./icon.js";
import { toast } from "../notices.js";

/** @import {Message} from "../wire.js" */

/** The pinned messages of a room, most recently pinned first. @param {{room: string, onClose: () => void}} props */
export function Pins({ room, onClose }) {
  const { pinned, more, problem, loadMore } = usePinned(room);
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

/** @typedef {{pinned: Message[] | null, more: boolean, problem: string}} Answer */

/** @type {Answer} */
const NOTHING = { pinned: null, more: false, problem: "" };

/**
 * Loads the pinned messages, as many again when a message of the room changes and after reconnecting; null while loading.
 * @param {string} room
 */
function usePinned(room) {
  const [answer, setAnswer] = useState(NOTHING);
  const { list } = windowOf(room).value;
  const number = useRef(0);
  const count = answer.pinned?.length ?? 0;

  /** @param {number} least How many, if there are so many. */
  function load(least) {
    number.current += 1;
    const mine = number.current;
    pinnedIn(room, least).then(
      (found) => mine === number.current && setAnswer({ ...found, problem: "" }),
      (error) => mine === number.current && setAnswer({ ...NOTHING, problem: asRefusal(error).message }),
    );
  }

  useEffect(() => {
    load(count);
    return () => void (number.current += 1);
  }, [room, online.value, list]);
  return { ...answer, loadMore: () => load(count + 1) };
}

/**
 * Loads pages until there are enough.
 * @param {string} room @param {number} least @param {Message[]} [before]
 * @returns {Promise<{pinned: Message[], more: boolean}>}
 */
async function pinnedIn(room, least, before = []) {
  const { messages, more } = await command("room.pins", { room, after: before.at(-1)?.id ?? null });
  const pinned = [...before, ...messages];
  return more && pinned.length < least ? pinnedIn(room, least, pinned) : { pinned, more };
}

/** @param {{message: Message, onOpen: () => void}} props */
const Pinned = ({ message, onOpen }) => html`
  <li>
    <button class="quiet pinned-message" onClick=${onOpen}>
      <span class="byline"><strong dir="auto">${nameOf(message.author)}</strong><${Handle} username=${message.author} /><time datetime=${message.at} title=${exactTime(message.at)}>${shortTime(message.at)}</time></span>
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
