import { html } from "../html.js";
import { command } from "../sync.js";
import { repliesText } from "../threads/entering.js";
import { Confirm } from "./confirm.js";

/** @import {Message} from "../wire.js" */

/** @param {{message: Message, onClose: () => void}} props */
export const DeleteMessage = ({ message: { id, thread }, onClose }) => html`
  <${Confirm} title="Delete this message?" verb="Delete" onConfirm=${() => command("message.delete", { id })} onClose=${onClose}>
    Everyone will see that a message was deleted, but not what was in it.
    ${thread?.replies ? ` Its thread of ${repliesText(thread.replies)} stays readable, but no one can reply any more.` : ""}
  <//>
`;
