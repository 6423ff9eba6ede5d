import { html } from "../html.js";
import { command } from "../sync.js";
import { Confirm } from "./confirm.js";

/** @param {{id: string, onClose: () => void}} props */
export const DeleteMessage = ({ id, onClose }) => html`
  <${Confirm} title="Delete this message?" verb="Delete" onConfirm=${() => command("message.delete", { id })} onClose=${onClose}>
    Everybody will see that there was a message, but not what it said.
  <//>
`;
