import { html } from "../html.js";
import { addressTo } from "../route.js";
import { plain } from "../messages/plain.js";
import { isBlocked, nameOf, windowOf } from "../store.js";
import { Handle } from "./handle.js";
import { Icon } from "./icon.js";

/** @import {File, Quoted} from "../wire.js" */

/** The message that another one replies to; a link to it. @param {{room: string, quoted: Quoted}} props */
export function Quote({ room, quoted }) {
  const name = nameOf(quoted.author);
  return html`
    <a class="quote" href=${addressTo(room, quoted.seq)} title=${`Go to the message by ${name}`}>
      <${Icon} name="reply" /><span class="unseen">In reply to </span>
      <span class="author"><strong dir="auto">${name}</strong><${Handle} username=${quoted.author} />:</span>${" "}
      ${isBlocked(quoted.author) ? html`<span class="excerpt tombstone">message of a person you blocked</span>` : html`<${Excerpt} text=${quoted.text} files=${filesOf(room, quoted)} />`}
    </a>
  `;
}

/** @param {{text: string | null, files?: File[]}} props Null if the message was deleted. */
export const Excerpt = ({ text, files }) =>
  text === null ? html`<${Deleted} />` : html`<span class="excerpt" dir="auto">${plain(text, files)}</span>`;

/** Instead of the text of a message that was deleted. */
export const Deleted = () => html`<span class="excerpt tombstone">message deleted</span>`;

/** The files of a quoted message, if it is here. @param {string} room @param {Quoted} quoted */
export const filesOf = (room, { id }) => windowOf(room).value.rows.get(id)?.files;
