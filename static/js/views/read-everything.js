import { html } from "../html.js";
import { readEverything, unreadRooms } from "../reads/everything.js";
import { Confirm } from "./confirm.js";

/** Asks before everything counts as read. @param {{onClose: () => void}} props */
export const ReadEverything = ({ onClose }) => html`
  <${Confirm} title="Mark everything as read?" verb="Mark as read" onConfirm=${readEverything} onClose=${onClose}>
    ${whatIsUnread(unreadRooms().length)} will count as read on all your devices. You can't undo this.
  <//>
`;

/** @param {number} number How many rooms, conversations and threads have unread messages. */
function whatIsUnread(number) {
  if (!number) return "Everything in your inbox";
  const where =
    number === 1 ? "one room or conversation" : `${number.toLocaleString()} rooms, conversations and threads`;
  return `Everything in ${where}, and in your inbox,`;
}
