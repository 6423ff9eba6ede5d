import { html } from "../html.js";
import { command } from "../sync.js";
import { Confirm } from "./confirm.js";

/** @param {{id: string, onClose: () => void}} props */
export const DeleteMessage = ({ id, onClose }) => html`
  <${Confirm} title="Delete this message?" verb="Delete" onConfirm=${() => command("message.delete", { id })} onClose=${onClose}>
    Everyone will see that a message was deleted, but not what was in it.
  <//>
`;
