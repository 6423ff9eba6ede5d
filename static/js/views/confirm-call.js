import { composerId } from "../composer/focus.js";
import { replyTo } from "../composer/replying.js";
import { html } from "../html.js";
import { discard, retry, waiting } from "../outbox.js";
import { Confirm } from "./confirm.js";

/** Asks before many people are notified. @param {{people: number, onConfirm: () => Promise<unknown>, onClose: () => void}} props */
export const NotifyMany = ({ people, onConfirm, onClose }) => html`
  <${Confirm} title=${`Notify ${people} people?`} verb=${`Notify ${people} people`} onConfirm=${onConfirm} onClose=${onClose} isUnasked>
    Each of them gets this message in their inbox, and a notification if they want those.
  <//>
`;

/** The same, of a message that waits for it. If not, one goes on writing. @param {{id: string, onClose: () => void}} props */
export function ConfirmCall({ id, onClose }) {
  const people = waiting.value.find((entry) => entry.id === id)?.people ?? 0;
  const send = () => Promise.resolve(retry(id));
  return html`<${NotifyMany} people=${people} onConfirm=${send} onClose=${() => (takeBack(id), onClose())} />`;
}

/** Puts a message that was not sent back into the composer, unless something else is written there. @param {string} id */
function takeBack(id) {
  const entry = waiting.peek().find((other) => other.id === id);
  const box = document.getElementById(composerId(entry?.room ?? ""));
  if (!entry?.refused || entry.files?.length || !(box instanceof HTMLTextAreaElement) || box.value) return;
  box.value = entry.text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  if (entry.quoted) replyTo({ ...entry.quoted, room: entry.room });
  discard(id);
}
