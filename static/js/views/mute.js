import { momentOf } from "../dates.js";
import { html } from "../html.js";
import { endOf, LENGTHS } from "../rooms/muting.js";
import { titleOf } from "../store.js";
import { command } from "../sync.js";
import { Dialog } from "./dialog.js";
import { useForm } from "./form.js";

/** How long to mute a room. @param {{room: string, onClose: () => void}} props */
export const Mute = ({ room, onClose }) => html`
  <${Dialog} title=${`Mute ${titleOf(room)}`} onClose=${onClose}>
    <p class="hint">A muted room doesn't notify you and isn't bold in the list. Mentions of you and replies to you are still counted there.</p>
    <ul class="listing lengths">
      ${LENGTHS.map(([length, label]) => html`<${Choice} key=${length} room=${room} end=${endOf(length, new Date())} label=${label} onClose=${onClose} />`)}
    </ul>
  <//>
`;

/** @param {{room: string, end: Date | null, label: string, onClose: () => void}} props */
function Choice({ room, end, label, onClose }) {
  const until = end?.toISOString() ?? null;
  const { busy, onSubmit, error } = useForm(() => command("room.mute", { room, until }).then(onClose));
  return html`
    <li>
      <form onSubmit=${onSubmit}>
        <button class="quiet length" disabled=${busy}>${label}${until && html`<small>${momentOf(until, new Date())}</small>`}</button>
        ${error && html`<p class="error" role="alert">${error}</p>`}
      </form>
    </li>
  `;
}
