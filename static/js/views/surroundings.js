import { useState } from "preact/hooks";
import { run } from "../connection.js";
import { html } from "../html.js";
import { foldedText, isFolded } from "../messages/blocked.js";
import { isMessage } from "../messages/events.js";
import { nameOf } from "../store.js";
import { useRefusal } from "./form.js";
import { Excerpt } from "./quote.js";
import { Icon } from "./icon.js";

/** @import {Message} from "../wire.js" */

/** How many messages before and after one are shown with it. */
const AROUND = 2;

/** A button that shows the messages around one, and these. @param {{message: Message}} props */
export function Surroundings({ message }) {
  const [around, setAround] = useState(/** @type {Message[] | null} */ (null));
  const [refusal, refuse] = useRefusal();
  const isShown = around !== null || refusal !== null;
  const hide = () => (setAround(null), refuse(null));
  const show = () => messagesAround(message).then(setAround, refuse);
  return html`
    <button class="quiet square" aria-label="Surroundings" title=${isShown ? "Hide surroundings" : "Show surroundings"} aria-expanded=${isShown} onClick=${isShown ? hide : show}>
      <${Icon} name="fold" />
    </button>
    ${refusal && html`<p class="around error" role="alert">${refusal.message}</p>`}
    ${around && html`<ol class="around" aria-label="Surroundings">${around.map((each) => html`<${Line} key=${each.id} message=${each} isIt=${each.id === message.id} />`)}</ol>`}
  `;
}

/** @param {{message: Message, isIt: boolean}} props */
const Line = ({ message, isIt }) => html`
  <li aria-current=${isIt ? "true" : undefined}>
    ${isFolded(message) ? html`<span class="excerpt tombstone">${foldedText([message])}</span>` : html`<strong dir="auto">${nameOf(message.author)}</strong>${" "}<${Excerpt} text=${message.text} files=${message.files} />`}
  </li>
`;

/** @param {Message} message @returns {Promise<Message[]>} */
async function messagesAround({ room, seq }) {
  const { messages } = await run("history", { room, around: seq, limit: 4 * AROUND + 2 });
  const said = messages.filter(isMessage);
  const at = said.findIndex((each) => each.seq === seq);
  return said.slice(Math.max(0, at - AROUND), at + AROUND + 1);
}
