import { html } from "../html.js";
import { addressTo } from "../route.js";
import { plain } from "../messages/plain.js";
import { nameOf, windowOf } from "../store.js";
import { Handle } from "./handle.js";
import { Icon } from "./icon.js";

/** @import {Quoted} from "../wire.js" */

/** The message that another one replies to, as it is now if it is loaded; a link to it. @param {{room: string, quoted: Quoted}} props */
export function Quote({ room, quoted }) {
  const name = nameOf(quoted.author);
  return html`
    <a class="quote" href=${addressTo(room, quoted.seq)} title=${`Go to the message by ${name}`}>
      <${Icon} name="reply" /><span class="unseen">In reply to </span>
      <span class="author"><strong dir="auto">${name}</strong><${Handle} username=${quoted.author} />:</span>${" "}
      <${Excerpt} room=${room} quoted=${quoted} />
    </a>
  `;
}

/** @param {{room: string, quoted: Quoted}} props */
export function Excerpt({ room, quoted }) {
  const known = windowOf(room).value.rows.get(quoted.id);
  const text = known && known.seq === quoted.seq ? known.text : quoted.text;
  return text === null
    ? html`<span class="excerpt tombstone">message deleted</span>`
    : html`<span class="excerpt" dir="auto">${plain(text)}</span>`;
}
