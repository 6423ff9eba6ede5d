import { html } from "../html.js";
import { waiting } from "../outbox.js";
import { leave } from "../session.js";
import { Confirm } from "./confirm.js";

/**
 * Only browsers with a session can use the name, so signing out of the last one gives it up.
 * @param {{onClose: () => void}} props
 */
export const SignOut = ({ onClose }) => html`
  <${Confirm} title="Sign out?" verb="Sign out" onConfirm=${leave} onClose=${onClose}>
    Your name can only be used again from another browser where you're signed in. If this is the last one, you lose the
    name, with its notes and private conversations, for good.
    ${waiting.value.length > 0 && " Unsent messages will be lost."}
  <//>
`;
